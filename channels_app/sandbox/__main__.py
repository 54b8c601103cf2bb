"""Start the marketplace: `python -m channels_app.sandbox [--host H] [--port P] [--state FILE]`."""

from __future__ import annotations

import argparse
import ipaddress
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from channels_app.sandbox import seeds
from channels_app.sandbox.app import Sandbox
from channels_app.sandbox.store import Store

if TYPE_CHECKING:
    import asyncio

_OPEN: dict[tuple[str, int], asyncio.Transport] = {}


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol that remembers the transport, so that a fault can cut the line."""

    @override
    def connection_made(  # type: ignore[override]
        self, transport: asyncio.Transport
    ) -> None:
        super().connection_made(transport)
        self._peer = tuple(transport.get_extra_info("peername")[:2])
        _OPEN[self._peer] = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        _OPEN.pop(self._peer, None)
        super().connection_lost(exc)


def _drop(client: tuple[str, int]) -> None:
    transport = _OPEN.get(client)
    if transport is not None:
        transport.abort()


def _arguments(argv: list[str]) -> argparse.Namespace:
    var = Path(os.environ.get("REALTRACK_VAR", "var"))
    parser = argparse.ArgumentParser(prog="python -m channels_app.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, default=int(os.environ.get("SANDBOX_PORT") or 8900))
    parser.add_argument("--state", type=Path, default=var / "sandbox.sqlite3", help="SQLite file")
    parser.add_argument("--public-base", default="", help="base of absolute URLs in answers")
    return parser.parse_args(argv)


def main(argv: list[str]) -> int:
    """Serve until stopped; returns the exit code."""
    given = _arguments(argv)
    host = "127.0.0.1" if given.host == "localhost" else given.host
    try:
        near = ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    if not near:
        sys.stderr.write("The marketplace serves this machine only: --host must be loopback.\n")
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    store = Store(given.state)
    store.run_now(seeds.seed)
    authority = f"[{host}]" if ":" in host else host
    base = given.public_base.rstrip("/") or f"http://{authority}:{given.port}"
    config = uvicorn.Config(
        cast("Any", Sandbox(store, base, _drop)),
        host=host,
        port=given.port,
        http=_Protocol,
        ws="none",
        access_log=False,
        log_level="warning",
        # a page or client that keeps its connection open must not hold up the end
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    logging.getLogger("sandbox").info("marketplace at %s, state in %s", base, given.state)
    server.run()
    return 0 if server.started else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
