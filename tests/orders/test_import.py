from __future__ import annotations

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from channels_app.enums import CancelState, FulfilmentState, PaymentState
from channels_app.found_orders import FoundAddress, FoundBuyer, FoundOrder, FoundRefund
from inventory.models import InventoryEvent, InventoryLedger
from inventory.selectors import stock_of
from inventory.services import ledger_verify, stock_adjust
from listings.models import Listing
from orders import sealing
from orders.enums import LineStock, OrderStatus
from orders.models import Order, OrderItem
from orders.services import order_cancel, order_import, order_ship
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import AuditLog
from tests.inventory.factories import SYSTEM, part
from tests.orders.factories import account, found_order, later, line

EBAY = Actor.marketplace("eBay yard")


def take(found: FoundOrder) -> Order:
    return order_import(found_order=found, connection_id=found.connection_id, actor=EBAY)[0]


def names(order: Order) -> list[str]:
    rows = AuditLog.objects.filter(entity_type="order", entity_id=str(order.pk))
    return sorted(rows.values_list("event", flat=True))


def free(listing: Listing) -> tuple[int, int]:
    stock = stock_of([listing.pk])[listing.pk]
    return stock.total, stock.reserved


@pytest.mark.django_db
def test_an_unpaid_order_reserves() -> None:
    # given
    listing = part(quantity=2)
    # when
    order = take(found_order(account(), [line(listing)]))
    # then
    assert order.status == OrderStatus.PENDING
    assert free(listing) == (2, 1)
    assert OrderItem.objects.get().stock == LineStock.RESERVED
    assert names(order) == ["order.created"]


@pytest.mark.django_db
def test_a_paid_order_sells_each_line_through_the_ledger() -> None:
    # given two lines of the same part and one of another
    first, second = part(quantity=5), part(quantity=1)
    found = found_order(
        account(),
        [line(first, number=1), line(second, number=2), line(first, number=3, quantity=2)],
        payment=PaymentState.PAID,
    )
    # when
    order = take(found)
    # then
    assert order.status == OrderStatus.CONFIRMED
    assert (free(first), free(second)) == ((2, 0), (0, 0))
    keys = InventoryEvent.objects.filter(event_type="sale").values_list(
        "idempotency_key", flat=True
    )
    assert sorted(keys) == [
        f"sale:{found.connection_id}:{found.external_order_id}:line-{number}"
        for number in (1, 2, 3)
    ]
    assert names(order) == ["order.created", "order.paid"]
    paid = AuditLog.objects.get(event="order.paid")
    assert paid.metadata["currency"] == "USD"
    assert paid.metadata["channel"] == "ebay"
    assert [row["listing_id"] for row in paid.metadata["lines"]] == [
        str(first.pk), str(second.pk), str(first.pk),
    ]  # fmt: skip
    assert paid.metadata["lines"][2]["total"] == "179.80"
    assert ledger_verify() == []


@pytest.mark.django_db
def test_the_event_holds_no_buyer() -> None:
    # when
    take(found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID))
    # then
    text = str(list(AuditLog.objects.values_list("metadata", "changes")))
    for secret in ("Dana", "dana@example.com", "Oak Ave", "6145550123", "Ring twice"):
        assert secret not in text


@pytest.mark.django_db
def test_the_same_state_again_changes_nothing() -> None:
    # given
    listing = part(quantity=3)
    found = found_order(account(), [line(listing)], payment=PaymentState.PAID)
    order = take(found)
    logged = AuditLog.objects.count()
    # when
    again, is_new = order_import(found_order=found, connection_id=found.connection_id, actor=EBAY)
    # then
    assert not is_new
    assert again.pk == order.pk
    assert AuditLog.objects.count() == logged
    assert free(listing) == (2, 0)
    assert again.version == Order.objects.get().version


@pytest.mark.django_db
def test_payment_turns_the_hold_into_a_sale() -> None:
    # given
    listing = part(quantity=1)
    found = found_order(account(), [line(listing)])
    take(found)
    # when
    order = take(later(found, 5, payment=PaymentState.PAID, paid_at=found.ordered_at))
    # then
    assert order.status == OrderStatus.CONFIRMED
    assert free(listing) == (0, 0)
    assert ledger_verify() == []


