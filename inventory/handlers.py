"""What stock does on other apps' events."""

from __future__ import annotations

import uuid

from inventory.enums import Source, StockEventType
from inventory.services import Origin, listing_status_follow, stock_set
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.events import Envelope

_CAUSES = {
    "initial_stock": StockEventType.INITIAL_STOCK,
    "manual_adjust": StockEventType.MANUAL_ADJUST,
    "bulk_import": StockEventType.BULK_IMPORT,
}


def quantity_requested(envelope: Envelope) -> None:
    """Turn a quantity that came with a listing into a ledger event, in the same transaction."""
    cause = _CAUSES.get(str(envelope.metadata["cause"]), StockEventType.MANUAL_ADJUST)
    imported = cause is StockEventType.BULK_IMPORT
    stock_set(
        listing_id=envelope.entity_uuid,
        quantity=int(envelope.metadata["quantity"]),
        event_type=cause,
        idempotency_key=str(envelope.event_id),
        origin=Origin(channel=Source.IMPORT.value if imported else Source.MANUAL.value),
        actor=actor_of(envelope),
    )


def actor_of(envelope: Envelope) -> Actor:
    """Who caused the event."""
    actor_id: uuid.UUID | None = envelope.actor_id
    return Actor(
        kind=ActorKind(envelope.actor_type),
        user_id=actor_id,
        label=envelope.actor_label,
        run_id=envelope.run_id,
    )


def follow_stock(envelope: Envelope) -> None:
    """A part whose last piece was sold is sold; one that came back is for sale again."""
    listing_status_follow(listing_id=envelope.entity_uuid, actor=Actor.system("inventory"))
