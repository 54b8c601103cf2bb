"""The keeper of one state folder's servers: `python -m realtrack.embedded.keeper <state folder>`.

It runs apart from whoever started it, holds the keeper's lock for its life, restarts a server that
ends, and stops both once nobody has used them for a while. If it is killed, the kernel stops them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path

from realtrack.embedded.layout import Layout
from realtrack.embedded.locks import FileLock
from realtrack.embedded.postgres import Postgres
from realtrack.embedded.server import Server
from realtrack.embedded.valkey import Valkey

# Commands that follow each other share the servers; a forgotten pair is gone soon after.
IDLE_SECONDS = 5.0
_TICK = 0.2


class Keeper:
    """Watches the servers that users asked for."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.servers: dict[str, Server] = {}
        self.asked = threading.Event()
        self._idle_since = 0.0
        self._reported = ""

    def run(self) -> None:
        """Keep the servers until nobody uses them."""
        lock = FileLock(self.layout.keeper_lock)
        if not lock.take(seconds=5):
            return  # another keeper was quicker; whoever asked finds it
        signal.signal(signal.SIGTERM, lambda *_: self.asked.set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        users = FileLock(self.layout.users_lock)
        try:
            while not self._unused(users):
                self._serve()
                if self.asked.wait(_TICK):
                    self._idle_since = -IDLE_SECONDS  # asked to go: no grace, if nobody uses them
                    self.asked.clear()
            for server in reversed(self.servers.values()):
                server.stop()
            self._clean()
        finally:
            users.drop()
            lock.drop()

    def _unused(self, users: FileLock) -> bool:
        """Say whether to end: nobody held the users' lock for the grace time. Then it is ours."""
        if not users.take():
            self._idle_since = 0.0
            return False
        now = time.monotonic()
        if self._idle_since == 0.0:
            self._idle_since = now
        if self._idle_since < 0 or now - self._idle_since > IDLE_SECONDS:
            return True
        users.drop()
        return False

    def _serve(self) -> None:
        for name in ("postgres", "valkey"):
            if name not in self.servers and self.layout.wanted(name).exists():
                self.servers[name] = self._make(name)
                self._report()
        for server in self.servers.values():
            server.tick()
            self._report()

    def _make(self, name: str) -> Server:
        _claim_sockets(self.layout)
        if name == "postgres":
            return Postgres(self.layout, fast=self.layout.wanted("fast").exists())
        return Valkey(self.layout)

    def _report(self) -> None:
        """Write what is so, if it changed; a full disk delays the report and nothing else."""
        text = json.dumps(
            {
                "keeper": os.getpid(),
                "servers": {
                    name: {"pid": server.pid, "error": server.error, "starts": server.starts}
                    for name, server in self.servers.items()
                },
            }
        )
        if text == self._reported:
            return
        fresh = self.layout.report.with_suffix(".new")
        with contextlib.suppress(OSError):
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(self.layout.report)
            self._reported = text

    def _clean(self) -> None:
        """Remove what says that the servers run; only their data and logs stay."""
        with contextlib.suppress(OSError):
            self.layout.report.unlink(missing_ok=True)
            for name in ("postgres", "valkey", "fast"):
                self.layout.wanted(name).unlink(missing_ok=True)
            self.layout.valkey_socket.unlink(missing_ok=True)
            if self.layout.run not in self.layout.sockets.parents:
                shutil.rmtree(self.layout.sockets, ignore_errors=True)


def _claim_sockets(layout: Layout) -> None:
    """Make the sockets' folder ours; one that somebody else put there is refused."""
    folder = layout.sockets
    # As root, PostgreSQL's own account walks through it to a folder that only it may read.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    folder.mkdir(parents=True, exist_ok=True, mode=mode)
    status = folder.lstat()
    if folder.is_symlink() or status.st_uid != os.geteuid():
        message = f"{folder} is not ours; remove it, or name a shorter REALTRACK_VAR."
        raise PermissionError(message)
    folder.chmod(mode)


def main() -> None:
    """Run the keeper of the folder named on the command line."""
    Keeper(Layout(Path(sys.argv[1]))).run()


if __name__ == "__main__":
    main()
