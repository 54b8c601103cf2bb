"""Tables of the catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models

from listings.models.columns import AspectColumns, OfferColumns, SafetyColumns, ShippingColumns
from listings.models.desk import CatalogPreference, EditDraft
from listings.models.import_file import ImportFile
from listings.models.import_preset import ImportPreset
from listings.models.listing import ItemColumns, LifeColumns, Listing, ListingQuerySet
from listings.models.merge import ListingMerge
from listings.models.pricing import RulePrice
from listings.models.proposal import ListingProposal
from listings.models.revision import ListingText, RevisionFields, text_hash
from listings.models.search import CatalogWord, FacetCount, ListingSearch, SavedSearch

if TYPE_CHECKING:

    class ListingRevision(
        RevisionFields,
        OfferColumns,
        ShippingColumns,
        AspectColumns,
        SafetyColumns,
        ItemColumns,
        LifeColumns,
    ):
        """What the table maker below makes, for the type checker."""

        id = models.UUIDField()
        history_id = models.UUIDField(primary_key=True)
        history_date = models.DateTimeField()
        history_change_reason = models.CharField(null=True)
        history_type = models.CharField(max_length=1)
        history_user_id = models.UUIDField(null=True)

        objects: ClassVar[models.Manager[ListingRevision]]

else:
    # Made by django-simple-history from the listing's columns.
    ListingRevision = Listing.history.model

__all__ = [
    "CatalogPreference",
    "CatalogWord",
    "EditDraft",
    "FacetCount",
    "ImportFile",
    "ImportPreset",
    "Listing",
    "ListingMerge",
    "ListingProposal",
    "ListingQuerySet",
    "ListingRevision",
    "ListingSearch",
    "ListingText",
    "RulePrice",
    "SavedSearch",
    "text_hash",
]
