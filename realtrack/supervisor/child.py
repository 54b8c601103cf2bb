"""One program's process: started, watched, restarted with growing pauses."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from typing import IO

from realtrack.embedded import processes
from realtrack.embedded.layout import PROJECT_ROOT
from realtrack.supervisor.programs import Program

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
# Who ran this long did not fail at its start: the next pause is short again.
_STEADY_SECONDS = 30.0


class Child:
    """The process of one program."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self.restarts = 0
        self.last_code: int | None = None
        self.started = 0.0
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = {**environment, **program.environment}
        self._pause = _FIRST_PAUSE
        self._due = float("inf")

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    @property
    def pid(self) -> int:
        """The pid while it runs, else 0."""
        return self.process.pid if self.process and self.process.returncode is None else 0

    @property
    def output(self) -> IO[bytes] | None:
        """Where its lines come from."""
        return self.process.stdout if self.process else None

    def start(self) -> None:
        """Start it in a session of its own; the kernel ends it if the supervisor is killed."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            cwd=PROJECT_ROOT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=self.program.keep,
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one thread
        )
        if self.process.stdout:
            os.set_blocking(self.process.stdout.fileno(), False)

    def ended(self) -> bool:
        """Say whether it ended just now; what it left of its group is killed, a restart is due."""
        if self.process is None or self.process.poll() is None:
            return False
        self.last_code = self.process.returncode
        self.kill()
        if time.monotonic() - self.started > _STEADY_SECONDS:
            self._pause = _FIRST_PAUSE
        self._due = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)
        self.process = None
        return True

    def restart_if_due(self) -> bool:
        """Start again once the pause is over."""
        if self.process is not None or time.monotonic() < self._due:
            return False
        self.restarts += 1
        self.start()
        return True

    def terminate(self) -> None:
        """Ask it to end what it does and go."""
        if self.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End its whole group at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
