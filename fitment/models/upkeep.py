"""What keeps the vehicle data right: findings of the checks, merges with their undo, shared sets."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from typing_extensions import override

from fitment.enums import FindingKind, MergeKind
from fitment.models.part import PartFitment
from fitment.models.reference import (
    FitmentEngine,
    FitmentMake,
    FitmentModel,
    FitmentSubmodel,
)
from realtrack.core.models import UuidModel


class FitmentFinding(UuidModel):
    """Something that a check found; a person mends it or says that it is right as it is.

    `other` is the second fitment of a pair. Found again, what was called right stays so.
    """

    kind = models.CharField(max_length=12, choices=FindingKind.choices)
    listing = models.ForeignKey(
        "listings.Listing", on_delete=models.CASCADE, related_name="fitment_findings"
    )
    fitment = models.ForeignKey(PartFitment, on_delete=models.CASCADE, null=True, related_name="+")
    other = models.ForeignKey(PartFitment, on_delete=models.CASCADE, null=True, related_name="+")
    detail = models.CharField(max_length=300, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fitment_findings"
        ordering = ("kind", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("listing", "kind", "fitment", "other"),
                nulls_distinct=False,
                name="fitment_finding_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=("kind", "id"),
                condition=models.Q(accepted_at__isnull=True),
                name="fitment_finding_open",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.listing_id}"


class FitmentMerge(UuidModel):
    """Two makes, models, engines or submodels that became one; `undone_at` when taken back."""

    kind = models.CharField(max_length=10, choices=MergeKind.choices)
    gone_id = models.UUIDField()
    kept_id = models.UUIDField()
    gone_label = models.CharField(max_length=220)
    kept_label = models.CharField(max_length=220)
    fitment_count = models.PositiveIntegerField(default=0)
    alias_id = models.UUIDField(null=True, help_text="The alias that the merge made")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "fitment_merges"
        ordering = ("-created_at",)

    @override
    def __str__(self) -> str:
        return f"{self.gone_label} into {self.kept_label}"


class FitmentMergeRow(models.Model):
    """A row that a merge touched, as it was: `before` holds its columns, so that an undo is exact."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(FitmentMerge, on_delete=models.CASCADE, related_name="rows")
    row_table = models.CharField(max_length=40)
    row_id = models.UUIDField()
    before = models.JSONField()
    is_dropped = models.BooleanField(default=False)

    class Meta:
        db_table = "fitment_merge_rows"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=("merge", "row_table"), name="fitment_merge_table"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.row_table} {self.row_id}"


class FitmentSet(UuidModel):
    """A list of vehicles that several listings share: edited once, applied to all."""

    name = models.CharField(max_length=120, unique=True)

    class Meta:
        db_table = "fitment_sets"
        ordering = ("name",)

    @override
    def __str__(self) -> str:
        return self.name


class FitmentSetVehicle(UuidModel):
    """A vehicle of a set; empty submodel or engine means every one."""

    fitment_set = models.ForeignKey(FitmentSet, on_delete=models.CASCADE, related_name="vehicles")
    make = models.ForeignKey(FitmentMake, on_delete=models.PROTECT, related_name="+")
    model = models.ForeignKey(FitmentModel, on_delete=models.PROTECT, related_name="+")
    submodel = models.ForeignKey(
        FitmentSubmodel, on_delete=models.PROTECT, null=True, related_name="+"
    )
    engine = models.ForeignKey(FitmentEngine, on_delete=models.PROTECT, null=True, related_name="+")
    year_start = models.PositiveSmallIntegerField()
    year_end = models.PositiveSmallIntegerField()
    notes = models.TextField(blank=True)

    class Meta:
        db_table = "fitment_set_vehicles"
        ordering = ("make__name", "model__name", "year_start", "pk")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("fitment_set", "model", "submodel", "engine", "year_start", "year_end"),
                nulls_distinct=False,
                name="fitment_set_vehicle_once",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.year_start}-{self.year_end} {self.model_id}"


class FitmentSetUse(models.Model):
    """A listing that has a set."""

    id = models.BigAutoField(primary_key=True)
    fitment_set = models.ForeignKey(FitmentSet, on_delete=models.CASCADE, related_name="uses")
    listing = models.ForeignKey(
        "listings.Listing", on_delete=models.CASCADE, related_name="fitment_sets"
    )

    class Meta:
        db_table = "fitment_set_uses"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("fitment_set", "listing"), name="fitment_set_use_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.fitment_set_id} {self.listing_id}"
