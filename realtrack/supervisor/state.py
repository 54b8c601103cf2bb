"""What the supervisor writes down for `status` and `stop`, and what a dead one left."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import TypedDict

from realtrack.embedded.client import SUPERVISED
from realtrack.embedded.layout import Layout


class ProgramState(TypedDict):
    """One program's line."""

    pid: int
    state: str
    restarts: int
    last_code: int | None
    uptime: int


class RunState(TypedDict):
    """The whole run."""

    pid: int
    address: str
    sandbox: str
    programs: dict[str, ProgramState]


def lock_path(layout: Layout) -> Path:
    """Return the lock that a running supervisor holds."""
    return layout.run / "supervisor.lock"


def state_path(layout: Layout) -> Path:
    """Return the file of the state."""
    return layout.run / "supervisor.json"


def write(layout: Layout, state: RunState) -> None:
    """Store the state at once or not at all; a full disk is no reason to end."""
    path = state_path(layout)
    fresh = path.with_suffix(".new")
    with contextlib.suppress(OSError):
        fresh.write_text(json.dumps(state, indent=1), encoding="utf-8")
        fresh.replace(path)


def read(layout: Layout) -> RunState | None:
    """Return the last state, or None."""
    try:
        state: RunState = json.loads(state_path(layout).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return state


def mark_of(layout: Layout) -> str:
    """Return the mark that the children of this folder's supervisor carry in their environment."""
    return f"{SUPERVISED}={layout.digest}"


def marked(layout: Layout) -> list[int]:
    """Return every process that carries the mark, their own children included."""
    mark = mark_of(layout).encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal() or int(entry.name) == os.getpid():
            continue
        try:
            environment = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mark in environment:
            found.append(int(entry.name))
    return found
