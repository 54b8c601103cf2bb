"""Locked reads. Order: the listing, then its fitments by key (docs/locks.md)."""

from __future__ import annotations

import uuid

from fitment.models import PartFitment
from listings.models import Listing
from realtrack.core.errors import NotFound


def listing_fitments_locked(listing_id: uuid.UUID) -> tuple[Listing, list[PartFitment]]:
    """Lock a live listing and all its fitments, rejected ones too; raises NotFound."""
    listing = Listing.objects.filter(pk=listing_id).select_for_update(of=("self",)).first()
    if listing is None:
        raise NotFound("This part does not exist any more.")
    rows = (
        PartFitment.everything.filter(listing_id=listing_id)
        .select_related("make", "model", "submodel", "engine")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return listing, list(rows)


def fitments_locked(fitment_ids: list[uuid.UUID]) -> list[PartFitment]:
    """Lock the live fitments among these, their listings first, in the order of their keys."""
    listings = PartFitment.objects.filter(pk__in=fitment_ids).values_list("listing_id", flat=True)
    list(
        Listing.objects.filter(pk__in=set(listings))
        .order_by("pk")
        .select_for_update(of=("self",))
        .values_list("pk", flat=True)
    )
    rows = (
        PartFitment.objects.filter(pk__in=fitment_ids)
        .select_related("make", "model", "submodel", "engine")
        .order_by("pk")
        .select_for_update(of=("self",))
    )
    return list(rows)
