"""The part as an adapter gets it: columns with overrides, free stock, photos, verified vehicles."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from channels_app.adapters.base import ListingInput, ListingRef, Picture, Vehicle
from channels_app.models import ChannelCategory, ChannelListing
from fitment.models import PartFitment
from fitment.selectors import narrowed_by
from ingestion.models import ImageAsset
from ingestion.storage import storage, variant_key
from inventory import selectors as stock
from listings import fields
from listings.models import Listing
from realtrack.core import registry
from settings_app.selectors import setting_value


def sellable(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What marketplaces may show of each: free stock minus the buffer, never below 0."""
    buffer = int(setting_value("marketplace", "stock_buffer"))
    found = stock.available(listing_ids)
    return {listing_id: max(0, free - buffer) for listing_id, free in found.items()}


def listing_input(listing: Listing, *, overrides: dict[str, Any] | None = None) -> ListingInput:
    """Read the part as it is now; what is overridden for the account wins over its column."""
    values: dict[str, Any] = {
        name: getattr(listing, name) for name in (*fields.by_name(), fields.ITEM_SPECIFICS)
    }
    values.update(overrides or {})
    return ListingInput(
        listing_id=listing.pk,
        version=listing.version,
        sku=listing.custom_label_sku,
        values=values,
        available=sellable([listing.pk])[listing.pk],
        pictures=_pictures(listing.pk),
        vehicles=_vehicles(listing.pk),
        known_category=known_category(str(values.get("category_id") or "")),
    )


def known_category(category_id: str) -> str:
    """The name under which a category was last seen to be right; empty where it never was."""
    rows = ChannelCategory.objects.filter(category_id=category_id).order_by("-verified_at")
    return (rows.values_list("name", flat=True).first() or "") if category_id else ""


def ref_of(row: ChannelListing) -> ListingRef:
    """What we know of the marketplace's side."""
    return ListingRef(
        sku=row.external_sku or row.listing.custom_label_sku,
        offer_id=row.offer_id,
        external_id=row.external_id,
        is_live=row.is_live,
        managed_by=row.managed_by,
    )


def _pictures(listing_id: uuid.UUID) -> list[Picture]:
    """Photos in order. The large variant goes out: it is turned upright and holds no place."""
    found: list[uuid.UUID] = []
    for read in registry.listing_photos.values():
        found += [photo.asset_id for photo in read([listing_id]).get(listing_id, ())]
    assets = ImageAsset.objects.in_bulk(found)
    return [
        Picture(
            content_hash=assets[one].variant_large,
            filename=f"{assets[one].variant_large[:16]}.webp",
            mime_type="image/webp",
            read=partial(_read, assets[one].variant_large),
        )
        for one in found
        if one in assets and assets[one].variant_large
    ]


def _read(variant: str) -> bytes:
    return storage().read(variant_key(variant))


def _vehicles(listing_id: uuid.UUID) -> list[Vehicle]:
    rows = (
        PartFitment.objects.filter(listing_id=listing_id, verified=True)
        .select_related("make", "model", "submodel", "engine")
        .order_by("make__name", "model__name", "year_start", "pk")
    )
    return [
        Vehicle(
            year_start=row.year_start,
            year_end=row.year_end,
            make=row.make.name,
            model=row.model.name,
            trim=row.submodel.name if row.submodel else "",
            engine=row.engine.code if row.engine else "",
            notes=narrowed_by(row),
        )
        for row in rows
    ]
