"""Typed readers of the environment that gather every fault, so that all are told at once."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_T = TypeVar("_T")
_RATE = re.compile(r"[1-9]\d*/(s|sec|second|m|min|minute|h|hour|d|day)")
_PERIOD = re.compile(r"(\d+)\s*([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_AES_256_BYTES = 32


class Reader:
    """Reads variables through django-environ; an empty value counts as absent."""

    def __init__(self, env: environ.Env) -> None:
        self._env = env
        self.faults: list[str] = []

    def _read(self, name: str, default: _T | None, parse: Callable[[str], _T], blank: _T) -> _T:
        """Return the parsed value; without one the default, or a fault when there is none."""
        raw = str(self._env.str(name, default="")).strip()
        if not raw:
            if default is None:
                self.faults.append(f"{name} is missing")
                return blank
            return default
        try:
            return parse(raw)
        except ValueError as error:
            self.faults.append(f"{name} is malformed: {error}")
            return blank

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text."""
        return self._read(name, default, str, "")

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """Return one of `allowed`."""

        def parse(raw: str) -> str:
            if raw not in allowed:
                message = f"{raw!r} is none of {', '.join(allowed)}"
                raise ValueError(message)
            return raw

        return self._read(name, default, parse, default)

    def integer(self, name: str, default: int, *, least: int = 0, most: int = 2**31) -> int:
        """Return a whole number between `least` and `most`."""

        def parse(raw: str) -> int:
            if not re.fullmatch(r"-?\d+", raw) or not least <= int(raw) <= most:
                message = f"{raw!r} is no whole number from {least} to {most}"
                raise ValueError(message)
            return int(raw)

        return self._read(name, default, parse, default)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a yes or no."""

        def parse(raw: str) -> bool:
            if raw.lower() in {"1", "true", "yes", "on"}:
                return True
            if raw.lower() in {"0", "false", "no", "off"}:
                return False
            message = f"{raw!r} is neither true nor false"
            raise ValueError(message)

        return self._read(name, default, parse, default)

    def items(self, name: str, default: Sequence[str] = ()) -> list[str]:
        """Return a list, written with commas."""

        def parse(raw: str) -> list[str]:
            return [part.strip() for part in raw.split(",") if part.strip()]

        return self._read(name, list(default), parse, [])

    def rate(self, name: str, default: str) -> str:
        """Return a throttle rate such as `100/minute`."""

        def parse(raw: str) -> str:
            if not _RATE.fullmatch(raw):
                message = f"{raw!r} is no rate such as 100/minute"
                raise ValueError(message)
            return raw

        return self._read(name, default, parse, default)

    def seconds(self, name: str, default: int) -> int:
        """Return a time in seconds, written as `900`, `15m`, `24h` or `7d`."""

        def parse(raw: str) -> int:
            match = _PERIOD.fullmatch(raw)
            if not match or int(match[1]) == 0:
                message = f"{raw!r} is no time such as 900, 15m, 24h or 7d"
                raise ValueError(message)
            return int(match[1]) * _SECONDS[match[2]]

        return self._read(name, default, parse, default)

    def url(
        self, name: str, default: str | None = None, *, schemes: Sequence[str] = ("http", "https")
    ) -> str:
        """Return an address without a closing slash; an empty default means that none is needed."""

        def parse(raw: str) -> str:
            parts = urlsplit(raw)
            if parts.scheme not in schemes or not (parts.netloc or parts.path):
                message = f"{raw!r} is no address that starts with {' or '.join(schemes)}"
                raise ValueError(message)
            return raw.rstrip("/")

        return self._read(name, default, parse, "")

    def keys(self, name: str, default: dict[str, bytes] | None = None) -> dict[str, bytes]:
        """Return keys of 32 bytes by id, written `id:hex,id:hex`; the first one seals."""

        def parse(raw: str) -> dict[str, bytes]:
            found: dict[str, bytes] = {}
            for part in raw.split(","):
                key_id, colon, value = part.strip().rpartition(":")
                key_id = key_id if colon else "1"
                if not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", key_id) or key_id in found:
                    message = "each key needs an id of its own (letters and digits)"
                    raise ValueError(message)
                found[key_id] = secret_bytes(value)
                if len(found[key_id]) != _AES_256_BYTES:
                    message = f"key {key_id!r} must be 32 bytes (64 hexadecimal digits)"
                    raise ValueError(message)
            return found

        return self._read(name, default, parse, {})

    def raw_bytes(self, name: str, default: bytes | None = None) -> bytes:
        """Return a key of at least 32 bytes, written as hexadecimal digits."""

        def parse(raw: str) -> bytes:
            value = secret_bytes(raw)
            if len(value) < _AES_256_BYTES:
                message = "it must be at least 32 bytes (64 hexadecimal digits)"
                raise ValueError(message)
            return value

        return self._read(name, default, parse, b"")

    def refuse(self, fault: str) -> None:
        """Add a fault that concerns more than one name."""
        self.faults.append(fault)

    def has_fault(self, name: str) -> bool:
        """Say whether something was found wrong with `name` itself."""
        return any(fault.startswith(f"{name} ") for fault in self.faults)

    def finish(self) -> None:
        """Raise ImproperlyConfigured with every fault found so far, one a line."""
        if self.faults:
            lines = "\n".join(f"  - {fault}" for fault in self.faults)
            message = f"RealTrack cannot start with this environment (see .env.example):\n{lines}"
            raise ImproperlyConfigured(message)


def secret_bytes(text: str) -> bytes:
    """Return the bytes of hexadecimal digits or of base64; raises ValueError."""
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text):
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        message = "a key is neither hexadecimal nor base64"
        raise ValueError(message) from error
