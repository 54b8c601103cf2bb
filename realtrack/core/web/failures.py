"""Failures as a person meets them: a page, a fragment for htmx, JSON under /api."""

from __future__ import annotations

import sys
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from realtrack.core import context
from realtrack.core.api.names import to_camel
from realtrack.core.errors import (
    AppError,
    InvalidInput,
    NotAllowed,
    NotFound,
    TooManyRequests,
    Unavailable,
)
from realtrack.core.redis import RedisError
from realtrack.core.web.render import wants_fragment

logger = structlog.get_logger(__name__)
_PAGES = frozenset({400, 401, 403, 404, 409, 413, 429, 500, 503})


def render(request: HttpRequest, error: AppError) -> HttpResponse:
    """Return the answer to `error`; needs neither database nor Redis."""
    if request.path.startswith("/api/"):
        response: HttpResponse = JsonResponse(_api_body(error), status=error.status)
    else:
        response = _page(request, error)
    if error.retry_after:
        response["Retry-After"] = str(max(1, round(error.retry_after)))
    response["Vary"] = "HX-Request"
    return response


def _api_body(error: AppError) -> dict[str, Any]:
    errors: list[dict[str, str | None]] = [
        {"code": error.reason, "detail": text, "attr": to_camel(name)}
        for name, texts in error.fields.items()
        for text in texts
    ] or [{"code": error.reason, "detail": error.message, "attr": None}]
    kind = "server_error" if error.status >= 500 else "client_error"
    return {
        "type": kind,
        "errors": errors,
        "requestId": context.request_id(),
        **error.extra,
    }


def _page(request: HttpRequest, error: AppError) -> HttpResponse:
    status = error.status
    values = {
        "error": error,
        "status": status,
        "request_id": context.request_id(),
        "retry_after": error.retry_after,
    }
    if wants_fragment(request):
        return HttpResponse(render_to_string("errors/fragment.html", values), status=status)
    page = status if status in _PAGES else (500 if status >= 500 else 400)
    return HttpResponse(render_to_string(f"errors/{page}.html", values), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    del exception
    return render(request, InvalidInput("The request could not be read."))


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    del exception
    return render(request, NotAllowed())


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404; JSON under /api, a page elsewhere."""
    del exception
    return render(request, NotFound("There is nothing at this address."))


class Broken(AppError):
    """A fault of ours."""

    code = "server_error"
    status = 500
    default_message = "Something broke on our side. It was logged."


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler500. It also gets what middlewares raise: a lost server is a 503 there too."""
    error = sys.exc_info()[1]
    if isinstance(error, (OperationalError, InterfaceError, RedisError)):
        return unavailable(request, error)
    return render(request, Broken())


def unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer to a request that met a lost database or Redis."""
    logger.error("server_away", error=type(error).__name__, path=request.path)
    return render(
        request,
        Unavailable(
            "A server that RealTrack needs does not answer. Nothing was lost; try again in a "
            "few seconds.",
            retry_after=5,
        ),
    )


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: most often a page that lay open over a sign-in elsewhere."""
    logger.warning("csrf_refused", reason=reason, path=request.path)
    return render(
        request,
        NotAllowed("This page was open for too long. Reload it and try again.", code="csrf"),
    )


def locked_out(
    request: HttpRequest, credentials: Any = None, *args: Any, **kwargs: Any
) -> HttpResponse:
    """AXES_LOCKOUT_CALLABLE: too many wrong passwords from this address."""
    del credentials, args, kwargs
    return render(
        request,
        TooManyRequests(
            "Too many wrong passwords. Wait 15 minutes, or ask an admin for a new one.",
            code="locked_out",
            retry_after=900,
        ),
    )
