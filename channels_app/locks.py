"""Locked reads. Order across apps: docs/locks.md; connection, part, channel listing, owed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from channels_app.models import ChannelConnection, ChannelListing
from listings.models import Listing
from realtrack.core.errors import NotFound


def connection_locked(connection_id: uuid.UUID) -> ChannelConnection:
    """The account, locked until the transaction ends; raises NotFound."""
    row = (
        ChannelConnection.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk=connection_id)
        .first()
    )
    if row is None:
        raise NotFound("This account does not exist.")
    return row


def channel_listings_locked(ids: Sequence[uuid.UUID]) -> list[ChannelListing]:
    """Channel listings in the order of their keys, locked until the transaction ends.

    Their parts are locked first: a sale holds its part when it notes what is owed, and what a
    marketplace did is recorded in owed rows, part and search row, so that the two would meet.
    """
    parts = ChannelListing.objects.filter(pk__in=ids).values("listing_id")
    list(
        Listing.all_objects.filter(pk__in=parts)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )
    return list(
        ChannelListing.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=ids)
        .order_by("pk")
    )


def channel_listing_locked(channel_listing_id: uuid.UUID) -> ChannelListing:
    """One channel listing, locked; raises NotFound."""
    rows = channel_listings_locked([channel_listing_id])
    if not rows:
        raise NotFound("This is not listed there.")
    return rows[0]
