"""Notes when a browser's session was used last, for its owner's list of sessions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from realtrack.core import redis
from settings_app import tokens


class SessionUsedMiddleware:
    """After the answer: the row of the session, at most once a minute."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        before = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        response = self.get_response(request)
        # A session that began or ended just now was noted by the sign-in itself.
        if before and before == request.session.session_key and request.user.is_authenticated:
            # Without Redis the line of a page is older than it could be, nothing else.
            with suppress(redis.RedisError):
                tokens.session_used(session_key=before)
        return response
