"""What both servers share: one child process that the keeper starts, watches and restarts."""

from __future__ import annotations

import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO

from realtrack.embedded import processes

# A server that cannot start (a full disk) is tried again and again, but not more often than this.
_LONGEST_PAUSE = 10.0
_LOG_LIMIT = 10 * 1024 * 1024


class StartError(Exception):
    """The server did not start; the message says why and what to do."""


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log, or an empty string."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])


class Server(ABC):
    """One of the two servers; `tick` keeps it running."""

    name: str
    stop_signal: int = signal.SIGTERM
    stop_patience: float = 20.0
    start_patience: float = 60.0

    def __init__(self, log: Path) -> None:
        self.log = log
        self.child: subprocess.Popen[bytes] | None = None
        self.error = ""
        self.starts = 0
        self._started = 0.0
        self._next_try = 0.0
        self._pause = 0.2

    @abstractmethod
    def prepare(self) -> None:
        """Make the data folder usable and remove what a dead server left; raises StartError."""

    @abstractmethod
    def spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the process."""

    @abstractmethod
    def answers(self) -> bool:
        """Say whether the server takes connections now."""

    def after_start(self) -> None:  # noqa: B027  # one of the two needs nothing more
        """Do what must be done once the server answers."""

    @property
    def pid(self) -> int:
        """The running child's pid, or 0."""
        return self.child.pid if self.child and self.child.poll() is None else 0

    def tick(self) -> bool:
        """Start the server if it is not there; True while it runs and answered once."""
        if self.pid:
            return True
        if time.monotonic() < self._next_try:
            return False
        lived = time.monotonic() - self._started
        self._pause = 0.2 if lived > 60 else min(self._pause * 2, _LONGEST_PAUSE)
        try:
            self.start()
        except (StartError, OSError) as error:
            self.error = str(error)
            self._next_try = time.monotonic() + self._pause
            return False
        self.error = ""
        return True

    def start(self) -> None:
        """Start and wait until the server answers; raises StartError or OSError."""
        self.child = None
        self.starts += 1
        self.prepare()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            child = self.spawn(log)
        deadline = time.monotonic() + self.start_patience
        while not self.answers():
            if child.poll() is not None:
                raise StartError(self.explain(f"ended with code {child.returncode}"))
            if time.monotonic() > deadline:
                processes.end([child.pid], patience=2)
                child.wait()
                raise StartError(self.explain(f"gave no answer in {self.start_patience:.0f} s"))
            time.sleep(0.02)
        self.child = child
        self._started = time.monotonic()
        self.after_start()

    def explain(self, what: str) -> str:
        """Return a message with the end of the log, and the cause first where we know it."""
        end = tail(self.log)
        if "No space left on device" in end:
            what = "found the disk full; free some space, it then starts by itself"
        return f"{self.name} {what}. Log: {self.log}\n{end}"

    def stop(self) -> None:
        """Stop the server; returns when it has gone."""
        if self.child is None:
            return
        if self.child.poll() is None:
            self.child.send_signal(self.stop_signal)
            try:
                self.child.wait(self.stop_patience)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.child = None
