"""The errors that services raise. Each has a stable code and the HTTP status that fits it.

A caller (API, page, task) never needs to parse a message: `code`, `fields` and `extra` say all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class AppError(Exception):
    """Base of every expected failure; `str(error)` is a sentence that a person may read."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    default_message: ClassVar[str] = "That could not be done."

    def __init__(
        self,
        message: str = "",
        *,
        fields: Mapping[str, str | Sequence[str]] | None = None,
        extra: Mapping[str, Any] | None = None,
        code: str = "",
        retry_after: float | None = None,
    ) -> None:
        self.message = message or self.default_message
        self.fields: dict[str, list[str]] = {
            name: [texts] if isinstance(texts, str) else list(texts)
            for name, texts in (fields or {}).items()
        }
        self.extra: dict[str, Any] = dict(extra or {})
        self.reason = code or self.code
        self.retry_after = retry_after
        super().__init__(self.message)


class InvalidInput(AppError):
    """The input breaks a rule; `fields` names each field with its reason."""

    code = "invalid"
    status = 400
    default_message = "Some values are not right."


class NotSignedIn(AppError):
    code = "not_authenticated"
    status = 401
    default_message = "Sign in to go on."


class NotAllowed(AppError):
    code = "permission_denied"
    status = 403
    default_message = "Your role does not allow this."


class NotFound(AppError):
    code = "not_found"
    status = 404
    default_message = "That does not exist, or not any more."


class Conflict(AppError):
    """The state of things does not allow it now."""

    code = "conflict"
    status = 409
    default_message = "This does not fit the present state."


class VersionConflict(Conflict):
    """Someone else saved first; `extra` holds currentVersion, yourVersion, currentData, changes."""

    code = "version_conflict"
    default_message = "Someone else changed this in the meantime."


class IllegalTransition(Conflict):
    """The state machine has no such move; `extra["allowed"]` lists the moves that it has."""

    code = "illegal_transition"
    default_message = "That step is not possible from here."


class InsufficientStock(Conflict):
    code = "insufficient_stock"
    default_message = "There is not enough free stock."


class TooLarge(AppError):
    code = "too_large"
    status = 413
    default_message = "That is larger than allowed."


class TooManyRequests(AppError):
    code = "throttled"
    status = 429
    default_message = "Too many requests; wait a moment."


class Unavailable(AppError):
    """A server that we need is not there; nothing was changed; try again after `retry_after` s."""

    code = "unavailable"
    status = 503
    default_message = "A service that this needs is not reachable right now."
