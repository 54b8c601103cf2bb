"""Recording what a marketplace did: live, revised, refused, ended. Called inside a transaction."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import structlog
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import Failure, PublishResult, SellerMustFix
from channels_app.enums import Channel, SyncStatus
from channels_app.models import ChannelListing
from channels_app.services import verdicts
from channels_app.services.states import settled_status
from listings.enums import ListingStatus
from listings.models import Listing
from listings.services import listing_transition
from listings.services.stock import listing_ebay_id_set
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from realtrack.core.events import emit

logger = structlog.get_logger(__name__)


def listing_live_record(row: ChannelListing, result: PublishResult, *, actor: Actor) -> None:
    """Write what is live now into the row (not saved) and tell it."""
    is_new = row.published_at is None or row.ended_at is not None
    now = timezone.now()
    external_id_keep(row, result.ref.external_id, result.url)
    row.offer_id = result.ref.offer_id
    row.external_sku = result.ref.sku
    row.desired_quantity = row.confirmed_quantity = result.quantity
    row.desired_price = row.confirmed_price = result.price
    row.currency = result.currency
    row.payload_hash = result.payload.content_hash
    row.external_data = {
        "documents": {name: dict(body) for name, body in result.payload.documents.items()},
        "fields": dict(result.payload.fields),
    }
    row.notes = [*result.payload.notes, *result.warnings]
    row.remote_version = row.local_version
    row.last_synced_at = now
    row.published_at = row.published_at if not is_new and row.published_at else now
    row.ended_at = None
    verdicts.error_clear(row)
    row.sync_status = settled_status(row)
    base = _base(row)
    if is_new:
        emit(events.ChannelListingPublished(**base, linked=result.linked), actor=actor)
    else:
        emit(events.ChannelListingRevised(**base), actor=actor)
    status_move(row.listing_id, ListingStatus.PUBLISHED, actor=actor)


def external_id_keep(row: ChannelListing, external_id: str, url: str) -> None:
    """Take the marketplace's number (row not saved); the one before stays findable.

    A number names one row: one that had it for a part that is gone gives it up.
    """
    others = ChannelListing.objects.filter(
        connection_id=row.connection_id, site=row.site, external_key=external_id
    ).exclude(pk=row.pk)
    others.update(
        external_key=None, is_live=False, sync_status=SyncStatus.ENDED, ended_at=timezone.now()
    )
    if row.external_id and row.external_id != external_id:
        row.former_ids = list(dict.fromkeys([*row.former_ids, row.external_id]))
    row.external_id = external_id
    row.external_key = external_id
    row.external_url = url
    row.is_live = True
    if row.connection.channel == Channel.EBAY:
        listing_ebay_id_set(listing_id=row.listing_id, item_number=external_id)


def listing_refused_record(
    row: ChannelListing, failures: Sequence[Failure], *, actor: Actor
) -> None:
    """Write all reasons into the row (not saved) and tell the first."""
    first = failures[0]
    verdicts.error_note(row, first)
    row.last_sync_error = " ".join(dict.fromkeys(one.reason for one in failures))
    row.notes = [
        {
            "reason": one.reason,
            "errorId": one.error_id,
            "field": one.field if isinstance(one, SellerMustFix) else "",
            "fix": list(one.fix) if isinstance(one, SellerMustFix) and one.fix else None,
        }
        for one in failures
    ]
    row.sync_status = SyncStatus.ERROR
    emit(
        events.ChannelListingRefused(
            **_base(row),
            reason=row.last_sync_error,
            error_id=first.error_id,
            field_name=row.last_error_field,
        ),
        actor=actor,
    )


def listing_ended_record(row: ChannelListing, *, actor: Actor) -> None:
    """Write that it is not live any more (row not saved); the part is delisted with its last."""
    was_live = row.is_live
    row.is_live = False
    row.sync_status = SyncStatus.ENDED
    row.ended_at = timezone.now()
    row.confirmed_quantity = 0 if row.external_id else None
    verdicts.error_clear(row)
    if not was_live:
        return
    emit(events.ChannelListingEnded(**_base(row)), actor=actor)
    others = ChannelListing.objects.filter(listing_id=row.listing_id, is_live=True)
    if not others.exclude(pk=row.pk).exists():
        status_move(row.listing_id, ListingStatus.DELISTED, actor=actor)


def status_move(listing_id: uuid.UUID, to: ListingStatus, *, actor: Actor) -> None:
    """Tell the part's own life; a step that it does not have now (sold meanwhile) is left out."""
    listing = Listing.objects.filter(pk=listing_id).only("pk", "status").first()
    if listing is None or listing.status == to:
        return
    if to is ListingStatus.DELISTED and listing.status != ListingStatus.PUBLISHED:
        return
    try:
        listing_transition(listing_id=listing.pk, to=to, actor=actor)
    except AppError as error:
        logger.info("status_not_moved", listing_id=str(listing_id), to=to.value, code=error.reason)


def _base(row: ChannelListing) -> dict[str, Any]:
    return {
        "entity_id": row.pk,
        "listing_id": row.listing_id,
        "connection_id": row.connection_id,
        "channel": str(row.connection.get_channel_display()),
        "sku": row.external_sku,
        "external_id": row.external_id,
    }
