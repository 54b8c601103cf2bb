"""What people keep while they work: who verifies which part now, and the vehicles that they look for."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from typing_extensions import override

from fitment.models.reference import FitmentEngine, FitmentMake, FitmentModel
from realtrack.core.models import UuidModel


class FitmentClaim(models.Model):
    """A part of the verification queue that one person has before him; it ends by itself."""

    listing = models.OneToOneField(
        "listings.Listing", on_delete=models.CASCADE, primary_key=True, related_name="fitment_claim"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()

    class Meta:
        db_table = "fitment_claims"

    @override
    def __str__(self) -> str:
        return f"{self.listing_id} by {self.by_id}"


class GarageVehicle(UuidModel):
    """A vehicle that a person looks for again and again; `uses` counts how often."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="garage"
    )
    make = models.ForeignKey(FitmentMake, on_delete=models.CASCADE, related_name="+")
    model = models.ForeignKey(FitmentModel, on_delete=models.CASCADE, related_name="+")
    year = models.PositiveSmallIntegerField()
    engine = models.ForeignKey(
        FitmentEngine, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    uses = models.PositiveIntegerField(default=1)
    used_at = models.DateTimeField()

    class Meta:
        db_table = "fitment_garage"
        ordering = ("-uses", "-used_at")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("user", "model", "year", "engine"),
                nulls_distinct=False,
                name="fitment_garage_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.year} {self.model_id}"


class MarketVehicleList(UuidModel):
    """The customer's own list of a marketplace's vehicles, for one site; private to this customer.

    The newest that was read whole counts (`is_current`); an older one is deleted with its rows.
    """

    site = models.CharField(max_length=20)
    name = models.CharField(max_length=255)
    row_count = models.PositiveIntegerField(default=0)
    refused_count = models.PositiveIntegerField(default=0)
    refused = models.JSONField(
        default=list, help_text="The first rows that say no vehicle, and why"
    )
    is_current = models.BooleanField(default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        db_table = "fitment_market_lists"
        ordering = ("site", "-created_at")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("site",),
                condition=models.Q(is_current=True),
                name="fitment_market_list_current",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.site} {self.name}"


class MarketVehicle(models.Model):
    """A row of such a list. The keys are letters and digits of the names, never likenesses."""

    id = models.BigAutoField(primary_key=True)
    of_list = models.ForeignKey(
        MarketVehicleList, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    make = models.CharField(max_length=100)
    model = models.CharField(max_length=150)
    year = models.PositiveSmallIntegerField()
    trim = models.CharField(max_length=200, blank=True)
    engine = models.CharField(max_length=200, blank=True)
    make_key = models.CharField(max_length=100)
    model_key = models.CharField(max_length=150)

    class Meta:
        db_table = "fitment_market_vehicles"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=("of_list", "make_key", "model_key", "year"), name="fitment_market_vehicle"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.year} {self.make} {self.model}"
