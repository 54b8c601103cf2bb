"""The one writer of ledger, stock events and their copies."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from django.utils import timezone

from inventory import events
from inventory.enums import RESERVING, Source, StockEventType
from inventory.errors import KeyReused
from inventory.models import MAX_QUANTITY, InventoryEvent, InventoryLedger
from listings.services import listing_stock_copy_set
from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.events import DomainEvent, emit_many
from settings_app.selectors import setting_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change comes from: the channel's name or `manual`, its order, a free reference."""

    channel: str = Source.MANUAL.value
    order_id: str = ""
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockResult:
    """The ledger after the change and its event; `is_repeat` when the key had counted before.

    `event` is None where nothing had to change.
    """

    ledger: InventoryLedger
    event: InventoryEvent | None
    is_repeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change as it is written. `short_change` moves what is owed to buyers."""

    event_type: StockEventType
    key: str
    asked: int
    change: int = 0
    reserved_change: int = 0
    shortfall: int = 0
    short_change: int = 0
    reverses: InventoryEvent | None = None
    origin: Origin = field(default_factory=Origin)
    expired: bool = False


def is_whole(value: object) -> bool:
    """True for a whole number; a boolean is none."""
    return isinstance(value, int) and not isinstance(value, bool)


def quantity_checked(quantity: int, *, least: int, name: str) -> int:
    """Return a number of pieces that is in range; raises InvalidInput naming the field."""
    if not is_whole(quantity):
        raise InvalidInput(fields={name: "Type a whole number, such as 2."})
    if not least <= quantity <= MAX_QUANTITY:
        raise InvalidInput(fields={name: f"Type a whole number from {least} to {MAX_QUANTITY}."})
    return quantity


def repeat_of(
    key: str, *, listing_id: uuid.UUID, event_type: StockEventType, asked: int
) -> InventoryEvent | None:
    """The event that this key already made, if any; look only under the ledger's lock.

    Raises KeyReused where the key stands for another change.
    """
    event = InventoryEvent.objects.filter(idempotency_key=key).first()
    if event is None:
        return None
    same = (event.listing_id, event.event_type, event.quantity_asked)
    if same != (listing_id, event_type.value, asked):
        raise KeyReused(extra={"eventId": str(event.pk)})
    return event


def move_write(ledger: InventoryLedger, move: Move, *, actor: Actor) -> InventoryEvent:
    """Write a change of a locked ledger: ledger, event row, copies, what is owed, domain events.

    The caller has decided that it is possible; the database refuses what is not.
    """
    before, free_before = ledger.quantity_total, ledger.free
    ledger.quantity_total += move.change
    ledger.quantity_reserved += move.reserved_change
    ledger.quantity_short = max(0, ledger.quantity_short + move.short_change)
    ledger.version += 1
    ledger.save(
        update_fields=[
            "quantity_total", "quantity_reserved", "quantity_short", "version", "updated_at"
        ]
    )  # fmt: skip
    event = InventoryEvent.objects.create(
        listing_id=ledger.listing_id,
        event_type=move.event_type.value,
        quantity_asked=move.asked,
        quantity_change=move.change,
        quantity_before=before,
        quantity_after=ledger.quantity_total,
        reserved_change=move.reserved_change,
        reserved_after=ledger.quantity_reserved,
        shortfall=move.shortfall,
        reverses=move.reverses,
        source_channel=move.origin.channel[:30],
        source_order_id=move.origin.order_id[:100],
        source_reference=move.origin.reference[:200],
        idempotency_key=move.key,
        reason=move.origin.reason,
        created_by=actor.user_id,
        actor_kind=actor.kind.value,
        actor_label=actor.label[:200],
        run_id=actor.run_id,
        created_at=timezone.now(),
    )
    copies_write(ledger)
    emit_many(_domain_events(ledger, event, move, free_before=free_before), actor=actor)
    return event


def copies_write(ledger: InventoryLedger) -> None:
    """Bring what marketplaces are owed, listing and search row in line with the ledger."""
    for write in registry.owed_writers.values():
        write([ledger.listing_id], "quantity")
    listing_stock_copy_set(
        listing_id=ledger.listing_id, quantity=ledger.quantity_total, free=ledger.free
    )


def threshold_of(ledger: InventoryLedger) -> int:
    """At or below this many free pieces the part is low."""
    if ledger.low_stock_threshold is not None:
        return ledger.low_stock_threshold
    return int(setting_value("inventory", "low_stock_threshold"))


_KINDS: dict[StockEventType, type[events.StockEvent]] = {
    StockEventType.SALE: events.StockSold,
    StockEventType.CANCEL: events.StockPutBack,
    StockEventType.RETURN: events.StockPutBack,
    StockEventType.RESERVE: events.StockReserved,
    StockEventType.RELEASE: events.StockReleased,
}


def _domain_events(
    ledger: InventoryLedger, event: InventoryEvent, move: Move, *, free_before: int
) -> list[DomainEvent]:
    numbers = {
        "entity_id": ledger.listing_id,
        "stock_event_id": event.pk,
        "change": move.change,
        "total": ledger.quantity_total,
        "reserved": ledger.quantity_reserved,
        "free": ledger.free,
        "source": move.origin.channel,
        "order_ref": move.origin.order_id,
    }
    more: dict[str, object] = {}
    if move.event_type in RESERVING:
        more["quantity"] = abs(move.reserved_change)
    elif move.event_type in _KINDS:
        more["quantity"] = abs(move.asked)
    if move.event_type is StockEventType.SALE:
        more["shortfall"] = move.shortfall
    if move.event_type is StockEventType.RELEASE:
        more["expired"] = move.expired
    kind = _KINDS.get(move.event_type, events.StockAdjusted)
    if kind is events.StockAdjusted:
        more |= {"event_type": move.event_type.value, "reason": move.origin.reason}
    before = [event.quantity_before, event.quantity_after]
    changes = {"quantity": before} if move.change else {}
    found: list[DomainEvent] = [kind(**numbers, **more, changes=changes)]  # type: ignore[arg-type]  # values by name
    if move.event_type is StockEventType.SALE and move.shortfall:
        found.append(events.StockOversold(**numbers, deficit=move.shortfall))  # type: ignore[arg-type]  # as above
    if free_before > 0 and ledger.free == 0:
        found.append(events.StockOut(**numbers))  # type: ignore[arg-type]  # as above
    elif ledger.free < free_before:
        threshold = threshold_of(ledger)
        if free_before > threshold >= ledger.free:
            found.append(events.StockLow(**numbers, threshold=threshold))  # type: ignore[arg-type]  # as above
    return found
