"""What the catalog keeps for one person."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from listings.models import CatalogPreference, EditDraft

if TYPE_CHECKING:
    from settings_app.models import User


def catalog_preference(user: User) -> CatalogPreference:
    """How this person's catalog looks; the defaults, unsaved, where nothing was chosen."""
    return CatalogPreference.objects.filter(user=user).first() or CatalogPreference(user=user)


def draft_of(user: User, listing_id: uuid.UUID | None) -> EditDraft | None:
    """What this person typed and did not save on this part, or on the page of a new one."""
    rows = EditDraft.objects.filter(owner=user)
    return (rows.filter(listing_id=listing_id) if listing_id else rows.filter(listing=None)).first()
