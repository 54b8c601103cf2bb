"""Sign in, sign out, own account."""

from __future__ import annotations

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect as to
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, public, requires, user_of
from realtrack.core.web.render import redirect, render_page
from settings_app import selectors, services, sign_in
from settings_app.web.forms import PasswordForm, SignInForm

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
    return render_page(request, "settings_app/account.html", {"form": PasswordForm()})


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
            for name, texts in error.fields.items():
                for text in texts:
                    form.add_error(name, text)
        else:
            update_session_auth_hash(request, user)
            return render_page(
                request,
                "settings_app/account.html",
                {"form": PasswordForm(), "changed": True},
            )
    return render_page(request, "settings_app/account.html", {"form": form}, status=422)


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
