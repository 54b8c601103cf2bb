"""Where a part stands on its marketplaces, in the one word that lists show."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import Q

from channels_app.enums import SyncStatus
from channels_app.models import ChannelListing, ChannelOwed
from listings.services import listing_search_write

# The catalog's words, the one that needs a person first.
_WORDS = {
    SyncStatus.ERROR: "err",
    SyncStatus.OUT_OF_SYNC: "drift",
    SyncStatus.PENDING: "owed",
    SyncStatus.PUBLISHING: "owed",
    SyncStatus.ACTIVE: "live",
    SyncStatus.ENDED: "end",
}
_ORDER = list(dict.fromkeys(_WORDS.values()))


def states_refresh(listing_ids: Sequence[uuid.UUID]) -> None:
    """Copy the worst state of each marketplace into the catalog's search rows; idempotent."""
    found: dict[uuid.UUID, dict[str, str]] = {listing_id: {} for listing_id in listing_ids}
    # A row that only keeps a plan or what differs there is listed nowhere yet.
    idle = Q(sync_status=SyncStatus.PENDING, owed__isnull=True)
    rows = (
        ChannelListing.objects.filter(listing_id__in=listing_ids)
        .exclude(idle)
        .values_list("listing_id", "connection__channel", "sync_status")
    )
    for listing_id, channel, status in rows:
        word = _WORDS[SyncStatus(status)]
        present = found[listing_id].get(channel, word)
        found[listing_id][channel] = min(present, word, key=_ORDER.index)
    for listing_id, states in found.items():
        listing_search_write(listing_id=listing_id, channel_states=states)


def settled_status(row: ChannelListing) -> SyncStatus:
    """The state that follows from what is live and what waits for a person (row not saved)."""
    blocked = ChannelOwed.objects.filter(channel_listing=row, next_attempt__isnull=True)
    is_blocked = any(one.is_owed for one in blocked)
    if is_blocked:
        return SyncStatus.ERROR
    if row.is_live:
        return SyncStatus.ACTIVE
    return SyncStatus.ENDED if row.ended_at else SyncStatus.PENDING
