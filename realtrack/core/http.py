"""The one outbound HTTP client: time-outs, retries, circuit breaker, redacted logs, safe URLs."""

from __future__ import annotations

import ipaddress
import random
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from realtrack.core import context, redis
from realtrack.core.errors import InvalidInput

logger = structlog.get_logger(__name__)

RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
# Five failures in a row open the circuit; one trial call after 30 s closes it again.
BREAKER_FAILURES = 5
BREAKER_OPEN_SECONDS = 30
MAX_RETRY_WAIT_SECONDS = 20.0
_SAFE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})


class Failure(StrEnum):
    """Why there is no answer."""

    NETWORK = "network"
    TIMEOUT = "timeout"
    CIRCUIT_OPEN = "circuit_open"


class NoAnswer(Exception):
    """The service did not answer; whether it acted is unknown unless `failure` is CIRCUIT_OPEN."""

    def __init__(self, service: str, failure: Failure, *, retry_after: float) -> None:
        self.service = service
        self.failure = failure
        self.retry_after = retry_after
        super().__init__(f"{service} did not answer ({failure.value})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whatever its status: judging it is the caller's part."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    seconds: float

    def json(self) -> Any:
        """Return the parsed body; raises ValueError when it is not JSON (an HTML page, a cut)."""
        import json

        return json.loads(self.content)

    @property
    def retry_after(self) -> float | None:
        """Seconds that the service asks us to wait, from Retry-After in either form."""
        return parse_retry_after(self.headers.get("retry-after", ""))


def parse_retry_after(text: str) -> float | None:
    """Read a Retry-After value (RFC 9110, section 10.2.3): seconds or a date; None if neither."""
    text = text.strip()
    if not text:
        return None
    if text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=1)
def _client() -> httpx.Client:
    return httpx.Client(
        timeout=TIMEOUT,
        follow_redirects=False,
        limits=httpx.Limits(max_connections=64, max_keepalive_connections=16),
        headers={"User-Agent": "RealTrack/1.0"},
        trust_env=False,
    )


def request(
    service: str,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, str] | None = None,
    json: Any = None,
    content: bytes | None = None,
    data: Mapping[str, str] | None = None,
    files: Any = None,
    auth: tuple[str, str] | None = None,
    timeout: float | None = None,
    attempts: int = 3,
    idempotent: bool | None = None,
) -> Answer:
    """Call an outside service and return its answer, of whatever status.

    Retries network faults and RETRY_STATUSES up to `attempts` times in all, with jitter and
    Retry-After (waits over 20 s are left to the caller), but only where the call may be repeated:
    `idempotent`, by default GET, HEAD, PUT and DELETE. Raises NoAnswer when nothing came back or
    the service's circuit is open. Never call it inside a transaction.
    """
    repeatable = method.upper() in _SAFE_METHODS if idempotent is None else idempotent
    _refuse_when_open(service)
    for attempt in range(1, attempts + 1):
        last = attempt == attempts or not repeatable
        try:
            answer = _send(
                service, method, url, headers=headers, params=params, json=json, content=content,
                data=data, files=files, auth=auth, timeout=timeout,
            )  # fmt: skip
        except NoAnswer:
            _note(service, failed=True)
            if last:
                raise
            time.sleep(_wait(attempt, None))
            continue
        _note(service, failed=answer.status >= 500)
        wait = answer.retry_after
        if answer.status not in RETRY_STATUSES or last:
            return answer
        if wait is not None and wait > MAX_RETRY_WAIT_SECONDS:
            return answer
        time.sleep(_wait(attempt, wait))
    raise AssertionError  # the loop returns or raises


def _send(service: str, method: str, url: str, *, timeout: float | None, **options: Any) -> Answer:
    started = time.monotonic()
    headers = dict(options.pop("headers") or {})
    if context.request_id():
        headers.setdefault("X-Correlation-ID", context.request_id())
    sendable = {name: value for name, value in options.items() if value is not None}
    if timeout is not None:
        sendable["timeout"] = httpx.Timeout(timeout, connect=min(5.0, timeout))
    try:
        response = _client().request(method, url, headers=headers, **sendable)
    except httpx.TimeoutException as error:
        failure = Failure.TIMEOUT
        cause: Exception = error
    except httpx.TransportError as error:
        failure = Failure.NETWORK
        cause = error
    else:
        seconds = time.monotonic() - started
        logger.info(
            "outbound", service=service, method=method, path=urlsplit(url).path,
            status=response.status_code, seconds=round(seconds, 3),
        )  # fmt: skip
        return Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            content=response.content,
            seconds=seconds,
        )
    logger.warning(
        "outbound_failed", service=service, method=method, path=urlsplit(url).path,
        failure=failure.value, error=type(cause).__name__,
    )  # fmt: skip
    raise NoAnswer(service, failure, retry_after=30.0) from cause


