"""What this app does on other apps' events."""

from __future__ import annotations

from django.db import transaction

from channels_app.enums import OwedKind
from channels_app.services.owed import owed_write
from channels_app.services.planning import auto_publish
from channels_app.services.publishing import PUBLISHING_NOTE
from listings.enums import ListingStatus
from realtrack.core.events import Envelope


def photos_changed(envelope: Envelope) -> None:
    """The photos of a part are others now: what is live is owed its content."""
    with transaction.atomic():
        owed_write([envelope.entity_uuid], OwedKind.CONTENT)


def listing_ready(envelope: Envelope) -> None:
    """A part has become ready: accounts that take such by themselves get it."""
    told = envelope.metadata
    if told.get("status_after") != ListingStatus.READY or told.get("note") == PUBLISHING_NOTE:
        return
    auto_publish(listing_id=envelope.entity_uuid)


def stock_oversold(envelope: Envelope) -> None:
    """More was sold than was there: it ends everywhere at once, before a third one buys it."""
    with transaction.atomic():
        owed_write([envelope.entity_uuid], OwedKind.END)
