"""The supervisor's parts: children, lines, ports, fingerprints, the installation's stamp."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
import time
from pathlib import Path

import psycopg
import pytest

from realtrack import embedded
from realtrack.embedded import processes
from realtrack.embedded.layout import Layout
from realtrack.supervisor import fingerprint, install, state, welcome
from realtrack.supervisor.__main__ import main
from realtrack.supervisor.child import Child
from realtrack.supervisor.output import LineSink, is_routine
from realtrack.supervisor.ports import free_port, listen
from realtrack.supervisor.programs import Program, all_programs
from settings_app.seeds import DEMO_PASSWORD, DEMO_USERS
from tests.realtrack.embedding import wait_until


def child_of(script: str) -> Child:
    return Child(Program(name="toy", command=(sys.executable, "-c", script)), os.environ)


def test_child_that_ends_is_started_again_after_a_pause() -> None:
    # given
    child = child_of("raise SystemExit(3)")
    child.start()

    # when
    wait_until(child.ended)

    # then
    assert child.last_code == 3
    assert child.pid == 0
    assert not child.restart_if_due()
    wait_until(child.restart_if_due)
    assert child.restarts == 1
    wait_until(child.ended)


def test_what_a_dead_child_left_of_its_group_is_killed() -> None:
    # given
    child = child_of(
        "import subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
        "print(p.pid, flush=True); time.sleep(600)"
    )
    child.start()
    assert child.output
    with selectors.DefaultSelector() as selector:
        selector.register(child.output, selectors.EVENT_READ)
        assert selector.select(20)
    grandchild = int(child.output.read())

    # when
    os.kill(child.pid, signal.SIGKILL)
    wait_until(child.ended)

    # then
    wait_until(lambda: not processes.is_alive(grandchild))


def test_lines_go_to_the_log_and_only_what_matters_to_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    log = tmp_path / "web.log"
    sink = LineSink("web", log, verbose=False)

    # when
    sink.take(b'{"event": "request_finished", "level": "info"}\n{"event": "bad", "le')
    sink.take(b'vel": "error"}\nTraceback\nhalf')

    # then
    assert capsys.readouterr().out.splitlines() == [
        '           web | {"event": "bad", "level": "error"}',
        "           web | Traceback",
    ]
    assert log.read_bytes().endswith(b"Traceback\nhalf")


def test_lines_survive_a_log_that_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    LineSink("web", tmp_path / "missing" / "web.log", verbose=True).take(b"still shown\n")
    assert "still shown" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "routine"),
    [
        ('{"level": "info"}', True),
        ('{"level": "warning"}', False),
        ("{broken", False),
        ("plain words", False),
    ],
)
def test_routine_lines(line: str, routine: bool) -> None:
    assert is_routine(line) is routine


def test_taken_port_gives_the_next_free_one() -> None:
    with listen("127.0.0.1", free_port("127.0.0.1", 18000)) as first:
        port = first.getsockname()[1]
        with listen("127.0.0.1", port) as second:
            assert second.getsockname()[1] > port
        assert free_port("127.0.0.1", port, taken=frozenset({port + 1})) > port + 1


def test_programs_are_web_first_and_the_rest_later() -> None:
    with socket.socket() as listener:
        programs = all_programs(
            listener=listener.fileno(), web_processes=2, metrics=Path("m"), with_sandbox=False
        )
    assert [program.name for program in programs] == [
        "web-1",
        "web-2",
        "worker-io",
        "worker-cpu",
        "worker-default",
        "beat",
    ]
    assert [program.name for program in programs if program.later] == [
        "worker-io",
        "worker-cpu",
        "worker-default",
        "beat",
    ]


def test_fingerprint_is_kept_by_the_database(tmp_path: Path) -> None:
    # given
    layout = Layout(Path(os.environ["REALTRACK_TEST_VAR"]))
    with psycopg.connect(layout.database_url, autocommit=True) as connection:
        connection.execute('DROP DATABASE IF EXISTS "finger print"')
        connection.execute('CREATE DATABASE "finger print"')
    url = layout.database_url.replace("/realtrack?", "/finger%20print?")

    # when
    assert fingerprint.stored(url) == ""
    fingerprint.store(url, "abc")

    # then
    assert fingerprint.stored(url) == "abc"
    with psycopg.connect(layout.database_url, autocommit=True) as connection:
        connection.execute('DROP DATABASE "finger print"')


def test_fingerprint_follows_migrations_seeds_and_data(tmp_path: Path) -> None:
    # given
    for name in ("app/migrations/0001_x.py", "app/data/makes.csv", "app/seeds.py", "app/views.py"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one", encoding="ascii")
    before = fingerprint.of_project(tmp_path, demo=True)

    # when / then
    (tmp_path / "app/views.py").write_text("two", encoding="ascii")
    assert fingerprint.of_project(tmp_path, demo=True) == before
    assert fingerprint.of_project(tmp_path, demo=False) != before
    for name in ("app/migrations/0001_x.py", "app/data/makes.csv", "app/seeds.py"):
        (tmp_path / name).write_text("two", encoding="ascii")
        after = fingerprint.of_project(tmp_path, demo=True)
        assert after != before
        before = after


def test_marked_processes_are_found_with_their_children() -> None:
    # given
    layout = Layout(Path("/a/folder/of/nobody"))
    name, _, value = state.mark_of(layout).partition("=")
    child = Child(
        Program(
            name="toy",
            command=(
                sys.executable,
                "-c",
                "import os, time; os.fork(); time.sleep(600)",
            ),
        ),
        os.environ | {name: value},
    )

    # when
    child.start()

    # then
    wait_until(lambda: len(state.marked(layout)) == 2)
    child.kill()
    wait_until(lambda: state.marked(layout) == [])
    assert child.ended()


def test_welcome_shows_the_log_ins_that_the_seed_makes() -> None:
    text = welcome.text("http://127.0.0.1:8000", "http://127.0.0.1:8900", seconds=3)
    assert DEMO_PASSWORD in text
    assert all(email in text for email, _, _ in DEMO_USERS)
    assert DEMO_PASSWORD not in welcome.text("http://127.0.0.1:8000", "", seconds=3)


def call(monkeypatch: pytest.MonkeyPatch, folder: Path, *arguments: str) -> int:
    monkeypatch.setenv("REALTRACK_VAR", str(folder))
    monkeypatch.setattr(sys, "argv", ["supervisor", *arguments])
    return main()


def test_stop_and_status_where_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, tmp_path / "none", "stop") == 0
    assert call(monkeypatch, tmp_path / "none", "status") == 1
    assert call(monkeypatch, tmp_path / "none", "reset", "--yes") == 0
    assert capsys.readouterr().out.count(str(tmp_path / "none")) == 3


def test_reset_wipes_a_state_folder_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    strange = tmp_path / "home"
    strange.mkdir()
    (strange / "letter.txt").write_text("mine", encoding="ascii")
    ours = tmp_path / "var"
    embedded.ensure(ours, fast=True)
    embedded.stop_if_unused(ours)

    # when / then
    assert call(monkeypatch, strange, "reset", "--yes") == 1
    assert (strange / "letter.txt").exists()
    assert call(monkeypatch, ours, "reset", "--yes") == 0
    assert list(ours.iterdir()) == []


def test_reset_asks_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # given
    (tmp_path / "run").mkdir()
    monkeypatch.delenv("YES", raising=False)
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "no"

    monkeypatch.setattr("builtins.input", answer)

    # when / then
    assert call(monkeypatch, tmp_path, "reset") == 1
    assert len(asked) == 1
    assert (tmp_path / "run").exists()


def test_second_run_in_the_same_folder_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    layout = Layout(tmp_path)
    layout.run.mkdir()
    from realtrack.embedded.locks import FileLock

    lock = FileLock(state.lock_path(layout))
    assert lock.take()
    state.write(layout, {"pid": 7, "address": "http://here", "sandbox": "", "programs": {}})

    # when
    code = call(monkeypatch, tmp_path, "run")

    # then
    assert code == 1
    assert "already runs" in capsys.readouterr().err
    lock.drop()


def test_installation_with_fresh_stamps_ends_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").touch()
    (tmp_path / "requirements.txt").write_text("nothing", encoding="ascii")
    monkeypatch.setattr(install, "ROOT", tmp_path)
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(install, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(sys, "argv", ["install.py"])
    stamp = tmp_path / ".venv" / "requirements.txt.installed"
    stamp.write_text(install._digest(tmp_path / "requirements.txt"), encoding="ascii")

    # when
    begun = time.monotonic()
    code = install.main()

    # then
    assert code == 0
    assert time.monotonic() - begun < 1
