from __future__ import annotations

import datetime
import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.db import connection as database
from django.utils import timezone

from channels_app import selectors, services
from channels_app.adapters.base import RawOrder
from channels_app.adapters.registry import adapter_for
from channels_app.enums import CancelState, InboxState, PaymentState
from channels_app.models import ChannelConnection, ChannelOrder
from realtrack.core.errors import NotFound
from realtrack.core.models import AuditLog
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain

if TYPE_CHECKING:
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Two pieces, live."""
    found = make_listing(stock=2)
    services.listing_publish(listing_ids=[found.pk], connection_ids=[account.pk], actor=person())
    drain()
    found.refresh_from_db()
    return found


def told() -> int:
    return AuditLog.objects.filter(event="channel.order_received").count()


def test_poll_takes_an_order_in_once(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    bought = ebay.control("buy", sku=part.custom_label_sku, quantity=1)
    # when
    services.orders_poll(connection_id=account.pk)
    services.orders_poll(connection_id=account.pk)
    # then
    row = ChannelOrder.objects.get()
    assert (row.external_order_id, row.revision, row.state) == (
        bought["orderId"],
        1,
        InboxState.RECEIVED,
    )
    assert told() == 1
    account.refresh_from_db()
    assert account.orders_cursor is not None


def test_the_order_is_matched_and_in_our_words(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    ebay.control(
        "buy", sku=part.custom_label_sku, quantity=2, vehicle={"Year": "2016", "Make": "Toyota"}
    )
    services.orders_poll(connection_id=account.pk)
    # when
    found = selectors.channel_order_get(ChannelOrder.objects.get().pk)
    # then
    assert found.connection_id == account.pk
    assert (found.payment, found.is_paid, found.currency) == (PaymentState.PAID, True, "USD")
    (line,) = found.lines
    assert line.listing_id == part.pk
    assert (line.quantity, line.unit_price, line.total) == (2, Decimal("164.00"), Decimal("328.00"))
    assert line.vehicle["Make"] == "Toyota"
    assert found.buyer.username
    assert found.ship_to.postal_code
    assert found.total == found.subtotal + found.shipping + found.tax - found.discount


def test_buyers_data_is_sealed_and_in_no_log(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    bought = ebay.control("buy", sku=part.custom_label_sku)["order"]
    services.orders_poll(connection_id=account.pk)
    # when
    row = ChannelOrder.objects.get()
    name = bought["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]["fullName"]
    username = bought["buyer"]["username"]
    # then
    assert row.payload.startswith("v1.")
    open_text = f"{row.payload} {row.index} {row.buyer_hash}" + str(
        list(AuditLog.objects.values_list("metadata", "changes"))
    )
    assert name not in open_text
    assert username not in open_text


def test_a_payment_is_a_new_state_of_the_same_order(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    order_id = ebay.control("buy", sku=part.custom_label_sku, pay=False)["orderId"]
    services.orders_poll(connection_id=account.pk)
    assert selectors.channel_order_get(ChannelOrder.objects.get().pk).payment == "pending"
    # when
    ebay.control("pay", order_id=order_id)
    services.orders_poll(connection_id=account.pk)
    # then
    row = ChannelOrder.objects.get()
    assert row.revision == 2
    assert told() == 2
    assert selectors.channel_order_get(row.pk).payment == "paid"


def test_an_older_state_never_replaces_a_newer_one(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    order_id = ebay.control("buy", sku=part.custom_label_sku, pay=False)["orderId"]
    adapter, session = adapter_for("ebay"), services.session_of(account)
    old = adapter.fetch_order(session, order_id)
    ebay.control("pay", order_id=order_id)
    new = adapter.fetch_order(session, order_id)
    # when they come in the wrong order
    services.order_store(connection=account, raw=new, source="poll")
    services.order_store(connection=account, raw=old, source="notification")
    # then
    row = ChannelOrder.objects.get()
    assert selectors.channel_order_get(row.pk).payment == "paid"
    assert (row.revision, told()) == (1, 1)


def test_a_cancellation_carries_its_reason(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    order_id = ebay.control("buy", sku=part.custom_label_sku)["orderId"]
    ebay.control("request_cancel", order_id=order_id, reason="BUYER_CANCELLED")
    # when
    services.orders_poll(connection_id=account.pk)
    # then
    found = selectors.channel_order_get(ChannelOrder.objects.get().pk)
    assert found.cancel == CancelState.REQUESTED
    assert found.cancel_reason


@pytest.mark.django_db(transaction=True)
def test_the_same_order_twenty_times_at_once_is_told_once(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    order_id = ebay.control("buy", sku=part.custom_label_sku)["orderId"]
    raw = adapter_for("ebay").fetch_order(services.session_of(account), order_id)
    barrier = threading.Barrier(20)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            barrier.wait()
            services.order_store(connection=account, raw=raw, source="test")
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)
        finally:
            database.close()

    # when
    threads = [threading.Thread(target=work) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    # then
    assert not failures
    assert ChannelOrder.objects.get().revision == 1
    assert told() == 1


def test_a_poison_order_is_parked_and_the_rest_goes_on(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    bad = RawOrder(external_order_id="99-1", modified_at=timezone.now(), body={"orderId": "99-1"})
    ebay.control("buy", sku=part.custom_label_sku)
    # when
    services.order_store(connection=account, raw=bad, source="poll")
    services.orders_poll(connection_id=account.pk)
    # then
    states = dict(ChannelOrder.objects.values_list("external_order_id", "state"))
    assert states.pop("99-1") == InboxState.PARKED
    assert list(states.values()) == [InboxState.RECEIVED]
    assert told() == 1
    assert [one.external_order_id for one in selectors.orders_parked()] == ["99-1"]


def test_a_failed_poll_begins_again_at_the_same_place(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    ebay.control("buy", sku=part.custom_label_sku)
    before = ChannelConnection.objects.get().orders_cursor
    ebay.control("fault", route="getOrders", times=2, status=500)
    # when
    services.orders_poll(connection_id=account.pk)
    # then
    assert ChannelConnection.objects.get().orders_cursor == before
    assert not ChannelOrder.objects.exists()
    # when
    services.orders_poll(connection_id=account.pk)
    # then
    assert ChannelOrder.objects.count() == 1


def test_old_item_number_is_still_matched(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given an order for the number that the listing had before
    order_id = ebay.control("buy", sku=part.custom_label_sku)["orderId"]
    row = part.channel_listings.get()
    services.listing_end(channel_listing_ids=[row.pk], actor=person())
    drain()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    drain()
    row.refresh_from_db()
    row.external_sku = "renamed"
    row.save()
    # when
    found = services.order_fetch(
        connection_id=account.pk, external_order_id=order_id, source="test"
    )
    # then
    assert selectors.channel_order_get(found.pk).lines[0].listing_id == part.pk


def test_shipping_is_told_once(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    order = ebay.control("buy", sku=part.custom_label_sku)["order"]
    line = order["lineItems"][0]["lineItemId"]

    def ship() -> str:
        return services.order_ship(
            connection_id=account.pk,
            external_order_id=order["orderId"],
            lines={line: 1},
            shipped_at=timezone.now() - datetime.timedelta(seconds=5),
            carrier="UPS",
            tracking_number="1Z 999-AA1 0123456784",
        )

    # when
    first, second = ship(), ship()
    # then
    assert first == second == "1Z999AA10123456784"
    sent = ebay.control("requests", route="createShippingFulfillment")["requests"]
    assert len(sent) == 1
    services.orders_poll(connection_id=account.pk)
    found = selectors.channel_order_get(ChannelOrder.objects.get().pk)
    assert found.fulfilment == "fulfilled"


def test_erased_buyers_are_gone(
    account: ChannelConnection, part: Listing, ebay: SandboxServer
) -> None:
    # given
    order = ebay.control("buy", sku=part.custom_label_sku)["order"]
    services.orders_poll(connection_id=account.pk)
    # when
    count = services.buyer_erase(username=order["buyer"]["username"], account_id="")
    # then
    assert count == 1
    row = ChannelOrder.objects.get()
    assert (row.payload, row.state) == ("", InboxState.REDACTED)
    with pytest.raises(NotFound):
        selectors.channel_order_get(row.pk)
    # and a poll does not bring it back
    services.orders_poll(connection_id=account.pk)
    assert ChannelOrder.objects.get().payload == ""
