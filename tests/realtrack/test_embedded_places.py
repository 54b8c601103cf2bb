"""The embedded servers in awkward surroundings: leftovers, other versions, users, disks."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from realtrack import embedded
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.embedded.locks import is_taken
from tests.realtrack.embedding import (
    answers,
    wait_until,
)


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
        pytest.skip("no small disk could be mounted; that takes root with the right to mount")
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
