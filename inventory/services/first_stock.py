"""The first stock of many new listings at once: what an import of thousands of rows needs."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from django.utils import timezone

from inventory.enums import Source, StockEventType
from inventory.events import StockAdjusted
from inventory.models import InventoryEvent, InventoryLedger
from inventory.services.record import quantity_checked
from realtrack.core.actors import Actor
from realtrack.core.events import emit_many
from realtrack.core.ids import uuid7


def first_stock_write(quantities: Mapping[uuid.UUID, int], actor: Actor) -> None:
    """Open the ledgers of listings that this transaction made, with an event each.

    The slot `first_stock_writers`: the caller has just inserted the listings, so nobody else can
    know them, holds no ledger of theirs yet, and writes the copies of the numbers itself. Raises
    InvalidInput for a quantity out of range, and nothing is stored.
    """
    for quantity in quantities.values():
        quantity_checked(quantity, least=0, name="quantity")
    now = timezone.now()
    stocked = {pk: quantity for pk, quantity in quantities.items() if quantity}
    InventoryLedger.objects.bulk_create(
        [
            # As a ledger that was opened empty and then moved once.
            InventoryLedger(listing_id=pk, quantity_total=quantity, version=2 if quantity else 1)
            for pk, quantity in quantities.items()
        ]
    )
    events = [
        InventoryEvent(
            listing_id=pk,
            event_type=StockEventType.BULK_IMPORT.value,
            quantity_asked=quantity,
            quantity_change=quantity,
            quantity_before=0,
            quantity_after=quantity,
            source_channel=Source.IMPORT.value,
            idempotency_key=f"set:{uuid7()}",
            created_by=actor.user_id,
            actor_kind=actor.kind.value,
            actor_label=actor.label[:200],
            run_id=actor.run_id,
            created_at=now,
        )
        for pk, quantity in stocked.items()
    ]
    InventoryEvent.objects.bulk_create(events)
    emit_many(
        [
            StockAdjusted(
                entity_id=event.listing_id,
                stock_event_id=event.pk,
                change=event.quantity_change,
                total=event.quantity_after,
                free=event.quantity_after,
                source=Source.IMPORT.value,
                event_type=event.event_type,
                changes={"quantity": [0, event.quantity_after]},
            )
            for event in events
        ],
        actor=actor,
    )
