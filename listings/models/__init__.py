"""Tables of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from listings.models.listing import Listing, ListingQuerySet
from listings.models.proposal import ListingProposal
from listings.models.revision import ListingText, RevisionFields, text_hash
from listings.models.search import ListingSearch, SavedSearch

if TYPE_CHECKING:
    ListingRevision = RevisionFields
else:
    # Made by django-simple-history from the listing's columns.
    ListingRevision = Listing.history.model

__all__ = [
    "Listing",
    "ListingProposal",
    "ListingQuerySet",
    "ListingRevision",
    "ListingSearch",
    "ListingText",
    "RevisionFields",
    "SavedSearch",
    "text_hash",
]
