"""Reading listings, their revisions and proposals."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from listings.enums import ProposalState
from listings.models import Listing, ListingProposal, ListingRevision, SavedSearch
from listings.part_numbers import normalise
from realtrack.core.errors import NotAllowed, NotFound
from realtrack.core.selectors import run_check_steerable, run_get

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from listings.models import ListingQuerySet
    from settings_app.models import User


def listing_get(listing_id: uuid.UUID, *, user: User) -> Listing:
    """A live listing that this user may see; raises `NotFound`."""
    listing = Listing.objects.visible_to(user).filter(pk=listing_id).first()
    if listing is None:
        raise NotFound
    return listing


def listing_get_any(listing_id: uuid.UUID, *, user: User) -> Listing:
    """As `listing_get`, but also out of the trash."""
    listing = Listing.all_objects.visible_to(user).filter(pk=listing_id).first()
    if listing is None:
        raise NotFound
    return listing


def listings_in_order(ids: Sequence[uuid.UUID]) -> list[Listing]:
    """Listings in the order of `ids`; those that went meanwhile are left out."""
    found = Listing.objects.in_bulk(list(ids))
    return [found[one] for one in ids if one in found]


def visible_ids(ids: Sequence[uuid.UUID], *, user: User) -> list[uuid.UUID]:
    """Those of `ids` that this user may see."""
    rows = Listing.all_objects.visible_to(user).filter(pk__in=ids)
    return list(rows.values_list("pk", flat=True))


def listing_trash(*, user: User) -> ListingQuerySet:
    """What lies in the trash, last thrown away first."""
    rows = Listing.all_objects.visible_to(user).filter(deleted_at__isnull=False)
    return rows.order_by("-deleted_at", "-pk")


def revisions_of(listing_id: uuid.UUID) -> QuerySet[ListingRevision]:
    """Revisions of a listing, newest first."""
    return ListingRevision.objects.filter(id=listing_id).order_by("-version")


def revision_get(listing_id: uuid.UUID, version: int) -> ListingRevision:
    """One revision; raises `NotFound`."""
    revision = revisions_of(listing_id).filter(version=version).first()
    if revision is None:
        message = "There is no such version of this listing."
        raise NotFound(message)
    return revision


def proposals_open(listing_id: uuid.UUID) -> QuerySet[ListingProposal]:
    """Proposals that wait for a person, newest first."""
    return ListingProposal.objects.filter(listing_id=listing_id, state=ProposalState.OPEN)


def proposal_get(proposal_id: uuid.UUID, *, user: User) -> ListingProposal:
    """A proposal of a listing that this user may see; raises `NotFound`."""
    visible = Listing.all_objects.visible_to(user).values("pk")
    found = ListingProposal.objects.filter(pk=proposal_id, listing_id__in=visible).first()
    if found is None:
        raise NotFound
    return found


def saved_searches(*, user: User) -> QuerySet[SavedSearch]:
    """The user's own and the shared ones, by name."""
    own = SavedSearch.objects.filter(owner=user)
    return (own | SavedSearch.objects.filter(is_shared=True)).order_by("name")


def same_number(listing: Listing, *, user: User, limit: int = 5) -> list[Listing]:
    """Other parts with the same part number, newest first."""
    if not listing.mpn_normalised:
        return []
    rows = Listing.objects.visible_to(user).filter(mpn_normalised=listing.mpn_normalised)
    return list(rows.exclude(pk=listing.pk).order_by("-created_at")[:limit])


def sku_taken(sku: str, *, user: User) -> Listing | None:
    """The live listing that has this SKU already, whatever its case, if this user may see it."""
    if not sku.strip():
        return None
    rows = Listing.objects.visible_to(user).filter(custom_label_sku__iexact=sku.strip())
    return rows.first()


def parts_with_number(number: str, *, user: User, limit: int = 5) -> list[Listing]:
    """Live parts with this part number, whatever its separators, newest first."""
    bare = normalise(number)
    if not bare:
        return []
    rows = Listing.objects.visible_to(user).filter(mpn_normalised=bare)
    return list(rows.order_by("-created_at")[:limit])


def bulk_run_check(run_id: uuid.UUID, *, user: User) -> None:
    """Raise unless this user may take the run back: started it or may steer others' runs, and sees
    every part that it changed. Raises `NotFound`, `NotAllowed`.
    """
    run = run_get(run_id)
    if run is None:
        raise NotFound
    run_check_steerable(run, user)
    ids = [
        uuid.UUID(text)
        for text in run.items.exclude(target_id="").values_list("target_id", flat=True)
    ]
    seen = Listing.all_objects.visible_to(user).filter(pk__in=ids).count()
    gone = len(ids) - Listing.all_objects.filter(pk__in=ids).count()
    if seen + gone < len(ids):
        message = "Some parts of this run belong to a team that you are not in."
        raise NotAllowed(message)


def shipping_profile_uses(name: str) -> int:
    """Return how many live listings ship by the profile of this name."""
    return Listing.objects.filter(shipping_profile_name=name).count()
