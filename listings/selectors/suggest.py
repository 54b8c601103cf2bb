"""Search as you type: parts, brands, part types and filters that begin so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count

from listings.part_numbers import normalise
from listings.selectors.filters import more_filter_names
from listings.selectors.query import FILTERS
from listings.selectors.search import SearchRequest, listing_search, visible_rows

if TYPE_CHECKING:
    from settings_app.models import User

_EACH = 5
_SHORTEST = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One line below the search field; `value` is what choosing it puts into the field."""

    kind: str
    value: str
    label: str
    detail: str = ""
    count: int | None = None
    listing_id: str | None = None


def listing_suggest(text: str, *, user: User) -> list[Suggestion]:
    """At most five of each kind; filters from the first letter, parts from the second."""
    typed = text.strip()
    if not typed:
        return []
    last = typed.split()[-1]
    found = _filters(last)
    if len(typed) >= _SHORTEST:
        found += [*_brands(typed, user), *_types(typed, user), *_parts(typed, user)]
    return found


def _filters(start: str) -> list[Suggestion]:
    known = {**FILTERS, **{key: (key.capitalize(), f"{key}:") for key in more_filter_names()}}
    return [
        Suggestion(kind="filter", value=f"{key}:", label=label, detail=example)
        for key, (label, example) in known.items()
        if key.startswith(start.casefold())
    ][:_EACH]


def _brands(typed: str, user: User) -> list[Suggestion]:
    rows = (
        visible_rows(user)
        .filter(brand__istartswith=typed)
        .order_by()
        .values_list("brand")
        .annotate(n=Count("pk"))
        .order_by("-n", "brand")[:_EACH]
    )
    return [
        Suggestion(kind="brand", value=_token("brand", brand), label=brand, count=count)
        for brand, count in rows
    ]


def _types(typed: str, user: User) -> list[Suggestion]:
    rows = (
        visible_rows(user)
        .filter(part_type__istartswith=typed)
        .order_by()
        .values_list("part_type")
        .annotate(n=Count("pk"))
        .order_by("-n", "part_type")[:_EACH]
    )
    return [
        Suggestion(kind="type", value=_token("type", name), label=name, count=count)
        for name, count in rows
    ]


def _parts(typed: str, user: User) -> list[Suggestion]:
    page = listing_search(SearchRequest(text=typed, limit=_EACH), user=user)
    from listings.models import Listing

    titles = dict(Listing.objects.filter(pk__in=page.ids).values_list("pk", "title"))
    number = normalise(typed)
    return [
        Suggestion(
            kind="listing",
            value=row.sku_key.upper(),
            label=titles.get(row.listing_id, "") or row.sku_key.upper(),
            detail=next((n for n in row.numbers if number and n.startswith(number)), ""),
            listing_id=str(row.listing_id),
        )
        for row in page.rows
    ]


def _token(key: str, value: str) -> str:
    return f'{key}:"{value}"' if " " in value or "," in value else f"{key}:{value}"
