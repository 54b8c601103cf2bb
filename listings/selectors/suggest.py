"""Search as you type: parts, brands, part types and filters that begin so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from listings.models import Listing
from listings.part_numbers import normalise
from listings.selectors.facets import values_beginning
from listings.selectors.filters import more_filter_names
from listings.selectors.query import FILTERS
from listings.selectors.search import SearchRequest, listing_search

if TYPE_CHECKING:
    from settings_app.models import User

_EACH = 5
_SHORTEST = 2
_RANKED = 300  # hits that are ranked for five lines; the newest, where there are more


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
        found += [
            *_values("brand", typed, user),
            *_values("type", typed, user),
            *_parts(typed, user),
        ]
    return found


def _filters(start: str) -> list[Suggestion]:
    known = {**FILTERS, **{key: (key.capitalize(), f"{key}:") for key in more_filter_names()}}
    return [
        Suggestion(kind="filter", value=f"{key}:", label=label, detail=example)
        for key, (label, example) in known.items()
        if key.startswith(start.casefold())
    ][:_EACH]


def _values(kind: str, typed: str, user: User) -> list[Suggestion]:
    return [
        Suggestion(kind=kind, value=_token(kind, one.value), label=one.label, count=one.count)
        for one in values_beginning(kind, typed, user=user, limit=_EACH)
    ]


def _parts(typed: str, user: User) -> list[Suggestion]:
    page = listing_search(SearchRequest(text=typed, limit=_EACH, rank_among=_RANKED), user=user)
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
