from __future__ import annotations

import base64
import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from channels_app import selectors, services
from channels_app.adapters.base import ChannelError
from channels_app.adapters.ebay import notifications
from channels_app.errors import BadSignature
from channels_app.models import ChannelConnection, ChannelOrder, ChannelWebhookLog
from channels_app.tasks import webhook_endpoint
from realtrack.core import redis
from realtrack.core.models import AuditLog
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain
from tests.conftest import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)
SAMPLES = SHARED / "contracts" / "ebay"


@pytest.fixture
def endpoint(
    account: ChannelConnection,
    ebay: SandboxServer,
    live_server: LiveServer,
    settings: Settings,
) -> str:
    """Our address, subscribed to at the marketplace, which asked its challenge for it."""
    settings.PUBLIC_BASE_URL = live_server.url
    ebay.control("notifications", pauses=[0.1, 0.1])
    address = webhook_endpoint("ebay")
    row = services.connection_subscribe(connection_id=account.pk, endpoint=address)
    assert row.notifications["state"] == "on", row.notifications
    return address


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Two pieces, live."""
    found = make_listing(stock=2)
    services.listing_publish(listing_ids=[found.pk], connection_ids=[account.pk], actor=person())
    drain()
    return found


def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does; it says when it is done."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in 20 s"
        time.sleep(0.02)


def work() -> None:
    for log in ChannelWebhookLog.objects.filter(processed=False):
        services.webhook_process(log_id=log.pk)


def test_a_sale_is_told_verified_and_taken_in(
    endpoint: str, account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # when
    order_id = ebay.control("buy", sku=part.custom_label_sku)["orderId"]
    until(ChannelWebhookLog.objects.exists)
    work()
    # then
    log = ChannelWebhookLog.objects.get()
    assert (log.event_type, log.connection_id) == ("ORDER_CONFIRMATION", account.pk)
    assert log.processed
    assert log.body.startswith("v1.")
    row = ChannelOrder.objects.get()
    assert (row.external_order_id, row.source) == (order_id, "notification")
    # and the poll that finds it too tells nothing new
    services.orders_poll(connection_id=account.pk)
    assert AuditLog.objects.filter(event="channel.order_received").count() == 1


def test_subscribing_again_changes_nothing(
    endpoint: str, account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    before = ChannelConnection.objects.get().notifications
    # when
    after = services.connection_subscribe(connection_id=account.pk, endpoint=endpoint).notifications
    # then
    assert after["orders"] == before["orders"]
    assert after["destinationId"] == before["destinationId"]


def test_challenge_is_the_hash_of_code_token_and_endpoint(
    endpoint: str, settings: Settings
) -> None:
    # when
    answer = httpx.get(endpoint, params={"challenge_code": "abc"}, trust_env=False)
    # then
    text = "abc" + settings.EBAY_VERIFICATION_TOKEN + endpoint
    assert answer.json() == {"challengeResponse": hashlib.sha256(text.encode()).hexdigest()}
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("fault", ["bad_signature", "wrong_kid"])
def test_what_ebay_did_not_sign_is_not_believed(
    endpoint: str, part: Listing, ebay: SandboxServer, fault: str
) -> None:
    # when
    ebay.control(
        "send_notification", topic="ORDER_CONFIRMATION", seller=ebay.seller, **{fault: True}
    )

    def refused() -> bool:
        rows = ebay.control("notifications")["notifications"]
        return any(row["last_answer"] == "412" for row in rows)

    until(refused)
    # then
    assert not ChannelWebhookLog.objects.exists()


def test_a_rotated_key_is_fetched(endpoint: str, part: Listing, ebay: SandboxServer) -> None:
    # given
    ebay.control("buy", sku=part.custom_label_sku)
    until(lambda: ChannelWebhookLog.objects.count() == 1)
    # when
    ebay.control("rotate_key")
    ebay.control("buy", sku=part.custom_label_sku)
    # then
    until(lambda: ChannelWebhookLog.objects.count() == 2)


def test_a_repeat_is_counted_not_kept_twice(
    endpoint: str, part: Listing, ebay: SandboxServer
) -> None:
    # when
    ebay.control(
        "send_notification", topic="ORDER_CONFIRMATION", seller=ebay.seller, duplicate=True
    )
    until(lambda: sum(ChannelWebhookLog.objects.values_list("deliveries", flat=True)) == 2)
    # then
    assert ChannelWebhookLog.objects.count() == 1


def test_key_service_away_is_503_and_the_next_try_is_kept(
    endpoint: str, part: Listing, ebay: SandboxServer
) -> None:
    # given
    ebay.control("fault", route="getPublicKey", times=2, status=500)
    # when
    ebay.control("buy", sku=part.custom_label_sku)
    # then eBay sends again
    until(ChannelWebhookLog.objects.exists)


def test_order_that_cannot_be_read_yet_is_tried_again(
    endpoint: str, part: Listing, ebay: SandboxServer
) -> None:
    # given
    ebay.control("fault", route="getOrder", times=2, status=500)
    ebay.control("buy", sku=part.custom_label_sku)
    until(ChannelWebhookLog.objects.exists)
    # when
    work()
    # then
    log = ChannelWebhookLog.objects.get()
    assert (log.processed, log.attempts) == (False, 1)
    assert log.next_attempt is not None
    assert log.process_error
    # when
    work()
    # then
    log.refresh_from_db()
    assert log.processed
    assert ChannelOrder.objects.count() == 1


def test_revoked_consent_is_told_once(
    endpoint: str, account: ChannelConnection, ebay: SandboxServer
) -> None:
    # when
    ebay.control("revoke_consent", seller=ebay.seller)
    until(lambda: ChannelWebhookLog.objects.filter(event_type="AUTHORIZATION_REVOCATION").exists())
    work()
    # then
    account.refresh_from_db()
    assert account.status == "revoked"
    assert AuditLog.objects.filter(event="channel.failed").count() == 1


def _sample(name: str) -> dict[str, Any]:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the contract's samples are not here")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _know_key(sample: dict[str, Any]) -> None:
    name = redis.key("ebay-public-key", sample["kid"])
    redis.client().set(name, json.dumps(sample["public_key_response"]), ex=60)


@pytest.mark.parametrize(
    "name", ["notification_order_confirmation.json", "notification_account_deletion.json"]
)
def test_the_contracts_signatures_fit(ebay: SandboxServer, name: str) -> None:
    # given
    sample = _sample(name)
    _know_key(sample)
    body = sample["raw_body"].encode()
    signature = sample["header_x_ebay_signature"]
    # when, then: as sent, and as eBay's libraries write it
    notifications.verify(body=body, signature=signature)
    spaced = json.dumps(json.loads(body), ensure_ascii=False).encode()
    notifications.verify(body=spaced, signature=signature)
    # when, then: one letter changed
    with pytest.raises(BadSignature):
        notifications.verify(body=body.replace(b"1.0", b"1.1"), signature=signature)


def test_account_deletion_is_obeyed_and_told(
    ebay: SandboxServer, account: ChannelConnection, part: Listing
) -> None:
    # given an order of that buyer
    sample = _sample("notification_account_deletion.json")
    _know_key(sample)
    ebay.control("buy", sku=part.custom_label_sku, buyer="bücher_käufer")
    services.orders_poll(connection_id=account.pk)
    # when
    log = services.webhook_receive(
        channel="ebay",
        body=sample["raw_body"].encode(),
        signature=sample["header_x_ebay_signature"],
    )
    services.webhook_process(log_id=log.pk)
    # then
    assert ChannelOrder.objects.get().state == "redacted"
    assert AuditLog.objects.filter(event="channel.buyer_erasure_requested").count() == 1
    erasure = selectors.buyer_erasure_get(log.pk)
    assert (erasure.username, erasure.account_id) == ("bücher_käufer", "mA9xExample1")
    log.refresh_from_db()
    assert "bücher" not in f"{log.index} {log.outcome} {log.body}"


@pytest.mark.parametrize(
    "signature", ["", "not base64!", "e30=", "eyJraWQiOiIuLi8uLi8iLCJzaWduYXR1cmUiOiJ4In0="]
)
def test_a_malformed_signature_asks_ebay_nothing(ebay: SandboxServer, signature: str) -> None:
    # when
    with pytest.raises(BadSignature):
        services.webhook_receive(channel="ebay", body=b"{}", signature=signature)
    # then
    assert ebay.control("requests", route="getPublicKey")["requests"] == []


def test_a_poll_serves_where_notifications_cannot_come(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # when nobody answers at that address
    row = services.connection_subscribe(
        connection_id=account.pk, endpoint="http://127.0.0.1:9/api/channels/webhooks/ebay"
    )
    # then
    assert row.notifications["state"] == "off"
    assert row.notifications["error"]
    assert row.status == "active"


def test_unknown_kid_is_remembered(ebay: SandboxServer) -> None:
    # given
    head = json.dumps(
        {"alg": "ecdsa", "kid": "00000000-0000-4000-8000-000000000000", "signature": "QUJD"}
    )
    signature = base64.b64encode(head.encode()).decode()
    # when
    for _ in range(3):
        with pytest.raises((BadSignature, ChannelError)):
            notifications.verify(body=b"{}", signature=signature)
    # then
    assert len(ebay.control("requests", route="getPublicKey")["requests"]) == 1
