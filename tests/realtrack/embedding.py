"""What the tests of the embedded servers share: waiting, and asking both."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import redis

from realtrack import embedded
from realtrack.embedded.layout import Layout

AWKWARD_NAME = "Schöne Räder & Co"


def wait_until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition of another process; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def server_pids(state: Path) -> dict[str, int]:
    report = embedded.client.read_report(Layout(state))
    assert report is not None
    return {
        "keeper": report["keeper"],
        **{name: server["pid"] for name, server in report["servers"].items()},
    }


def select_one(servers: embedded.Servers) -> int:
    with psycopg.connect(servers.database_url, connect_timeout=5) as connection:
        row = connection.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def answers(servers: embedded.Servers) -> bool:
    try:
        return select_one(servers) == 1 and bool(redis.Redis.from_url(servers.redis_url).ping())
    except (psycopg.Error, redis.RedisError):
        return False
