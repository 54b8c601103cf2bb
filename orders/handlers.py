"""What orders do on other apps' events."""

from __future__ import annotations

import uuid

from channels_app import selectors as channel_selectors
from channels_app.enums import Channel
from orders import selectors
from orders.services import buyer_erase, order_import, order_line_match, shipment_tell
from realtrack.core.actors import Actor
from realtrack.core.events import Envelope


def order_received(envelope: Envelope) -> None:
    """Bring the order to the state that the inbox holds now, whatever this event was about."""
    found = channel_selectors.channel_order_get(envelope.entity_uuid)
    order_import(
        found_order=found,
        connection_id=found.connection_id,
        actor=Actor.marketplace(f"{Channel(found.channel).label} {found.account_name}".strip()),
    )


def channel_listing_published(envelope: Envelope) -> None:
    """Match what was bought before we knew that it was live."""
    listing_id = envelope.metadata.get("listing_id")
    connection_id = envelope.metadata.get("connection_id")
    if not listing_id or not connection_id:
        return
    waiting = selectors.items_waiting_for(
        connection_id=uuid.UUID(str(connection_id)),
        external_item_id=str(envelope.metadata.get("external_id", "")),
        sku=str(envelope.metadata.get("sku", "")),
    )
    for item_id in waiting:
        order_line_match(
            item_id=item_id,
            listing_id=uuid.UUID(str(listing_id)),
            actor=Actor.system("orders.match"),
        )


def order_shipped(envelope: Envelope) -> None:
    """Tell the marketplace carrier and number as they are now."""
    shipment_tell(order_id=envelope.entity_uuid, actor=Actor.system("orders.shipping"))


def buyer_erasure_requested(envelope: Envelope) -> None:
    """Forget a buyer, as a marketplace demands."""
    asked = channel_selectors.buyer_erasure_get(envelope.entity_uuid)
    buyer_erase(
        channel=asked.channel,
        username=asked.username,
        external_id=asked.account_id,
        actor=Actor.marketplace(asked.channel),
    )
