"""Lines that stock crosses, holds that end, and what the database itself refuses."""

from __future__ import annotations

import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inventory.enums import ReservationState, StockEventType
from inventory.models import InventoryEvent, InventoryLedger, InventoryReservation
from inventory.selectors import available, bins_of
from inventory.services import (
    ledger_verify,
    low_stock_threshold_set,
    place_set,
    reservations_expire,
    stock_adjust,
    stock_reconcile,
    stock_reserve,
    stock_sell,
)
from listings.models import Listing, ListingSearch
from realtrack.core.errors import (
    InvalidInput,
)
from realtrack.core.models import AuditLog
from tests.inventory.factories import SYSTEM, part

pytestmark = pytest.mark.django_db


def names(listing: Listing) -> list[str]:
    rows = AuditLog.objects.filter(entity_id=str(listing.pk), event__startswith="inventory.")
    return list(rows.order_by("id").values_list("event", flat=True))


def numbers(listing: Listing) -> tuple[int, int, int]:
    row = InventoryLedger.objects.get(listing=listing)
    return row.quantity_total, row.quantity_reserved, row.quantity_available


def test_low_and_out_are_told_when_the_line_is_crossed() -> None:
    # given
    listing = part(quantity=4)
    low_stock_threshold_set(listing_id=listing.pk, threshold=2, actor=SYSTEM)
    # when
    for key in ("a", "b", "c", "d"):
        stock_sell(listing_id=listing.pk, quantity=1, key=key, actor=SYSTEM)
    # then
    told = [name for name in names(listing) if name in {"inventory.low", "inventory.out_of_stock"}]
    assert told == ["inventory.low", "inventory.out_of_stock"]


def test_holds_end_when_nobody_pays() -> None:
    # given
    listing = part(quantity=3)
    past = timezone.now() - datetime.timedelta(seconds=1)
    stock_reserve(listing_id=listing.pk, quantity=1, key="old", expires_at=past, actor=SYSTEM)
    stock_reserve(listing_id=listing.pk, quantity=1, key="kept", actor=SYSTEM)
    # when
    ended = reservations_expire(actor=SYSTEM)
    # then
    assert ended == 1
    assert reservations_expire(actor=SYSTEM) == 0
    assert numbers(listing) == (3, 1, 2)
    assert InventoryReservation.objects.get(key="old").state == ReservationState.EXPIRED
    # a payment that comes after all still sells
    stock_sell(listing_id=listing.pk, quantity=1, key="s", reservation_key="old", actor=SYSTEM)
    assert numbers(listing) == (2, 1, 1)
    assert ledger_verify() == []


def test_a_trashed_part_still_sells() -> None:
    # given
    listing = part(quantity=1)
    Listing.objects.filter(pk=listing.pk).update(deleted_at=timezone.now())
    # when
    result = stock_sell(listing_id=listing.pk, quantity=1, key="s", actor=SYSTEM)
    # then
    assert result.ledger.quantity_total == 0


def test_the_ledger_row_is_locked_after_its_listing() -> None:
    # given
    listing = part(quantity=1)
    # when
    with CaptureQueriesContext(connection) as queries:
        stock_sell(listing_id=listing.pk, quantity=1, key="s", actor=SYSTEM)
    # then
    locking = [
        query["sql"] for query in queries if " FOR " in query["sql"] and "OF" in query["sql"]
    ]
    assert [sql.partition(" FROM ")[2].partition(" ")[0] for sql in locking] == [
        '"listings"', '"inventory_ledger"',
    ]  # fmt: skip
    assert 'FOR NO KEY UPDATE OF "listings"' in locking[0]
    assert "ORDER BY 1 ASC" in locking[0]  # its key
    assert 'FOR UPDATE OF "inventory_ledger"' in locking[1]
    first_write = next(
        place
        for place, query in enumerate(queries)
        if query["sql"].startswith(("UPDATE", "INSERT"))
    )
    assert first_write > [query["sql"] for query in queries].index(locking[1])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE inventory_events SET quantity_change = 7",
        "DELETE FROM inventory_events",
    ],
)
def test_events_are_for_ever(statement: str) -> None:
    # given
    part(quantity=1)
    # when
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    # then
    assert InventoryEvent.objects.get().quantity_change == 1


@pytest.mark.parametrize(
    "values",
    [
        {"quantity_total": -1},
        {"quantity_reserved": -1},
        {"quantity_total": 1, "quantity_reserved": 2},
        {"quantity_short": -1},
    ],
)
def test_the_database_refuses_impossible_ledgers(values: dict[str, int]) -> None:
    # given
    listing = part(quantity=1)
    # when / then
    with pytest.raises(IntegrityError), transaction.atomic():
        InventoryLedger.objects.filter(listing=listing).update(**values)


def test_verify_finds_each_wrong_number_and_reconcile_mends_the_copies() -> None:
    # given
    listing = part(quantity=3)
    Listing.objects.filter(pk=listing.pk).update(quantity=9)
    ListingSearch.objects.filter(pk=listing.pk).update(stock_free=8)
    # when
    problems = stock_reconcile(listing_id=listing.pk, actor=SYSTEM)
    # then
    assert {(one.rule, one.expected, one.found) for one in problems} == {
        ("copy in the listing", 3, 9),
        ("free in the search", 3, 8),
    }
    assert ledger_verify() == []
    # given a ledger that was changed behind the service's back
    InventoryLedger.objects.filter(listing=listing).update(quantity_total=2)
    # then
    assert [one.rule for one in ledger_verify()] == [
        "copy in the listing", "copy in the search", "free in the search", "sum of events",
    ]  # fmt: skip


def test_bins_are_cleaned_and_copied() -> None:
    # given
    listing = part(quantity=1)
    # when
    place_set(listing_id=listing.pk, bin_code=" b-04-2 ", actor=SYSTEM)
    # then
    assert bins_of([listing.pk]) == {listing.pk: "B-04-2"}
    assert ListingSearch.objects.get(pk=listing.pk).bins == ["B-04-2"]
    with pytest.raises(InvalidInput):
        place_set(listing_id=listing.pk, bin_code="<b>", actor=SYSTEM)
    place_set(listing_id=listing.pk, bin_code="", actor=SYSTEM)
    assert bins_of([listing.pk]) == {}
    assert available([listing.pk]) == {listing.pk: 1}


def test_write_offs_are_their_own_kind() -> None:
    # given
    listing = part(quantity=2)
    # when
    result = stock_adjust(
        listing_id=listing.pk, change=-1, event_type=StockEventType.WRITE_OFF, actor=SYSTEM
    )
    # then
    assert result.event is not None
    assert result.event.event_type == "damage_writeoff"
