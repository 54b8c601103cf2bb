"""The embedded servers' life: several starters, idleness, kills."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
import redis

from realtrack import embedded
from realtrack.embedded import processes
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from tests.realtrack.embedding import (
    answers,
    server_pids,
    wait_until,
)


def test_ensure_starts_both_and_stop_leaves_nothing(state: Path) -> None:
    # when
    servers = embedded.ensure(state, fast=True)
    again = embedded.ensure(state)

    # then
    assert answers(servers)
    assert again == servers
    assert embedded.users(state) == [os.getpid()]
    pids = server_pids(state)

    # when
    stopped = embedded.stop_if_unused(state)

    # then
    assert stopped
    assert not any(processes.is_alive(pid) for pid in pids.values())
    assert not Layout(state).valkey_socket.exists()


def test_sockets_stay_closed_to_others(state: Path) -> None:
    embedded.ensure(state, fast=True)
    layout = Layout(state)
    assert layout.postgres_sockets.stat().st_mode & 0o777 == 0o700
    assert layout.valkey_socket.stat().st_mode & 0o077 == 0


def test_three_starters_at_once_share_one_pair(state: Path) -> None:
    # given
    script = (
        "import sys; from pathlib import Path; from realtrack import embedded;"
        "s = embedded.ensure(Path(sys.argv[1]), fast=True); print(s.pids, flush=True);"
        "sys.stdin.read()"
    )
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(state)],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    # when
    seen = {starter.stdout.readline() for starter in starters if starter.stdout}
    users = embedded.users(state)
    for starter in starters:
        starter.communicate()

    # then
    assert len(seen) == 1
    assert "(" in seen.pop()
    assert users == sorted(starter.pid for starter in starters)


def test_idle_servers_end_by_themselves(state: Path) -> None:
    # given
    embedded.ensure(state, fast=True)
    pids = server_pids(state)

    # when
    embedded.release(state)

    # then
    wait_until(lambda: not any(processes.is_alive(pid) for pid in pids.values()))


def test_servers_stay_while_another_uses_them(state: Path) -> None:
    # given
    script = (
        "import sys; from pathlib import Path; from realtrack import embedded;"
        "embedded.ensure(Path(sys.argv[1]), fast=True); print('in', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(state)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout
    other.stdout.readline()
    servers = embedded.ensure(state)

    # when
    stopped = embedded.stop_if_unused(state, seconds=2)

    # then
    assert not stopped
    assert answers(servers)
    assert embedded.users(state) == [other.pid]
    other.communicate()


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_killed_server_is_back_with_its_data(state: Path, name: str) -> None:
    # given
    servers = embedded.ensure(state)
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS figure")
    redis.Redis.from_url(servers.redis_url).set("kept", "7")
    before = server_pids(state)

    # when
    os.kill(before[name], signal.SIGKILL)
    wait_until(lambda: server_pids(state).get(name) not in {0, before[name]})

    # then
    wait_until(lambda: answers(servers))
    with psycopg.connect(servers.database_url) as connection:
        assert connection.execute("SELECT figure FROM kept").fetchone() == (7,)
    assert redis.Redis.from_url(servers.redis_url).get("kept") == b"7"


def test_killed_postmaster_with_a_busy_backend(state: Path) -> None:
    """The backend goes on and holds the shared memory; it is ended before the new start."""
    # given
    servers = embedded.ensure(state)
    busy = psycopg.connect(servers.database_url, autocommit=True)
    backend = busy.info.backend_pid
    script = (
        "import sys, psycopg; c = psycopg.connect(sys.argv[1]); print(c.info.backend_pid, flush=1);"
        "c.execute('SELECT count(*) FROM generate_series(1, 10000000000)')"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, servers.database_url], stdout=subprocess.PIPE, text=True
    )
    assert client.stdout
    backend = int(client.stdout.readline())
    wait_until(lambda: processes.state_of(backend) == "R")
    before = server_pids(state)

    # when
    os.kill(before["postgres"], signal.SIGKILL)
    wait_until(lambda: server_pids(state).get("postgres") not in {0, before["postgres"]})

    # then
    assert answers(servers)
    assert not processes.is_alive(backend)
    client.kill()
    client.communicate()
    busy.close()


def test_killed_keeper_takes_its_servers_along_and_is_replaced(state: Path) -> None:
    # given
    servers = embedded.ensure(state)
    before = server_pids(state)

    # when
    os.kill(before["keeper"], signal.SIGKILL)

    # then
    wait_until(lambda: not processes.is_alive(before["postgres"]))
    wait_until(lambda: not processes.is_alive(before["valkey"]))

    # when
    again = embedded.ensure(state)

    # then
    assert again.database_url == servers.database_url
    assert answers(again)
    assert server_pids(state)["keeper"] != before["keeper"]


def test_everything_killed_at_once(state: Path) -> None:
    # given
    embedded.ensure(state)
    pids = server_pids(state)

    # when
    for pid in pids.values():
        os.kill(pid, signal.SIGKILL)
    processes.wait_gone(pids.values(), 10)

    # then
    assert answers(embedded.ensure(state))
