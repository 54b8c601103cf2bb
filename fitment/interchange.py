"""Reads of interchange: which numbers stand for a number, and whose vehicles hold for it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from fitment.models import InterchangeChange, InterchangeGroup, InterchangeNumber
from listings.models import Listing
from listings.part_numbers import normalise
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from settings_app.models import User

# Numbers that a search takes besides the typed one; more of a family nobody looks through.
_SEARCH_MAX = 60


def _families(key: str) -> dict[uuid.UUID, list[InterchangeNumber]]:
    """Return the groups that hold a number, whole; one query."""
    rows = InterchangeNumber.objects.filter(
        group__in=InterchangeNumber.objects.filter(number_key=key).values("group_id")
    ).order_by("number_key", "pk")
    found: dict[uuid.UUID, list[InterchangeNumber]] = defaultdict(list)
    for row in rows:
        found[row.group_id].append(row)
    return found


def _followed(
    row: InterchangeNumber, by_id: Mapping[uuid.UUID, InterchangeNumber]
) -> set[uuid.UUID]:
    """The numbers that replace this one, one after the other."""
    found: set[uuid.UUID] = set()
    at = row.replaced_by_id
    while at is not None and at in by_id and at not in found:
        found.add(at)
        at = by_id[at].replaced_by_id
    return found


def standing_in(
    row: InterchangeNumber, family: Sequence[InterchangeNumber]
) -> list[InterchangeNumber]:
    """Return which numbers of its family fit in the place of `row`: who asks for it is shown these.

    A replaced number stands in for nobody: it is found by itself alone.
    """
    followed = _followed(row, {one.pk: one for one in family})
    return [
        one
        for one in family
        if one.pk != row.pk and (one.replaced_by_id is None or one.pk in followed)
    ]


def lending(row: InterchangeNumber, family: Sequence[InterchangeNumber]) -> list[InterchangeNumber]:
    """Return the numbers whose vehicles `row` fits too: those in whose place it fits."""
    return [one for one in family if one.pk != row.pk and row in standing_in(one, family)]


def numbers_equal(number: str) -> tuple[str, ...]:
    """Return the bare numbers that a search for `number` finds besides it; for the registry."""
    key = normalise(number)
    found = {
        one.number_key
        for family in _families(key).values()
        for row in family
        if row.number_key == key
        for one in standing_in(row, family)
    }
    return tuple(sorted(found - {key})[:_SEARCH_MAX]) if key else ()


def _meant(row: InterchangeNumber, brand: str) -> bool:
    return not row.brand_key or not brand.strip() or row.brand_key == brand.strip().casefold()


def lending_parts(listing: Listing) -> QuerySet[Listing]:
    """Return the other parts whose verified vehicles hold for this one, those of all people.

    They have the same number, or one in whose place its own fits; of an equal with a brand, only
    that brand's parts. None where it has no number.
    """
    if not listing.mpn_normalised:
        return Listing.objects.none()
    return Listing.objects.filter(_lenders(listing.mpn_normalised, listing.c_brand)).exclude(
        pk=listing.pk
    )


def _lenders(number_key: str, brand: str) -> Q:
    condition = Q(mpn_normalised=number_key)
    numbers = {
        (one.number_key, one.brand_key)
        for family in _families(number_key).values()
        for row in family
        if row.number_key == number_key and _meant(row, brand)
        for one in lending(row, family)
    }
    for key, brand_key in sorted(numbers):
        of_number = Q(mpn_normalised=key)
        if brand_key:
            of_number &= Q(c_brand="") | Q(c_brand__iexact=brand_key)
        condition |= of_number
    return condition


def groups_list(*, q: str = "") -> QuerySet[InterchangeGroup]:
    """Return groups by label, or those with a number or label that begins like `q`."""
    found = InterchangeGroup.objects.annotate(number_count=Count("numbers")).order_by("label", "pk")
    if not q.strip():
        return found
    key = normalise(q)
    by_number = InterchangeNumber.objects.filter(number_key__startswith=key).values("group_id")
    named = Q(label__istartswith=q.strip())
    return found.filter(named | Q(pk__in=by_number) if key else named)


def group_get(group_id: uuid.UUID) -> InterchangeGroup:
    """Return a group; raises NotFound."""
    found = InterchangeGroup.objects.filter(pk=group_id).first()
    if found is None:
        raise NotFound("There is no such group.")
    return found


def changes_list() -> QuerySet[InterchangeChange]:
    """Return what was changed, newest first, without the groups themselves."""
    return InterchangeChange.objects.select_related("by").defer("before", "after", "refused")


def parts_by_number(numbers: Iterable[InterchangeNumber], *, user: User) -> dict[str, int]:
    """Return how many parts that this person may see have each of the numbers, by bare number."""
    keys = {one.number_key for one in numbers}
    rows = (
        Listing.objects.visible_to(user)
        .filter(mpn_normalised__in=keys)
        .order_by()
        .values("mpn_normalised")
        .annotate(count=Count("pk"))
    )
    return {str(row["mpn_normalised"]): int(row["count"]) for row in rows}
