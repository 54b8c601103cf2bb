"""One error shape for every failure of the API: type, errors, request id, and what the code adds.

`{"type": "client_error", "errors": [{"code", "detail", "attr"}], "requestId": "…", …extra}`
"""

from __future__ import annotations

from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions

from realtrack.core import context
from realtrack.core.api.names import to_camel
from realtrack.core.errors import AppError, InvalidInput, Unavailable
from realtrack.core.redis import RedisError

logger = structlog.get_logger(__name__)


class AppApiError(exceptions.APIException):
    """An AppError that is not about fields, as DRF answers it."""

    def __init__(self, error: AppError) -> None:
        super().__init__(detail=error.message, code=error.reason)
        self.status_code = error.status
        self.extra = error.extra
        self.wait = error.retry_after


class AppFieldErrors(exceptions.ValidationError):
    """An AppError that names fields."""

    def __init__(self, error: AppError) -> None:
        super().__init__(
            detail={
                name: [exceptions.ErrorDetail(text, code=error.reason) for text in texts]
                for name, texts in error.fields.items()
            }
        )
        self.status_code = error.status
        self.extra = error.extra


def as_api_exception(error: AppError) -> exceptions.APIException:
    """Return the DRF exception that carries the same code, status, fields and extra."""
    if error.fields and isinstance(error, InvalidInput):
        return AppFieldErrors(error)
    return AppApiError(error)


class Handler(ExceptionHandler):
    """Turns AppErrors and lost servers into API answers; anything unknown is a logged 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, AppError):
            return as_api_exception(exc)
        if isinstance(exc, (OperationalError, InterfaceError, RedisError)):
            logger.error("server_away", error=type(exc).__name__)
            return AppApiError(
                Unavailable("A server that RealTrack needs does not answer.", retry_after=5)
            )
        return super().convert_known_exceptions(exc)

    def get_headers(self, exc: exceptions.APIException) -> dict[str, str]:
        headers: dict[str, str] = super().get_headers(exc)
        wait = getattr(exc, "wait", None)
        if wait:
            # Rounded up: a client that comes a moment early would only be refused again.
            headers["Retry-After"] = str(max(1, int(-(-float(wait) // 1))))
        return headers


class ErrorFormatter(ExceptionFormatter):
    """Adds the request id and the error's own data; field names as the caller wrote them."""

    def format_error_response(self, error_response: Any) -> dict[str, Any]:
        body: dict[str, Any] = {
            "type": error_response.type,
            "errors": [
                {
                    "code": one.code,
                    "detail": one.detail,
                    "attr": to_camel(one.attr) if one.attr else None,
                }
                for one in error_response.errors
            ],
            "request_id": context.request_id(),
        }
        body.update(getattr(self.exc, "extra", {}))
        return body
