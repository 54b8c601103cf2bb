"""Starts the local marketplace as the separate process that it is; for the tests of any app."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
START_SECONDS = 30


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class SandboxServer:
    """A running marketplace.

    `base` is its address; `control(name, **fields)` makes a control call and returns its
    JSON (httpx.HTTPStatusError when refused); `kill()` ends it with SIGKILL, `stop()` politely;
    `restart()` kills it if need be and starts it again on the same port and state.
    """

    client_id = "RealTrack-demo-SBX"
    client_secret = "sandbox-secret"
    ru_name = "RealTrack-demo-RuName"
    seller = "mhn-auto-parts"
    other_seller = "mhn-outlet"

    def __init__(self, state: Path, port: int | None = None, accept_url: str = "") -> None:
        self.state = state
        self.port = port or free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.accept_url = accept_url
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it answers."""
        environment = {**os.environ}
        if self.accept_url:
            environment["SANDBOX_ACCEPT_URL"] = self.accept_url
        log = self.state.with_suffix(".log").open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "channels_app.sandbox",
                "--port",
                str(self.port),
                "--state",
                str(self.state),
            ],
            cwd=REPOSITORY,
            env=environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                self.control("status")
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        msg = "the marketplace did not start:\n" + self.state.with_suffix(".log").read_text()
        raise RuntimeError(msg)

    def control(self, name: str, **fields: Any) -> dict[str, Any]:
        """Make a control call."""
        answer = httpx.post(
            f"{self.base}/_control/{name}", json=fields, timeout=30, trust_env=False
        )
        answer.raise_for_status()
        data: dict[str, Any] = answer.json()
        return data

    def kill(self) -> None:
        """End the process with SIGKILL."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        if self.process is not None:
            self.process.wait()
            self.process = None

    def stop(self) -> None:
        """End the process as a supervisor does: SIGTERM, after 10 s SIGKILL."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.kill()

    def restart(self) -> None:
        """Start again on the same port and state."""
        self.kill()
        self.start()


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxServer]:
    """One marketplace for the whole test session."""
    server = SandboxServer(tmp_path_factory.mktemp("sandbox") / "sandbox.sqlite3")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def sandbox_server(sandbox_process: SandboxServer) -> SandboxServer:
    """Return the session's marketplace, running and as at its first start."""
    if sandbox_process.process is None or sandbox_process.process.poll() is not None:
        sandbox_process.restart()
    sandbox_process.control("reset")
    return sandbox_process
