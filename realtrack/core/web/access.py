"""Who may open a page: every page view is decorated by `requires` or by `public`."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from realtrack.core.actors import Actor
from realtrack.core.errors import NotAllowed
from realtrack.core.rights import Right, roles_with, user_can

if TYPE_CHECKING:
    from settings_app.models import User

View = Callable[..., HttpResponseBase]


def requires(right: Right) -> Callable[[View], View]:
    """Let in who holds `right`; strangers go to the sign-in page and come back after it.

    A request of htmx by a stranger gets 401 with HX-Redirect, so that no sign-in page lands in
    a table cell. Raises NotAllowed, which is shown as the 403 page naming who may.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated or not request.user.is_active:
                return _to_login(request)
            if not user_can(request.user, right):
                raise NotAllowed(
                    f"This needs the role {' or '.join(roles_with(right)) or 'of an admin'}.",
                    extra={"your_role": request.user.role},
                )
            return view(request, *args, **kwargs)

        guarded.required_right = right  # type: ignore[attr-defined]  # read by the permission walk
        return guarded

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Mark a page that needs no sign-in, with the reason; the permission walk lists them."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, *args, **kwargs)

        opened.public_reason = reason  # type: ignore[attr-defined]  # read by the permission walk
        return opened

    return decorate


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person as services want it."""
    return Actor.person(cast("User", request.user), ip=request.META.get("REMOTE_ADDR") or None)


def user_of(request: HttpRequest) -> User:
    """Return the signed-in user of a guarded page."""
    return cast("User", request.user)


def _to_login(request: HttpRequest) -> HttpResponseBase:
    from django.http import HttpResponse
    from django.urls import reverse

    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = reverse("login")
        return response
    return redirect_to_login(request.get_full_path())
