"""What /proc says of other processes, and children that do not outlive us. Linux only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def dies_with_parent(signal_number: int = signal.SIGTERM) -> Callable[[], None]:
    """Return a `preexec_fn`: the kernel sends the child `signal_number` when this process ends.

    Call it in the main thread: the kernel watches the thread that forked.
    """
    parent = os.getpid()

    def arrange() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), signal.SIGKILL)

    return arrange


def state_of(pid: int) -> str:
    """Return the kernel's letter (`R`, `S`, `Z`, …), or an empty string when there is no such pid."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The name stands in parentheses and may hold any of them.
    return text.rpartition(")")[2].split()[0]


def is_alive(pid: int) -> bool:
    """Say whether `pid` runs; a zombie does not."""
    return state_of(pid) not in {"", "Z", "X"}


def program_of(pid: int) -> str:
    """Return the file name of the program of `pid`, or an empty string."""
    try:
        target = os.readlink(f"/proc/{pid}/exe")  # noqa: PTH115  # a name, no path that exists
    except OSError:
        return ""
    return Path(target.removesuffix(" (deleted)")).name


def folder_of(pid: int) -> Path | None:
    """Return the working directory of `pid`, if it may be seen."""
    try:
        target = os.readlink(f"/proc/{pid}/cwd")  # noqa: PTH115  # a name, no path that exists
    except OSError:
        return None
    return Path(target)


def running_in(folder: Path, programs: Iterable[str]) -> list[int]:
    """Return the processes of one of `programs` (file names) that work in `folder`."""
    names = frozenset(programs)
    real = folder.resolve()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        pid = int(entry.name)
        if program_of(pid) in names and folder_of(pid) == real and is_alive(pid):
            found.append(pid)
    return found


def end(pids: Iterable[int], *, patience: float, gentle: int = signal.SIGTERM) -> None:
    """End `pids`: `gentle` first, SIGKILL after `patience` seconds; returns when they are gone."""
    waiting = [pid for pid in pids if is_alive(pid)]
    for pid in waiting:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, gentle)
    waiting = wait_gone(waiting, patience)
    for pid in waiting:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_gone(waiting, 5)


def wait_gone(pids: Iterable[int], seconds: float) -> list[int]:
    """Wait until `pids` are gone, `seconds` at most; return those that are not."""
    deadline = time.monotonic() + seconds
    waiting = [pid for pid in pids if is_alive(pid)]
    while waiting and time.monotonic() < deadline:
        time.sleep(0.02)
        waiting = [pid for pid in waiting if is_alive(pid)]
    return waiting
