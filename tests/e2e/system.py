"""The whole system as `make run` starts it, on ports and a state folder of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx

from realtrack.embedded import processes

REPOSITORY = Path(__file__).resolve().parents[2]
PASSWORD = "realtrack-demo"
START_SECONDS = 240
T = TypeVar("T")


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, found: Callable[[], T | None], *, seconds: float = 60) -> T:
    """Return what `found` returns once it is truthy; fails naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        value = found()
        if value:
            return value
        if time.monotonic() > deadline:
            message = f"waited {seconds:.0f} s for {what}"
            raise AssertionError(message)
        time.sleep(0.2)


class System:
    """One running installation. Its log is kept for the report of a failing test."""

    def __init__(self) -> None:
        self.state = Path(tempfile.mkdtemp(prefix="rt-e2e-"))
        self.state.chmod(0o755)
        self.port, self.sandbox_port = free_port(), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.sandbox = f"http://127.0.0.1:{self.sandbox_port}"
        self.log = self.state / "run.log"
        self.process: subprocess.Popen[bytes] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        """Return the environment of its processes: nothing of the test run's own settings."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(
                ("REALTRACK_", "DJANGO_", "PYTEST_", "REDIS_", "DATABASE_", "COV_")
            )
        }
        return {
            **kept,
            "REALTRACK_VAR": str(self.state),
            "PORT": str(self.port),
            "SANDBOX_PORT": str(self.sandbox_port),
            # Polls of a test come faster than a person's clicks.
            "THROTTLE_SHORT": "200/second",
            "THROTTLE_MEDIUM": "20000/minute",
            "THROTTLE_LONG": "200000/hour",
            **more,
        }

    def start(self, **more: str) -> None:
        """Start it and wait until it says that it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "realtrack.supervisor", "run"],
                cwd=REPOSITORY, env=self.environment(**more), stdout=log, stderr=log,
                start_new_session=True,
                # A test run that is killed takes the system with it.
                preexec_fn=processes.dies_with_parent(signal.SIGTERM),
            )  # fmt: skip
        try:
            wait_for("the system to be ready", self._ready, seconds=START_SECONDS)
        except AssertionError as error:
            self.stop()
            message = f"{error}\n{self.tail()}"
            raise AssertionError(message) from error

    def _ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.tail()
        try:
            return httpx.get(f"{self.base}/api/health/ready", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def tail(self, lines: int = 60) -> str:
        """Return the end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def stop(self) -> None:
        """End it as Ctrl-C would; whatever is left after that is a fault of ours."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(90)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise

    def manage(self, *arguments: str) -> str:
        """Run a management command against it; returns what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY, env=self.environment(PUBLIC_BASE_URL=self.base), check=False,
            capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def pids(self, marker: str) -> list[int]:
        """Return every process of this installation whose command line holds `marker`."""
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                environment = (folder / "environ").read_bytes()
            except (OSError, UnicodeDecodeError):
                continue
            ours = (
                f"REALTRACK_VAR={self.state}".encode() in environment or str(self.state) in command
            )
            if ours and marker in command:
                found.append(int(folder.name))
        return found

    def kill(self, marker: str) -> int:
        """SIGKILL every process of this installation whose command line holds `marker`."""
        killed = 0
        for pid in self.pids(marker):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed += 1
        return killed

    def control(self, name: str, **fields: Any) -> Any:
        """Make a control call of the local marketplace."""
        answer = httpx.post(f"{self.sandbox}/_control/{name}", json=fields, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def quantity_there(self, sku: str) -> int | None:
        """Return the quantity that the marketplace shows, or None when nothing is live."""
        rows = self.control("listings", sku=sku)["listings"]
        live = [row for row in rows if row["status"] in {"ACTIVE", "OUT_OF_STOCK"}]
        return int(live[0]["quantity"]) if live else None


class Api:
    """A bearer client of the system."""

    def __init__(self, system: System, role: str = "manager") -> None:
        self._client = httpx.Client(base_url=system.base, timeout=30)
        answer = self._client.post(
            "/api/auth/login", json={"email": f"{role}@demo.test", "password": PASSWORD}
        )
        assert answer.status_code == 200, answer.text
        self._client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"

    def call(self, method: str, path: str, *, expect: int = 200, **options: Any) -> Any:
        """Call and return the parsed answer; fails with its text on another status."""
        answer = self._client.request(method, path, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return json.loads(answer.content) if answer.content else None

    def get(self, path: str, **options: Any) -> Any:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, *, expect: int = 200, **options: Any) -> Any:
        return self.call("POST", path, json=body or {}, expect=expect, **options)

    def put_photo(self, photo: Path, mime_type: str, *, listing_id: str | None = None) -> str:
        """Upload a photo by its signed address, for a listing if one is named; returns its id."""
        content = photo.read_bytes()
        signed = self.post(
            "/api/storage/upload-url",
            {
                "filename": photo.name,
                "mimeType": mime_type,
                "sizeBytes": len(content),
                "listingId": listing_id,
            },
        )
        url = signed["uploadUrl"]
        answer = self._client.request(
            signed["method"], url, content=content, headers=signed["headers"]
        )
        assert answer.status_code in {200, 201, 204}, answer.text
        self.post("/api/storage/confirm", {"assetId": signed["assetId"]})
        return str(signed["assetId"])
