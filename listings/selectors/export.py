"""Reading a whole search for an export: in steps, so that memory does not grow with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.db import connection

from listings.models import Listing, ListingSearch
from listings.selectors.search import SearchRequest, search_hits
from realtrack.core import registry

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from settings_app.models import User

_STEP = 500


def export_hits(request: SearchRequest, *, user: User) -> QuerySet[ListingSearch]:
    """All rows that the search finds, whatever their number, as the catalog finds them."""
    hits = search_hits(request, user=user)
    if not hits.is_fuzzy and hits.parsed.words and not hits.rows.exists():
        hits = search_hits(request, user=user, fuzzy=True)
    return hits.rows


def export_listings(rows: QuerySet[ListingSearch]) -> Iterator[Listing]:
    """The listings of these rows, oldest first. What goes meanwhile is left out."""
    last: uuid.UUID | None = None
    while True:
        step = rows.order_by("listing_id")
        if last is not None:
            step = step.filter(listing_id__gt=last)
        ids = list(step.values_list("listing_id", flat=True)[:_STEP])
        if not ids:
            return
        found = Listing.objects.in_bulk(ids)
        yield from (found[one] for one in ids if one in found)
        last = ids[-1]


def export_aspects(rows: QuerySet[ListingSearch]) -> list[str]:
    """Names of all aspects among these listings, in order of the alphabet."""
    listings = Listing.objects.filter(pk__in=rows.order_by().values("listing_id"))
    sql, params = listings.order_by().values("item_specifics").query.sql_with_params()
    with connection.cursor() as cursor:
        # The inner statement is the ORM's own, with its parameters beside it.
        cursor.execute(
            f"SELECT DISTINCT jsonb_object_keys(item_specifics) FROM ({sql}) AS found ORDER BY 1",  # noqa: S608
            params,
        )
        return [str(name) for (name,) in cursor.fetchall()]


def export_vehicles(
    listing_ids: Sequence[uuid.UUID],
) -> Mapping[uuid.UUID, Sequence[Mapping[str, str]]]:
    """Vehicles of listings from whoever keeps them."""
    found: dict[uuid.UUID, Sequence[Mapping[str, str]]] = {}
    for read in registry.export_vehicles.values():
        found.update(read(listing_ids))
    return found
