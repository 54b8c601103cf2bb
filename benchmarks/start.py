"""How long `make run` takes, cold and warm, beside a floor that nobody can go below.

The floor is measured in the same run: bare initdb and start of both servers, one import of Django,
one loading of all the project's modules. Run it on an idle machine: `python benchmarks/start.py`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from realtrack import embedded  # noqa: E402  # the project is not installed as a package
from realtrack.supervisor.ports import free_port  # noqa: E402

_READY = b"RealTrack is ready"
_LIMITS = {"cold": 60.0, "warm": 12.0}


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that `work` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def start_servers(folder: Path) -> None:
    """Make and start both servers, nothing else."""
    embedded.ensure(folder)


def python(code: str, folder: Path) -> None:
    """Run `code` in a Python of its own."""
    subprocess.run(
        [sys.executable, "-c", code],
        cwd=PROJECT_ROOT,
        env=os.environ | {"REALTRACK_VAR": str(folder)},
        check=True,
        capture_output=True,
    )


def run_until_ready(folder: Path) -> float:
    """Start everything as `make run` does, return the seconds until it said so, stop it."""
    environment = os.environ | {
        "REALTRACK_VAR": str(folder),
        "PORT": str(free_port("127.0.0.1", 18200)),
        "SANDBOX_PORT": str(free_port("127.0.0.1", 18950)),
    }
    begun = time.perf_counter()
    run = subprocess.Popen(
        ["make", "--no-print-directory", "run"],
        cwd=PROJECT_ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    assert run.stdout
    said = []
    for line in run.stdout:
        said.append(line)
        if _READY in line:
            break
    else:
        sys.exit(b"".join(said).decode("utf-8", "replace"))
    seconds = time.perf_counter() - begun
    run.send_signal(signal.SIGTERM)
    subprocess.run(
        ["make", "--no-print-directory", "stop"],
        cwd=PROJECT_ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    run.communicate()
    return seconds


def main() -> int:
    """Print the figures; the exit code says whether the limits of the specification hold."""
    base = Path(tempfile.mkdtemp(prefix="rt-bench-"))
    base.chmod(0o755)
    try:
        servers = timed(lambda: start_servers(base / "floor"))
        django = timed(lambda: python("import django", base / "floor"))
        project = timed(lambda: python("import realtrack.asgi", base / "floor"))
        embedded.stop_if_unused(base / "floor")
        seconds = {"cold": run_until_ready(base / "run"), "warm": run_until_ready(base / "run")}
    finally:
        shutil.rmtree(base, ignore_errors=True)
    floor = servers + django
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the runs")
    print(f"floor:   {floor:.2f} s  (both servers {servers:.2f}, import django {django:.2f})")
    print(f"modules: {project:.2f} s  (all that one web process loads)")
    late = False
    for name, taken in seconds.items():
        print(
            f"{name}:    {taken:.2f} s  = {taken / floor:.1f} × the floor, limit {_LIMITS[name]:.0f} s"
        )
        late |= taken > _LIMITS[name]
    print("cold means an empty state folder; packages are installed already.")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