def _wait(attempt: int, asked: float | None) -> float:
    # Full jitter on 0.5, 1, 2 s …; what the service asks for is the least.
    backoff = random.uniform(0.1, 0.5 * 2 ** (attempt - 1))  # noqa: S311 - jitter, not a secret
    return min(MAX_RETRY_WAIT_SECONDS, max(backoff, asked or 0.0))


def _refuse_when_open(service: str) -> None:
    try:
        left = redis.client().pttl(redis.key("breaker-open", service))
    except redis.RedisError:
        # Without Redis there is no breaker; the call itself still has its time-outs.
        return
    if isinstance(left, int) and left > 0:
        raise NoAnswer(service, Failure.CIRCUIT_OPEN, retry_after=left / 1000)


def _note(service: str, *, failed: bool) -> None:
    failures = redis.key("breaker-failures", service)
    try:
        if not failed:
            redis.client().delete(failures)
            return
        count = redis.client().incr(failures)
        redis.client().expire(failures, 300)
        if isinstance(count, int) and count >= BREAKER_FAILURES:
            redis.client().set(
                redis.key("breaker-open", service), "1", px=BREAKER_OPEN_SECONDS * 1000
            )
            # One failed trial opens it again at once.
            redis.client().set(failures, BREAKER_FAILURES - 1, ex=300)
            logger.warning("circuit_open", service=service)
    except redis.RedisError:
        return


def circuit_state(service: str) -> float:
    """Return for how many more seconds the service's circuit is open; 0.0 when it is closed."""
    left = redis.client().pttl(redis.key("breaker-open", service))
    return left / 1000 if isinstance(left, int) and left > 0 else 0.0


def circuit_close(service: str) -> None:
    """Close the circuit by hand ("try now")."""
    redis.client().delete(
        redis.key("breaker-open", service), redis.key("breaker-failures", service)
    )


def fetch_given_url(url: str, *, max_bytes: int, timeout: float = 20.0) -> Answer:
    """GET an address that a user gave: http(s) only, never a private one, also after redirects.

    At most 3 redirects and `max_bytes` bytes. Raises InvalidInput with the reason, NoAnswer when
    there is none.
    """
    for _ in range(4):
        address = _public_address(url)
        answer = _fetch_once(url, address, max_bytes=max_bytes, timeout=timeout)
        location = answer.headers.get("location", "")
        if answer.status not in {301, 302, 303, 307, 308} or not location:
            return answer
        url = urljoin(url, location)
    raise InvalidInput("The address redirects too often.", fields={"url": "Too many redirects."})


def _public_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise InvalidInput(fields={"url": "Give an address that begins with https:// or http://."})
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise InvalidInput(fields={"url": "This host name is not known."}) from error
    for entry in found:
        if not ipaddress.ip_address(entry[4][0]).is_global:
            raise InvalidInput(fields={"url": "This address is inside a private network."})
    return str(found[0][4][0])


def _fetch_once(url: str, address: str, *, max_bytes: int, timeout: float) -> Answer:
    parts = urlsplit(url)
    host = f"[{address}]" if ":" in address else address
    pinned = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()
    started = time.monotonic()
    body = bytearray()
    try:
        # The checked address is called, so that a second look-up cannot lead elsewhere.
        with _client().stream(
            "GET",
            pinned,
            headers={"Host": parts.netloc.rpartition("@")[2]},
            extensions={"sni_hostname": parts.hostname or ""},
            timeout=timeout,
        ) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > max_bytes:
                    raise InvalidInput(
                        fields={"url": f"What is there is larger than {max_bytes} bytes."}
                    )
            return Answer(
                status=response.status_code,
                headers={name.lower(): value for name, value in response.headers.items()},
                content=bytes(body),
                seconds=time.monotonic() - started,
            )
    except httpx.TimeoutException as error:
        raise NoAnswer(parts.hostname or "", Failure.TIMEOUT, retry_after=30.0) from error
    except httpx.TransportError as error:
        raise NoAnswer(parts.hostname or "", Failure.NETWORK, retry_after=30.0) from error
