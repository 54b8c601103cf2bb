from __future__ import annotations

import uuid

import pytest

from inventory.enums import ReservationState
from inventory.errors import KeyReused
from inventory.models import InventoryEvent, InventoryLedger, InventoryReservation
from inventory.selectors import stock_of
from inventory.services import (
    Origin,
    ledger_verify,
    sale_key,
    shortage_settle,
    stock_adjust,
    stock_cancel_sale,
    stock_release,
    stock_reserve,
    stock_return,
    stock_sell,
    stock_set,
)
from listings.models import Listing, ListingSearch
from listings.services import listing_update
from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.errors import (
    Conflict,
    InsufficientStock,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from realtrack.core.models import AuditLog
from tests.inventory.factories import SYSTEM, part
from tests.people import user_of

pytestmark = pytest.mark.django_db


def names(listing: Listing) -> list[str]:
    rows = AuditLog.objects.filter(entity_id=str(listing.pk), event__startswith="inventory.")
    return list(rows.order_by("id").values_list("event", flat=True))


def numbers(listing: Listing) -> tuple[int, int, int]:
    row = InventoryLedger.objects.get(listing=listing)
    return row.quantity_total, row.quantity_reserved, row.quantity_available


def test_first_stock_comes_with_the_listing() -> None:
    # when
    listing = part(quantity=3)
    # then
    event = InventoryEvent.objects.get()
    assert (event.event_type, event.quantity_before, event.quantity_change) == (
        "initial_stock",
        0,
        3,
    )
    assert listing.quantity == 3
    assert ListingSearch.objects.get(listing=listing).stock_free == 3
    assert listing.version == 1
    assert ledger_verify() == []


def test_an_edited_quantity_becomes_an_event_and_no_second_version() -> None:
    # given
    listing = part(quantity=3)
    person = Actor.person(user_of("user"))
    # when
    saved = listing_update(
        listing_id=listing.pk, data={"quantity": 5}, version=listing.version, actor=person
    )
    # then
    event = InventoryEvent.objects.first()
    assert event is not None
    assert (event.event_type, event.quantity_change, event.created_by) == (
        "manual_adjust", 2, person.user_id,
    )  # fmt: skip
    assert saved.quantity == 5
    assert numbers(listing) == (5, 0, 5)


def test_adjust_writes_all_sides_in_one_transaction() -> None:
    # given
    listing = part(quantity=1)
    owed: list[tuple[list[uuid.UUID], str]] = []
    registry.owed_writers.register("test", lambda ids, kind: owed.append((list(ids), kind)))
    try:
        # when
        result = stock_adjust(listing_id=listing.pk, change=4, reason="Found", actor=SYSTEM)
    finally:
        registry.owed_writers._values.pop("test")
    # then
    assert result.event is not None
    assert (result.event.quantity_before, result.event.quantity_after) == (1, 5)
    assert result.event.reason == "Found"
    assert owed == [([listing.pk], "quantity")]
    assert names(listing) == ["inventory.adjusted", "inventory.adjusted"]
    listing.refresh_from_db()
    assert listing.quantity == 5
    assert listing.version == 1


@pytest.mark.parametrize("change", [0, 1_000_001, -1_000_001, 1.5, "2", True])
def test_adjust_refuses_nonsense(change: object) -> None:
    # given
    listing = part(quantity=1)
    # when
    with pytest.raises(InvalidInput):
        stock_adjust(listing_id=listing.pk, change=change, actor=SYSTEM)  # type: ignore[arg-type]
    # then
    assert numbers(listing) == (1, 0, 1)
    assert InventoryEvent.objects.count() == 1


def test_adjust_never_passes_the_limits() -> None:
    # given
    listing = part(quantity=1_000_000)
    # when / then
    with pytest.raises(InvalidInput):
        stock_adjust(listing_id=listing.pk, change=1, actor=SYSTEM)
    with pytest.raises(InsufficientStock):
        stock_adjust(listing_id=part(quantity=2).pk, change=-3, actor=SYSTEM)
    with pytest.raises(InvalidInput):
        stock_set(listing_id=listing.pk, quantity=-1, actor=SYSTEM)
    with pytest.raises(NotFound):
        stock_adjust(listing_id=uuid.uuid4(), change=1, actor=SYSTEM)


def test_adjust_keeps_what_orders_hold() -> None:
    # given
    listing = part(quantity=3)
    stock_reserve(listing_id=listing.pk, quantity=2, key="r", actor=SYSTEM)
    # when
    with pytest.raises(InsufficientStock) as caught:
        stock_adjust(listing_id=listing.pk, change=-2, actor=SYSTEM)
    # then
    assert caught.value.extra == {"total": 3, "reserved": 2, "free": 1}
    assert numbers(listing) == (3, 2, 1)


def test_the_same_key_counts_once_and_never_for_another_change() -> None:
    # given
    listing = part(quantity=1)
    # when
    first = stock_adjust(listing_id=listing.pk, change=2, idempotency_key="a", actor=SYSTEM)
    second = stock_adjust(listing_id=listing.pk, change=2, idempotency_key="a", actor=SYSTEM)
    # then
    assert first.event == second.event
    assert second.is_repeat
    assert numbers(listing) == (3, 0, 3)
    with pytest.raises(KeyReused):
        stock_adjust(listing_id=listing.pk, change=3, idempotency_key="a", actor=SYSTEM)
    with pytest.raises(KeyReused):
        stock_adjust(listing_id=part(quantity=0).pk, change=2, idempotency_key="a", actor=SYSTEM)


def test_set_does_nothing_when_it_is_so_and_refuses_a_stale_count() -> None:
    # given
    listing = part(quantity=2)
    seen = InventoryLedger.objects.get(listing=listing).version
    stock_sell(listing_id=listing.pk, quantity=1, key="s", actor=SYSTEM)
    # when
    with pytest.raises(VersionConflict) as caught:
        stock_set(listing_id=listing.pk, quantity=2, expected_version=seen, actor=SYSTEM)
    # then
    assert caught.value.extra["currentVersion"] == seen + 1
    assert stock_set(listing_id=listing.pk, quantity=1, actor=SYSTEM).event is None
    assert numbers(listing) == (1, 0, 1)


def test_a_hold_is_absolute_by_key() -> None:
    # given
    listing = part(quantity=3)
    # when
    stock_reserve(listing_id=listing.pk, quantity=2, key="r", actor=SYSTEM)
    again = stock_reserve(listing_id=listing.pk, quantity=2, key="r", actor=SYSTEM)
    # then
    assert again.is_repeat
    assert again.event is not None
    assert numbers(listing) == (3, 2, 1)
    # when it shrinks, grows beyond, ends, and ends again
    stock_reserve(listing_id=listing.pk, quantity=1, key="r", actor=SYSTEM)
    assert numbers(listing) == (3, 1, 2)
    with pytest.raises(InsufficientStock):
        stock_reserve(listing_id=listing.pk, quantity=4, key="r", actor=SYSTEM)
    with pytest.raises(InsufficientStock):
        stock_release(key="r", quantity=2, actor=SYSTEM)
    stock_release(key="r", actor=SYSTEM)
    stock_release(key="r", actor=SYSTEM)
    # then
    assert numbers(listing) == (3, 0, 3)
    with pytest.raises(NotFound):
        stock_release(key="none", actor=SYSTEM)
    with pytest.raises(Conflict):
        stock_reserve(listing_id=part(quantity=9).pk, quantity=1, key="r", actor=SYSTEM)
    assert ledger_verify() == []


def test_a_partial_hold_keeps_the_shortfall() -> None:
    # given
    listing = part(quantity=1)
    # when
    result = stock_reserve(
        listing_id=listing.pk, quantity=3, key="r", allow_partial=True, actor=SYSTEM
    )
    # then
    assert result.event is not None
    assert (result.event.quantity_asked, result.event.reserved_change) == (3, 1)
    assert result.event.shortfall == 2
    assert numbers(listing) == (1, 1, 0)


def test_a_sale_consumes_its_hold() -> None:
    # given
    listing = part(quantity=2)
    stock_reserve(listing_id=listing.pk, quantity=1, key="r", actor=SYSTEM)
    # when
    result = stock_sell(
        listing_id=listing.pk,
        quantity=1,
        key=sale_key("c", "o", "1"),
        reservation_key="r",
        origin=Origin(channel="ebay", order_id="o"),
        actor=SYSTEM,
    )
    # then
    assert result.event is not None
    assert (result.event.quantity_change, result.event.reserved_change) == (-1, -1)
    assert numbers(listing) == (1, 0, 1)
    assert InventoryReservation.objects.get().state == ReservationState.CONSUMED
    # a late "unpaid" message holds nothing any more
    late = stock_reserve(listing_id=listing.pk, quantity=1, key="r", actor=SYSTEM)
    assert late.is_repeat
    assert numbers(listing) == (1, 0, 1)
    assert ledger_verify() == []


def test_an_oversell_records_the_true_deficit() -> None:
    # given
    listing = part(quantity=1)
    # when
    result = stock_sell(listing_id=listing.pk, quantity=3, key="s", actor=SYSTEM)
    # then
    event = result.event
    assert event is not None
    assert (event.quantity_asked, event.quantity_change, event.shortfall) == (-3, -1, 2)
    assert (event.quantity_before, event.quantity_after) == (1, 0)
    assert stock_of([listing.pk])[listing.pk].short == 2
    assert sorted(names(listing)[-3:]) == [
        "inventory.out_of_stock", "inventory.oversold", "inventory.sold",
    ]  # fmt: skip
    assert ledger_verify() == []


def test_a_sale_leaves_what_other_orders_hold() -> None:
    # given
    listing = part(quantity=2)
    stock_reserve(listing_id=listing.pk, quantity=1, key="other", actor=SYSTEM)
    # when
    result = stock_sell(listing_id=listing.pk, quantity=2, key="s", actor=SYSTEM)
    # then
    assert result.event is not None
    assert result.event.shortfall == 1
    assert numbers(listing) == (1, 1, 0)


def test_cancelling_puts_back_what_was_taken_and_once() -> None:
    # given
    listing = part(quantity=1)
    stock_sell(listing_id=listing.pk, quantity=2, key="s", actor=SYSTEM)
    # when
    stock_cancel_sale(key="s", actor=SYSTEM)
    again = stock_cancel_sale(key="s", actor=SYSTEM)
    # then
    assert again.is_repeat
    assert numbers(listing) == (1, 0, 1)
    assert stock_of([listing.pk])[listing.pk].short == 0
    with pytest.raises(NotFound):
        stock_cancel_sale(key="none", actor=SYSTEM)


def test_returns_never_bring_back_more_than_was_sold() -> None:
    # given
    listing = part(quantity=3)
    stock_sell(listing_id=listing.pk, quantity=2, key="s", actor=SYSTEM)
    # when
    stock_return(key="s", quantity=1, return_key="a", actor=SYSTEM)
    stock_return(key="s", quantity=1, return_key="a", actor=SYSTEM)
    with pytest.raises(Conflict):
        stock_return(key="s", quantity=2, return_key="b", actor=SYSTEM)
    stock_cancel_sale(key="s", actor=SYSTEM)
    # then
    assert numbers(listing) == (3, 0, 3)
    assert ledger_verify() == []


def test_a_shortage_is_settled_when_the_order_goes_out() -> None:
    # given
    listing = part(quantity=0)
    stock_sell(listing_id=listing.pk, quantity=1, key="s", actor=SYSTEM)
    stock_adjust(listing_id=listing.pk, change=2, actor=SYSTEM)
    # when
    shortage_settle(key="s", actor=SYSTEM)
    shortage_settle(key="s", actor=SYSTEM)
    # then
    assert numbers(listing) == (1, 0, 1)
    assert stock_of([listing.pk])[listing.pk].short == 0
    assert ledger_verify() == []
