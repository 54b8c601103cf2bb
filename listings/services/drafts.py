"""What a person typed and did not save yet: kept, put back, thrown away."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import connection, transaction

from listings import fields
from listings.models import EditDraft, Listing
from listings.services.create import listing_create
from listings.services.update import listing_update_merged
from realtrack.core.errors import InvalidInput, NotFound, TooLarge

if TYPE_CHECKING:
    from realtrack.core.actors import Actor
    from settings_app.models import User

_TEXT_MAX = 500_000  # characters of all fields; eBay takes as many in a description
ASPECT = "aspect:"
# One statement, so that two tabs of one person keep each other's fields.
_MERGE = """
INSERT INTO edit_drafts (id, created_at, updated_at, owner_id, listing_id, version, data)
VALUES (%(id)s, now(), now(), %(owner)s, %(listing)s, %(version)s, %(data)s)
ON CONFLICT (owner_id, listing_id) DO UPDATE SET
    data = edit_drafts.data || EXCLUDED.data, updated_at = now()
"""


def draft_save(
    *,
    owner: User,
    listing_id: uuid.UUID | None,
    data: Mapping[str, str],
    version: int = 0,
) -> None:
    """Keep what was typed, as it was typed: nothing is checked but names and length.

    `listing_id` None is the new part. `version` is the one on the screen when the draft began.
    Fields that were kept before and are not in `data` stay. Raises `InvalidInput`, `TooLarge`.
    """
    unknown = [name for name in data if name not in fields.by_name() and not _is_aspect(name)]
    if unknown:
        raise InvalidInput(fields=dict.fromkeys(unknown, "There is no field of this name."))
    if sum(map(len, data.values())) > _TEXT_MAX:
        message = f"At most {_TEXT_MAX:,} characters are kept."
        raise TooLarge(message)
    if not data:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _MERGE,
            {
                "id": EditDraft().pk,
                "owner": owner.pk,
                "listing": listing_id,
                "version": version,
                "data": json.dumps(dict(data)).replace("\\u0000", ""),
            },
        )


def draft_drop(*, owner: User, listing_id: uuid.UUID | None) -> None:
    """Throw away what was kept; nothing kept is fine."""
    rows = EditDraft.objects.filter(owner=owner)
    (rows.filter(listing_id=listing_id) if listing_id else rows.filter(listing=None)).delete()


def draft_forget(*, owner: User, listing_id: uuid.UUID, name: str) -> None:
    """Take out one field, because it was saved; the last one takes the draft with it."""
    with transaction.atomic():
        rows = EditDraft.objects.filter(owner=owner, listing_id=listing_id, data__has_key=name)
        row = rows.select_for_update().first()
        if row is None:
            return
        row.data.pop(name)
        if row.data:
            row.save(update_fields=["data", "updated_at"])
        else:
            row.delete()


def draft_take(*, owner: User, listing_id: uuid.UUID, actor: Actor) -> Listing:
    """Save all that was kept, on top of the version that was on the screen, and forget it.

    What others changed meanwhile is merged; where it collides `VersionConflict` says so and the
    draft stays. Raises `InvalidInput`, `NotFound`.
    """
    with transaction.atomic():
        row = EditDraft.objects.filter(owner=owner, listing_id=listing_id).first()
        listing = Listing.objects.filter(pk=listing_id).first()
        if row is None or listing is None:
            raise NotFound
        data: dict[str, object] = {
            name: text if text.strip() or name == "description" else None
            for name, text in row.data.items()
            if not _is_aspect(name)
        }
        aspects = {name: text for name, text in row.data.items() if _is_aspect(name)}
        if aspects:
            data[fields.ITEM_SPECIFICS] = {
                **listing.item_specifics,
                **{name.removeprefix(ASPECT): split(text) for name, text in aspects.items()},
            }
        saved, _ = listing_update_merged(
            listing_id=listing_id, data=data, version=row.version, actor=actor
        )
        row.delete()
    return saved


def listing_create_from_form(*, owner: User, data: Mapping[str, object], actor: Actor) -> Listing:
    """Make a listing and forget the draft of the new part: both or neither."""
    with transaction.atomic():
        listing = listing_create(data=data, actor=actor)
        draft_drop(owner=owner, listing_id=None)
    return listing


def split(text: str) -> list[str]:
    """The values of an aspect as one control holds them."""
    return [piece.strip() for piece in text.split("|") if piece.strip()]


def _is_aspect(name: str) -> bool:
    return name.startswith(ASPECT) and len(name) > len(ASPECT)
