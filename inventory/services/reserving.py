"""Holds on stock: for unpaid orders, and by hand."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from inventory.enums import ReservationState, StockEventType
from inventory.locks import ledger_locked, reservation_locked
from inventory.models import InventoryEvent, InventoryLedger, InventoryReservation
from inventory.services.record import Move, Origin, StockResult, move_write, quantity_checked
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InsufficientStock, NotFound

EXPIRE_BATCH = 200


def stock_reserve(
    *,
    listing_id: uuid.UUID,
    quantity: int,
    key: str,
    actor: Actor,
    expires_at: datetime.datetime | None = None,
    allow_partial: bool = False,
    origin: Origin | None = None,
) -> StockResult:
    """Hold `quantity` pieces under `key`, in all: asking again changes nothing, a different number
    changes the hold to it; a hold that was sold stays sold.

    With `allow_partial` it holds what is free (an order came, whether there is stock or not), and
    the event keeps the shortfall. Raises InsufficientStock otherwise, InvalidInput, Conflict
    where the key holds another part, NotFound.
    """
    quantity_checked(quantity, least=1, name="quantity")
    origin = origin or Origin()
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        hold = reservation_locked(key)
        if hold is not None and hold.listing_id != listing_id:
            raise Conflict("This order line already holds another part.")
        if hold is not None and hold.state == ReservationState.CONSUMED:
            return StockResult(ledger=ledger, event=None, is_repeat=True)
        held = _held(hold)
        asked = quantity - held
        if asked == 0:
            return StockResult(ledger=ledger, event=_last_event(hold), is_repeat=True)
        if asked > ledger.free and not allow_partial:
            raise InsufficientStock(
                f"Only {ledger.free} free, {asked} asked for.",
                extra={"free": ledger.free, "asked": asked},
            )
        change = min(asked, ledger.free)
        if change == 0:
            return StockResult(ledger=ledger, event=_last_event(hold), is_repeat=hold is not None)
        hold = _hold_write(hold, key, listing_id, held + change, expires_at, origin)
        event = move_write(
            ledger,
            Move(
                event_type=StockEventType.RESERVE if change > 0 else StockEventType.RELEASE,
                key=_event_key(hold),
                asked=asked,
                reserved_change=change,
                shortfall=max(0, asked - change),
                origin=origin,
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def stock_release(
    *,
    key: str,
    actor: Actor,
    quantity: int | None = None,
    state: ReservationState = ReservationState.RELEASED,
    origin: Origin | None = None,
) -> StockResult:
    """Let go of `quantity` pieces of a hold, or of all of it; asking again changes nothing.

    Raises InsufficientStock where it holds fewer, NotFound where there never was such a hold.
    """
    found = InventoryReservation.objects.filter(key=key).only("listing_id").first()
    if found is None:
        raise NotFound("There is no such reservation.")
    if quantity is not None:
        quantity_checked(quantity, least=1, name="quantity")
    with transaction.atomic():
        ledger = ledger_locked(found.listing_id)
        hold = reservation_locked(key)
        held = _held(hold)
        if hold is None or held == 0:
            return StockResult(ledger=ledger, event=None, is_repeat=True)
        amount = held if quantity is None else quantity
        if amount > held:
            raise InsufficientStock(
                f"This order holds only {held}.", extra={"held": held, "asked": amount}
            )
        event = release_write(ledger, hold, amount, state=state, origin=origin, actor=actor)
    return StockResult(ledger=ledger, event=event)


def release_write(
    ledger: InventoryLedger,
    hold: InventoryReservation,
    amount: int,
    *,
    state: ReservationState,
    origin: Origin | None,
    actor: Actor,
) -> InventoryEvent:
    """Shrink a locked hold of a locked ledger; at nothing it ends in `state`."""
    hold.quantity -= amount
    hold.revision += 1
    if hold.quantity == 0:
        hold.state = state
        hold.closed_at = timezone.now()
    hold.save()
    return move_write(
        ledger,
        Move(
            event_type=StockEventType.RELEASE,
            key=_event_key(hold),
            asked=-amount,
            reserved_change=-amount,
            origin=origin or Origin(channel=hold.source_channel, order_id=hold.source_order_id),
            expired=state is ReservationState.EXPIRED,
        ),
        actor=actor,
    )


def reservations_expire(*, actor: Actor, limit: int = EXPIRE_BATCH) -> int:
    """End the holds whose time is over, each in a transaction of its own; returns how many."""
    now = timezone.now()
    due = list(
        InventoryReservation.objects.filter(state=ReservationState.ACTIVE, expires_at__lte=now)
        .order_by("expires_at")
        .values_list("key", "listing_id")[:limit]
    )
    return sum(_expire_one(key, listing_id, now, actor) for key, listing_id in due)


def _expire_one(key: str, listing_id: uuid.UUID, now: datetime.datetime, actor: Actor) -> int:
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        hold = reservation_locked(key)
        # Paid, released or prolonged since it was found due.
        if hold is None or _held(hold) == 0 or hold.expires_at is None or hold.expires_at > now:
            return 0
        origin = Origin(
            channel=hold.source_channel,
            order_id=hold.source_order_id,
            reason="Not paid in time.",
        )
        release_write(
            ledger, hold, hold.quantity, state=ReservationState.EXPIRED, origin=origin, actor=actor
        )
    return 1


def _held(hold: InventoryReservation | None) -> int:
    return hold.quantity if hold is not None and hold.state == ReservationState.ACTIVE else 0


def _hold_write(
    hold: InventoryReservation | None,
    key: str,
    listing_id: uuid.UUID,
    quantity: int,
    expires_at: datetime.datetime | None,
    origin: Origin,
) -> InventoryReservation:
    if hold is None:
        return InventoryReservation.objects.create(
            key=key,
            listing_id=listing_id,
            quantity=quantity,
            expires_at=expires_at,
            source_channel=origin.channel[:30],
            source_order_id=origin.order_id[:100],
        )
    hold.quantity = quantity
    hold.state = ReservationState.ACTIVE
    hold.revision += 1
    hold.expires_at = expires_at
    hold.closed_at = None
    hold.save()
    return hold


def _event_key(hold: InventoryReservation) -> str:
    return f"{hold.key}#{hold.revision}"


def _last_event(hold: InventoryReservation | None) -> InventoryEvent | None:
    if hold is None:
        return None
    return InventoryEvent.objects.filter(idempotency_key=_event_key(hold)).first()
