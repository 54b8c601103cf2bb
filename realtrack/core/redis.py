"""The shared Redis: one client per process, short time-outs, errors as `Unavailable`."""

from __future__ import annotations

from functools import lru_cache

import redis as redis_library
from django.conf import settings

RedisError = redis_library.RedisError
# Prefix of every key of ours; broker and cache share the server.
PREFIX = "rt:"


@lru_cache(maxsize=1)
def client() -> redis_library.Redis:
    """Return this process's client; connecting and answering take 2 s at most."""
    return redis_library.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=2,
        socket_connect_timeout=2,
        health_check_interval=30,
        decode_responses=True,
    )


def key(*parts: str) -> str:
    """Return a namespaced key."""
    return PREFIX + ":".join(parts)
