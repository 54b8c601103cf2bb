"""`python -m realtrack.supervisor run|stop|status|reset|worker|docs`."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time

from realtrack import embedded
from realtrack.embedded import processes
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.embedded.locks import is_taken
from realtrack.supervisor import state
from realtrack.supervisor.docs import write_docs
from realtrack.supervisor.output import say
from realtrack.supervisor.pools import WORKER_POOLS, worker_arguments
from realtrack.supervisor.run import Run, RunError

_COMMANDS = ("run", "stop", "status", "reset", "worker", "docs")
# The run's own patience with its tasks, its servers, and some more.
_STOP_SECONDS = 60.0


def main() -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m realtrack.supervisor", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS)
    parser.add_argument("--name", choices=sorted(WORKER_POOLS), help="which worker")
    parser.add_argument("--yes", action="store_true", help="reset without asking")
    parser.add_argument("--verbose", action="store_true", help="show every line of every process")
    options = parser.parse_args()
    layout = Layout(embedded.state_dir_from_environment().absolute())
    if options.command == "run":
        return _run(layout, verbose=options.verbose or bool(os.environ.get("VERBOSE")))
    if options.command == "stop":
        return _stop(layout)
    if options.command == "status":
        return _status(layout)
    if options.command == "worker":
        return _worker(options.name or "default")
    if options.command == "docs":
        return write_docs(layout)
    return _reset(layout, sure=options.yes or os.environ.get("YES") == "1")


def _run(layout: Layout, *, verbose: bool) -> int:
    try:
        Run(layout, verbose=verbose).run()
    except (RunError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _stop(layout: Layout) -> int:
    """End a run, or what a killed one left; then the servers, unless others use them."""
    if not layout.run.exists():
        say(f"Nothing runs in {layout.state}.")
        return 0
    known = state.read(layout)
    if is_taken(state.lock_path(layout)) and known:
        os.kill(known["pid"], signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while is_taken(state.lock_path(layout)) and time.monotonic() < deadline:
            time.sleep(0.1)
        if is_taken(state.lock_path(layout)):
            say(f"The supervisor (pid {known['pid']}) does not end; it is killed.")
            processes.end([known["pid"]], patience=0)
    processes.end(state.marked(layout), patience=5)
    state.state_path(layout).unlink(missing_ok=True)
    if embedded.stop_if_unused(layout.state):
        say("Nothing runs any more.")
        return 0
    others = ", ".join(str(pid) for pid in embedded.users(layout.state))
    say(f"The database stays up for the processes that still use it: {others}.")
    return 0


def _worker(name: str) -> int:
    """Become one more Celery worker; its node name tells it from those of the run."""
    embedded.ensure()
    arguments = list(worker_arguments(name))
    arguments[arguments.index("--hostname") + 1] = f"{name}-{os.getpid()}@%h"
    command = [sys.executable, "-m", "celery", "-A", "realtrack.celery", *arguments]
    os.chdir(PROJECT_ROOT)
    os.execv(sys.executable, command)  # noqa: S606  # there is no shell on purpose


def _status(layout: Layout) -> int:
    known = state.read(layout)
    if not is_taken(state.lock_path(layout)) or not known:
        say(f"RealTrack does not run in {layout.state}.")
        return 1
    say(f"{known['address'] or 'starting'}  (supervisor pid {known['pid']})")
    for name, program in known["programs"].items():
        say(
            f"  {name:<16}{program['state']:<20}pid {program['pid']:<8}"
            f"up {program['uptime']} s, restarts {program['restarts']}"
        )
    users = ", ".join(str(pid) for pid in embedded.users(layout.state))
    say(f"  servers used by {users or 'nobody'}")
    return 0


def _reset(layout: Layout, *, sure: bool) -> int:
    """Wipe the state folder, and nothing that is not one."""
    if not layout.state.exists():
        say(f"{layout.state} does not exist; nothing to wipe.")
        return 0
    ours = layout.run.is_dir() or not any(layout.state.iterdir())
    if not ours:
        say(f"{layout.state} does not look like a state folder of RealTrack; nothing was wiped.")
        return 1
    if not sure:
        question = f"Delete everything in {layout.state}: database, photos, secrets? Type yes: "
        try:
            answer = input(question)
        except EOFError:
            answer = ""
        if answer.strip().lower() != "yes":
            say("Nothing was wiped.")
            return 1
    _stop(layout)
    if is_taken(layout.keeper_lock):
        say("Others still use the database (see above); end them first. Nothing was wiped.")
        return 1
    for entry in layout.state.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    say(f"Wiped {layout.state}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
