"""Ours in the middleware chain: the request's id, and a clear 503 when a server of ours is gone."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from realtrack.core import context
from realtrack.core.errors import AppError
from realtrack.core.redis import RedisError

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Give every request an id (the caller's `X-Request-ID` where well-formed) and answer with it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = context.set_request_id(request.headers.get("X-Request-ID", ""))
        # The request log further in reads it there, so that both tell the same id.
        request.META["HTTP_X_REQUEST_ID"] = request_id
        try:
            response = self.get_response(request)
        finally:
            context.clear_request_id()
        response["X-Request-ID"] = request_id
        return response


class OutageMiddleware:
    """Turn a lost database or Redis into 503 with Retry-After; placed outermost of what uses them.

    Also answers AppErrors that a page's view lets through, as a page or a fragment.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # What a middleware further in raises comes back as an answer: see `failures.broken`.
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Called by Django inside the chain, before its own 500 page."""
        from realtrack.core.web import failures

        if isinstance(exception, (OperationalError, InterfaceError, RedisError)):
            return failures.unavailable(request, exception)
        if isinstance(exception, AppError):
            return failures.render(request, exception)
        return None
