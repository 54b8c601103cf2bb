"""One hit as the table and the cards show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from listings import selectors
from listings.enums import CatalogDensity
from listings.selectors.desk import catalog_preference
from listings.web import columns
from realtrack.core import registry
from realtrack.core.rights import Right, user_can

if TYPE_CHECKING:
    from listings.models import Listing, ListingSearch
    from listings.selectors import SearchPage
    from settings_app.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A hit with what the table shows of it."""

    listing: Listing
    search: ListingSearch

    @property
    def reserved(self) -> int:
        """What of the stock is held for orders."""
        return max(0, self.search.stock_total - self.search.stock_free)

    @property
    def bin(self) -> str:
        """The place codes, one after another."""
        return ", ".join(self.search.bins)

    @property
    def channels(self) -> list[tuple[str, str]]:
        """Channel and state; the two that everyone has are always shown."""
        known = dict.fromkeys(("ebay", "shopify"), "none") | self.search.channel_states
        return sorted(known.items())

    @property
    def tone(self) -> str:
        """The row's state as a class."""
        if "err" in self.search.channel_states.values():
            return "bad"
        return "gone" if self.listing.status in {"sold", "archived"} else ""


def rows_of(page: SearchPage) -> list[Row]:
    """Hits with their listings, in order."""
    searches = {row.listing_id: row for row in page.rows}
    listings = selectors.listings_in_order(page.ids)
    return [Row(listing=one, search=searches[one.pk]) for one in listings]


def look_of(user: User) -> dict[str, object]:
    """What a row needs beside its part: columns, density, view, and what may be edited in it."""
    preference = catalog_preference(user)
    can_edit = user_can(user, Right.LISTINGS_EDIT)
    can_place = can_edit and user_can(user, Right.INVENTORY_ADJUST)
    shown: Sequence[columns.CatalogColumn] = columns.chosen(preference)
    return {
        "columns": [column.key for column in shown],
        "head": columns.head(preference),
        "table_class": "cat tight" if preference.density == CatalogDensity.TIGHT else "cat",
        "is_tight": preference.density == CatalogDensity.TIGHT,
        "view": preference.view,
        "can_edit": can_edit,
        "can_count": can_place,
        "can_place": can_place and bool(registry.place_writers.values()),
    }
