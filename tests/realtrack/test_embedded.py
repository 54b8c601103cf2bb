"""The embedded servers' life: several starters, kills, leftovers of a crash, awkward folders."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from realtrack import embedded
from realtrack.embedded import processes
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.embedded.locks import is_taken

AWKWARD_NAME = "Schöne Räder & Co"


@pytest.fixture
def state() -> Iterator[Path]:
    """A state folder of the test's own, with a blank and an umlaut in its name."""
    base = Path(tempfile.mkdtemp(prefix="rt-emb-"))
    base.chmod(0o755)
    folder = base / AWKWARD_NAME
    yield folder
    embedded.stop_if_unused(folder)
    shutil.rmtree(base, ignore_errors=True)


def wait_until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a condition of another process; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def server_pids(state: Path) -> dict[str, int]:
    report = embedded.client.read_report(Layout(state))
    assert report is not None
    return {
        "keeper": report["keeper"],
        **{name: server["pid"] for name, server in report["servers"].items()},
    }


def select_one(servers: embedded.Servers) -> int:
    with psycopg.connect(servers.database_url, connect_timeout=5) as connection:
        row = connection.execute("SELECT 1").fetchone()
    assert row is not None
    return int(row[0])


def answers(servers: embedded.Servers) -> bool:
    try:
        return select_one(servers) == 1 and bool(redis.Redis.from_url(servers.redis_url).ping())
    except (psycopg.Error, redis.RedisError):
        return False


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


def test_stale_pid_file_and_sockets(state: Path) -> None:
    """A pid file that names a living stranger, and sockets that nobody listens on."""
    # given
    embedded.ensure(state, fast=True)
    layout = Layout(state)
    data = embedded.postgres_data(state)
    embedded.stop_if_unused(state)
    owner = data.stat()
    pid_file = data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data}\n1\n5432\n", encoding="utf-8")
    os.chown(pid_file, owner.st_uid, owner.st_gid)
    layout.sockets.mkdir(parents=True, exist_ok=True)
    layout.valkey_socket.touch()
    layout.report.write_text("{", encoding="utf-8")

    # when
    servers = embedded.ensure(state, fast=True)

    # then
    assert answers(servers)


def test_data_of_another_major_version_is_named_and_left_alone(state: Path) -> None:
    # given
    data = Layout(state).postgres
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n", encoding="ascii")
    (data / "precious").write_text("do not touch", encoding="ascii")

    # when
    with pytest.raises(embedded.EmbeddedError) as caught:
        embedded.ensure(state)

    # then
    assert "made by PostgreSQL 17, this program runs 18" in str(caught.value)
    assert "Dump it with the old version" in str(caught.value)
    assert {path.name for path in data.iterdir()} == {"PG_VERSION", "precious"}


def test_a_folder_that_is_no_cluster_is_left_alone(state: Path) -> None:
    # given
    data = Layout(state).postgres
    data.mkdir(parents=True)
    (data / "letter.txt").write_text("mine", encoding="ascii")

    # when
    with pytest.raises(embedded.EmbeddedError, match="no PostgreSQL data folder"):
        embedded.ensure(state)

    # then
    assert (data / "letter.txt").read_text(encoding="ascii") == "mine"


def test_mended_cause_lets_the_same_keeper_start(state: Path) -> None:
    """What failed is tried again: a full disk that was freed needs no other hand."""
    # given
    data = Layout(state).postgres
    data.mkdir(parents=True)
    stray = data / "stray"
    stray.touch()
    with pytest.raises(embedded.EmbeddedError):
        embedded.ensure(state)

    # when
    stray.unlink()

    # then
    assert answers(embedded.ensure(state))


def test_very_long_path_uses_a_short_socket_folder() -> None:
    # given
    base = Path(tempfile.mkdtemp(prefix="rt-emb-"))
    base.chmod(0o755)
    state = base / ("sehr-lang-" * 12)
    layout = Layout(state)

    # when
    servers = embedded.ensure(state, fast=True)

    # then
    assert layout.sockets.parent == Path("/tmp")
    assert answers(servers)
    assert embedded.stop_if_unused(state)
    assert not layout.sockets.exists()
    shutil.rmtree(base)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_in_a_closed_folder() -> None:
    """Below a folder like /root (0700) no other account reaches the data."""
    # given
    base = Path(tempfile.mkdtemp(prefix="rt-emb-"))  # 0700
    state = base / "state"

    # when
    servers = embedded.ensure(state, fast=True)

    # then
    assert answers(servers)
    assert embedded.stop_if_unused(state)
    shutil.rmtree(base)


