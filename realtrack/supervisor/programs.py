"""What `make run` starts, each with its command line."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from realtrack.supervisor.pools import WORKER_POOLS, worker_arguments


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One process of ours; `keep` are file descriptors that it inherits."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    keep: tuple[int, ...] = ()
    # Not before the web answers, so that it has the machine to itself while it loads.
    later: bool = False


def all_programs(
    *, listener: int, web_processes: int, metrics: Path, with_sandbox: bool
) -> list[Program]:
    """Return the programs, the web first.

    `listener` is the descriptor of the listening socket, which the supervisor holds: while the web
    restarts, callers wait instead of being refused. `metrics` is the folder that the web processes
    share for their counters.
    """
    web = (sys.executable, "-m", "realtrack.supervisor.web", str(listener))
    programs = [
        Program(
            name="web" if web_processes == 1 else f"web-{number}",
            command=web,
            environment={"PROMETHEUS_MULTIPROC_DIR": str(metrics)},
            keep=(listener,),
        )
        for number in range(1, web_processes + 1)
    ]
    if with_sandbox and find_spec("channels_app") and find_spec("channels_app.sandbox"):
        programs.append(
            Program(name="sandbox", command=(sys.executable, "-m", "channels_app.sandbox"))
        )
    celery = (sys.executable, "-m", "celery", "--quiet", "-A", "realtrack.celery")
    programs += [
        Program(name=f"worker-{pool}", command=(*celery, *worker_arguments(pool)), later=True)
        for pool in WORKER_POOLS
    ]
    # A pid file would only go stale; the schedule file's place is a setting.
    programs.append(
        Program(
            name="beat",
            command=(*celery, "beat", "--pidfile=", "--loglevel", "INFO"),
            later=True,
        )
    )
    return programs
