"""What a process that needs the servers calls."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from realtrack.embedded import processes
from realtrack.embedded.layout import PROJECT_ROOT, Layout, state_dir_from_environment
from realtrack.embedded.locks import FileLock, holders, is_taken

# initdb on a slow disk plus a recovery after a crash
START_SECONDS = 90.0
# With less a keeper could not even write down why nothing starts.
_LEAST_FREE = 4 * 1024 * 1024
# The supervisor marks its children with this variable; the keeper outlives them and is none.
SUPERVISED = "REALTRACK_SUPERVISED"

_held: dict[Path, FileLock] = {}


class EmbeddedError(Exception):
    """The servers could not be started; the message says why and what to do."""


class _ServerReport(TypedDict):
    pid: int
    error: str
    starts: int


class _Report(TypedDict):
    keeper: int
    servers: dict[str, _ServerReport]


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where the two servers are; an empty address means that the environment names it."""

    database_url: str
    redis_url: str
    pids: tuple[int, ...]


def read_report(layout: Layout) -> _Report | None:
    """Return what the keeper says, or None while there is no keeper."""
    if not is_taken(layout.keeper_lock):
        return None
    try:
        report: _Report = json.loads(layout.report.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return report


def ensure(state: Path | None = None, *, fast: bool = False) -> Servers:
    """Have the servers running and count this process among their users until it ends.

    `state` is the state folder (default: `REALTRACK_VAR`). Servers that `DATABASE_URL` or
    `REDIS_URL` name are not started. `fast` gives up durability and holds only if the server is not
    running yet. May be called again at any time. Raises EmbeddedError.
    """
    wanted = [
        name
        for name, variable in (("postgres", "DATABASE_URL"), ("valkey", "REDIS_URL"))
        if not os.environ.get(variable)
    ]
    if not wanted:
        return Servers(database_url="", redis_url="", pids=())
    layout = Layout((state or state_dir_from_environment()).absolute())
    try:
        _make_folders(layout)
        _join(layout)
        for name in (*wanted, *(["fast"] if fast else [])):
            layout.wanted(name).touch()
        pids = _wait(layout, wanted)
    except OSError as error:
        message = f"The embedded servers cannot start in {layout.state}: {error}"
        raise EmbeddedError(message) from error
    return Servers(
        database_url=layout.database_url if "postgres" in wanted else "",
        redis_url=layout.redis_url_of() if "valkey" in wanted else "",
        pids=pids,
    )


def keep_alive(state: Path) -> None:
    """Have a keeper that was killed replaced; cheap, for a caller that looks again and again."""
    layout = Layout(state.absolute())
    if layout.state in _held and read_report(layout) is None:
        _start_keeper(layout)


def _make_folders(layout: Layout) -> None:
    # Root's PostgreSQL runs as another account, which must walk down to its data.
    mode = 0o711 if os.geteuid() == 0 else 0o700
    layout.state.mkdir(parents=True, exist_ok=True, mode=0o755)
    layout.run.mkdir(exist_ok=True, mode=mode)
    layout.logs.mkdir(exist_ok=True, mode=0o755)


def _join(layout: Layout) -> None:
    """Hold the users' lock; a keeper that is just ending is waited for."""
    if layout.state in _held:
        return
    lock = FileLock(layout.users_lock)
    if not lock.take(shared=True, seconds=START_SECONDS):
        message = f"Servers in {layout.state} have been stopping for {START_SECONDS:.0f} s."
        raise EmbeddedError(message)
    _held[layout.state] = lock


def _wait(layout: Layout, wanted: list[str]) -> tuple[int, ...]:
    """Wait until every wanted server runs, starting a keeper whenever there is none."""
    deadline = time.monotonic() + START_SECONDS
    report: _Report | None = None
    # A keeper that was there before us may speak of a failure that is over: its next try counts.
    tries_before: dict[str, int] = {}
    while time.monotonic() < deadline:
        report = read_report(layout)
        if report is None:
            if _start_keeper(layout):
                tries_before = dict.fromkeys(wanted, 0)
            time.sleep(0.02)
            continue
        servers = report["servers"]
        for name in wanted:
            if name in servers and servers[name]["error"]:
                starts = servers[name]["starts"]
                if starts > tries_before.setdefault(name, starts):
                    raise EmbeddedError(servers[name]["error"])
        pids = tuple(servers[name]["pid"] for name in wanted if name in servers)
        if len(pids) == len(wanted) and all(pids):
            return pids
        time.sleep(0.02)
    message = f"The servers in {layout.state} did not start in {START_SECONDS:.0f} s: {report}"
    raise EmbeddedError(message)


def _start_keeper(layout: Layout) -> bool:
    """Start a keeper unless there is one; of several who try, one does, and gets True."""
    start = FileLock(layout.start_lock)
    if not start.take():
        return False
    try:
        if is_taken(layout.keeper_lock):
            return False
        free = shutil.disk_usage(layout.state).free
        if free < _LEAST_FREE:
            message = (
                f"The disk is full: {free:,} bytes are free in {layout.state}. "
                "Free some space, then start again."
            )
            raise EmbeddedError(message)
        layout.report.unlink(missing_ok=True)
        log_path = layout.logs / "keeper.log"
        with log_path.open("ab") as log:
            keeper = subprocess.Popen(
                [sys.executable, "-m", "realtrack.embedded.keeper", str(layout.state)],
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={k: v for k, v in os.environ.items() if k != SUPERVISED},
            )
        deadline = time.monotonic() + 20
        while not is_taken(layout.keeper_lock):
            if keeper.poll() is not None or time.monotonic() > deadline:
                message = f"The servers' keeper ended at once; see {log_path}"
                raise EmbeddedError(message)
            time.sleep(0.01)
        _children.append(keeper)
    finally:
        start.drop()
    return True


# Kept, so that whoever started a keeper also reaps it.
_children: list[subprocess.Popen[bytes]] = []


def users(state: Path | None = None) -> list[int]:
    """Return the processes that use the servers of `state` now."""
    layout = Layout((state or state_dir_from_environment()).absolute())
    report = read_report(layout)
    keeper = report["keeper"] if report else 0
    return [pid for pid in holders(layout.users_lock) if pid != keeper]


def postgres_data(state: Path | None = None) -> Path:
    """Return where the cluster's files lie; usually in the state folder."""
    from realtrack.embedded.account import choose

    return choose(Layout((state or state_dir_from_environment()).absolute())).data


def release(state: Path | None = None) -> None:
    """Stop counting this process among the users; the last one's leaving ends the servers soon."""
    layout = Layout((state or state_dir_from_environment()).absolute())
    lock = _held.pop(layout.state, None)
    if lock:
        lock.drop()


def stop_if_unused(state: Path | None = None, *, seconds: float = 30.0) -> bool:
    """Leave, and stop the servers at once if nobody else uses them.

    Returns True when they are gone, False when others still use them.
    """
    release(state)
    layout = Layout((state or state_dir_from_environment()).absolute())
    deadline = time.monotonic() + seconds
    keeper = 0
    while is_taken(layout.keeper_lock):
        report = read_report(layout)
        if report:
            keeper = report["keeper"]
            # The keeper itself holds the users' lock while it looks whether it is free.
            if any(pid != keeper for pid in holders(layout.users_lock)):
                return False
            with contextlib.suppress(ProcessLookupError):
                os.kill(keeper, signal.SIGTERM)
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    # It lets go of its lock a moment before it is gone.
    processes.wait_gone([keeper] if keeper else [], 5)
    for child in _children:
        child.poll()
    return True