@pytest.mark.django_db
def test_an_older_message_is_ignored() -> None:
    # given
    listing = part(quantity=2)
    found = found_order(account(), [line(listing)], payment=PaymentState.PAID, minutes=10)
    take(found)
    # when
    order = take(later(found, -5, payment=PaymentState.PENDING, paid_at=None))
    # then
    assert order.payment_state == PaymentState.PAID
    assert free(listing) == (1, 0)


@pytest.mark.django_db
def test_a_payment_never_goes_back() -> None:
    # given
    found = found_order(account(), [line(part(quantity=2))], payment=PaymentState.PAID)
    take(found)
    # when
    order = take(later(found, 5, payment=PaymentState.PENDING, paid_at=None))
    # then
    assert (order.status, order.payment_state) == (OrderStatus.CONFIRMED, PaymentState.PAID)


@pytest.mark.django_db
@pytest.mark.parametrize("payment", [PaymentState.PENDING, PaymentState.PAID])
def test_a_cancelled_order_gives_back(payment: PaymentState) -> None:
    # given
    listing = part(quantity=2)
    found = found_order(account(), [line(listing)], payment=payment)
    take(found)
    # when
    order = take(later(found, 5, cancel=CancelState.CANCELLED, cancel_reason="BUYER_ASKED"))
    again = take(later(found, 6, cancel=CancelState.CANCELLED, cancel_reason="BUYER_ASKED"))
    # then
    assert order.status == again.status == OrderStatus.CANCELLED
    assert free(listing) == (2, 0)
    assert names(order).count("order.cancelled") == 1
    assert ledger_verify() == []


@pytest.mark.django_db
def test_a_cancellation_that_comes_first_takes_nothing() -> None:
    # given
    listing = part(quantity=2)
    found = found_order(
        account(), [line(listing)],
        payment=PaymentState.PAID, cancel=CancelState.CANCELLED,
    )  # fmt: skip
    # when
    order = take(found)
    # then
    assert order.status == OrderStatus.CANCELLED
    assert not InventoryEvent.objects.exclude(event_type="initial_stock").exists()


@pytest.mark.django_db
def test_a_late_cancellation_of_a_shipped_order_is_for_a_person() -> None:
    # given
    listing = part(quantity=2)
    found = found_order(account(), [line(listing)], payment=PaymentState.PAID)
    order_ship(order_id=take(found).pk, tracking_number="1Z", carrier="UPS", actor=SYSTEM)
    # when
    order = take(later(found, 5, cancel=CancelState.CANCELLED))
    # then
    assert (order.status, order.cancel_state) == (OrderStatus.SHIPPED, CancelState.CANCELLED)
    assert free(listing) == (1, 0)
    assert "order.cancel_requested" in names(order)


@pytest.mark.django_db
def test_a_payment_after_our_cancellation_sells_nothing() -> None:
    # given
    listing = part(quantity=1)
    found = found_order(account(), [line(listing)])
    order_cancel(order_id=take(found).pk, reason="Damaged", actor=SYSTEM)
    # when
    order = take(later(found, 5, payment=PaymentState.PAID, paid_at=found.ordered_at))
    # then
    assert order.status == OrderStatus.CANCELLED
    assert free(listing) == (1, 0)


@pytest.mark.django_db
def test_an_oversold_order_is_kept_with_its_shortfall() -> None:
    # given
    listing = part(quantity=1)
    yard = account()
    take(found_order(yard, [line(listing)], payment=PaymentState.PAID))
    # when
    order = take(found_order(yard, [line(listing)], payment=PaymentState.PAID))
    # then
    assert order.items.get().shortfall == 1
    assert stock_of([listing.pk])[listing.pk].short == 1
    # and when a second piece was found and it left, the debt is settled
    stock_adjust(listing_id=listing.pk, change=1, actor=SYSTEM)
    order_ship(order_id=order.pk, actor=SYSTEM)
    assert stock_of([listing.pk])[listing.pk].short == 0
    assert free(listing) == (0, 0)
    assert ledger_verify() == []


@pytest.mark.django_db
def test_shipped_at_the_marketplace_is_shipped_here() -> None:
    # given
    found = found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID)
    take(found)
    # when
    order = take(later(found, 9, fulfilment=FulfilmentState.FULFILLED))
    # then
    assert order.status == OrderStatus.SHIPPED
    assert AuditLog.objects.get(event="order.shipped").metadata["by_marketplace"] is True


