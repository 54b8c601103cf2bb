"""Sign in, sign out, own account."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect as to
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.limits import window_hit
from realtrack.core.rights import Right, Role
from realtrack.core.web.access import actor_of, public, requires, user_of
from realtrack.core.web.render import redirect, render_page
from settings_app import links, selectors, services, sign_in, tokens
from settings_app.enums import UserRole
from settings_app.models import User
from settings_app.web.forms import (
    ForgotForm,
    JoinForm,
    PasswordForm,
    SignInForm,
    TokenForm,
    add_faults,
)

_BACKEND = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
@public("the sign-in itself")
def login_page(request: HttpRequest) -> HttpResponse:
    """Sign in and go back to the page that was asked for, never to another host."""
    following = _safe_next(request)
    if request.user.is_authenticated and request.method == "GET":
        return to(following)
    form = SignInForm(request.POST or None)
    failure: AppError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            user = sign_in.sign_in_check(request=request, **form.cleaned_data)
        except AppError as error:
            failure = error
        else:
            # Django gives the session a new key here, so that a planted one is worth nothing.
            login(request, user, backend=_BACKEND)
            services.user_signed_in(
                user_id=user.pk,
                actor=Actor.person(user, ip=request.META.get("REMOTE_ADDR") or None),
                way="browser",
            )
            _note_session(request, user)
            return to(following)
    response = render_page(
        request,
        "registration/login.html",
        {
            "form": form,
            "failure": failure,
            "next": following,
            "expired": "next" in request.GET and request.method == "GET",
            "business": selectors.setting_value("general", "business_name"),
        },
        status=failure.status if failure else (422 if form.errors else 200),
    )
    if failure is not None and failure.retry_after:
        response["Retry-After"] = str(int(failure.retry_after) + 1)
    return response


@require_POST
@requires(Right.OWN_ACCOUNT)
def logout_page(request: HttpRequest) -> HttpResponse:
    """Sign out here."""
    logout(request)
    return redirect(request, reverse("login"))


@require_GET
@requires(Right.OWN_ACCOUNT)
def account(request: HttpRequest) -> HttpResponse:
    """Own account."""
    return _account_page(request)


@require_POST
@requires(Right.OWN_ACCOUNT)
def profile(request: HttpRequest) -> HttpResponse:
    """Change the own name."""
    services.user_profile_set(
        user_id=user_of(request).pk, name=request.POST.get("name", ""), actor=actor_of(request)
    )
    messages.success(request, "Name saved.")
    return redirect(request, reverse("account"))


@require_POST
@requires(Right.OWN_ACCOUNT)
def token_add(request: HttpRequest) -> HttpResponse:
    """Make a personal API token, which is shown this once."""
    form = TokenForm(request.POST)
    if form.is_valid():
        try:
            _, secret = tokens.api_token_create(
                user=user_of(request), **form.cleaned_data, actor=actor_of(request)
            )
        except InvalidInput as error:
            add_faults(form, error)
        else:
            return _account_page(request, secret=secret)
    return _account_page(request, token_form=form, status=422)


@require_POST
@requires(Right.OWN_ACCOUNT)
def token_revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """End one of the own API tokens."""
    tokens.api_token_revoke(user=user_of(request), token_id=token_id, actor=actor_of(request))
    messages.success(request, "Token revoked.")
    return redirect(request, reverse("account"))


@require_POST
@requires(Right.OWN_ACCOUNT)
def session_end(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Sign another browser out."""
    tokens.session_end(user=user_of(request), session_id=session_id, actor=actor_of(request))
    messages.success(request, "That browser is signed out.")
    return redirect(request, reverse("account"))


@sensitive_post_parameters("password", "again")
@never_cache
@require_http_methods(["GET", "POST"])
@public("an invitation or reset link, which is the right itself")
def access_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take an invitation or set a new password by a link; afterwards one signs in as ever."""
    try:
        link = links.link_find(token)
    except links.LinkEnded as error:
        return render_page(
            request, "registration/access_link.html", {"ended": error.message}, status=404
        )
    form = JoinForm(request.POST or None, initial={"name": link.name})
    if request.method == "POST" and form.is_valid():
        try:
            links.link_accept(
                token=token,
                password=form.cleaned_data["password"],
                name=form.cleaned_data["name"],
                ip=request.META.get("REMOTE_ADDR") or None,
            )
        except InvalidInput as error:
            add_faults(form, error)
        else:
            return render_page(
                request, "registration/access_link.html", {"done": True, "link": link}
            )
    return render_page(
        request,
        "registration/access_link.html",
        {"form": form, "link": link},
        status=422 if form.is_bound else 200,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@public("asks for a reset link; says the same whether there is such a user or not")
def forgot(request: HttpRequest) -> HttpResponse:
    """Mail a reset link."""
    form = ForgotForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        by_address = window_hit(f"forgot:{crypto.keyed_hash(email)}", limit=3, seconds=3600)
        if by_address == 0:
            links.reset_link_ask(
                email=email,
                address=request.build_absolute_uri(reverse("access-link", args=["x"]))[:-2],
            )
        sent = True
    return render_page(
        request,
        "registration/forgot.html",
        {"form": form, "sent": sent},
        status=422 if form.errors else 200,
    )


@sensitive_post_parameters()
@require_POST
@requires(Right.OWN_ACCOUNT)
def password(request: HttpRequest) -> HttpResponse:
    """Change the own password; other sessions and all tokens end, this one stays."""
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            user = services.user_password_change(
                user_id=user_of(request).pk,
                old_password=form.cleaned_data["old_password"],
                new_password=form.cleaned_data["new_password"],
                actor=actor_of(request),
            )
        except InvalidInput as error:
            add_faults(form, error)
        else:
            update_session_auth_hash(request, user)
            _note_session(request, user)
            request.user = user
            return _account_page(request, changed=True)
    return _account_page(request, form=form, status=422)


@require_POST
@requires(Right.OWN_ACCOUNT)
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every session and token of this user, this one too."""
    services.user_sign_out_everywhere(user_id=user_of(request).pk, actor=actor_of(request))
    logout(request)
    return redirect(request, reverse("login"))


def _safe_next(request: HttpRequest) -> str:
    given = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        given, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return given if given and safe else "/"


def _account_page(
    request: HttpRequest,
    *,
    form: PasswordForm | None = None,
    token_form: TokenForm | None = None,
    status: int = 200,
    changed: bool = False,
    secret: str = "",
) -> HttpResponse:
    user = user_of(request)
    ranks = [role.value for role in Role]
    context = {
        "form": form or PasswordForm(),
        "token_form": token_form or TokenForm(initial={"days": 90}),
        "changed": changed,
        "secret": secret,
        "tokens": tokens.tokens_of(user),
        "token_roles": UserRole.choices[: ranks.index(user.role) + 1],
        "sessions": tokens.sessions_of(user=user, here=request.session.session_key or ""),
    }
    return render_page(request, "settings_app/account.html", context, status=status)


def _note_session(request: HttpRequest, user: User) -> None:
    if request.session.session_key is None:
        request.session.save()
    tokens.session_note(
        user=user,
        session_key=str(request.session.session_key),
        ip=request.META.get("REMOTE_ADDR") or None,
        browser=request.headers.get("User-Agent", ""),
    )
