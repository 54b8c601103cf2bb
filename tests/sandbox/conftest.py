"""The marketplace as a process, and a client that is signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sandbox.client import Client
from tests.sandbox.server import sandbox_process, sandbox_server

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer

__all__ = ["sandbox_process", "sandbox_server"]


@pytest.fixture
def client(sandbox_server: SandboxServer) -> Client:
    """Return a signed-in client of the first seller."""
    return Client(sandbox_server)