@pytest.mark.django_db
def test_unmatched_lines_are_kept() -> None:
    # given
    listing = part(quantity=1)
    # when
    order = take(
        found_order(account(), [line(listing), line(None, number=2)], payment=PaymentState.PAID)
    )
    # then
    assert order.items.filter(listing__isnull=True).count() == 1
    assert AuditLog.objects.get(event="order.created").metadata["unmatched"] == 1
    assert free(listing) == (0, 0)


@pytest.mark.django_db
def test_buyers_are_sealed_and_a_poorer_answer_never_empties_them() -> None:
    # given
    found = found_order(account(), [line(part(quantity=1))])
    order = take(found)
    # when
    poorer = later(found, 5, buyer=FoundBuyer(), ship_to=FoundAddress())
    order = take(poorer)
    # then
    assert sealing.opened(order).shipping_address_1 == "455 Oak Ave"
    assert order.shipping_city == "Columbus"
    with database.cursor() as cursor:
        cursor.execute("SELECT orders::text FROM orders")
        raw = cursor.fetchone()[0]
    for secret in ("Dana", "dana@example.com", "Oak Ave", "6145550123", "Ring twice"):
        assert secret not in raw


@pytest.mark.django_db
def test_a_refund_at_the_marketplace_is_taken_over_once() -> None:
    # given
    found = found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID)
    take(found)
    refund = FoundRefund(
        external_id="r", amount=Decimal("10.00"), at=found.ordered_at, is_done=True
    )
    # when
    take(later(found, 5, refunds=(refund,)))
    order = take(later(found, 6, refunds=(refund,)))
    # then
    assert order.refund_amount == Decimal("10.00")
    assert names(order).count("order.refunded") == 1


@pytest.mark.django_db
def test_nonsense_is_refused_and_leaves_nothing() -> None:
    # given
    yard, other = account(), account()
    found = found_order(yard, [line(part(quantity=1))])
    # when / then
    with pytest.raises(InvalidInput):
        order_import(found_order=found, connection_id=other.pk, actor=EBAY)
    with pytest.raises(InvalidInput):
        take(dataclasses.replace(found, lines=()))
    assert not Order.objects.exists()


@pytest.mark.django_db
def test_the_order_is_locked_before_it_is_written() -> None:
    # given
    found = found_order(account(), [line(part(quantity=1))], payment=PaymentState.PAID)
    # when
    with CaptureQueriesContext(database) as queries:
        take(found)
    # then
    tables = [
        query["sql"].rpartition(" OF ")[2].strip()
        for query in queries
        if " FOR " in query["sql"] and " OF " in query["sql"]
    ]
    assert tables[:3] == ['"orders"', '"listings"', '"inventory_ledger"']


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("payment", [PaymentState.PENDING, PaymentState.PAID])
def test_the_same_order_twenty_times_at_once_is_one_sale(payment: PaymentState) -> None:
    # given
    listing = part(quantity=5)
    found = found_order(account(), [line(listing)], payment=payment)
    gate = threading.Barrier(20)

    def work(_: int) -> bool:
        try:
            gate.wait(timeout=30)
            return order_import(found_order=found, connection_id=found.connection_id, actor=EBAY)[1]
        finally:
            database.close()

    # when
    with ThreadPoolExecutor(20) as pool:
        news = list(pool.map(work, range(20)))
    # then
    assert sum(news) == 1
    assert Order.objects.count() == 1
    assert AuditLog.objects.filter(event="order.created").count() == 1
    ledger = InventoryLedger.objects.get(listing=listing)
    paid = payment is PaymentState.PAID
    assert (ledger.quantity_total, ledger.quantity_reserved) == ((4, 0) if paid else (5, 1))
    assert ledger_verify() == []


@pytest.mark.django_db(transaction=True)
def test_two_accounts_sell_the_last_one() -> None:
    # given
    listing = part(quantity=1)
    orders = [found_order(account(), [line(listing)], payment=PaymentState.PAID) for _ in range(2)]
    gate = threading.Barrier(2)

    def work(found: FoundOrder) -> None:
        try:
            gate.wait(timeout=30)
            take(found)
        finally:
            database.close()

    # when
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, orders))
    # then
    assert sorted(OrderItem.objects.values_list("shortfall", flat=True)) == [0, 1]
    assert free(listing) == (0, 0)
    assert ledger_verify() == []
