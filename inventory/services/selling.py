"""Sales, and what puts them back."""

from __future__ import annotations

import uuid
from dataclasses import replace

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from inventory.enums import ReservationState, StockEventType
from inventory.locks import ledger_locked, reservation_locked
from inventory.models import InventoryEvent
from inventory.services.record import (
    Move,
    Origin,
    StockResult,
    move_write,
    quantity_checked,
    repeat_of,
)
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound


def sale_key(connection_id: uuid.UUID | str, order_id: str, line_id: str) -> str:
    """The key of a sold line: per account, order and line, so that no second line is dropped."""
    return f"sale:{connection_id}:{order_id}:{line_id}"


def reserve_key(connection_id: uuid.UUID | str, order_id: str, line_id: str) -> str:
    """The key of an unpaid line's hold."""
    return f"reserve:{connection_id}:{order_id}:{line_id}"


def stock_sell(
    *,
    listing_id: uuid.UUID,
    quantity: int,
    key: str,
    actor: Actor,
    reservation_key: str = "",
    origin: Origin | None = None,
) -> StockResult:
    """Record a sale, once per key, in one transaction; it consumes its hold if there is one.

    A sale that happened elsewhere is never refused: where less is free, the event keeps what was
    asked for, what was applied and the shortfall, and `inventory.oversold` says so. What other
    orders hold is not touched. Raises InvalidInput, KeyReused, NotFound.
    """
    quantity_checked(quantity, least=1, name="quantity")
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        known = repeat_of(
            key, listing_id=listing_id, event_type=StockEventType.SALE, asked=-quantity
        )
        if known is not None:
            return StockResult(ledger=ledger, event=known, is_repeat=True)
        held = _consume(reservation_key, listing_id)
        applied = min(quantity, ledger.free + held)
        shortfall = quantity - applied
        event = move_write(
            ledger,
            Move(
                event_type=StockEventType.SALE,
                key=key,
                asked=-quantity,
                change=-applied,
                reserved_change=-held,
                shortfall=shortfall,
                short_change=shortfall,
                origin=origin or Origin(),
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def stock_cancel_sale(*, key: str, actor: Actor, reason: str = "") -> StockResult:
    """Put back what the sale of this key took and what has not come back yet; once.

    A sale that lacked pieces puts back only those that it took, and its debt ends.
    Raises NotFound where there was no such sale.
    """
    sale = InventoryEvent.objects.filter(
        idempotency_key=key, event_type=StockEventType.SALE
    ).first()
    if sale is None:
        raise NotFound("There is no such sale.")
    cancel_key = f"cancel:{key}"
    with transaction.atomic():
        ledger = ledger_locked(sale.listing_id)
        known = InventoryEvent.objects.filter(idempotency_key=cancel_key).first()
        if known is not None:
            return StockResult(ledger=ledger, event=known, is_repeat=True)
        back = _not_yet_back(sale)
        event = move_write(
            ledger,
            Move(
                event_type=StockEventType.CANCEL,
                key=cancel_key,
                asked=back,
                change=back,
                short_change=-min(sale.shortfall, ledger.quantity_short),
                reverses=sale,
                origin=_origin_of(sale, reason),
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def stock_return(
    *, key: str, quantity: int, return_key: str, actor: Actor, reason: str = ""
) -> StockResult:
    """Put `quantity` pieces of the sale `key` back on the shelf, once per `return_key`.

    Raises Conflict where more would come back than the sale took, InvalidInput, KeyReused,
    NotFound.
    """
    quantity_checked(quantity, least=1, name="quantity")
    if not return_key:
        raise InvalidInput(fields={"return_key": "A return needs a key of its own."})
    sale = InventoryEvent.objects.filter(
        idempotency_key=key, event_type=StockEventType.SALE
    ).first()
    if sale is None:
        raise NotFound("There is no such sale.")
    with transaction.atomic():
        ledger = ledger_locked(sale.listing_id)
        known = repeat_of(
            f"return:{return_key}",
            listing_id=sale.listing_id,
            event_type=StockEventType.RETURN,
            asked=quantity,
        )
        if known is not None:
            return StockResult(ledger=ledger, event=known, is_repeat=True)
        left = _not_yet_back(sale)
        if quantity > left:
            raise Conflict(
                f"{left} of this sale can come back.", extra={"left": left, "asked": quantity}
            )
        event = move_write(
            ledger,
            Move(
                event_type=StockEventType.RETURN,
                key=f"return:{return_key}",
                asked=quantity,
                change=quantity,
                reverses=sale,
                origin=_origin_of(sale, reason),
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def shortage_settle(*, key: str, actor: Actor, reason: str = "") -> StockResult | None:
    """The order went out although its sale lacked pieces: they came from what arrived since.

    Takes them from what is free, as a sale of their own, and ends the debt; once per sale.
    Returns None where the sale lacked nothing or does not exist.
    """
    sale = InventoryEvent.objects.filter(
        idempotency_key=key, event_type=StockEventType.SALE, shortfall__gt=0
    ).first()
    if sale is None:
        return None
    settle_key = f"settle:{key}"
    with transaction.atomic():
        ledger = ledger_locked(sale.listing_id)
        done = InventoryEvent.objects.filter(
            idempotency_key__in=[settle_key, f"cancel:{key}"]
        ).first()
        if done is not None:
            return StockResult(ledger=ledger, event=done, is_repeat=True)
        taken = min(sale.shortfall, ledger.free)
        event = move_write(
            ledger,
            Move(
                event_type=StockEventType.CORRECTION,
                key=settle_key,
                asked=-taken,
                change=-taken,
                short_change=-min(sale.shortfall, ledger.quantity_short),
                origin=_origin_of(sale, reason or "Shipped from what arrived after the sale."),
            ),
            actor=actor,
        )
    return StockResult(ledger=ledger, event=event)


def _consume(reservation_key: str, listing_id: uuid.UUID) -> int:
    """End the hold as sold and return what it held; the part's ledger is locked."""
    if not reservation_key:
        return 0
    hold = reservation_locked(reservation_key)
    if hold is None or hold.listing_id != listing_id:
        return 0
    held = hold.quantity if hold.state == ReservationState.ACTIVE else 0
    if hold.state != ReservationState.CONSUMED:
        hold.quantity = 0
        hold.state = ReservationState.CONSUMED
        hold.revision += 1
        hold.closed_at = timezone.now()
        hold.save()
    return held


def _not_yet_back(sale: InventoryEvent) -> int:
    """Pieces that the sale took from the shelf and that neither cancel nor return brought back."""
    back = sale.reversals.aggregate(pieces=Sum("quantity_change"))["pieces"] or 0
    return max(0, -sale.quantity_change - int(back))


def _origin_of(sale: InventoryEvent, reason: str) -> Origin:
    origin = Origin(
        channel=sale.source_channel,
        order_id=sale.source_order_id,
        reference=sale.source_reference,
    )
    return replace(origin, reason=reason)
