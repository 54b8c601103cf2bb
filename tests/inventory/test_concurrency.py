from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from inventory.models import InventoryEvent, InventoryLedger
from inventory.services import ledger_verify, stock_adjust, stock_reserve, stock_sell
from listings.models import Listing
from listings.services import listing_update
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InsufficientStock
from tests.inventory.factories import SYSTEM, part
from tests.people import user_of

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 20


def at_once(work: Callable[[int], object]) -> list[object]:
    """Run `work` in 20 threads that start together; answers or the errors of the services."""
    gate = threading.Barrier(THREADS)

    def one(number: int) -> object:
        try:
            gate.wait(timeout=30)
            return work(number)
        except AppError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, range(THREADS)))


def test_twenty_want_the_last_one() -> None:
    # given
    listing = part(quantity=1)
    # when
    at_once(
        lambda number: stock_sell(
            listing_id=listing.pk, quantity=1, key=f"sale:{number}", actor=SYSTEM
        )
    )
    # then one took it, nineteen are known as short
    sales = InventoryEvent.objects.filter(event_type="sale")
    assert sales.filter(quantity_change=-1, shortfall=0).count() == 1
    assert sales.filter(quantity_change=0, shortfall=1).count() == THREADS - 1
    ledger = InventoryLedger.objects.get(listing=listing)
    assert (ledger.quantity_total, ledger.quantity_short) == (0, THREADS - 1)
    assert ledger_verify() == []


def test_the_same_sale_twenty_times_at_once_counts_once() -> None:
    # given
    listing = part(quantity=5)
    # when
    results = at_once(
        lambda _: stock_sell(listing_id=listing.pk, quantity=1, key="sale:a:b:c", actor=SYSTEM)
    )
    # then
    assert sum(not getattr(result, "is_repeat", True) for result in results) == 1
    assert InventoryLedger.objects.get(listing=listing).quantity_total == 4
    assert ledger_verify() == []


def test_twenty_holds_on_three_pieces() -> None:
    # given
    listing = part(quantity=3)
    # when
    results = at_once(
        lambda number: stock_reserve(
            listing_id=listing.pk, quantity=1, key=f"hold:{number}", actor=SYSTEM
        )
    )
    # then
    assert sum(isinstance(result, InsufficientStock) for result in results) == THREADS - 3
    assert InventoryLedger.objects.get(listing=listing).quantity_reserved == 3
    assert ledger_verify() == []


def test_a_first_ledger_is_made_once() -> None:
    # given
    listing = part()
    assert not InventoryLedger.objects.exists()
    # when
    at_once(lambda _: stock_adjust(listing_id=listing.pk, change=1, actor=SYSTEM))
    # then
    assert InventoryLedger.objects.get(listing=listing).quantity_total == THREADS


def test_edits_and_sales_of_the_same_parts_never_deadlock() -> None:
    # given
    parts = [part(quantity=50) for _ in range(2)]
    person = Actor.person(user_of("user"))

    def work(number: int) -> object:
        listing = parts[number % 2]
        if number % 4 < 2:
            return stock_sell(
                listing_id=listing.pk, quantity=1, key=f"s:{uuid.uuid4()}", actor=SYSTEM
            )
        version = Listing.objects.get(pk=listing.pk).version
        return listing_update(
            listing_id=listing.pk,
            data={"quantity": 30 + number, "title": f"Alternator {number}"},
            version=version,
            actor=person,
        )

    # when: a deadlock would raise OperationalError, which is no AppError
    at_once(work)
    # then
    assert ledger_verify() == []
