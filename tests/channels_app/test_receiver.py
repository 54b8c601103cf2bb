"""A burst of notifications: kept by handfuls, each answered after the commit that holds it."""

from __future__ import annotations

import asyncio
import base64
import json
import sqlite3
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels_app import receiver, services, tasks
from channels_app.models import ChannelConnection, ChannelOrder, ChannelWebhookLog
from realtrack.core import crypto
from tests.channels_app.test_publish import requests

if TYPE_CHECKING:
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

Signed = tuple[bytes, str]


@pytest.fixture
def sign(ebay: SandboxServer) -> Callable[..., Signed]:
    """What makes a notification that the marketplace signed."""
    found = sqlite3.connect(ebay.state)
    kid, pem = found.execute("SELECT kid, pem FROM signing_keys WHERE current").fetchone()
    found.close()
    key: Any = serialization.load_pem_private_key(pem.encode(), None)

    def make(user_id: str, order: str = "12-00000-00000", number: str = "") -> Signed:
        note = {
            "metadata": {"topic": "ORDER_CONFIRMATION", "schemaVersion": "1.0"},
            "notification": {
                "notificationId": number or str(uuid.uuid4()),
                "data": {"user": {"userId": user_id}, "order": {"orderId": order}},
            },
        }
        body = json.dumps(note, separators=(",", ":")).encode()
        signed = key.sign(body, ec.ECDSA(hashes.SHA1()))  # noqa: S303 - as eBay signs
        header = {
            "alg": "ecdsa", "kid": kid, "digest": "SHA1",
            "signature": base64.b64encode(signed).decode(),
        }  # fmt: skip
        return body, base64.b64encode(json.dumps(header).encode()).decode()

    return make


@pytest.mark.django_db
def test_many_are_kept_at_once_and_repeats_counted(
    account: ChannelConnection, ebay: SandboxServer, sign: Callable[..., Signed]
) -> None:
    # given good ones, one twice, one of nobody we know, a forged one and one that is none
    mine = account.marketplace_account_id
    first, second = sign(mine), sign(mine)
    strange, (body, signature) = sign("somebody-else"), sign(mine)
    given = [
        first,
        second,
        first,
        strange,
        (body.replace(b"12-", b"13-"), signature),
        (b"[]", signature),
    ]
    # when
    assert services.webhooks_keep(channel="ebay", given=given) == [True] * 4 + [False] * 2
    assert services.webhooks_keep(channel="ebay", given=[second]) == [True]
    # then
    logs = ChannelWebhookLog.objects.order_by("received_at", "id")
    assert sorted(one.deliveries for one in logs) == [1, 2, 2]
    assert {one.connection_id for one in logs} == {account.pk, None}
    for one in logs:
        assert not one.processed
        opened = crypto.decrypt_bytes(one.body, aad=one.body_aad)
        assert opened in {first[0], second[0], strange[0]}
    # and the key was asked for once
    assert len(requests(ebay, "getPublicKey")) == 1


@pytest.mark.django_db
def test_what_is_kept_is_what_a_single_one_keeps(
    account: ChannelConnection, sign: Callable[..., Signed]
) -> None:
    # given
    body, signature = sign(account.marketplace_account_id)
    # when
    services.webhooks_keep(channel="ebay", given=[(body, signature)])
    together = ChannelWebhookLog.objects.values().get()
    ChannelWebhookLog.objects.all().delete()
    services.webhook_receive(channel="ebay", body=body, signature=signature)
    alone = ChannelWebhookLog.objects.values().get()
    # then
    own = {"id", "body", "received_at", "next_attempt"}
    assert {name: value for name, value in together.items() if name not in own} == {
        name: value for name, value in alone.items() if name not in own
    }


@pytest.mark.django_db
def test_the_wake_works_all_of_it_off(
    account: ChannelConnection, ebay: SandboxServer, part: Listing, sign: Callable[..., Signed]
) -> None:
    # given
    number = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1)["orderId"])
    mine = account.marketplace_account_id
    services.webhooks_keep(
        channel="ebay", given=[sign(mine, number), sign(mine, number), sign("nobody")]
    )
    # when
    assert tasks.process_webhooks(lane=2) == 3
    # then
    assert not ChannelWebhookLog.objects.filter(processed=False).exists()
    assert ChannelOrder.objects.get().external_order_id == number
    assert tasks.process_webhooks() == 0


class Inner:
    """The application behind: notes what reaches it."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.bodies.append(body)
        await send({"type": "http.response.start", "status": 412, "headers": []})
        await send({"type": "http.response.body", "body": b""})


async def post(app: receiver.Receiver, signed: Signed, *, path: str = receiver.PATH) -> int:
    """Send one request in two pieces; returns the status of its answer."""
    body, signature = signed
    half = len(body) // 2
    pieces = [
        {"type": "http.request", "body": body[:half], "more_body": True},
        {"type": "http.request", "body": body[half:]},
    ]
    answers: list[dict[str, Any]] = []

    async def receive() -> Any:
        return pieces.pop(0)

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [
        (b"x-ebay-signature", signature.encode()), (b"content-length", str(len(body)).encode()),
    ]  # fmt: skip
    scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
    await app(scope, receive, send)
    return int(answers[0]["status"])


def test_a_burst_is_answered_after_its_commit_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given what is kept is known, and a forged one
    kept: list[bytes] = []
    sizes: list[int] = []

    def keep(*, channel: str, given: list[Signed]) -> list[bool]:
        sizes.append(len(given))
        kept.extend(body for body, signature in given if signature == "good")
        return [signature == "good" for _, signature in given]

    monkeypatch.setattr(receiver, "webhooks_keep", keep)
    inner = Inner()
    app = receiver.Receiver(inner)
    sent = [(f"note {number}".encode(), "good") for number in range(250)]

    async def all_of_it() -> list[int]:
        rest = [(b"forged", "bad"), (b"x" * (receiver.MOST_BYTES + 1), "good")]
        found = await asyncio.gather(*(post(app, one) for one in sent + rest))
        return [*found, await post(app, (b"elsewhere", "good"), path="/api/listings")]

    # when
    statuses = asyncio.run(all_of_it())
    # then each of the good ones was kept once, in few handfuls
    assert statuses == [204] * 250 + [412] * 3
    assert sorted(kept) == sorted(body for body, _ in sent)
    assert len(sizes) < 50
    assert max(sizes) <= receiver.HANDFUL
    assert sorted(inner.bodies, key=len) == [
        b"forged", b"elsewhere", b"x" * (receiver.MOST_BYTES + 1),
    ]  # fmt: skip


def test_without_a_database_the_application_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    from django.db import OperationalError

    def broken(**_: Any) -> list[bool]:
        raise OperationalError

    monkeypatch.setattr(receiver, "webhooks_keep", broken)
    inner = Inner()
    # when
    status = asyncio.run(post(receiver.Receiver(inner), (b"note", "good")))
    # then
    assert (status, inner.bodies) == (412, [b"note"])
