"""The project's own PostgreSQL and Valkey, for whoever names no servers of their own.

Every process that needs them calls `ensure()`. One keeper process per state folder starts both,
restarts what dies, and ends with them when the last user has gone; nobody needs to know who was
first. Users hold a shared file lock for their life, so that a killed one is never counted.
"""

from __future__ import annotations

from realtrack.embedded.client import (
    EmbeddedError,
    Servers,
    ensure,
    keep_alive,
    postgres_data,
    release,
    stop_if_unused,
    users,
)
from realtrack.embedded.layout import Layout, state_dir_from_environment

__all__ = [
    "EmbeddedError",
    "Layout",
    "Servers",
    "ensure",
    "keep_alive",
    "postgres_data",
    "release",
    "state_dir_from_environment",
    "stop_if_unused",
    "users",
]
