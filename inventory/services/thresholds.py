"""When a part counts as low."""

from __future__ import annotations

import uuid

from django.db import transaction

from inventory import events
from inventory.locks import ledger_locked
from inventory.models import InventoryLedger
from inventory.services.record import quantity_checked
from realtrack.core.actors import Actor
from realtrack.core.events import emit


def low_stock_threshold_set(
    *, listing_id: uuid.UUID, threshold: int | None, actor: Actor
) -> InventoryLedger:
    """Set the part's own threshold; None takes the setting's. Raises InvalidInput, NotFound."""
    if threshold is not None:
        quantity_checked(threshold, least=0, name="low_stock_threshold")
    with transaction.atomic():
        ledger = ledger_locked(listing_id)
        before = ledger.low_stock_threshold
        if before == threshold:
            return ledger
        ledger.low_stock_threshold = threshold
        ledger.save(update_fields=["low_stock_threshold", "updated_at"])
        emit(
            events.ThresholdChanged(
                entity_id=listing_id, changes={"low_stock_threshold": [before, threshold]}
            ),
            actor=actor,
        )
    return ledger
