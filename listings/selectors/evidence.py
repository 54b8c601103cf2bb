"""What a part lacks and its like, or a marketplace, know: values to take with one click."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from listings import fields
from listings.models import Listing
from realtrack.core import registry

if TYPE_CHECKING:
    from settings_app.models import User

# By the same number a part is the same thing; by the same type it only lies in the same shelf.
_BY_NUMBER = ("c_brand", "c_type", "category_id", "weight", "shipping_profile_name")
_BY_TYPE = ("category_id", "shipping_profile_name")
_SEEN = 50  # others that are looked at, newest first; more do not change what is usual
_SIDE = re.compile(r"\b(left|right|front|rear|upper|lower|inner|outer)\b", re.IGNORECASE)


def fixes_for(listing: Listing, *, user: User) -> dict[str, str]:
    """Values by field (placement as `aspect:…`) for what is empty.

    At most two queries; where none of ours says the category, a marketplace is asked for it, and
    its name comes as `category_name`.
    """
    found: dict[str, str] = {}
    others = Listing.objects.visible_to(user).exclude(pk=listing.pk).order_by("-created_at")
    if listing.mpn_normalised and _lacks(listing, _BY_NUMBER):
        _collect(found, listing, _BY_NUMBER, others.filter(mpn_normalised=listing.mpn_normalised))
    if listing.c_type and _lacks(listing, _BY_TYPE):
        _collect(found, listing, _BY_TYPE, others.filter(c_type=listing.c_type))
    if not listing.item_specifics.get(fields.PLACEMENT):
        sides = [match.capitalize() for match in _SIDE.findall(listing.title)]
        if sides:
            found[f"aspect:{fields.PLACEMENT}"] = "|".join(dict.fromkeys(sides))
    if not listing.category_id and "category_id" not in found:
        found |= _category(listing)
    return found


def _category(listing: Listing) -> dict[str, str]:
    """The first category that whoever knows a marketplace's tree proposes."""
    for propose in registry.category_proposers.values():
        for one in propose(listing.pk):
            return {"category_id": str(one["id"]), "category_name": str(one["name"])}
    return {}


def _lacks(listing: Listing, names: tuple[str, ...]) -> bool:
    return any(getattr(listing, name) in (None, "") for name in names)


def _collect(found: dict[str, str], listing: Listing, names: tuple[str, ...], rows: object) -> None:
    """Take the most usual value of each field that is empty here and found in no better place."""
    values = list(rows.values_list(*names)[:_SEEN])  # type: ignore[attr-defined]  # a queryset
    for position, name in enumerate(names):
        if getattr(listing, name) not in (None, "") or name in found:
            continue
        usual = Counter(row[position] for row in values if row[position] not in (None, ""))
        if usual:
            found[name] = str(usual.most_common(1)[0][0])
