"""Rate buckets and locks in Redis: one Lua script each, the server's clock, fair to all processes."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from realtrack.core import redis
from realtrack.core.errors import Conflict

# Tokens come continuously (`rate` per second, `capacity` at most). Answers {allowed, wait in ms}.
# A refused caller takes nothing, so that waiting callers are not pushed back by impatient ones.
_BUCKET = """
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local rate, capacity, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'ms')
local tokens = tonumber(state[1]) or capacity
local last = tonumber(state[2]) or ms
tokens = math.min(capacity, tokens + math.max(0, ms - last) * rate / 1000)
local allowed, wait = 0, 0
if tokens >= cost then
  tokens = tokens - cost
  allowed = 1
else
  wait = math.ceil((cost - tokens) * 1000 / rate)
end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'ms', ms)
redis.call('PEXPIRE', KEYS[1], math.ceil(capacity * 1000 / rate) + 60000)
return {allowed, wait}
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""

# Fixed windows of whole seconds; answers {count, milliseconds until the window ends}.
_WINDOW = """
local count = redis.call('INCRBY', KEYS[1], ARGV[2])
if count == tonumber(ARGV[2]) then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
local left = redis.call('PTTL', KEYS[1])
if left < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]); left = tonumber(ARGV[1]) end
return {count, left}
"""


@lru_cache(maxsize=8)
def _script(source: str) -> Any:
    return redis.client().register_script(source)


def bucket_take(name: str, *, rate: float, capacity: float, cost: float = 1) -> float:
    """Take `cost` tokens of the shared bucket: 0.0 when taken, else the seconds to wait.

    `rate` is tokens per second, `capacity` the burst. Raises redis.RedisError when Redis is gone.
    """
    allowed, wait = _script(_BUCKET)(keys=[redis.key("bucket", name)], args=[rate, capacity, cost])
    return 0.0 if int(allowed) else int(wait) / 1000


def window_hit(name: str, *, limit: int, seconds: float, cost: int = 1) -> float:
    """Count a hit in the window: 0.0 while within `limit`, else the seconds until it ends."""
    count, left = _script(_WINDOW)(
        keys=[redis.key("window", name)], args=[int(seconds * 1000), cost]
    )
    return 0.0 if int(count) <= limit else max(0.001, int(left) / 1000)


@contextmanager
def held(name: str, *, seconds: float) -> Iterator[None]:
    """Hold a lock of that name for at most `seconds`; raises Conflict when another holds it.

    For work that must not run twice at once but may (idempotent); rows are locked in PostgreSQL.
    """
    token = secrets.token_hex(8)
    name_key = redis.key("lock", name)
    if not redis.client().set(name_key, token, nx=True, px=int(seconds * 1000)):
        raise Conflict("This is being done by another process right now.")
    try:
        yield
    finally:
        # It ends by itself; the work is done and must not fail for this.
        with suppress(redis.RedisError):
            _script(_RELEASE)(keys=[name_key], args=[token])
