"""Buying, orders, shipping, refunds, cancellation; signed notifications on the way."""

from __future__ import annotations

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.sandbox.client import INVENTORY, Client, error_ids
from tests.sandbox.receiver import TOKEN, Delivery, Receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDERS = "/sell/fulfillment/v1/order"
NOTES = "/commerce/notification/v1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a running endpoint."""
    endpoint = Receiver()
    yield endpoint
    endpoint.close()


def subscribe(client: Client, receiver: Receiver, topic: str = "ORDER_CONFIRMATION") -> str:
    """Set up config, destination and subscription; returns the subscription's path."""
    http = client.http
    http.put(f"{NOTES}/config", json={"alertEmail": "ops@example.com"}, headers=client.app)
    made = http.post(
        f"{NOTES}/destination",
        json={
            "name": "here",
            "status": "ENABLED",
            "deliveryConfig": {"endpoint": receiver.endpoint, "verificationToken": TOKEN},
        },
        headers=client.app,
    )
    assert made.status_code == 201, made.text
    user = topic == "ORDER_CONFIRMATION"
    answer = http.post(
        f"{NOTES}/subscription",
        json={
            "topicId": topic,
            "status": "ENABLED",
            "payload": {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"},
            "destinationId": made.headers["location"].rpartition("/")[2],
        },
        headers=client.headers if user else client.app,
    )
    assert answer.status_code == 201, answer.text
    return httpx.URL(answer.headers["location"]).path


def verify(client: Client, delivery: Delivery) -> None:
    """Verify a signature the way a receiver does; raises InvalidSignature or KeyError."""
    head = json.loads(base64.b64decode(delivery.signature))
    answer = client.http.get(f"{NOTES}/public_key/{head['kid']}", headers=client.app).json()
    assert "\n" not in answer["key"]
    middle = answer["key"].split("-----")[2]
    key = serialization.load_der_public_key(base64.b64decode(middle))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert answer["digest"] == "SHA1"
    signature = base64.b64decode(head["signature"])
    key.verify(signature, delivery.body, ec.ECDSA(hashes.SHA1()))  # noqa: S303 (eBay's digest)


def test_from_item_to_signed_order_notification(client: Client, receiver: Receiver) -> None:
    # given
    subscribe(client, receiver)
    offer_id, listing_id = client.live("ALT-1", quantity=3)

    # when
    bought = client.server.control("buy", sku="ALT-1", quantity=2, buyer="wrench_and_co")
    delivery = receiver.next()

    # then
    verify(client, delivery)
    order_id = bought["orderId"]
    line = bought["order"]["lineItems"][0]
    assert delivery.note["data"] == {
        "user": {"userId": "qZ8kPa1LsXy", "username": "mhn-auto-parts"},
        "order": {
            "orderId": order_id,
            "orderLineItems": [
                {
                    "orderLineItemId": line["lineItemId"],
                    "listingId": listing_id,
                    "quantity": 2,
                }
            ],
        },
    }
    order = client.call("GET", f"{ORDERS}/{order_id}").json()
    assert order["orderPaymentStatus"] == "PAID"
    assert order["lineItems"][0]["lineItemCost"] == {"value": "259.9", "currency": "USD"}
    assert order["lineItems"][0]["legacyItemId"] == listing_id
    offer = client.call("GET", f"{INVENTORY}/offer/{offer_id}").json()
    assert offer["listing"]["soldQuantity"] == 2
    item = client.call("GET", f"{INVENTORY}/inventory_item/ALT-1").json()
    assert item["availability"]["shipToLocationAvailability"]["quantity"] == 1


def test_a_notification_is_sent_three_times_at_most(client: Client, receiver: Receiver) -> None:
    # given
    client.server.control("notifications", pauses=[0, 0])
    subscribe(client, receiver)
    client.live("ALT-1", quantity=2)
    receiver.statuses = [500, 412, 500, 204]

    # when
    client.server.control("buy", sku="ALT-1")
    tries = [receiver.next() for _ in range(3)]
    client.server.control("buy", sku="ALT-1")
    other = receiver.next()

    # then
    assert [one.note["publishAttemptCount"] for one in tries] == [1, 2, 3]
    assert len({str(one.note["notificationId"]) for one in tries}) == 1
    assert other.note["publishAttemptCount"] == 1
    for one in tries:
        verify(client, one)


def test_bad_signature_wrong_kid_and_rotated_key(client: Client, receiver: Receiver) -> None:
    # given
    subscribe(client, receiver, "MARKETPLACE_ACCOUNT_DELETION")
    control, fields = client.server.control, {"topic": "MARKETPLACE_ACCOUNT_DELETION"}

    # when
    control("send_notification", username="bücher_käufer", duplicate=True, **fields)
    twins = [receiver.next(), receiver.next()]
    control("send_notification", username="x", bad_signature=True, **fields)
    bad = receiver.next()
    control("send_notification", username="x", wrong_kid=True, **fields)
    strange = receiver.next()
    control("send_notification", username="x", rotate_key=True, **fields)
    rotated = receiver.next()

    # then
    verify(client, twins[0])
    assert twins[0].note["notificationId"] == twins[1].note["notificationId"]
    assert "bücher_käufer".encode() in twins[0].body
    with pytest.raises(InvalidSignature):
        verify(client, bad)
    kid = json.loads(base64.b64decode(strange.signature))["kid"]
    missing = client.http.get(f"{NOTES}/public_key/{kid}", headers=client.app)
    assert (missing.status_code, error_ids(missing)) == (404, [195001])
    verify(client, rotated)
    verify(client, twins[1])


def test_a_failed_challenge_stores_no_destination(client: Client, receiver: Receiver) -> None:
    receiver.answer_challenge = False
    client.http.put(f"{NOTES}/config", json={"alertEmail": "a@b.example"}, headers=client.app)
    body = {
        "name": "here",
        "status": "ENABLED",
        "deliveryConfig": {"endpoint": receiver.endpoint, "verificationToken": TOKEN},
    }

    answer = client.http.post(f"{NOTES}/destination", json=body, headers=client.app)

    assert (answer.status_code, error_ids(answer)) == (409, [195020])
    listed = client.http.get(f"{NOTES}/destination", headers=client.app).json()
    assert listed["destinations"] == []


def test_subscriptions_need_the_right_token_and_exist_once(
    client: Client, receiver: Receiver
) -> None:
    path = subscribe(client, receiver)
    found = client.call("GET", f"{NOTES}/subscription").json()["subscriptions"][0]
    body = {key: found[key] for key in ("topicId", "status", "payload", "destinationId")}

    twice = client.call("POST", f"{NOTES}/subscription", body)
    as_app = client.http.post(f"{NOTES}/subscription", json=body, headers=client.app)
    tested = client.call("POST", f"{path}/test")

    assert (twice.status_code, error_ids(twice)) == (409, [195012])
    assert (as_app.status_code, error_ids(as_app)) == (403, [195011])
    assert tested.status_code == 202
    verify(client, receiver.next())


def test_the_last_piece_is_sold_once(client: Client) -> None:
    # given
    client.live("ALT-1", quantity=1)

    def buy(number: int) -> int:
        body = {"sku": "ALT-1", "buyer": f"buyer_{number}"}
        url = f"{client.server.base}/_control/buy"
        return httpx.post(url, json=body, timeout=30).status_code

    # when
    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(buy, range(20)))

    # then
    assert answers == [200] + [409] * 19
    assert len(client.server.control("orders")["orders"]) == 1
    listing = client.server.control("listings")["listings"][0]
    assert (listing["quantity"], listing["sold"], listing["status"]) == (0, 1, "OUT_OF_STOCK")


