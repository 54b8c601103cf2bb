"""Copies in the listing of what other apps own: the ledger's numbers, the live page's number."""

from __future__ import annotations

import uuid

from django.db import transaction

from listings.health import health_of
from listings.models import Listing, ListingSearch


def listing_stock_copy_set(
    *, listing_id: uuid.UUID, quantity: int, free: int | None = None
) -> None:
    """Copy the ledger's total (and what is free of it) into listing and search row.

    Call in the ledger's transaction. No new version, no revision, no event: the ledger has its own.
    """
    with transaction.atomic():
        Listing.all_objects.filter(pk=listing_id).update(quantity=quantity)
        listing = Listing.all_objects.filter(pk=listing_id).select_related("search").first()
        if listing is None:
            return
        health = health_of(
            listing,
            photo_count=listing.search.photo_count,
            vehicle_count=listing.search.vehicle_count,
            channel_states=listing.search.channel_states,
        )
        ListingSearch.objects.filter(pk=listing_id).update(
            stock_total=quantity,
            stock_free=quantity if free is None else free,
            health=health.score,
        )


def listing_ebay_id_set(*, listing_id: uuid.UUID, item_number: str) -> None:
    """Copy the number of the live eBay page; a copy is no edit: no version, no revision."""
    Listing.all_objects.filter(pk=listing_id).exclude(ebay_listing_id=item_number).update(
        ebay_listing_id=item_number
    )
