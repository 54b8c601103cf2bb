"""What orders do on other apps' events."""

from __future__ import annotations

from channels_app import selectors as channel_selectors
from orders.services import buyer_erase, order_import
from realtrack.core.actors import Actor
from realtrack.core.events import Envelope


def order_received(envelope: Envelope) -> None:
    """Bring the order to the state that the inbox holds now, whatever this event was about."""
    found = channel_selectors.channel_order_get(envelope.entity_uuid)
    order_import(
        found_order=found,
        connection_id=found.connection_id,
        actor=Actor.marketplace(f"{found.channel} {found.account_name}".strip()),
    )


def buyer_erasure_requested(envelope: Envelope) -> None:
    """Forget a buyer, as a marketplace demands."""
    asked = channel_selectors.buyer_erasure_get(envelope.entity_uuid)
    buyer_erase(
        channel=asked.channel,
        username=asked.username,
        external_id=asked.account_id,
        actor=Actor.marketplace(asked.channel),
    )
