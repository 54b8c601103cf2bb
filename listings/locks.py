"""Locked reads. Order across apps: docs/locks.md."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from listings.models import Listing
from realtrack.core.errors import NotFound


def listings_locked(
    listing_ids: Sequence[uuid.UUID], *, with_deleted: bool = False
) -> list[Listing]:
    """Listings in the order of their keys, locked until the transaction ends."""
    rows = Listing.all_objects if with_deleted else Listing.objects
    found = rows.filter(pk__in=listing_ids).order_by("pk").select_for_update(of=("self",))
    return list(found)


def listing_locked(listing_id: uuid.UUID, *, with_deleted: bool = False) -> Listing:
    """One listing, locked; raises `NotFound` where it is gone or lies in the trash."""
    found = listings_locked([listing_id], with_deleted=with_deleted)
    if not found:
        raise NotFound
    return found[0]
