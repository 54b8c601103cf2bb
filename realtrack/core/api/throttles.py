"""Throttles in Redis, shared by all processes: bearer clients by three windows, sessions apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from realtrack.core.limits import window_hit

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

# A page and its fragments come in bursts; a person does not click faster than this.
SESSION_PER_SECOND = 60
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def parse_rate(rate: str) -> tuple[int, int]:
    """Return (hits, seconds) of `100/minute`; raises ValueError on anything else."""
    count, _, period = rate.partition("/")
    if not period or period[0] not in _SECONDS:
        message = f"{rate!r} is not a rate such as 100/minute"
        raise ValueError(message)
    return int(count), _SECONDS[period[0]]


def caller_of(request: Request) -> str:
    """Name whom a hit counts for: the user, or the address of a stranger."""
    user = request.user
    if user.is_authenticated:
        return f"user:{user.pk}"
    return f"ip:{client_ip(request)}"


def client_ip(request: Request) -> str:
    """Return the caller's address as the trusted-proxy middleware settled it."""
    return str(request.META.get("REMOTE_ADDR", ""))


class WindowThrottle(BaseThrottle):
    """Counts bearer and anonymous callers in one window of `settings.THROTTLES[scope]`."""

    scope: ClassVar[str] = ""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        if getattr(view, "throttle_free", False):
            return True
        if request.user.is_authenticated and request.auth is None:
            if self.scope != "short":
                return True
            limit, seconds = SESSION_PER_SECOND, 1
        else:
            limit, seconds = parse_rate(settings.THROTTLES[self.scope])
        self._wait = window_hit(
            f"throttle:{self.scope}:{caller_of(request)}", limit=limit, seconds=seconds
        )
        return self._wait == 0.0

    def wait(self) -> float | None:
        return self._wait


class BurstThrottle(WindowThrottle):
    scope = "short"


class SustainedThrottle(WindowThrottle):
    scope = "medium"


class LongThrottle(WindowThrottle):
    scope = "long"


class EndpointThrottle(BaseThrottle):
    """A limit of the view's own: `endpoint_rates = {"POST": "10/minute"}`, sessions included."""

    def __init__(self) -> None:
        self._wait = 0.0

    def allow_request(self, request: Request, view: APIView) -> bool:
        rate = getattr(view, "endpoint_rates", {}).get(request.method)
        if rate is None:
            return True
        limit, seconds = parse_rate(rate)
        self._wait = window_hit(
            f"endpoint:{type(view).__name__}:{caller_of(request)}",
            limit=limit,
            seconds=seconds,
        )
        return self._wait == 0.0

    def wait(self) -> float | None:
        return self._wait
