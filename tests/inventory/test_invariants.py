"""Random operations: whatever the order, the numbers add up."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory.models import InventoryEvent, InventoryLedger
from inventory.services import (
    ledger_verify,
    shortage_settle,
    stock_adjust,
    stock_cancel_sale,
    stock_release,
    stock_reserve,
    stock_return,
    stock_sell,
    stock_set,
)
from realtrack.core.errors import AppError
from tests.inventory.factories import SYSTEM, part

KEYS = st.sampled_from(["a", "b", "c"])
QUANTITIES = st.integers(min_value=1, max_value=4)
OPERATIONS = st.one_of(
    st.tuples(st.just("adjust"), st.integers(min_value=-5, max_value=5), KEYS),
    st.tuples(st.just("set"), st.integers(min_value=-1, max_value=6), KEYS),
    st.tuples(st.just("reserve"), QUANTITIES, KEYS),
    st.tuples(st.just("hold"), QUANTITIES, KEYS),
    st.tuples(st.just("release"), QUANTITIES, KEYS),
    st.tuples(st.just("sell"), QUANTITIES, KEYS),
    st.tuples(st.just("cancel"), st.just(0), KEYS),
    st.tuples(st.just("return"), QUANTITIES, KEYS),
    st.tuples(st.just("settle"), st.just(0), KEYS),
)


def run(listing_id: uuid.UUID, operation: tuple[str, int, str]) -> None:
    name, quantity, key = operation
    calls: dict[str, Callable[[], object]] = {
        "adjust": lambda: stock_adjust(change=quantity, actor=SYSTEM, listing_id=listing_id),
        "set": lambda: stock_set(quantity=quantity, actor=SYSTEM, listing_id=listing_id),
        "reserve": lambda: stock_reserve(
            quantity=quantity, key=f"r{key}", actor=SYSTEM, listing_id=listing_id
        ),
        "hold": lambda: stock_reserve(
            quantity=quantity,
            key=f"r{key}",
            allow_partial=True,
            actor=SYSTEM,
            listing_id=listing_id,
        ),
        "release": lambda: stock_release(key=f"r{key}", quantity=quantity, actor=SYSTEM),
        "sell": lambda: stock_sell(
            quantity=quantity,
            key=f"s{key}",
            reservation_key=f"r{key}",
            actor=SYSTEM,
            listing_id=listing_id,
        ),
        "cancel": lambda: stock_cancel_sale(key=f"s{key}", actor=SYSTEM),
        "return": lambda: stock_return(
            key=f"s{key}", quantity=quantity, return_key=f"{key}{quantity}", actor=SYSTEM
        ),
        "settle": lambda: shortage_settle(key=f"s{key}", actor=SYSTEM),
    }
    # Refused: nothing may have changed, which the numbers below show.
    with contextlib.suppress(AppError):
        calls[name]()


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(first=st.integers(min_value=0, max_value=4), operations=st.lists(OPERATIONS, max_size=14))
def test_the_numbers_always_add_up(first: int, operations: list[tuple[str, int, str]]) -> None:
    with transaction.atomic():
        # given
        listing = part(quantity=first)
        stock_adjust(listing_id=listing.pk, change=1, actor=SYSTEM)
        for operation in operations:
            # when
            run(listing.pk, operation)
            # then
            ledger = InventoryLedger.objects.get(listing=listing)
            assert 0 <= ledger.quantity_reserved <= ledger.quantity_total
            assert ledger.quantity_available == ledger.quantity_total - ledger.quantity_reserved
        events = list(InventoryEvent.objects.filter(listing=listing).order_by("created_at", "id"))
        running = 0
        for event in events:
            assert event.quantity_before == running
            running = event.quantity_after
        assert ledger_verify(listing_ids=[listing.pk]) == []
        # what was taken for a sale and not brought back, plus what lies there, is what came in
        owed = sum(event.shortfall for event in events if event.event_type == "sale")
        assert InventoryLedger.objects.get(listing=listing).quantity_short <= owed
        transaction.set_rollback(True)
