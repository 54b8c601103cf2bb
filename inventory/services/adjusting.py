"""Stock changed by hand, by an edit or by a sheet."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.db import transaction

from inventory.enums import BY_HAND, StockEventType
from inventory.locks import ledger_locked
from inventory.models import MAX_QUANTITY, InventoryEvent, InventoryLedger
from inventory.services.record import (
    Move,
    Origin,
    StockResult,
    is_whole,
    move_write,
    quantity_checked,
    repeat_of,
)
from realtrack.core.actors import Actor
from realtrack.core.errors import (
    Conflict,
    InsufficientStock,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from realtrack.core.ids import uuid7


def stock_adjust(
    *,
    listing_id: uuid.UUID,
    change: int,
    actor: Actor,
    reason: str = "",
    idempotency_key: str = "",
    event_type: StockEventType = StockEventType.MANUAL_ADJUST,
    origin: Origin | None = None,
) -> StockResult:
    """Add or take pieces in one transaction; the same key counts once.

    Raises InvalidInput (0, or beyond a million), InsufficientStock where less than `-change` is
    free (nothing is changed), KeyReused, NotFound.
    """
    if not is_whole(change) or change == 0:
        raise InvalidInput(fields={"change": "Type how many to add or take, such as 2 or -1."})
    if abs(change) > MAX_QUANTITY:
        raise InvalidInput(fields={"change": f"At most {MAX_QUANTITY} pieces at once."})
    key = f"adjust:{idempotency_key or uuid7()}"
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        known = repeat_of(key, listing_id=listing_id, event_type=event_type, asked=change)
        if known is not None:
            return StockResult(ledger=ledger, event=known, is_repeat=True)
        total_checked(ledger, ledger.quantity_total + change, name="change")
        event = move_write(
            ledger,
            Move(
                event_type=event_type,
                key=key,
                asked=change,
                change=change,
                origin=replace(origin or Origin(), reason=reason),
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def stock_set(
    *,
    listing_id: uuid.UUID,
    quantity: int,
    actor: Actor,
    reason: str = "",
    event_type: StockEventType = StockEventType.MANUAL_ADJUST,
    idempotency_key: str = "",
    expected_version: int | None = None,
    origin: Origin | None = None,
) -> StockResult:
    """Set the total to what was counted; no event where it is that already.

    `expected_version` is the ledger's version that the person saw: a sale in between raises
    VersionConflict instead of being overwritten. Raises InvalidInput, InsufficientStock where
    more is reserved, NotFound.
    """
    quantity_checked(quantity, least=0, name="quantity")
    key = f"set:{idempotency_key or uuid7()}"
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        if expected_version is not None and ledger.version != expected_version:
            raise _stale(ledger, quantity, expected_version)
        change = quantity - ledger.quantity_total
        if change == 0:
            return StockResult(ledger=ledger, event=None)
        total_checked(ledger, quantity, name="quantity")
        event = move_write(
            ledger,
            Move(
                event_type=event_type,
                key=key,
                asked=change,
                change=change,
                origin=replace(origin or Origin(), reason=reason),
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def stock_undo(*, event_id: uuid.UUID, actor: Actor) -> StockResult:
    """Take back a change that a person made by hand, once; an event of its own.

    Raises Conflict for sales and the like, InsufficientStock where the pieces are gone, NotFound.
    """
    event = InventoryEvent.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound("This change does not exist.")
    if event.event_type not in BY_HAND or event.quantity_change == 0:
        raise Conflict("Only a change that was made by hand can be undone.")
    return stock_adjust(
        listing_id=event.listing_id,
        change=-event.quantity_change,
        reason="Undone",
        idempotency_key=f"undo:{event.pk}",
        actor=actor,
    )


def total_checked(ledger: InventoryLedger, total: int, *, name: str) -> None:
    """Raise where this total cannot be: below what is reserved, below 0, beyond a million."""
    if total > MAX_QUANTITY:
        raise InvalidInput(fields={name: f"A part has at most {MAX_QUANTITY} pieces."})
    if total < ledger.quantity_reserved:
        held = ledger.quantity_reserved
        message = (
            f"{held} of {ledger.quantity_total} {'is' if held == 1 else 'are'} reserved for"
            " orders; release them first."
            if held
            else f"There {'is' if ledger.quantity_total == 1 else 'are'} only"
            f" {ledger.quantity_total}."
        )
        raise InsufficientStock(
            message, extra={"total": ledger.quantity_total, "reserved": held, "free": ledger.free}
        )


def _stale(ledger: InventoryLedger, quantity: int, version: int) -> VersionConflict:
    return VersionConflict(
        f"The stock changed meanwhile: now {ledger.quantity_total}, {ledger.free} free.",
        extra={
            "currentVersion": ledger.version,
            "yourVersion": version,
            "currentData": {"quantityTotal": ledger.quantity_total},
            "changes": {
                "quantityTotal": {"theirs": ledger.quantity_total, "yours": quantity, "base": None}
            },
        },
    )
