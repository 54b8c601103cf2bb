"""Where merged listings went."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from listings.models import Listing, ListingMerge
from realtrack.core.errors import NotAllowed, NotFound
from realtrack.core.rights import Right, user_can
from settings_app.models import User

_STEPS_MAX = 20  # a part that was kept may be merged away later; no chain is that long by hand


def merge_of(listing_id: uuid.UUID) -> ListingMerge | None:
    """The merge by which this listing went into another, with the kept one; None where it did not.

    One that was taken back does not count.
    """
    rows = ListingMerge.objects.filter(gone_id=listing_id, undone_at__isnull=True)
    return rows.select_related("kept").first()


def merges_into(listing_id: uuid.UUID) -> list[ListingMerge]:
    """Merges that this listing was kept in, newest first, with those that went."""
    rows = ListingMerge.objects.filter(kept_id=listing_id, undone_at__isnull=True)
    return list(rows.select_related("gone"))


def merged_into(listing_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Where each of these that was merged away is now, over several merges; others are left out."""
    ends = {one: one for one in listing_ids}
    for _ in range(_STEPS_MAX):
        rows = ListingMerge.objects.filter(gone_id__in=set(ends.values()), undone_at__isnull=True)
        moves = dict(rows.values_list("gone_id", "kept_id"))
        if not moves:
            break
        ends = {one: moves.get(end, end) for one, end in ends.items()}
    return {one: end for one, end in ends.items() if one != end}


def merge_check_allowed(user: User) -> None:
    """A merge edits both parts and moves stock: raises `NotAllowed` without either right."""
    if not may_merge(user):
        message = "Your role does not merge parts."
        raise NotAllowed(message)


def may_merge(user: User) -> bool:
    """Whether this person may make two parts one."""
    return all(user_can(user, right) for right in (Right.LISTINGS_EDIT, Right.INVENTORY_ADJUST))


def merge_get(merge_id: uuid.UUID, *, user: User) -> ListingMerge:
    """A merge whose two listings this user may see; raises `NotFound`."""
    visible = Listing.all_objects.visible_to(user).values("pk")
    found = ListingMerge.objects.filter(
        pk=merge_id, kept_id__in=visible, gone_id__in=visible
    ).first()
    if found is None:
        raise NotFound
    return found