def test_paying_later_reserves_first(client: Client, receiver: Receiver) -> None:
    # given
    subscribe(client, receiver)
    client.live("ALT-1", quantity=1)

    # when
    order_id = client.server.control("buy", sku="ALT-1", pay=False)["orderId"]
    pending = client.call("GET", f"{ORDERS}/{order_id}").json()
    silent = receiver.received.empty()
    client.server.control("pay", order_id=order_id)
    told = receiver.next()

    # then
    assert pending["orderPaymentStatus"] == "PENDING"
    assert silent
    assert client.server.control("listings")["listings"][0]["quantity"] == 0
    verify(client, told)


def test_orders_are_found_by_change_and_paged(client: Client) -> None:
    # given
    client.live("ALT-1", quantity=3)
    ids = [client.server.control("buy", sku="ALT-1")["orderId"] for _ in range(3)]

    def window(start: timedelta) -> str:
        moment = (datetime.now(UTC) + start).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        return f"lastmodifieddate:[{moment}..]"

    # when
    first = client.call("GET", ORDERS, params={"filter": window(timedelta(hours=-1)), "limit": 2})
    second = client.http.get(first.json()["next"], headers=client.headers).json()
    client.server.control("clock", advance_seconds=7200)
    client.server.control("consent", seller=client.server.seller)
    client.server.control("request_cancel", order_id=ids[1])
    fresh = Client(client.server)
    later = fresh.call("GET", ORDERS, params={"filter": window(timedelta(hours=1))}).json()

    # then
    assert [row["orderId"] for row in first.json()["orders"]] == ids[:2]
    assert [row["orderId"] for row in second["orders"]] == ids[2:]
    assert "next" not in second
    assert [row["orderId"] for row in later["orders"]] == [ids[1]]
    assert later["orders"][0]["cancelStatus"]["cancelRequests"] == []
    one = fresh.call("GET", f"{ORDERS}/{ids[1]}").json()
    assert one["cancelStatus"]["cancelRequests"][0]["cancelRequestState"] == "REQUESTED"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"limit": "201"}, 31100),
        ({"offset": "-1"}, 31000),
        ({"filter": "colour:{RED}"}, 30700),
        ({"filter": "creationdate:[2026-01-01..]"}, 30810),
        ({"filter": "creationdate:[..2026-01-01T00:00:00.000Z]"}, 30820),
        ({"filter": "creationdate:[2099-01-01T00:00:00.000Z..]"}, 30850),
        ({"filter": "orderfulfillmentstatus:{FULFILLED}"}, 30800),
        ({"orderIds": ",".join(f"12-00000-{n:05d}" for n in range(51))}, 30900),
        ({"fieldGroups": "EVERYTHING"}, 32800),
    ],
)
def test_get_orders_refuses(client: Client, params: dict[str, str], expected: int) -> None:
    answer = client.call("GET", ORDERS, params=params)

    assert (answer.status_code, error_ids(answer)) == (400, [expected])


