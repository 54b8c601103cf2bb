"""The three sides of a save that came too late."""

from __future__ import annotations

from collections.abc import Mapping

from listings import fields
from listings.models import Listing, ListingRevision, ListingText
from listings.wire import Json, listing_wire, wire_value
from realtrack.core.errors import VersionConflict


def version_conflict(
    current: Listing, *, version: int, yours: Mapping[str, object]
) -> VersionConflict:
    """The error with base, theirs and yours by field, and which of them collide.

    `changes` holds each field that either side changed. Where `version` was never there, base is
    null and each differing field of yours collides.
    """
    revision = ListingRevision.objects.filter(id=current.pk, version=version).first()
    changes: dict[str, dict[str, Json]] = {}
    collisions: list[str] = []
    for name in fields.snapshot_fields():
        theirs = getattr(current, name)
        base = _base(revision, name) if revision else None
        their_change = revision is None or theirs != base
        mine = yours.get(name, theirs if revision is None else base)
        my_change = name in yours and mine != base
        if not (my_change or (their_change and revision is not None)):
            continue
        changes[fields.api_name(name)] = {
            "base": wire_value(base),
            "theirs": wire_value(theirs),
            "yours": wire_value(mine),
        }
        if my_change and their_change and mine != theirs:
            collisions.append(fields.api_name(name))
    return VersionConflict(
        extra={
            "current_version": current.version,
            "your_version": version,
            "current_data": listing_wire(current),
            "changes": changes,
            "collisions": collisions,
        }
    )


def _base(revision: ListingRevision, name: str) -> object:
    if name != "description":
        return getattr(revision, name)
    text = ListingText.objects.filter(pk=revision.description_hash).first()
    return text.content if text else ""
