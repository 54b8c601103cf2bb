"""How many calls eBay allows: one count for all workers, corrected by what eBay says.

Each API has a bucket that fills over the day and a count of the day. Orders may take the last
call, stock leaves a little for orders, publishing leaves more for both. A refusal (429) closes the
API for everyone until the moment that eBay names.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings

from channels_app.adapters.base import CallBudget, ChannelError, TryAgain
from channels_app.adapters.ebay.config import BUDGETS
from realtrack.core import redis

if TYPE_CHECKING:
    from collections.abc import Iterator

# Waiting this long for a token of the bucket is cheaper than coming back.
PATIENCE_SECONDS = 5.0
# eBay's days end there.
PACIFIC = ZoneInfo("America/Los_Angeles")
DAY_SECONDS = 86_400


class Purpose(Enum):
    """What a call is for, and the share of a limit that it leaves to those before it."""

    ORDERS = 0.0
    STOCK = 0.05
    PUBLISH = 0.15


_purpose: ContextVar[Purpose] = ContextVar("ebay_purpose", default=Purpose.ORDERS)

# Tokens come continuously; one is given only where `reserve` stay for who goes before. Answers
# milliseconds to wait, 0 when taken; a closed API answers how long it stays closed.
_TAKE = """
local closed = redis.call('PTTL', KEYS[2])
if closed > 0 then return closed end
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local rate, capacity, reserve = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'ms')
local tokens = tonumber(state[1]) or capacity
local last = tonumber(state[2]) or ms
tokens = math.min(capacity, tokens + math.max(0, ms - last) * rate / 1000)
local wait = 0
if tokens >= 1 + reserve then
  tokens = tokens - 1
  redis.call('INCR', KEYS[3])
  redis.call('EXPIRE', KEYS[3], 172800)
else
  wait = math.max(1, math.ceil((1 + reserve - tokens) * 1000 / rate))
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'ms', ms)
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity * 1000 / rate) + 60000)
return wait
"""


@lru_cache(maxsize=1)
def _script() -> Any:
    return redis.client().register_script(_TAKE)


@dataclass(frozen=True, slots=True)
class _Keys:
    bucket: str
    closed: str
    count: str
    told: str


def _keys(api: str, service: str) -> _Keys:
    # The picture service counts by seller, everything else by application.
    name = f"{settings.EBAY_CLIENT_ID}:{api}" + (f":{service}" if api == "media" else "")
    day = datetime.datetime.now(PACIFIC).date().isoformat()
    return _Keys(
        bucket=redis.key("ebay-bucket", name),
        closed=redis.key("ebay-closed", name),
        count=redis.key("ebay-count", name, day),
        told=redis.key("ebay-told", name),
    )


@contextmanager
def spending(purpose: Purpose) -> Iterator[None]:
    """Say what the calls of the block are for; without it they count as orders."""
    token = _purpose.set(purpose)
    try:
        yield
    finally:
        _purpose.reset(token)


def take(api: str, service: str) -> None:
    """Take one call. Raises ChannelError(TryAgain) when none comes free within the patience."""
    budget = BUDGETS.get(api)
    if budget is None:
        return
    keys = _keys(api, service)
    reserve = budget.burst * _purpose.get().value
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            wait = (
                int(
                    _script()(
                        keys=[keys.bucket, keys.closed, keys.count],
                        args=[budget.rate, budget.burst, reserve],
                    )
                )
                / 1000
            )
        except redis.RedisError:
            # Without Redis nobody counts; eBay's own limit still stands.
            return
        if wait == 0.0:
            return
        if time.monotonic() + wait > deadline:
            words = "The calls that eBay allows are used up."
            raise ChannelError(TryAgain(reason=words, after=wait, error_id="2001"))
        time.sleep(wait)


def refused(api: str, service: str, *, seconds: float | None) -> None:
    """eBay said that the limit is reached: nobody calls this API until it opens again.

    Without Retry-After it is closed for a short while: most limits are of seconds or of a day, and
    the rate-limit API, asked hourly, knows which.
    """
    if api not in BUDGETS:
        return
    try:
        wait = max(1, int((seconds or 10.0) * 1000))
        redis.client().set(_keys(api, service).closed, "429", px=min(wait, DAY_SECONDS * 1000))
    except redis.RedisError:
        return


def told(api: str, *, limit: int, remaining: int, reset: str) -> None:
    """Keep what the rate-limit API says; a day that is spent closes the API until its reset."""
    keys = _keys(api, "")
    left_s = _seconds_until(reset)
    values = {"limit": limit, "remaining": remaining, "reset": reset, "at": int(time.time())}
    try:
        redis.client().hset(keys.told, mapping=values)
        redis.client().expire(keys.told, DAY_SECONDS)
        if remaining <= 0 and left_s > 0:
            redis.client().set(keys.closed, "day", px=int(left_s * 1000))
    except redis.RedisError:
        return


def _seconds_until(moment: str) -> float:
    try:
        parsed = datetime.datetime.fromisoformat(moment)
    except ValueError:
        return 0.0
    return (parsed - datetime.datetime.now(datetime.UTC)).total_seconds()


def state() -> list[CallBudget]:
    """Return each API's limit, what is used and left today, and until when it is closed."""
    found = []
    for api, budget in BUDGETS.items():
        if api == "media":
            continue
        keys = _keys(api, "")
        try:
            used = int(redis.client().get(keys.count) or 0)  # type: ignore[arg-type]  # str here
            kept: Mapping[str, str] = redis.client().hgetall(keys.told)  # type: ignore[assignment]  # as above
            closed_ms = int(redis.client().pttl(keys.closed))  # type: ignore[arg-type]  # as above
        except redis.RedisError:
            used, kept, closed_ms = 0, {}, 0
        found.append(_budget(api, round(budget.rate * DAY_SECONDS), used, kept, closed_ms))
    return found


def _budget(api: str, known: int, used: int, kept: Mapping[str, str], closed_ms: int) -> CallBudget:
    limit = int(kept.get("limit", known))
    left = max(0, limit - used)
    if kept:
        # eBay counts all applications' workers; we may have called since it was asked.
        left = min(left, int(kept["remaining"]))
        used = max(used, limit - int(kept["remaining"]))
    now = datetime.datetime.now(datetime.UTC)
    midnight = datetime.datetime.now(PACIFIC).replace(
        hour=0, minute=0, second=0, microsecond=0
    ) + datetime.timedelta(days=1)
    closed = now + datetime.timedelta(milliseconds=closed_ms) if closed_ms > 0 else None
    return CallBudget(
        api=api,
        limit=limit,
        used=used,
        left=left,
        resets_at=datetime.datetime.fromisoformat(kept["reset"]) if kept else midnight,
        closed_until=closed,
        is_told=bool(kept),
    )
