"""Identifiers: time-ordered UUIDs, so that new rows land at the end of an index."""

from __future__ import annotations

import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562, section 5.7), rising within a process.

    The 12 bits after the milliseconds are their fraction (method 3 of section 6.2); two made in
    the same step count on, so that the events of one statement keep their order.
    """
    global _last  # noqa: PLW0603 - the counter of the process
    nanoseconds = time.time_ns()
    step = (nanoseconds // 1_000_000 << 12) | (nanoseconds % 1_000_000 * 4096 // 1_000_000)
    with _lock:
        step = _last = max(step, _last + 1)
    value = (step >> 12 & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= (step & 0xFFF) << 64
    value |= 0b10 << 62
    value |= secrets.randbits(62)
    return uuid.UUID(int=value)
