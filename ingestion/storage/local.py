"""Photos on the local disk, below `media/` of the state folder."""

from __future__ import annotations

import datetime
import mimetypes
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from ingestion.storage.base import PUT_SECONDS, SignedPut, StoredObject
from ingestion.storage.tokens import PutGrant, grant_sign
from realtrack.core.errors import InvalidInput, TooLarge
from realtrack.core.registry import HealthResult

_CHUNK = 256 * 1024
_PARTS = ".parts"


class LocalStorage:
    """Files appear under their key whole, by a rename within the same disk."""

    bucket = "local"

    def __init__(self, root: Path) -> None:
        self._root = root

    @classmethod
    def from_settings(cls) -> LocalStorage:
        """The storage of this installation."""
        return cls(Path(settings.MEDIA_ROOT))

    def sign_put(self, *, key: str, size: int, mime_type: str) -> SignedPut:
        """Return a path of ours that takes just these bytes."""
        token = grant_sign(PutGrant(key=key, size=size, mime_type=mime_type))
        return SignedPut(
            url=f"/api/storage/put/{token}",
            headers={"Content-Type": mime_type, "Content-Length": str(size)},
            expires_at=timezone.now() + datetime.timedelta(seconds=PUT_SECONDS),
        )

    def receive(self, grant: PutGrant, stream: BinaryIO) -> None:
        """Write what comes, and not a byte more than was announced.

        Raises TooLarge at the first byte too many, InvalidInput where the sender stopped early;
        in both cases nothing stays.
        """
        with self._part() as (part, path):
            received = 0
            while chunk := stream.read(min(_CHUNK, grant.size - received + 1)):
                received += len(chunk)
                if received > grant.size:
                    message = f"{grant.size} bytes were announced; more arrived."
                    raise TooLarge(message)
                part.write(chunk)
            if received < grant.size:
                message = f"{grant.size} bytes were announced, {received} arrived. Send it again."
                raise InvalidInput(message, code="size_mismatch")
            self._place(path, grant.key)

    def stat(self, key: str) -> StoredObject | None:
        path = self._path(key)
        if not path.is_file():
            return None
        mime_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        return StoredObject(size=path.stat().st_size, mime_type=mime_type)

    @contextmanager
    def local_copy(self, key: str) -> Iterator[Path]:
        """Give the file itself: it lies here."""
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    def read(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def save(self, key: str, data: bytes, mime_type: str) -> None:
        del mime_type
        with self._part() as (part, path):
            part.write(data)
            self._place(path, key)

    def move(self, source: str, target: str) -> None:
        there = self._path(target)
        there.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._path(source).replace(there)
        except FileNotFoundError:
            if not there.exists():
                raise
        self._forget_folder(source)

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)
        self._forget_folder(key)

    def stale_keys(self, prefix: str, *, older_than: datetime.datetime) -> list[str]:
        limit = older_than.timestamp()
        base = self._root / prefix
        return [
            path.relative_to(self._root).as_posix()
            for path in (sorted(base.rglob("*")) if base.is_dir() else [])
            if path.is_file() and path.stat().st_mtime < limit
        ]

    def health(self) -> HealthResult:
        key = f"{_PARTS}/health"
        try:
            self.save(key, b"ok", "text/plain")
            well = self.read(key) == b"ok"
            self.delete(key)
        except OSError as error:
            return HealthResult(ok=False, detail=f"photos cannot be written: {error.strerror}")
        return HealthResult(ok=well, detail="local disk")

    @contextmanager
    def _part(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A file that is gone after the block unless it was placed."""
        folder = self._root / _PARTS
        folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=folder)
        path = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as part:
                yield part, path
        finally:
            path.unlink(missing_ok=True)

    def _place(self, part: Path, key: str) -> None:
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        # The name appears only when the bytes are on the disk.
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(target)

    def _path(self, key: str) -> Path:
        path = (self._root / key).resolve()
        if not path.is_relative_to(self._root.resolve()):
            message = f"{key!r} lies outside the storage"
            raise ValueError(message)
        return path

    def _forget_folder(self, key: str) -> None:
        """Uploads have a folder each; an empty one goes with its file."""
        folder = self._path(key).parent
        if key.startswith("temp/") and folder != self._root / "temp":
            try:
                folder.rmdir()
            except OSError:
                # Not empty, or gone by another process.
                return
