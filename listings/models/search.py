"""What lists and search read: narrow, one row per listing, each value kept by who owns it."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Upper

from listings.models.listing import Listing
from realtrack.core.models import UuidModel


class ListingSearch(models.Model):
    """Words and numbers from `listings`, stock and bins from `inventory`, states from channels.

    `document` holds the words (title, brand, numbers weigh A; description C). `words` is the
    unaccented lower-case text whose words `CatalogWord` keeps. Triggers carry each change into
    `FacetCount`.
    """

    listing = models.OneToOneField(
        Listing, on_delete=models.CASCADE, primary_key=True, related_name="search"
    )
    is_live = models.BooleanField(default=True)
    document = SearchVectorField(null=True)
    words = models.TextField(default="")
    title_key = models.CharField(max_length=160, default="")
    sku_key = models.CharField(max_length=50, default="")
    numbers = ArrayField(models.TextField(), default=list)
    brand = models.CharField(max_length=65, default="")
    part_type = models.CharField(max_length=65, default="")
    category_id = models.CharField(max_length=10, default="")
    condition_id = models.CharField(max_length=4, default="")
    status = models.CharField(max_length=20)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    health = models.PositiveSmallIntegerField(default=0)
    stock_total = models.IntegerField(default=0)
    stock_free = models.IntegerField(default=0)
    photo_count = models.PositiveSmallIntegerField(default=0)
    photo_url = models.TextField(default="")
    channel_states = models.JSONField(default=dict)
    bins = ArrayField(models.TextField(), default=list)
    donor_id = models.UUIDField(null=True)
    team_id = models.UUIDField(null=True)
    vehicle_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "listing_search"
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["document"], name="idx_search_document"),
            GinIndex(fields=["numbers"], name="idx_search_numbers"),
            GinIndex(fields=["bins"], name="idx_search_bins"),
            GinIndex(fields=["channel_states"], name="idx_search_channels"),
            models.Index(
                fields=["-created_at", "-listing"],
                condition=Q(is_live=True),
                name="idx_search_newest",
            ),
            models.Index(
                Coalesce("price", Value(Decimal(0))),
                "listing",
                condition=Q(is_live=True),
                name="idx_search_price",
            ),
            models.Index(
                fields=["stock_free", "listing"],
                condition=Q(is_live=True),
                name="idx_search_stock",
            ),
            models.Index(
                fields=["health", "listing"], condition=Q(is_live=True), name="idx_search_health"
            ),
            models.Index(
                fields=["status", "-created_at"],
                condition=Q(is_live=True),
                name="idx_search_status",
            ),
            models.Index(
                Upper("brand"),
                F("created_at").desc(),
                F("listing").desc(),
                condition=Q(is_live=True),
                name="idx_search_brand_newest",
            ),
            models.Index(
                Upper("part_type"),
                F("created_at").desc(),
                F("listing").desc(),
                condition=Q(is_live=True),
                name="idx_search_type_newest",
            ),
        ]

    def __str__(self) -> str:
        return self.sku_key


class FacetCount(models.Model):
    """How many live parts of a team have a facet's value: the sum of the rows, exact at any time.

    Triggers on `listing_search` only add rows (so that no two writers wait for one another);
    `facets_fold` makes one row of many.
    """

    team_id = models.UUIDField(null=True)
    facet = models.CharField(max_length=20)
    value = models.TextField()
    number = models.BigIntegerField()

    class Meta:
        db_table = "listing_facet_counts"

    def __str__(self) -> str:
        return f"{self.facet}={self.value}: {self.number}"


class CatalogWord(models.Model):
    """A word that stands in some title, brand or part type: what a misspelled one may have meant."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        db_table = "listing_words"
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="idx_listing_words_close"),
        ]

    def __str__(self) -> str:
        return self.word


class SavedSearch(UuidModel):
    """A search by name: the catalog's query string, of one person, shared or not."""

    owner = models.ForeignKey(
        "settings_app.User", on_delete=models.CASCADE, related_name="saved_searches"
    )
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True, default="")
    is_shared = models.BooleanField(default=False)

    class Meta:
        db_table = "saved_searches"
        ordering: ClassVar[list[str]] = ["name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner", "name"], name="uniq_saved_search_name"),
        ]

    def __str__(self) -> str:
        return self.name
