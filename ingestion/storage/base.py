"""What a storage can do. Keys are relative paths with `/`; nothing here is in a transaction."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from realtrack.core.registry import HealthResult

# Time to begin sending; of the specification.
PUT_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPut:
    """Where to PUT the bytes with just these headers; `url` may be a path of ours."""

    url: str
    headers: Mapping[str, str]
    expires_at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """What is there."""

    size: int
    mime_type: str


class Storage(Protocol):
    """Local disk or S3. Every write is whole or not at all; every call may be repeated."""

    bucket: str

    def sign_put(self, *, key: str, size: int, mime_type: str) -> SignedPut:
        """Sign a PUT to exactly this key, of exactly this length and type, for 5 minutes."""
        ...

    def stat(self, key: str) -> StoredObject | None:
        """Return what is there, or None."""
        ...

    def local_copy(self, key: str) -> AbstractContextManager[Path]:
        """Give a readable file for the time of the block; raises FileNotFoundError."""
        ...

    def read(self, key: str) -> bytes:
        """Return the bytes; raises FileNotFoundError."""
        ...

    def save(self, key: str, data: bytes, mime_type: str) -> None:
        """Write the object, replacing one of that key."""
        ...

    def move(self, source: str, target: str) -> None:
        """Give an object another key; does nothing where it was moved before."""
        ...

    def delete(self, key: str) -> None:
        """Remove the object; nothing happens where there is none."""
        ...

    def stale_keys(self, prefix: str, *, older_than: datetime.datetime) -> list[str]:
        """Return the keys below `prefix` that were last written before that time."""
        ...

    def health(self) -> HealthResult:
        """Try to write, read and remove a small object."""
        ...
