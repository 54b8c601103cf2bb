"""The web process: uvicorn on a listening socket that the supervisor holds.

`python -m realtrack.supervisor.web <file descriptor>`
"""

from __future__ import annotations

import socket
import sys

import uvicorn

# A browser's websocket stays open for ever; a stop waits no longer than this for the others.
_GRACE_SECONDS = 8


def main() -> None:
    """Serve until SIGTERM; requests under way are finished."""
    listener = socket.socket(fileno=int(sys.argv[1]))
    config = uvicorn.Config(
        "realtrack.asgi:application",
        # Trusted proxies are handled in realtrack.asgi; uvicorn itself would trust loopback.
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
