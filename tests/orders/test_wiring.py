"""From the marketplace's inbox to the order and back, through the log's deliveries."""

from __future__ import annotations

import copy
import datetime
import json
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from channels_app.adapters.base import RawOrder
from channels_app.events import ChannelListingPublished
from channels_app.models import ChannelConnection, ChannelOrder
from channels_app.services import order_store
from inventory.selectors import stock_of
from inventory.services import ledger_verify
from orders.models import Order
from orders.services import order_import, order_ship
from realtrack.core import crypto, registry
from realtrack.core.dispatcher import dispatch_due
from realtrack.core.events import emit
from realtrack.core.models import AuditLog, EventDelivery
from tests.conftest import SHARED
from tests.inventory.factories import SYSTEM, part
from tests.orders.factories import account, found_order, line
from tests.people import user_of

pytestmark = pytest.mark.django_db
CONTRACT = SHARED / "contracts" / "ebay" / "order.json"


@pytest.fixture
def ebay_order() -> dict[str, Any]:
    if not CONTRACT.exists():
        pytest.skip(f"{CONTRACT} is not here")
    body: dict[str, Any] = json.loads(CONTRACT.read_text())["order"]
    return body


def arrives(connection: ChannelConnection, body: dict[str, Any]) -> ChannelOrder:
    raw = RawOrder(
        external_order_id=body["orderId"],
        modified_at=datetime.datetime.fromisoformat(body["lastModifiedDate"]),
        body=body,
        index={},
        buyer_key=body["buyer"]["username"],
    )
    return order_store(connection=connection, raw=raw, source="poll")


def dispatch() -> None:
    for _ in range(10):
        if not dispatch_due():
            return


def dead() -> list[str]:
    return list(EventDelivery.objects.exclude(last_error="").values_list("last_error", flat=True))


def test_an_order_of_the_inbox_becomes_an_order_here(ebay_order: dict[str, Any]) -> None:
    # given
    connection = account()
    arrives(connection, ebay_order)
    # when
    dispatch()
    # then
    order = Order.objects.get()
    assert (order.external_order_id, order.status) == ("12-34567-89012", "confirmed")
    assert str(order.total_amount) == "226.95"
    assert order.items.count() == 2
    assert order.items.filter(listing__isnull=True).count() == 2
    assert dead() == []


def test_what_was_bought_before_we_knew_that_it_is_live_is_matched_later(
    ebay_order: dict[str, Any],
) -> None:
    # given
    connection = account()
    arrives(connection, ebay_order)
    dispatch()
    listing = part(quantity=1, sku="ALT-CAMRY-001")
    # when
    with transaction.atomic():
        emit(
            ChannelListingPublished(
                entity_id=listing.pk,
                listing_id=listing.pk,
                connection_id=connection.pk,
                channel="ebay",
                sku="ALT-CAMRY-001",
                external_id="206000000017",
            ),
            actor=SYSTEM,
        )
    dispatch()
    # then
    assert stock_of([listing.pk])[listing.pk].total == 0
    assert Order.objects.get().items.filter(listing=listing).count() == 1
    assert ledger_verify() == []


def test_the_same_order_told_again_and_again_is_one_sale(ebay_order: dict[str, Any]) -> None:
    # given
    connection = account()
    for minute in range(5):
        body = copy.deepcopy(ebay_order)
        body["lastModifiedDate"] = f"2026-11-09T15:1{minute}:00.000Z"
        arrives(connection, body)
        # when
        dispatch()
    # then
    assert Order.objects.count() == 1
    assert AuditLog.objects.filter(event="order.paid").count() == 1
    assert AuditLog.objects.filter(event="order.updated").count() == 0


def test_a_number_that_the_marketplace_would_refuse_is_shown_not_retried() -> None:
    # given a number without its carrier
    connection = account()
    token = crypto.encrypt("token", aad=connection.token_aad("access_token"))
    ChannelConnection.objects.filter(pk=connection.pk).update(
        access_token=token, token_expires_at=timezone.now() + datetime.timedelta(hours=1)
    )
    found = found_order(connection, [line(part(quantity=1))])
    order, _ = order_import(found_order=found, connection_id=connection.pk, actor=SYSTEM)
    Order.objects.filter(pk=order.pk).update(status="processing")
    order_ship(order_id=order.pk, tracking_number="1Z999", actor=SYSTEM)
    # when
    dispatch()
    # then
    order.refresh_from_db()
    assert "only together" in order.shipment_error
    assert order.shipment_told_at is None
    assert not EventDelivery.objects.filter(subscriber="orders.shipment").exists()


def test_the_registry_knows_orders_and_stock() -> None:
    # given
    listing = part(quantity=0)
    found = found_order(account(), [line(listing)])
    order_import(found_order=found, connection_id=found.connection_id, actor=SYSTEM)
    Order.objects.update(status="confirmed")
    # when
    counts = {name: source(user_of("manager")) for name, source in registry.nav_counts.items()}
    # then
    assert counts["orders"] == {"orders": 1}
    assert counts["inventory"] == {"stock": 0}
    assert "orders.buyers" in dict(registry.rotators.items())
