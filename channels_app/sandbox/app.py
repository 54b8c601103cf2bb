"""The ASGI application: reads a request, runs its route in one transaction, answers."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from channels_app.sandbox import delivery, faults
from channels_app.sandbox.errors import ApiError, entry, localized
from channels_app.sandbox.gate import open_gate, unknown_path
from channels_app.sandbox.http import (
    ChallengeNeededError,
    Context,
    Request,
    Response,
    Route,
    Router,
    refusal,
    reply,
)
from channels_app.sandbox.routes import ALL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

    from channels_app.sandbox.store import Db, Store

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

log = logging.getLogger("sandbox")
MOST_BYTES = 16 * 1024 * 1024
KEPT_REQUESTS = 5_000
_API = ("/sell/", "/commerce/", "/developer/", "/identity/", "/ws/", "/post-order/")
# never written down: these let whoever reads the log act for the seller
_SECRET_HEADERS = {"authorization", "x-ebay-api-iaf-token", "cookie"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a request: the answer and the fault that spoils it."""

    response: Response
    fault: faults.Fault | None = None


class Sandbox:
    """The marketplace as an ASGI application."""

    def __init__(self, store: Store, base: str, drop: Callable[[tuple[str, int]], None]) -> None:
        self.store = store
        self.base = base
        self.router = Router(ALL)
        # ends the TCP connection of a client at once
        self.drop = drop
        self._courier: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve lifespan and HTTP."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                courier = delivery.run(self.store, self._wake)
                self._courier = asyncio.create_task(courier, name="courier")
                await send({"type": "lifespan.startup.complete"})
            else:
                if self._courier is not None:
                    self._courier.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await self._courier
                self.store.close()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _http(self, scope: Message, receive: Receive, send: Send) -> None:
        request = await _read(scope, receive)
        if request is None:
            await _send(send, Response(413, b"Payload Too Large"))
            return
        outcome = await self.handle(request)
        fault, response = outcome.fault, outcome.response
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and fault.drop:
            self.drop(request.client)
            return
        await _send(send, response if fault is None else fault.spoil(response))

    async def handle(self, request: Request) -> Outcome:
        """Run the request; a server's own failure becomes eBay's 500 2003."""
        found = self.router.find(request.method, request.path)
        refused = _refuse_stranger(request, found[0] if found else None)
        if refused is not None:
            return Outcome(refused)
        try:
            outcome = await self._attempt(request, found)
        except Exception:
            log.exception("unexpected failure in %s %s", request.method, request.path)
            return Outcome(reply({"errors": [entry(2003)]}, 500))
        self._wake.set()
        return outcome

    async def _attempt(
        self, request: Request, found: tuple[Route, dict[str, str]] | None
    ) -> Outcome:
        work = partial(self._process, request=request, found=found)
        try:
            return await self.store.run(partial(work, passed=None))
        except ChallengeNeededError as needed:
            # outside any transaction: the endpoint may be slow, and may call us back
            passed = await delivery.challenge(needed.endpoint, needed.token)
        return await self.store.run(partial(work, passed=passed))

    def _process(
        self,
        db: Db,
        *,
        request: Request,
        found: tuple[Route, dict[str, str]] | None,
        passed: bool | None,
    ) -> Outcome:
        route = found[0] if found else None
        context = Context(
            request=request,
            db=db,
            base=self.base,
            params=found[1] if found else {},
            challenge_passed=passed,
        )
        is_api = request.path.startswith(_API) or request.path.startswith("/oauth2/")
        fault = faults.take(db, route, request) if is_api and passed is None else None
        if fault is not None and fault.before:
            response = Response(204)
        else:
            response = _run(context, route, is_api=is_api)
        if is_api:
            shown = fault.spoil(response).status if fault and not fault.drop else response.status
            _record(db, request, route, 0 if fault and fault.drop else shown, fault)
        return Outcome(response, fault)


def _run(context: Context, route: Route | None, *, is_api: bool) -> Response:
    """Gate and handler; what a refused handler wrote is undone, spent limits are not."""
    db = context.db
    try:
        if route is None:
            if not is_api:
                return Response(404, b"Not found", {"content-type": "text/plain"})
            raise unknown_path(context)
        stopped = open_gate(context, route)
        if stopped is not None:
            return stopped
        db.run("SAVEPOINT handler")
        try:
            response = route.handler(context)
        except ApiError:
            db.run("ROLLBACK TO handler")
            raise
        finally:
            db.run("RELEASE handler")
    except ApiError as error:
        row = db.one("SELECT language FROM sellers WHERE user_id = ?", context.user_id)
        return refusal(error, localized(error.errors, row["language"] if row else "en-US"))
    return response


def _refuse_stranger(request: Request, route: Route | None) -> Response | None:
    """Keep control calls to this machine, and pages of other sites away from it."""
    host = urlsplit("//" + request.headers.get("host", "")).hostname or ""
    origin = request.headers.get("origin", "")
    local_pages = request.path.startswith(("/_control", "/control"))
    if not local_pages and (route is None or not route.control):
        return None
    try:
        near = ipaddress.ip_address(request.client[0]).is_loopback
    except ValueError:
        near = False
    named = host == "localhost" or host.startswith("127.") or host == "::1"
    foreign = origin not in ("", "null") and urlsplit(origin).netloc != request.headers.get("host")
    if near and named and not foreign:
        return None
    return reply({"error": "control calls are for this machine only"}, 403)


def _record(
    db: Db, request: Request, route: Route | None, status: int, fault: faults.Fault | None
) -> None:
    headers = {
        key: "(not kept)" if key in _SECRET_HEADERS else value
        for key, value in request.headers.items()
    }
    kind = request.headers.get("content-type", "")
    if route is not None and route.name in ("token", "consent", "authorize"):
        body = "(not kept)"
    elif kind.startswith("multipart/"):
        body = f"({len(request.body)} bytes)"
    else:
        body = request.body.decode("utf-8", "replace")
    db.run(
        "INSERT INTO requests (at, route, method, path, query, headers, body, status, fault) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        db.stamp(),
        route.name if route else "",
        request.method,
        request.path,
        request.query_string,
        json.dumps(headers),
        body,
        status,
        fault.name if fault else None,
    )
    newest = db.count("SELECT last_insert_rowid()")
    if newest % 500 == 0:
        db.run("DELETE FROM requests WHERE id <= ?", newest - KEPT_REQUESTS)


async def _read(scope: Message, receive: Receive) -> Request | None:
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > MOST_BYTES:
            return None
        if not message.get("more_body"):
            break
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    client = scope.get("client") or ("", 0)
    return Request(
        method=scope["method"],
        path=raw.decode("ascii", "replace").partition("?")[0],
        query_string=scope["query_string"].decode("ascii", "replace"),
        headers={key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]},
        body=b"".join(chunks),
        client=(client[0], client[1]),
    )


async def _send(send: Send, response: Response) -> None:
    if response.status == 204:
        response = replace(response, body=b"")
    headers = {**response.headers, "cache-control": "no-store"}
    if response.status != 204:
        headers["content-length"] = str(len(response.body))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(key.encode(), value.encode()) for key, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": response.body})
