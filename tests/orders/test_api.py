from __future__ import annotations

import uuid

import pytest

from channels_app.enums import PaymentState
from inventory.selectors import stock_of
from inventory.services import ledger_verify, place_set
from orders.models import Order
from orders.services import order_import
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog
from settings_app.models import Team
from tests.inventory.factories import SYSTEM, part
from tests.orders.factories import account, found_order, line
from tests.people import api_of, user_of

pytestmark = pytest.mark.django_db
EBAY = Actor.marketplace("eBay yard")


def order_of(*lines: object, payment: PaymentState = PaymentState.PAID) -> Order:
    found = found_order(account(), lines or [line(part(quantity=2))], payment=payment)  # type: ignore[arg-type]
    return order_import(found_order=found, connection_id=found.connection_id, actor=EBAY)[0]


def test_the_list_and_its_filters() -> None:
    # given
    paid = order_of()
    unpaid = order_of(payment=PaymentState.PENDING)
    client = api_of("viewer")
    # when
    everything = client.get("/api/orders?limit=10&offset=0").json()
    by_status = client.get("/api/orders?status=pending").json()
    by_number = client.get(f"/api/orders?search={paid.external_order_id}").json()
    by_mail = client.get("/api/orders?search=DANA@example.com").json()
    unmatched = client.get("/api/orders?unmatched=true").json()
    # then
    assert (everything["total"], everything["limit"], everything["offset"]) == (2, 10, 0)
    assert [one["id"] for one in by_status["orders"]] == [str(unpaid.pk)]
    assert [one["id"] for one in by_number["orders"]] == [str(paid.pk)]
    assert by_mail["total"] == 2
    assert unmatched["total"] == 0
    assert "buyer" not in str(everything)
    assert everything["orders"][0]["totalAmount"] == "102.40"
    assert client.get("/api/orders?status=weird").status_code == 400
    assert client.get("/api/orders?colour=red").status_code == 400


def test_stats_name_every_status() -> None:
    # given
    order_of()
    order_of(payment=PaymentState.PENDING)
    # when
    body = api_of("viewer").get("/api/orders/stats").json()
    # then
    assert body["total"] == 2
    assert (body["counts"]["confirmed"], body["counts"]["pending"]) == (1, 1)
    assert body["counts"]["refund_requested"] == 0


def test_viewers_see_a_masked_buyer_and_users_the_buyer_which_is_logged() -> None:
    # given
    order = order_of()
    # when
    seen_by_viewer = api_of("viewer").get(f"/api/orders/{order.pk}").json()["order"]["buyer"]
    logged = AuditLog.objects.filter(event="order.buyer_viewed").count()
    seen_by_user = api_of("user").get(f"/api/orders/{order.pk}").json()["order"]["buyer"]
    # then
    assert seen_by_viewer["isMasked"] is True
    for secret in ("Dana", "dana@", "Oak", "6145550123", "parts_buyer_77"):
        assert secret not in str(seen_by_viewer)
    assert seen_by_viewer["shippingCity"] == "Columbus"
    assert logged == 0
    assert seen_by_user["shippingAddress1"] == "455 Oak Ave"
    row = AuditLog.objects.get(event="order.buyer_viewed")
    assert row.actor_id == user_of("user").pk


def test_lines_tell_their_bin() -> None:
    # given
    listing = part(quantity=1)
    place_set(listing_id=listing.pk, bin_code="B-04-2", actor=SYSTEM)
    order = order_of(line(listing))
    # when
    body = api_of("viewer").get(f"/api/orders/{order.pk}").json()["order"]
    # then
    assert body["items"][0]["binCode"] == "B-04-2"
    assert body["items"][0]["unitPrice"] == "89.90"
    assert body["allowed"] == ["processing", "cancelled"]


def test_an_order_walks_to_its_end() -> None:
    # given
    order = order_of()
    client = api_of("user")
    path = f"/api/orders/{order.pk}"
    # when / then
    illegal = client.patch(f"{path}/status", {"status": "delivered"})
    assert illegal.status_code == 409
    assert illegal.json()["errors"][0]["code"] == "illegal_transition"
    assert illegal.json()["allowed"] == ["processing", "cancelled"]
    assert client.patch(f"{path}/status", {"status": "processing"}).status_code == 200
    shipped = client.patch(
        f"{path}/shipping", {"trackingNumber": "1Z999", "trackingCarrier": "UPS"}
    )
    assert shipped.json()["order"]["status"] == "shipped"
    assert shipped.json()["order"]["trackingNumber"] == "1Z999"
    again = client.patch(f"{path}/status", {"status": "shipped"})
    assert (again.status_code, again.json()["order"]["status"]) == (200, "shipped")
    for status in ("delivered", "completed", "refund_requested", "refunded"):
        assert client.patch(f"{path}/status", {"status": status}).status_code == 200
    ended = client.patch(f"{path}/status", {"status": "completed"})
    assert (ended.status_code, ended.json()["allowed"]) == (409, [])
    events = AuditLog.objects.filter(entity_id=str(order.pk)).values_list("event", flat=True)
    assert sorted(events) == [
        "order.completed", "order.created", "order.delivered", "order.paid", "order.picked",
        "order.refund_requested", "order.refunded", "order.shipped",
    ]  # fmt: skip


