"""Every read of the catalog that is more than one row by its key."""

from __future__ import annotations

from listings.selectors.facets import Facet, FacetValue, facets_come_later, listing_facets
from listings.selectors.listing import (
    bulk_run_check,
    listing_get,
    listing_get_any,
    listing_trash,
    listings_in_order,
    parts_with_number,
    proposal_get,
    proposals_open,
    revision_get,
    revisions_of,
    same_number,
    saved_searches,
    sku_taken,
    visible_ids,
)
from listings.selectors.merging import (
    may_merge,
    merge_check_allowed,
    merge_get,
    merge_of,
    merged_into,
    merges_into,
)
from listings.selectors.search import SORTS, SearchPage, SearchRequest, listing_search
from listings.selectors.suggest import Suggestion, listing_suggest

__all__ = [
    "SORTS",
    "Facet",
    "FacetValue",
    "SearchPage",
    "SearchRequest",
    "Suggestion",
    "bulk_run_check",
    "facets_come_later",
    "listing_facets",
    "listing_get",
    "listing_get_any",
    "listing_search",
    "listing_suggest",
    "listing_trash",
    "listings_in_order",
    "may_merge",
    "merge_check_allowed",
    "merge_get",
    "merge_of",
    "merged_into",
    "merges_into",
    "parts_with_number",
    "proposal_get",
    "proposals_open",
    "revision_get",
    "revisions_of",
    "same_number",
    "saved_searches",
    "sku_taken",
    "visible_ids",
]
