"""The listing's status follows its stock: sold out by a sale, back by a return."""

from __future__ import annotations

import uuid

from inventory.selectors import stock_of
from listings.enums import ListingStatus
from listings.models import Listing
from listings.services import listing_transition
from realtrack.core.actors import Actor
from realtrack.core.errors import IllegalTransition, InvalidInput

_FOR_SALE = frozenset({ListingStatus.PUBLISHED, ListingStatus.READY, ListingStatus.DELISTED})


def listing_status_follow(*, listing_id: uuid.UUID, actor: Actor) -> str:
    """Bring the status in line with the ledger as it is now; returns the status.

    Idempotent and level-triggered: it reads the present stock, not the event's. A status that has
    no such move (a draft that was sold elsewhere) stays as it is.
    """
    listing = Listing.objects.filter(pk=listing_id).only("id", "status", "published_at").first()
    if listing is None:
        return ""
    total = stock_of([listing_id])[listing_id].total
    target: ListingStatus | None = None
    if total == 0 and listing.status in _FOR_SALE:
        target = ListingStatus.SOLD
    elif total > 0 and listing.status == ListingStatus.SOLD:
        target = ListingStatus.PUBLISHED if listing.published_at else ListingStatus.READY
    if target is None:
        return str(listing.status)
    try:
        moved = listing_transition(listing_id=listing_id, to=target, actor=actor)
    except (IllegalTransition, InvalidInput):
        # Somebody moved it in the meantime, or it lacks what being for sale needs.
        return str(listing.status)
    return str(moved.status)