def test_shipping_needs_a_paid_order_and_corrects_a_number() -> None:
    # given
    unpaid = order_of(payment=PaymentState.PENDING)
    paid = order_of()
    client = api_of("user")
    # when
    refused = client.patch(f"/api/orders/{unpaid.pk}/shipping", {"trackingNumber": "1"})
    client.patch(f"/api/orders/{paid.pk}/shipping", {"trackingNumber": "1"})
    corrected = client.patch(f"/api/orders/{paid.pk}/shipping", {"trackingNumber": "2"})
    # then
    assert refused.status_code == 409
    assert Order.objects.get(pk=unpaid.pk).tracking_number == ""
    assert corrected.json()["order"]["trackingNumber"] == "2"
    assert AuditLog.objects.filter(event="order.shipped").count() == 1
    assert AuditLog.objects.filter(event="order.tracking_changed").count() == 1


def test_cancelling_gives_back() -> None:
    # given
    listing = part(quantity=1)
    order = order_of(line(listing))
    # when
    answer = api_of("user").patch(
        f"/api/orders/{order.pk}/status", {"status": "cancelled", "reason": "Broken"}
    )
    # then
    assert answer.json()["order"]["status"] == "cancelled"
    assert stock_of([listing.pk])[listing.pk].free == 1
    assert ledger_verify() == []


def test_a_stale_version_is_refused() -> None:
    # given
    order = order_of()
    client = api_of("user")
    client.patch(f"/api/orders/{order.pk}/status", {"status": "processing"})
    # when
    answer = client.patch(
        f"/api/orders/{order.pk}/status", {"status": "shipped", "version": order.version}
    )
    # then
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "version_conflict"
    assert Order.objects.get().status == "processing"


def test_refunds_are_for_managers_and_ask_about_the_shelf() -> None:
    # given
    listing = part(quantity=1)
    order = order_of(line(listing))
    manager = api_of("manager")
    body = {"amount": "10.00", "restock": False, "reason": "Scratch"}
    # when / then
    assert api_of("user").post(f"/api/orders/{order.pk}/refund", body).status_code == 403
    assert manager.post(f"/api/orders/{order.pk}/refund", body).status_code == 409
    manager.patch(f"/api/orders/{order.pk}/shipping", {"trackingNumber": "1"})
    manager.patch(f"/api/orders/{order.pk}/status", {"status": "delivered"})
    partly = manager.post(f"/api/orders/{order.pk}/refund", body).json()["order"]
    assert (partly["status"], partly["refundAmount"]) == ("refund_requested", "10.00")
    too_much = manager.post(f"/api/orders/{order.pk}/refund", {**body, "amount": "500"})
    assert too_much.status_code == 400
    rest = manager.post(
        f"/api/orders/{order.pk}/refund", {"amount": "92.40", "restock": True}
    ).json()["order"]
    assert rest["status"] == "refunded"
    assert stock_of([listing.pk])[listing.pk].total == 1
    assert ledger_verify() == []


def test_matching_a_line_sells_it() -> None:
    # given
    listing = part(quantity=1)
    order = order_of(line(None))
    item = order.items.get()
    client = api_of("user")
    path = f"/api/orders/{order.pk}/items/{item.pk}/match"
    # when
    first = client.post(path, {"listingId": str(listing.pk)})
    again = client.post(path, {"listingId": str(listing.pk)})
    other = client.post(path, {"listingId": str(part().pk)})
    # then
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert stock_of([listing.pk])[listing.pk].total == 0
    assert AuditLog.objects.get(event="order.line_matched").metadata["is_sale"] is True
    unknown = client.post(
        f"/api/orders/{order.pk}/items/{uuid.uuid4()}/match", {"listingId": str(listing.pk)}
    )
    assert unknown.status_code == 404


def test_teams_narrow_orders_unless_a_line_is_theirs() -> None:
    # given
    team = Team.objects.create(name="Engines")
    listing = part(quantity=2)
    type(listing).objects.filter(pk=listing.pk).update(team=team)
    order = order_of(line(listing))
    # when / then
    assert api_of("user").get("/api/orders").json()["total"] == 0
    assert api_of("user").get(f"/api/orders/{order.pk}").status_code == 404
    assert api_of("manager").get("/api/orders").json()["total"] == 0
    assert api_of("admin").get("/api/orders").json()["total"] == 1
    user_of("user").teams.add(team)
    assert api_of("user").get("/api/orders").json()["total"] == 1


def test_viewers_may_not_move_orders() -> None:
    # given
    order = order_of()
    # when
    answer = api_of("viewer").patch(f"/api/orders/{order.pk}/status", {"status": "processing"})
    # then
    assert answer.status_code == 403
    assert Order.objects.get().status == "confirmed"
