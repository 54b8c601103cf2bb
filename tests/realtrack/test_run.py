"""Everything at once, as `make run` starts it: the walk of a newcomer, kills, and the end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from realtrack.embedded import processes
from realtrack.embedded.layout import PROJECT_ROOT
from tests.realtrack.embedding import wait_until
from tests.realtrack.running import Running, environment, launch, running


def gone(pids: list[int]) -> bool:
    return not any(processes.is_alive(pid) for pid in pids)


@pytest.mark.smoke
@pytest.mark.drill
def test_smoke_start_walk_stop() -> None:
    with running() as run:
        # then: what was said is what a newcomer needs
        said = run.output()
        assert run.address in said
        assert "manager@demo.test" in said
        assert "realtrack-demo" in said

        # then: it lives, it is ready, and strangers see no more than that
        assert run.get("/api/health")[0] == 200
        wait_until(lambda: run.get("/api/health/ready")[0] == 200, 60)

        # then: the log-in works, the API answers those who have it and nobody else
        assert run.get("/api/listings")[0] == 401
        token = run.log_in()
        status, listings = run.get("/api/listings", Authorization=f"Bearer {token}")
        assert status == 200
        assert listings["total"] >= 0

        # then: the pages and their files come
        with urllib.request.urlopen(f"{run.address}/", timeout=20) as page:
            assert page.status == 200
            assert "/login/" in page.url
            assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert run.get(f"{run.sandbox}/")[0] < 500

        # when
        everything = run.everything()
        assert len(everything) >= 10
        run.stop(signal.SIGINT)

        # then
        assert run.supervisor.returncode == 0
        assert gone(everything)


@pytest.fixture(scope="module")
def run() -> Iterator[Running]:
    with running() as started:
        yield started


@pytest.mark.drill
@pytest.mark.parametrize(
    "name",
    ["web", "worker-io", "worker-cpu", "worker-default", "beat", "postgres", "valkey", "keeper"],
)
def test_whoever_is_killed_comes_back(run: Running, name: str) -> None:
    # given
    before = run.pids()[name]

    # when
    os.kill(before, signal.SIGKILL)

    # then
    wait_until(lambda: run.pids().get(name) not in {None, 0, before}, 60)
    wait_until(lambda: run.get("/api/health/ready")[0] == 200, 90)


@pytest.mark.drill
def test_callers_wait_while_the_web_restarts(run: Running) -> None:
    # when
    os.kill(run.pids()["web"], signal.SIGKILL)

    # then: the listening socket is the supervisor's, so nobody is refused
    assert run.get("/api/health")[0] == 200


@pytest.mark.drill
def test_killed_supervisor_leaves_nothing_and_the_next_start_works() -> None:
    with running() as run:
        # given
        everything = run.everything()

        # when
        os.kill(run.supervisor.pid, signal.SIGKILL)
        run.supervisor.wait()

        # then
        wait_until(lambda: gone(everything), 45)

        # when
        again = launch(run.folder)

        # then
        try:
            again.wait_ready()
        finally:
            again.stop()


@pytest.mark.drill
def test_everything_killed_and_started_again() -> None:
    with running() as run:
        # given
        everything = run.everything()

        # when
        for pid in everything:
            os.kill(pid, signal.SIGKILL)
        run.supervisor.wait()
        wait_until(lambda: gone(everything))
        again = launch(run.folder)

        # then
        try:
            again.wait_ready()
            assert again.log_in("viewer@demo.test")
        finally:
            again.stop()


@pytest.mark.drill
def test_two_folders_at_once_and_stop_by_command(run: Running) -> None:
    with running(PORT=run.address.rpartition(":")[2]) as second:
        # then
        assert second.address != run.address
        assert "is taken; using" in second.output()
        everything = second.everything()

        # when
        done = subprocess.run(
            [sys.executable, "-m", "realtrack.supervisor", "stop"],
            cwd=PROJECT_ROOT,
            env=environment(second.folder),
            check=False,
        )
        second.supervisor.wait(30)

        # then
        assert done.returncode == 0
        assert gone(everything)
        assert run.get("/api/health")[0] == 200


@pytest.mark.drill
def test_faulty_environment_starts_nothing(tmp_path: Path) -> None:
    # when
    run = launch(tmp_path / "state", THROTTLE_SHORT="often", JWT_EXPIRY="never")

    # then
    assert run.supervisor.wait(60) == 1
    assert "THROTTLE_SHORT is malformed" in run.output()
    assert "JWT_EXPIRY is malformed" in run.output()
