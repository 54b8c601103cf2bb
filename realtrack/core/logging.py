"""Structured JSON logs: the request's id on each line, and never a secret or a buyer's datum."""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from realtrack.core import context

_SECRET_KEYS = re.compile(
    r"(token|secret|password|authorization|cookie|api_?key|signature|cert|code_verifier"
    r"|email|phone|address|street|buyer|recipient|postal|refresh|credential|session)",
    re.IGNORECASE,
)
# The words of a key that look like the above but hold nothing secret.
_HARMLESS = frozenset({"ip_address", "error_code", "status_code", "address_count"})
_BEARER = re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_QUERY = re.compile(r"(?i)([?&](?:code|token|state|sig|signature|key|access_token)=)[^&\s\"]+")
MASK = "[hidden]"


def scrub_text(text: str) -> str:
    """Return `text` without bearer tokens, e-mail addresses and secret query values."""
    text = _BEARER.sub(r"\1 " + MASK, text)
    text = _QUERY.sub(r"\1" + MASK, text)
    return _EMAIL.sub(MASK, text)


def scrub(value: Any, *, depth: int = 0) -> Any:
    """Return `value` with everything masked that a log must not hold."""
    if isinstance(value, str):
        return scrub_text(value)
    if depth > 6:
        return MASK
    if isinstance(value, Mapping):
        return {
            name: MASK if is_secret_name(str(name)) else scrub(item, depth=depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [scrub(item, depth=depth + 1) for item in value]
    return value


def is_secret_name(name: str) -> bool:
    """Say whether a value under this name is masked."""
    return name not in _HARMLESS and bool(_SECRET_KEYS.search(name))


def _add_request_id(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    request_id = context.request_id()
    if request_id:
        # django-structlog binds one of its own; the answer's header names ours.
        event["request_id"] = request_id
    return event


def _scrub_event(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in list(event.items()):
        if name == "event":
            event[name] = scrub_text(str(value))
        elif is_secret_name(name):
            event[name] = MASK
        else:
            event[name] = scrub(value)
    return event


def processors() -> list[Any]:
    """Return the chain for structlog and, as `foreign_pre_chain`, for the standard library."""
    return [
        structlog.contextvars.merge_contextvars,
        _add_request_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
        _scrub_event,
    ]