def usable(interpreter: str) -> bool:
    """Say whether `nobody` can run this Python."""
    try:
        done = subprocess.run(
            [interpreter, "-c", "import sys; assert sys.version_info >= (3, 11)"],
            user="nobody",
            cwd="/",
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return done.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_ordinary_user() -> None:
    # given
    base = Path(tempfile.mkdtemp(prefix="rt-emb-"))
    base.chmod(0o777)
    script = (
        "import sys; sys.path.insert(0, sys.argv[2]); from pathlib import Path;"
        "from realtrack import embedded; s = Path(sys.argv[1]);"
        "print(len(embedded.ensure(s, fast=True).pids)); print(embedded.stop_if_unused(s))"
    )

    # The interpreter of a virtual environment may lie below /root; Debian's own does not.
    interpreter = next((path for path in (sys.executable, "/usr/bin/python3") if usable(path)), "")
    if not interpreter:
        pytest.skip("no interpreter lies where another account reaches it")
    packages = Path(psycopg.__file__).parents[1]

    # when
    done = subprocess.run(
        [interpreter, "-c", script, str(base / "state"), str(PROJECT_ROOT)],
        user="nobody",
        extra_groups=[],
        cwd="/",
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "PYTHONPATH": os.pathsep.join([str(packages), str(PROJECT_ROOT)]),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    # then
    assert done.stdout.split() == ["2", "True"], done.stderr
    shutil.rmtree(base)


def test_named_servers_start_nothing(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")

    # when
    servers = embedded.ensure(state)

    # then
    assert servers == embedded.Servers(database_url="", redis_url="", pids=())
    assert not state.exists()


def test_only_the_unnamed_server_starts(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")

    # when
    servers = embedded.ensure(state)

    # then
    assert servers.database_url == ""
    assert redis.Redis.from_url(servers.redis_url).ping()
    assert not Layout(state).postgres.exists()
    assert is_taken(Layout(state).keeper_lock)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 120 MB, for which root mounts memory."""
    base = Path(tempfile.mkdtemp(prefix="rt-emb-"))
    base.chmod(0o755)
    options = "size=120M,mode=755"
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(base)],
        capture_output=True,
        check=False,
    )
    if not mounted or mounted.returncode != 0:
        base.rmdir()
        pytest.skip("mounting a small disk needs root")
    yield base
    embedded.stop_if_unused(base / "state")
    subprocess.run(["umount", str(base)], check=True)
    base.rmdir()


def fill(disk: Path) -> Path:
    """Fill `disk` to the last byte; returns the file that does."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as stream, contextlib.suppress(OSError):
        while True:
            stream.write(bytes(65536))
    return ballast


@pytest.mark.drill
def test_full_disk_is_named_and_freed_space_is_enough(small_disk: Path) -> None:
    # given
    ballast = fill(small_disk)
    with pytest.raises(embedded.EmbeddedError, match=r"No space left|disk is full"):
        embedded.ensure(small_disk / "state")

    # when
    ballast.unlink()

    # then
    assert answers(embedded.ensure(small_disk / "state"))


@pytest.mark.drill
def test_disk_that_fills_while_servers_run(small_disk: Path) -> None:
    # given
    servers = embedded.ensure(small_disk / "state")
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS figure, ''::text AS words")
    ballast = fill(small_disk)
    much = "SELECT 8, repeat(md5(random()::text), 100) FROM generate_series(1, 100000)"
    with (
        psycopg.connect(servers.database_url, autocommit=True) as connection,
        pytest.raises(psycopg.Error),
    ):
        connection.execute(f"INSERT INTO kept {much}")

    # when
    ballast.unlink()

    # then
    wait_until(lambda: answers(servers))
    with psycopg.connect(servers.database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO kept VALUES (9, '')")
        rows = connection.execute("SELECT figure FROM kept WHERE figure <> 8 ORDER BY 1").fetchall()
    assert rows == [(7,), (9,)]