def test_shipping_moves_the_order_on(client: Client) -> None:
    # given
    client.live("ALT-1")
    client.live("ALT-2")
    bought = client.server.control("buy", lines=[{"sku": "ALT-1"}, {"sku": "ALT-2"}])
    path = f"{ORDERS}/{bought['orderId']}/shipping_fulfillment"
    lines = [row["lineItemId"] for row in bought["order"]["lineItems"]]

    def ship(line: str, **more: Any) -> httpx.Response:
        return client.call("POST", path, {"lineItems": [{"lineItemId": line}], **more})

    # when
    bad = [
        ship("1"),
        ship(lines[0], trackingNumber="1Z 99"),
        ship(lines[0], trackingNumber="1Z99"),
    ]
    first = ship(lines[0], trackingNumber="1Z999AA1", shippingCarrierCode="UPS")
    between = client.call("GET", f"{ORDERS}/{bought['orderId']}").json()
    ship(lines[1])
    after = client.call("GET", f"{ORDERS}/{bought['orderId']}").json()

    # then
    assert [error_ids(row) for row in bad] == [[32200], [32300], [32300]]
    assert first.status_code == 201
    assert first.json() == {}
    assert first.headers["location"] == f"{client.server.base}{path}/1Z999AA1"
    states = [between["orderFulfillmentStatus"], after["orderFulfillmentStatus"]]
    assert states == ["IN_PROGRESS", "FULFILLED"]
    shipped = client.call("GET", path).json()
    assert [row["fulfillmentId"] for row in shipped["fulfillments"]] == ["1Z999AA1", "999"]


def test_a_refund_is_pending_and_then_refunded(client: Client) -> None:
    # given
    client.live("ALT-1")
    bought = client.server.control("buy", sku="ALT-1")
    path = f"{ORDERS}/{bought['orderId']}"
    amount = {"value": "20.00", "currency": "USD"}
    body = {"reasonForRefund": "OTHER_ADJUSTMENT", "orderLevelRefundAmount": amount}

    # when
    much = client.call(
        "POST",
        f"{path}/issue_refund",
        {**body, "orderLevelRefundAmount": {"value": "999.00", "currency": "USD"}},
    )
    answer = client.call("POST", f"{path}/issue_refund", body)
    pending = client.call("GET", path).json()
    client.server.control("tick")
    done = client.call("GET", path).json()

    # then
    assert error_ids(much) == [34915]
    assert answer.json()["refundStatus"] == "PENDING"
    assert pending["orderPaymentStatus"] == "PAID"
    assert done["orderPaymentStatus"] == "PARTIALLY_REFUNDED"
    assert done["paymentSummary"]["refunds"][0]["refundStatus"] == "REFUNDED"
    assert done["paymentSummary"]["refunds"][0]["amount"] == {"value": "20.0", "currency": "USD"}


def test_an_approved_cancellation_refunds(client: Client) -> None:
    client.live("ALT-1")
    order_id = client.server.control("buy", sku="ALT-1")["orderId"]

    client.server.control("request_cancel", order_id=order_id, reason="BUYER_ASKED")
    client.server.control("approve_cancel", order_id=order_id)
    client.server.control("tick")

    order = client.call("GET", f"{ORDERS}/{order_id}").json()
    assert order["cancelStatus"]["cancelState"] == "CANCELED"
    assert order["orderPaymentStatus"] == "FULLY_REFUNDED"


def test_the_buyers_address_goes_after_90_days(client: Client) -> None:
    client.live("ALT-1")
    order_id = client.server.control("buy", sku="ALT-1")["orderId"]
    client.server.control("clock", advance_seconds=91 * 86_400)

    order = Client(client.server).call("GET", f"{ORDERS}/{order_id}").json()

    ship_to = order["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]
    assert set(ship_to) == {"contactAddress"}
    assert "addressLine1" not in ship_to["contactAddress"]
