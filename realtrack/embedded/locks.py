"""File locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path


class FileLock:
    """A `flock` on one file; shared or alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor = -1

    @property
    def held(self) -> bool:
        """Whether this object holds it."""
        return self._descriptor >= 0

    def take(self, *, shared: bool = False, seconds: float = 0.0) -> bool:
        """Take the lock, waiting up to `seconds`; False when somebody else still holds it."""
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        deadline = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    return False
                time.sleep(0.02)
            else:
                self._descriptor = descriptor
                return True

    def drop(self) -> None:
        """Let go; nothing happens when it is not held."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def is_taken(path: Path) -> bool:
    """Say whether somebody holds the lock alone."""
    if not path.exists():
        return False
    probe = FileLock(path)
    if probe.take(shared=True):
        probe.drop()
        return False
    return True


def holders(path: Path) -> list[int]:
    """Return the processes that the kernel knows to hold `path`, as far as it tells."""
    try:
        inode = path.stat().st_ino
        lines = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return []
    # 1: FLOCK  ADVISORY  READ 1234 fe:01:5678 0 EOF
    found = set()
    for line in lines:
        parts = line.split()
        if "->" not in parts and len(parts) > 5 and parts[5].endswith(f":{inode}"):
            found.add(int(parts[4]))
    return sorted(found)
