"""Drives a websocket consumer through ASGI. channels.testing would need daphne, which we do not run."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator as _Untyped
from channels.routing import URLRouter

from notifications.routing import websocket_urlpatterns

SECONDS = 10
# The library carries no types.
ApplicationCommunicator: Any = _Untyped


class Socket:
    """One browser's websocket to the bell."""

    def __init__(self, token: str = "") -> None:
        self._communicator = ApplicationCommunicator(
            URLRouter(websocket_urlpatterns),
            {
                "type": "websocket",
                "path": "/ws/notifications/",
                "headers": [],
                "query_string": b"",
                "subprotocols": ["bearer", token] if token else [],
            },
        )

    async def connect(self) -> str | None:
        """Return the subprotocol that was accepted."""
        await self._communicator.send_input({"type": "websocket.connect"})
        answer = await self._communicator.receive_output(timeout=SECONDS)
        assert answer["type"] == "websocket.accept", answer
        protocol: str | None = answer.get("subprotocol")
        return protocol

    async def receive(self) -> Any:
        """Return the next JSON message."""
        answer = await self._communicator.receive_output(timeout=SECONDS)
        assert answer["type"] == "websocket.send", answer
        return json.loads(answer["text"])

    async def closed_with(self) -> int:
        """Return the code that the server closes with."""
        answer = await self._communicator.receive_output(timeout=SECONDS)
        assert answer["type"] == "websocket.close", answer
        return int(answer["code"])

    async def send(self, message: Any) -> None:
        await self._communicator.send_input(
            {"type": "websocket.receive", "text": json.dumps(message)}
        )

    async def disconnect(self) -> None:
        await self._communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await self._communicator.wait(timeout=SECONDS)
