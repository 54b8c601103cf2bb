"""A listing as it goes over the wire: camelCase names, money as text, empty as null."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from listings import fields
from listings.columns import columns

if TYPE_CHECKING:
    from listings.models import Listing, ListingRevision

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def wire_value(value: object) -> Json:
    """One value as JSON holds it. Empty texts are null: one form of empty for all fields."""
    if value is None or value == "":
        return None
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dict):
        return {str(key): wire_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [wire_value(item) for item in value]
    return str(value)


def listing_wire(listing: Listing) -> dict[str, Json]:
    """All that the API tells of a listing."""
    data: dict[str, Json] = {"id": str(listing.pk)}
    for column in columns():
        data[column.api_name] = wire_value(getattr(listing, column.name))
    for column in fields.extras():
        data[column.api_name] = wire_value(getattr(listing, column.name))
    data["itemSpecifics"] = wire_value(listing.item_specifics)
    data["teamId"] = wire_value(listing.team_id)
    data["status"] = str(listing.status)
    data["version"] = listing.version
    data["personFields"] = [fields.api_name(name) for name in listing.person_fields]
    data["ebayListingId"] = wire_value(listing.ebay_listing_id)
    data["shopifyProductId"] = wire_value(listing.shopify_product_id)
    for name, moment in (
        ("createdAt", listing.created_at),
        ("updatedAt", listing.updated_at),
        ("publishedAt", listing.published_at),
        ("deletedAt", listing.deleted_at),
    ):
        data[name] = wire_value(moment)
    data["updatedBy"] = wire_value(listing.updated_by)
    return data


def revision_wire(revision: ListingRevision, *, description: str) -> dict[str, Json]:
    """One revision with its snapshot; `description` is the text that its hash names."""
    snapshot: dict[str, Json] = {}
    for name in (*fields.snapshot_fields(), fields.QUANTITY):
        if name == "description":
            snapshot["description"] = wire_value(description)
        else:
            snapshot[fields.api_name(name)] = wire_value(getattr(revision, name))
    snapshot["status"] = revision.status
    return {
        "id": str(revision.history_id),
        "listingId": str(revision.id),
        "version": revision.version,
        "statusBefore": wire_value(revision.status_before),
        "statusAfter": revision.status,
        "snapshot": snapshot,
        "changedFields": [fields.api_name(name) for name in revision.changed_fields],
        "changeReason": revision.change_reason,
        "note": wire_value(revision.history_change_reason),
        "changedBy": wire_value(revision.history_user_id),
        "changedByLabel": wire_value(revision.actor_label),
        "actorKind": revision.actor_kind,
        "runId": wire_value(revision.run_id),
        "createdAt": wire_value(revision.history_date),
    }
