"""Listening sockets: the wished port, or the next one that is free."""

from __future__ import annotations

import errno
import socket

_TRIES = 100
_BACKLOG = 1024


def listen(host: str, wished: int) -> socket.socket:
    """Return a socket that listens on `wished` or the next free port; raises OSError if none is."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for port in range(wished, min(wished + _TRIES, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        # After a restart the old connections linger in TIME_WAIT; a live listener still refuses.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError as error:
            listener.close()
            if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
                raise
        else:
            return listener
    message = f"No free port from {wished} on at {host}; name another in PORT or SANDBOX_PORT."
    raise OSError(message)


def free_port(host: str, wished: int, *, taken: frozenset[int] = frozenset()) -> int:
    """Return `wished` or the next port that nobody listens on now and that is not in `taken`."""
    port = wished
    while True:
        with listen(host, port) as listener:
            found = int(listener.getsockname()[1])
        if found not in taken:
            return found
        port = found + 1
