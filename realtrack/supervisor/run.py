"""The run itself: servers, database, programs, and an orderly end."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from realtrack import embedded
from realtrack.embedded import processes
from realtrack.embedded.client import SUPERVISED, EmbeddedError, Servers
from realtrack.embedded.layout import PROJECT_ROOT, Layout
from realtrack.embedded.locks import FileLock
from realtrack.supervisor import fingerprint, state, welcome
from realtrack.supervisor.child import Child
from realtrack.supervisor.output import LineSink, say
from realtrack.supervisor.ports import free_port, listen
from realtrack.supervisor.programs import all_programs

_TICK = 0.2
_SERVERS_EVERY = 1.0
# Tasks under way get this long; what is cut off is picked up again from its row.
_STOP_PATIENCE = 25.0
# When to say that something is wrong; looking goes on, a slow machine is not a broken one.
_READY_SECONDS = 60.0
# The web has the machine to itself for this long; a broken web must not keep the workers away.
_HEAD_START = 15.0


class RunError(Exception):
    """The run cannot begin; the message says why and what to do."""


class Run:
    """Everything that `make run` starts."""

    def __init__(self, layout: Layout, *, verbose: bool = False) -> None:
        self.layout = layout
        self.verbose = verbose
        self.production = os.environ.get("REALTRACK_ENV") == "production"
        self.children: list[Child] = []
        self.address = ""
        self.sandbox = ""
        self._sinks: dict[str, LineSink] = {}
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._ready = False
        self._late = False
        self._begun = time.monotonic()
        self._servers_due = 0.0
        self._complaint = ""
        self._others_started = False
        self._programs_begun = 0.0
        self._listener: socket.socket | None = None

    def run(self) -> None:
        """Run until a signal comes; raises RunError when it cannot begin."""
        self.layout.run.mkdir(parents=True, exist_ok=True)
        lock = FileLock(state.lock_path(self.layout))
        if not lock.take():
            known = state.read(self.layout)
            where = f" at {known['address']} (pid {known['pid']})" if known else ""
            message = f"RealTrack already runs in {self.layout.state}{where}. make stop ends it."
            raise RunError(message)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            # What a killed supervisor left: its children are ending already, its notes are old.
            state.state_path(self.layout).unlink(missing_ok=True)
            processes.end(state.marked(self.layout), patience=5)
            self._begin()
            self._loop()
        except EmbeddedError as error:
            raise RunError(str(error)) from error
        finally:
            self._end()
            state.state_path(self.layout).unlink(missing_ok=True)
            lock.drop()

    def _on_signal(self, *_: object) -> None:
        self._signals += 1

    def _begin(self) -> None:
        check = _start_settings_check()
        servers = embedded.ensure(self.layout.state)
        _finish_settings_check(check)
        self._prepare_database(servers)
        if self._signals:
            return
        host = os.environ.get("HOST") or "127.0.0.1"
        wished = _port("PORT", 8000)
        # Held for the whole run: while the web restarts, callers wait instead of being refused.
        self._listener = listener = listen(host, wished)
        port = int(listener.getsockname()[1])
        if port != wished:
            say(f"Port {wished} is taken; using {port}.")
        sandbox_wished = _port("SANDBOX_PORT", 8900)
        sandbox_port = free_port("127.0.0.1", sandbox_wished, taken=frozenset({port}))
        if sandbox_port != sandbox_wished:
            say(f"Port {sandbox_wished} is taken; the local marketplace uses {sandbox_port}.")
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104  # compared only
        self.address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        self.sandbox = "" if self.production else f"http://127.0.0.1:{sandbox_port}"
        self._programs_begun = time.monotonic()
        self._start_programs(listener, port, sandbox_port)

    def _prepare_database(self, servers: Servers) -> None:
        """Migrate and seed, unless the database says that it is up to date."""
        url = servers.database_url or os.environ.get("DATABASE_URL", "")
        wanted = fingerprint.of_project(demo=not self.production)
        # In production the checks of that process, demo users among them, are never skipped.
        if not self.production and fingerprint.stored(url) == wanted:
            return
        say("Preparing the database…")
        command = [sys.executable, "-m", "realtrack.supervisor.bootstrap"]
        done = subprocess.run(
            command if self.production else [*command, "--demo"],
            cwd=PROJECT_ROOT,
            env=os.environ | {"LOG_LEVEL": os.environ.get("LOG_LEVEL") or "WARNING"},
            check=False,
            preexec_fn=processes.dies_with_parent(signal.SIGTERM),  # one thread
        )
        if self._signals:
            return
        if done.returncode != 0:
            message = "The database could not be prepared; the reason stands above."
            raise RunError(message)
        fingerprint.store(url, wanted)

    def _start_programs(self, listener: socket.socket, port: int, sandbox_port: int) -> None:
        metrics = self.layout.run / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir()
        public = os.environ.get("PUBLIC_BASE_URL") or self.address
        environment = os.environ | {
            "PORT": str(port),
            "SANDBOX_PORT": str(sandbox_port),
            "PUBLIC_BASE_URL": public,
            # The consent page sends the browser back to where we are this time.
            "SANDBOX_ACCEPT_URL": os.environ.get("SANDBOX_ACCEPT_URL")
            or f"{public.rstrip('/')}/api/channels/ebay/callback",
            "REALTRACK_VAR": str(self.layout.state),
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "realtrack.settings",
            SUPERVISED: self.layout.digest,
        }
        for program in all_programs(
            listener=listener.fileno(),
            web_processes=max(1, _port("WEB_PROCESSES", 1)),
            metrics=metrics,
            with_sandbox=not self.production,
        ):
            child = Child(program, environment)
            log = self.layout.logs / f"{program.name}.log"
            self._sinks[program.name] = LineSink(program.name, log, verbose=self.verbose)
            self.children.append(child)
            if not program.later:
                child.start()
                self._listen_to(child)

    def _start_the_others(self) -> None:
        for child in self.children:
            if child.process is None and child.program.later and child.restarts == 0:
                child.start()
                self._listen_to(child)

    def _listen_to(self, child: Child) -> None:
        if child.output:
            self._selector.register(child.output, selectors.EVENT_READ, child)

    def _loop(self) -> None:
        while not self._signals:
            self._pump(_TICK)
            for child in self.children:
                self._look_after(child)
            self._look_after_servers()
            if not self._ready:
                self._look_whether_ready()
            self._write_state()

    def _pump(self, seconds: float) -> None:
        """Carry lines for `seconds` at most."""
        if not self._selector.get_map():
            time.sleep(seconds)
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            if child.output and not self._sinks[child.name].drain(child.output):
                self._selector.unregister(child.output)  # closed: it ended, or soon will

    def _look_after(self, child: Child) -> None:
        output = child.output
        if child.ended():
            if output:
                self._sinks[child.name].drain(output)
                if output.fileno() in self._selector.get_map():
                    self._selector.unregister(output)
                output.close()
            say(f"{child.name} ended ({_reason(child.last_code)}); it is started again.")
        elif child.restart_if_due():
            self._listen_to(child)

    def _look_after_servers(self) -> None:
        """Have a killed keeper replaced; it looks after PostgreSQL and Valkey itself."""
        if time.monotonic() < self._servers_due:
            return
        self._servers_due = time.monotonic() + _SERVERS_EVERY
        try:
            embedded.keep_alive(self.layout.state)
        except (EmbeddedError, OSError) as error:
            if str(error) != self._complaint:
                self._complaint = str(error)
                say(f"The servers: {error}")

    def _look_whether_ready(self) -> None:
        if not self._others_started and time.monotonic() - self._programs_begun > _HEAD_START:
            self._others_started = True
            self._start_the_others()
        if _answers(f"{self.address}/api/health"):
            self._ready = True
            if not self._others_started:
                self._start_the_others()
            say(welcome.text(self.address, self.sandbox, seconds=time.monotonic() - self._begun))
        elif not self._late and time.monotonic() - self._programs_begun > _READY_SECONDS:
            self._late = True
            say(f"{self.address}/api/health does not answer; see {self.layout.logs}.")

    def _write_state(self) -> None:
        now = time.monotonic()
        state.write(
            self.layout,
            {
                "pid": os.getpid(),
                "address": self.address,
                "sandbox": self.sandbox,
                "programs": {
                    child.name: {
                        "pid": child.pid,
                        "state": "running" if child.pid else "waiting to restart",
                        "restarts": child.restarts,
                        "last_code": child.last_code,
                        "uptime": int(now - child.started) if child.pid else 0,
                    }
                    for child in self.children
                },
            },
        )

    def _end(self) -> None:
        """Stop the programs, then the servers if nobody else uses them."""
        if self.children:
            say("Stopping…")
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + _STOP_PATIENCE
        begun_with = self._signals
        while any(_runs(child) for child in self.children):
            self._pump(_TICK)
            # A second Ctrl-C means: now.
            if time.monotonic() > deadline or self._signals > max(begun_with, 1):
                names = ", ".join(child.name for child in self.children if _runs(child))
                say(f"Ending at once: {names}. Work that was under way is picked up later.")
                break
        for child in self.children:
            child.kill()
            if child.process:
                child.process.wait()
        processes.end(state.marked(self.layout), patience=0)
        if embedded.stop_if_unused(self.layout.state):
            say("Stopped.")
        else:
            others = ", ".join(str(pid) for pid in embedded.users(self.layout.state))
            say(f"Stopped. The database stays up for the processes that still use it: {others}.")


def _runs(child: Child) -> bool:
    return child.process is not None and child.process.poll() is None


def _reason(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"code {code}"


def _port(name: str, default: int) -> int:
    """Return a number of the environment or of .env."""
    raw = os.environ.get(name) or default
    try:
        return int(raw)
    except ValueError:
        message = f"{name} is malformed: {raw!r} is no number"
        raise RunError(message) from None


def _start_settings_check() -> subprocess.Popen[str]:
    """Load the settings aside, so that their faults are told once, before anything starts."""
    return subprocess.Popen(
        [sys.executable, "-m", "realtrack.supervisor.settings_check"],
        cwd=PROJECT_ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _finish_settings_check(check: subprocess.Popen[str]) -> None:
    _, complaint = check.communicate()
    if check.returncode != 0:
        raise RunError(complaint.strip())


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own address
            return bool(answer.status < 300)
    except (urllib.error.URLError, OSError):
        return False
