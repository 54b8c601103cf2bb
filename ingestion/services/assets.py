"""Photos of listings: order, primary, attach, delete."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from ingestion import events, limits
from ingestion.enums import AssetStatus
from ingestion.errors import TooManyPhotos
from ingestion.locks import asset_with_listing_locked, assets_locked, listing_assets_locked
from ingestion.models import ImageAsset
from listings.locks import listing_locked
from listings.services import listing_photos_refresh
from realtrack.core import events as core_events
from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput

_CONTENT = "content"


def listing_photos_changed(*, listing_id: uuid.UUID, actor: Actor) -> None:
    """Bring lists, health and marketplaces in line; inside the change's transaction."""
    count = ImageAsset.objects.filter(
        listing_id=listing_id, deleted_at__isnull=True, status=AssetStatus.PROCESSED
    ).count()
    # What is owed stands before the search row in the order of locks.
    for write in registry.owed_writers.values():
        write([listing_id], _CONTENT)
    listing_photos_refresh(listing_ids=[listing_id])
    core_events.emit(events.ListingPhotosChanged(entity_id=listing_id, count=count), actor=actor)


def assets_attach(
    *, asset_ids: Sequence[uuid.UUID], listing_id: uuid.UUID, actor: Actor
) -> list[ImageAsset]:
    """Give photos to a listing in this order, behind those it has; the first ever is primary.

    Refused photos are left out. Raises NotFound, TooManyPhotos.
    """
    with transaction.atomic():
        listing_locked(listing_id)
        present = listing_assets_locked(listing_id)
        by_id = {asset.pk: asset for asset in assets_locked(asset_ids)}
        wanted = [
            by_id[one]
            for one in dict.fromkeys(asset_ids)
            if one in by_id
            and by_id[one].status != AssetStatus.FAILED
            and by_id[one].listing_id != listing_id
        ]
        good = [one for one in present if one.status != AssetStatus.FAILED]
        if len(good) + len(wanted) > limits.PHOTOS_PER_LISTING:
            message = f"This part has {len(good)} photos; {len(wanted)} more would be over 24."
            raise TooManyPhotos(message, extra={"photos": len(good)})
        place = max((one.sort_order for one in present), default=-1) + 1
        has_primary = any(one.is_primary for one in present)
        for asset in wanted:
            asset.listing_id = listing_id
            asset.sort_order = place
            asset.is_primary = not has_primary
            has_primary = True
            place += 1
            asset.save()
        if wanted:
            listing_photos_changed(listing_id=listing_id, actor=actor)
    return wanted


def asset_update(
    *,
    asset_id: uuid.UUID,
    actor: Actor,
    sort_order: int | None = None,
    is_primary: bool | None = None,
) -> ImageAsset:
    """Move a photo within its listing, or make it the first picture; others make room.

    Raises NotFound, InvalidInput (a photo of no listing has no place).
    """
    with transaction.atomic():
        asset = asset_with_listing_locked(asset_id)
        listing_id = asset.listing_id
        if listing_id is None:
            message = "This photo belongs to no part yet."
            raise InvalidInput(message)
        before = {"sort_order": asset.sort_order, "is_primary": asset.is_primary}
        present = {one.pk: one for one in listing_assets_locked(listing_id)}
        asset = present[asset_id]
        if sort_order is not None:
            _move(list(present.values()), asset, sort_order)
        if is_primary is not None:
            _make_primary(list(present.values()), asset, is_primary=is_primary)
        asset.refresh_from_db()
        core_events.emit(
            events.AssetChanged(
                entity_id=asset.pk,
                changes={
                    name: [old, getattr(asset, name)]
                    for name, old in before.items()
                    if old != getattr(asset, name)
                },
            ),
            actor=actor,
        )
        listing_photos_changed(listing_id=listing_id, actor=actor)
    return asset


def listing_photos_order(
    *, listing_id: uuid.UUID, asset_ids: Sequence[uuid.UUID], actor: Actor
) -> None:
    """Put a listing's photos into this order; the first that is good becomes the main one.

    Ids of other listings are passed over, photos that are not named come last. Raises NotFound.
    """
    with transaction.atomic():
        listing_locked(listing_id)
        present = {one.pk: one for one in listing_assets_locked(listing_id)}
        named = [one for one in dict.fromkeys(asset_ids) if one in present]
        rest = sorted(
            (one for one in present.values() if one.pk not in set(named)),
            key=lambda one: (one.sort_order, one.pk),
        )
        ordered = [present[one] for one in named] + rest
        main = next((one for one in ordered if one.status != AssetStatus.FAILED), None)
        for number, one in enumerate(ordered):
            if one.sort_order != number:
                one.sort_order = number
                one.save(update_fields=["sort_order", "updated_at"])
        if main is not None:
            _make_primary(ordered, main, is_primary=True)
        if ordered:
            listing_photos_changed(listing_id=listing_id, actor=actor)


def _move(present: list[ImageAsset], asset: ImageAsset, place: int) -> None:
    others = sorted(
        (one for one in present if one.pk != asset.pk), key=lambda one: (one.sort_order, one.pk)
    )
    others.insert(min(place, len(others)), asset)
    for number, one in enumerate(others):
        if one.sort_order != number:
            one.sort_order = number
            one.save(update_fields=["sort_order", "updated_at"])


def _make_primary(present: list[ImageAsset], asset: ImageAsset, *, is_primary: bool) -> None:
    """One photo is first as long as there is any; taking it from one gives it to the next."""
    chosen = asset
    if not is_primary:
        others = [one for one in present if one.pk != asset.pk and one.status != AssetStatus.FAILED]
        if not asset.is_primary or not others:
            return
        chosen = min(others, key=lambda one: (one.sort_order, one.pk))
    for one in present:
        if one.is_primary and one.pk != chosen.pk:
            one.is_primary = False
            one.save(update_fields=["is_primary", "updated_at"])
    if not chosen.is_primary:
        chosen.is_primary = True
        chosen.save(update_fields=["is_primary", "updated_at"])


def asset_delete(*, asset_id: uuid.UUID, actor: Actor) -> None:
    """Take a photo away; its bytes go with the nightly clean-up. The next becomes primary.

    Raises NotFound.
    """
    with transaction.atomic():
        asset = asset_with_listing_locked(asset_id)
        if asset.listing_id is not None and asset.is_primary:
            _make_primary(listing_assets_locked(asset.listing_id), asset, is_primary=False)
            asset.refresh_from_db()
        asset.is_primary = False
        asset.deleted_at = timezone.now()
        asset.save()
        core_events.emit(
            events.AssetDeleted(entity_id=asset.pk, metadata={"listing_id": asset.listing_id}),
            actor=actor,
        )
        if asset.listing_id is not None:
            listing_photos_changed(listing_id=asset.listing_id, actor=actor)
