"""Children's lines: all of them into a log file each, to the terminal only what a person wants."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import IO

_LOG_LIMIT = 20 * 1024 * 1024
_QUIET_LEVELS = frozenset({"debug", "info"})
_CHUNK = 65536
# A line without an end is cut here rather than gathered for ever.
_LONGEST_LINE = 256 * 1024


def say(text: str) -> None:
    """Print a line of the supervisor's own; a terminal that has gone away stops nothing."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


class LineSink:
    """Takes what one child writes."""

    def __init__(self, name: str, log: Path, *, verbose: bool) -> None:
        self.name = name
        self.log = log
        self.verbose = verbose
        self._rest = b""

    def drain(self, stream: IO[bytes]) -> bool:
        """Read what is there now; False once the writer has closed. The stream does not block."""
        while True:
            try:
                data = os.read(stream.fileno(), _CHUNK)
            except BlockingIOError:
                return True
            if not data:
                return False
            self.take(data)

    def take(self, data: bytes) -> None:
        """Log `data` and show its whole lines."""
        # A full disk costs lines of the log, never the run.
        with contextlib.suppress(OSError):
            if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".old.log"))
            with self.log.open("ab") as stream:
                stream.write(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LONGEST_LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            self._show(line.decode("utf-8", "replace").rstrip())

    def _show(self, line: str) -> None:
        if line and (self.verbose or not is_routine(line)):
            say(f"{self.name:>14} | {line}")


def is_routine(line: str) -> bool:
    """Say whether a line is JSON of level info or below."""
    if not line.startswith("{"):
        return False
    try:
        entry = json.loads(line)
    except ValueError:
        return False
    return isinstance(entry, dict) and entry.get("level") in _QUIET_LEVELS
