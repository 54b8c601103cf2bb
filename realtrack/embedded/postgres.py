"""The embedded PostgreSQL: make its data folder, start it, and mend what a crash left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import IO, Any

from realtrack.embedded import processes
from realtrack.embedded.account import Account, choose
from realtrack.embedded.layout import DATABASE, DATABASE_USER, POSTGRES_PORT, Layout
from realtrack.embedded.server import Server, StartError

MAJOR_VERSION = "18"

# Without these initdb fails where LANG names a locale that is not installed. Trust is safe here:
# no TCP port is opened, and the socket's folder is closed to everybody else.
_INITDB = (
    f"--username={DATABASE_USER}",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--locale=C.UTF-8",
    "--no-instructions",
)
# web 8 threads, io 16, cpu 1, default 2, beat, shells, and as much again for tests and drills
_MAX_CONNECTIONS = 200


class Postgres(Server):
    """The server under `<state>/postgres`; `fast` gives up durability, for tests only."""

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # fast shutdown: disconnects clients, writes a checkpoint

    def __init__(self, layout: Layout, *, fast: bool = False) -> None:
        super().__init__(layout.logs / "postgres.log")
        self.layout = layout
        self.fast = fast
        self._account: Account | None = None

    @property
    def account(self) -> Account:
        """As whom it runs; decided once."""
        if self._account is None:
            self._account = choose(self.layout)
        return self._account

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        switch: dict[str, Any] = dict(self.account.switch)
        return subprocess.run(
            self.account.command(program, *arguments),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=_environment(),
            **switch,
        )

    def prepare(self) -> None:
        """Make the cluster if there is none; refuse one of another version; clear what is stale."""
        data = self.account.data
        version_file = data / "PG_VERSION"
        if version_file.exists():
            version = version_file.read_text(encoding="ascii").strip()
            if version != MAJOR_VERSION:
                raise StartError(
                    f"{data} was made by PostgreSQL {version}, this program runs {MAJOR_VERSION}. "
                    "It was left untouched. Dump it with the old version and load the dump into "
                    f"the new one, or move the folder away to begin anew."
                )
            self._clear_stale(data)
        elif data.exists() and any(data.iterdir()):
            raise StartError(
                f"{data} holds files but no PG_VERSION, so it is no PostgreSQL data folder. It was "
                "left untouched; move it away to begin anew."
            )
        else:
            self._initialise(data)
        sockets = self.layout.postgres_sockets
        sockets.mkdir(parents=True, exist_ok=True)
        self.account.own(sockets)

    def _initialise(self, data: Path) -> None:
        """Make the cluster aside and move it into place: a crash in between leaves none."""
        fresh = data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        self.account.own(fresh)
        done = self._run("initdb", "-D", str(fresh), *_INITDB)
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            detail = f"{done.stdout}\n{done.stderr}".strip()
            if "No space left on device" in detail:
                raise StartError(f"The disk is full: no room for a database in {data}.\n{detail}")
            raise StartError(f"initdb failed in {data}.\n{detail}")
        if data.exists():
            data.rmdir()
        fresh.rename(data)

    def _clear_stale(self, data: Path) -> None:
        """End what a dead keeper's server left running here, and remove a lock file of nobody.

        A backend that outlives its postmaster holds the shared memory; a pid of the file may be a
        zombie or long be another program's. The file of a live server is never removed.
        """
        pid_file = data / "postmaster.pid"
        try:
            first = pid_file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
            postmaster = int(first)
        except (OSError, ValueError):
            postmaster = 0
        running = processes.running_in(data, {"postgres"})
        if postmaster in running:
            # SIGINT is the fast shutdown; its own children go with it.
            processes.end([postmaster], patience=20, gentle=signal.SIGINT)
        processes.end(processes.running_in(data, {"postgres"}), patience=5, gentle=signal.SIGQUIT)
        pid_file.unlink(missing_ok=True)
        lock = self.layout.postgres_sockets / f".s.PGSQL.{POSTGRES_PORT}.lock"
        lock.unlink(missing_ok=True)
        lock.with_suffix("").unlink(missing_ok=True)

    def spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the postmaster, on its socket only."""
        options = {
            "listen_addresses": "",
            "port": str(POSTGRES_PORT),
            "unix_socket_directories": str(self.layout.postgres_sockets),
            "unix_socket_permissions": "0700",
            "max_connections": str(_MAX_CONNECTIONS),
            "shared_buffers": "128MB",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        if self.fast:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings = [f"--{name}={value}" for name, value in options.items()]
        switch: dict[str, Any] = dict(self.account.switch)
        return subprocess.Popen(
            self.account.command("postgres", "-D", str(self.account.data), *settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGINT),  # noqa: PLW1509  # one thread
            **switch,
        )

    def answers(self) -> bool:
        """Ask with `pg_isready`, which needs no log-in."""
        host = str(self.layout.postgres_sockets)
        return self._run("pg_isready", "-q", "-h", host, "-p", str(POSTGRES_PORT)).returncode == 0

    def after_start(self) -> None:
        """Make the project's database if it is not there."""
        where = ("-h", str(self.layout.postgres_sockets), "-p", str(POSTGRES_PORT))
        done = self._run("createdb", *where, "-U", DATABASE_USER, DATABASE)
        if done.returncode != 0 and "already exists" not in done.stderr:
            self.stop()
            raise StartError(f"createdb failed: {done.stderr.strip()}")


def _environment() -> dict[str, str]:
    """Return an environment without the caller's PG* and locale names, which would interfere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_", "LANG"))
    }
    return kept | {"LC_ALL": "C"}
