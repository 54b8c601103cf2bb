"""What the current request or task carries along: its id, for logs, events and answers."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("realtrack_request_id", default="")
_SAFE = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id() -> str:
    """Return the id of the request or task that is being worked on, or an empty string."""
    return _request_id.get()


def set_request_id(value: str) -> str:
    """Adopt `value` where it is well-formed, else make a new id; return what is in force."""
    adopted = value if _SAFE.fullmatch(value) else secrets.token_hex(8)
    _request_id.set(adopted)
    return adopted


def clear_request_id() -> None:
    """Forget the id at the end of a request or task."""
    _request_id.set("")
