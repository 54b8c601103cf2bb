"""Runs the whole project as `make run` does, for tests that need every process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from realtrack.embedded import processes
from realtrack.embedded.client import read_report
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.supervisor import state as run_state
from realtrack.supervisor.ports import free_port
from realtrack.supervisor.welcome import DEMO_PASSWORD

START_SECONDS = 300.0
# Names that would point the run at the tests' own servers and mode.
_NOT_INHERITED = (
    "REALTRACK_ENV",
    "REALTRACK_VAR",
    "REALTRACK_TEST_VAR",
    "REALTRACK_TEST_OWNER",
    "REDIS_DB",
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
    "PORT",
    "SANDBOX_PORT",
)


@dataclass
class Running:
    """A run of everything in a state folder of its own."""

    folder: Path
    supervisor: subprocess.Popen[bytes]

    @property
    def layout(self) -> Layout:
        return Layout(self.folder)

    def state(self) -> run_state.RunState:
        """Return what the supervisor wrote last."""
        found = run_state.read(self.layout)
        assert found is not None, self.output()
        return found

    @property
    def address(self) -> str:
        return self.state()["address"]

    @property
    def sandbox(self) -> str:
        return self.state()["sandbox"]

    def output(self) -> str:
        """Return everything that was said so far."""
        return (self.folder / "said.txt").read_text(encoding="utf-8", errors="replace")

    def pids(self) -> dict[str, int]:
        """Return every process by name, servers and keeper included."""
        programs = {name: entry["pid"] for name, entry in self.state()["programs"].items()}
        report = read_report(self.layout)
        if report is None:
            return programs
        servers = {name: server["pid"] for name, server in report["servers"].items()}
        return {**programs, **servers, "keeper": report["keeper"]}

    def everything(self) -> list[int]:
        """Return all processes of this folder that are alive, whoever started them."""
        named = [self.supervisor.pid, *self.pids().values()]
        return sorted({pid for pid in [*named, *run_state.marked(self.layout)] if pid})

    def wait_ready(self) -> None:
        """Wait until the welcome was printed and every program has a process."""
        deadline = time.monotonic() + START_SECONDS
        while "RealTrack is ready" not in self.output():
            assert self.supervisor.poll() is None, self.output()
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.1)
        while not all(entry["pid"] for entry in self.state()["programs"].values()):
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.1)

    def get(self, path: str, **headers: str) -> tuple[int, Any]:
        """GET `path` of the web; returns the status and the JSON, or the text."""
        return self.request("GET", path, None, **headers)

    def request(self, method: str, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        """Send JSON to `path` of the web; returns the status and the JSON, or the text."""
        url = path if path.startswith("http") else f"{self.address}{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            url, data=data, method=method, headers={"Content-Type": "application/json", **headers}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, raw = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, raw = error.code, error.read()
        text = raw.decode("utf-8", "replace")
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def log_in(self, email: str = "admin@demo.test", password: str = DEMO_PASSWORD) -> str:
        """Return an access token."""
        status, answer = self.request(
            "POST", "/api/auth/login", {"email": email, "password": password}
        )
        assert status == 200, answer
        return str(answer["accessToken"])

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop as Ctrl-C or `make stop` would, and wait."""
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(number)
        self.supervisor.wait(60)


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Return the environment of a run in `folder`, free of the tests' own names."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    return kept | {"REALTRACK_VAR": str(folder), **extra}


def launch(folder: Path, **extra: str) -> Running:
    """Start everything in `folder`; returns at once."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = {
        "PORT": str(free_port("127.0.0.1", 18100)),
        "SANDBOX_PORT": str(free_port("127.0.0.1", 18900)),
    }
    # Begun anew: what an earlier run in this folder said is not this one's.
    with (folder / "said.txt").open("wb") as said:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "realtrack.supervisor", "run"],
            cwd=PROJECT_ROOT,
            env=environment(folder, **(ports | extra)),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            preexec_fn=processes.dies_with_parent(signal.SIGTERM),
        )
    return Running(folder=folder, supervisor=supervisor)


@contextmanager
def running(**extra: str) -> Iterator[Running]:
    """Have everything running in a fresh folder; stopped and removed at the end."""
    base = Path(tempfile.mkdtemp(prefix="rt-run-"))
    base.chmod(0o755)
    run = launch(base / "Zustand von früher", **extra)
    try:
        run.wait_ready()
        yield run
    finally:
        run.stop()
        shutil.rmtree(base, ignore_errors=True)
