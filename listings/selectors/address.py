"""The catalog's address as a search: what stands in the URL is the whole state of the list."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.http import QueryDict

from listings.selectors.filters import more_filter_names
from listings.selectors.query import FILTERS
from listings.selectors.search import SORTS, SearchRequest, listing_search

if TYPE_CHECKING:
    from settings_app.models import User

PAGE = 50
# `?page=n.50.<cursor>`: the rows after a cursor, the first of them the 51st; `p.` those before it.
NEXT, PREVIOUS = "n", "p"
_CHUNK = 200  # ids a query when all hits are collected


def search_of(query: QueryDict) -> SearchRequest:
    """The search that an address asks for; what it does not know is left aside."""
    known = {*FILTERS, *more_filter_names()}
    given = {key: query.getlist(key) for key in query if key in known}
    sort = query.get("sort", "")
    direction, _, cursor = paging(query)
    return SearchRequest(
        text=query.get("q", ""),
        filters={key: [one for one in values if one] for key, values in given.items()},
        sort=sort if sort in SORTS else "",
        limit=PAGE,
        cursor=cursor if direction == NEXT else "",
        before=cursor if direction == PREVIOUS else "",
    )


def paging(query: QueryDict) -> tuple[str, int, str]:
    """Direction, number of the first row and cursor of an address."""
    direction, _, rest = query.get("page", "").partition(".")
    number, _, cursor = rest.partition(".")
    if direction not in {NEXT, PREVIOUS} or not number.isdigit() or len(number) > len("1000000"):
        return "", 0, ""
    return direction, int(number), cursor


def ids_of_address(query: str, *, user: User, limit: int) -> list[uuid.UUID]:
    """Every hit of the list at this address, whatever its page: up to `limit` and one more."""
    search = search_of(QueryDict(query))
    found: list[uuid.UUID] = []
    cursor = ""
    while len(found) <= limit:
        page = listing_search(
            SearchRequest(
                text=search.text,
                filters=search.filters,
                sort="newest",
                limit=_CHUNK,
                cursor=cursor,
            ),
            user=user,
        )
        found.extend(page.ids)
        cursor = page.next_cursor
        if not cursor:
            break
    return found[: limit + 1]
