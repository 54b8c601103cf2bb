"""What fitment does on other apps' events."""

from __future__ import annotations

from fitment.aces.fitting import listing_fit
from fitment.services import fitments_detect
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from realtrack.core.events import Envelope

# A change of price or quantity says nothing of vehicles.
_WORDS = frozenset({"title", "description"})
# What an imported row finds its part by.
_NUMBER = frozenset({"c_manufacturer_part_number", "c_brand"})


def on_listing_created(envelope: Envelope) -> None:
    """Read the words of a new listing, and take what imported rows say of its number."""
    _detect(envelope)
    listing_fit(listing_id=envelope.entity_uuid)


def on_listing_updated(envelope: Envelope) -> None:
    """Read the words again where they changed."""
    if _WORDS & set(envelope.changes):
        _detect(envelope)
    if _NUMBER & set(envelope.changes):
        listing_fit(listing_id=envelope.entity_uuid)


def _detect(envelope: Envelope) -> None:
    try:
        fitments_detect(listing_id=envelope.entity_uuid, actor=Actor.system("fitment.detect"))
    except NotFound:
        # Deleted meanwhile; nothing is owed to it any more.
        return


def register() -> None:
    """Subscribe; called once at start."""
    core_events.subscribe(
        "listing.created", key="fitment.detect_created", handler=on_listing_created
    )
    core_events.subscribe(
        "listing.updated", key="fitment.detect_updated", handler=on_listing_updated
    )
