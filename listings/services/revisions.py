"""Reading texts of revisions and restoring them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from listings import fields
from listings.enums import ChangeReason
from listings.models import Listing, ListingRevision, ListingText
from listings.services.update import listing_update
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound


def revision_description(revision: ListingRevision) -> str:
    """The description of that version."""
    return descriptions_of([revision]).get(revision.description_hash, "")


def descriptions_of(revisions: Iterable[ListingRevision]) -> dict[str, str]:
    """The descriptions of several revisions, by hash."""
    hashes = {revision.description_hash for revision in revisions} - {""}
    return dict(ListingText.objects.filter(pk__in=hashes).values_list("hash", "content"))


def listing_revision_restore(
    *, listing_id: uuid.UUID, revision_version: int, version: int, actor: Actor
) -> Listing:
    """Bring every field but stock and status back to what it was in that version.

    Makes a new version on top; nothing is thrown away. Raises `NotFound`, `VersionConflict`.
    """
    revision = ListingRevision.objects.filter(id=listing_id, version=revision_version).first()
    if revision is None:
        message = "There is no such version of this listing."
        raise NotFound(message)
    data = {
        name: getattr(revision, name) for name in fields.snapshot_fields() if name != "description"
    }
    data["description"] = revision_description(revision)
    return listing_update(
        listing_id=listing_id,
        data=data,
        version=version,
        actor=actor,
        reason=ChangeReason.RESTORE,
        note=f"version {revision_version}",
    )
