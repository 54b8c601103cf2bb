"""In front of the web application: notifications of a burst are kept together.

While one handful is verified and committed, the next gathers; each is answered only after the
commit that holds it. Whatever is not simply kept goes on to the application, which says why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.db import close_old_connections

from channels_app.enums import Channel
from channels_app.services.receiving import webhooks_keep

logger = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

PATH = "/api/channels/webhooks/ebay"
# Notifications are a few hundred bytes; what is larger takes the application's way.
MOST_BYTES = 64 * 1024
# So many are verified and committed together: some 30 ms of work, which is what the last waits.
HANDFUL = 100
# Past this many waiting ones the application's own queue is the better place.
MOST_WAITING = 2_000


class Receiver:
    """An ASGI application around another one."""

    def __init__(self, inner: App) -> None:
        self._inner = inner
        self._waiting: list[tuple[bytes, str, asyncio.Future[bool]]] = []
        self._work_task: asyncio.Task[None] | None = None
        # One thread, with a database connection of its own.
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="notifications")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Keep a notification, or hand the request on."""
        if not self._is_ours(scope):
            await self._inner(scope, receive, send)
            return
        messages, body = await _read(receive)
        if body is not None and await self._is_kept(body, _header(scope, b"x-ebay-signature")):
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._inner(scope, _again(messages, receive), send)

    def _is_ours(self, scope: Message) -> bool:
        if scope["type"] != "http" or scope["method"] != "POST" or scope["path"] != PATH:
            return False
        length = _header(scope, b"content-length")
        is_small = length.isdigit() and int(length) <= MOST_BYTES
        return is_small and len(self._waiting) < MOST_WAITING

    async def _is_kept(self, body: bytes, signature: str) -> bool:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, signature, future))
        if self._work_task is None or self._work_task.done():
            self._work_task = asyncio.create_task(self._work(), name="notifications")
        return await future

    async def _work(self) -> None:
        """Keep handful after handful until none waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            some = self._waiting[:HANDFUL]
            del self._waiting[:HANDFUL]
            given = [(body, signature) for body, signature, _ in some]
            found = [False] * len(some)
            try:
                found = await loop.run_in_executor(self._thread, keep, given)
            except Exception:
                # A process that is being stopped takes no more work; a connection may fail to
                # close. Each request goes on to the application: none may wait for ever.
                logger.exception("notifications_not_taken", count=len(some))
            for (_, _, future), is_kept in zip(some, found, strict=True):
                if not future.done():
                    future.set_result(is_kept)


def keep(given: Sequence[tuple[bytes, str]]) -> list[bool]:
    """Keep them all or none; those that are not kept go on to the application, which answers."""
    try:
        close_old_connections()
        return webhooks_keep(channel=Channel.EBAY, given=given)
    except Exception:
        # Whatever it was, nothing is lost or answered by this: each of them goes on by itself to the
        # application, where one that cannot be kept spoils no other and has its own error.
        logger.exception("notifications_not_kept", count=len(given))
        return [False] * len(given)
    finally:
        close_old_connections()


async def _read(receive: Receive) -> tuple[list[Message], bytes | None]:
    """Every message of the request and its body; None where it was broken off or is too long."""
    messages: list[Message] = []
    body = b""
    while True:
        message = await receive()
        messages.append(message)
        if message["type"] != "http.request":
            return messages, None
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return messages, None
        if not message.get("more_body"):
            return messages, body


def _again(messages: list[Message], receive: Receive) -> Receive:
    """Give what was read once more, and then what comes."""
    left = list(messages)

    async def replay() -> Message:
        return left.pop(0) if left else await receive()

    return replay


def _header(scope: Message, name: bytes) -> str:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value).decode("latin-1")
    return ""
