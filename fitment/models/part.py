"""Which vehicles a listing's part fits."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from typing_extensions import override

from fitment.enums import FitmentSource
from fitment.models.reference import (
    YEAR_MAX,
    YEAR_MIN,
    FitmentEngine,
    FitmentMake,
    FitmentModel,
    FitmentSubmodel,
)
from realtrack.core.models import UuidModel

# A part that fits one model for longer than this is a slip of the keyboard.
SPAN_MAX = 50


class LiveFitments(models.Manager["PartFitment"]):
    """Rows that were not rejected."""

    @override
    def get_queryset(self) -> models.QuerySet[PartFitment]:
        return super().get_queryset().filter(rejected_at__isnull=True)


class PartFitment(UuidModel):
    """A listing fits a vehicle in a range of years.

    Empty submodel or engine means every one. A row that a person rejected stays, marked, so that no
    machine proposes it again; `objects` hides it.
    """

    listing = models.ForeignKey(
        "listings.Listing", on_delete=models.CASCADE, related_name="fitments"
    )
    make = models.ForeignKey(FitmentMake, on_delete=models.PROTECT, related_name="fitments")
    model = models.ForeignKey(FitmentModel, on_delete=models.PROTECT, related_name="fitments")
    submodel = models.ForeignKey(
        FitmentSubmodel,
        on_delete=models.PROTECT,
        related_name="fitments",
        null=True,
        blank=True,
    )
    year_start = models.PositiveSmallIntegerField()
    year_end = models.PositiveSmallIntegerField()
    engine = models.ForeignKey(
        FitmentEngine,
        on_delete=models.PROTECT,
        related_name="fitments",
        null=True,
        blank=True,
    )

    part_type = models.CharField(max_length=120, blank=True)
    position = models.CharField(max_length=60, blank=True)
    quantity = models.PositiveSmallIntegerField(null=True, blank=True)
    drive = models.CharField(max_length=40, blank=True)
    transmission = models.CharField(max_length=40, blank=True)
    body = models.CharField(max_length=40, blank=True)
    qualifiers = models.JSONField(
        default=list, blank=True, help_text='[{"kind": "trim", "text": "Denali"}]'
    )
    notes = models.TextField(blank=True)
    detail_key = models.CharField(
        max_length=32,
        blank=True,
        default="",
        db_default="",
        help_text="Tells rows of one vehicle apart that differ in position or qualifiers",
    )

    source = models.CharField(max_length=10, choices=FitmentSource.choices)
    confidence = models.FloatField(null=True, blank=True, help_text="0 to 1, machines only")
    evidence = models.JSONField(
        default=dict,
        blank=True,
        help_text="The words, number or file that the row rests on",
    )
    verified = models.BooleanField(default=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    verified_at = models.DateTimeField(null=True, blank=True)
    rejected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        related_name="+",
        null=True,
        blank=True,
    )
    rejected_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[LiveFitments] = LiveFitments()
    everything: ClassVar[models.Manager[PartFitment]] = models.Manager()

    class Meta:
        db_table = "part_fitments"
        base_manager_name = "everything"
        ordering = ("make__name", "model__name", "year_start", "id")
        verbose_name = "fitment"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # NULLs are equal here: "all engines" is one fitment, not any number of them.
            models.UniqueConstraint(
                fields=(
                    "listing",
                    "make",
                    "model",
                    "submodel",
                    "year_start",
                    "year_end",
                    "engine",
                    "detail_key",
                ),
                nulls_distinct=False,
                name="part_fitment_once_each",
            ),
            models.CheckConstraint(
                condition=Q(year_start__gte=YEAR_MIN, year_end__lte=YEAR_MAX),
                name="part_fitment_years_sane",
            ),
            models.CheckConstraint(
                condition=Q(year_start__lte=F("year_end")),
                name="part_fitment_years_ordered",
            ),
            models.CheckConstraint(
                condition=Q(year_end__lte=F("year_start") + SPAN_MAX),
                name="part_fitment_years_span",
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__gte=0, confidence__lte=1),
                name="part_fitment_confidence",
            ),
            models.CheckConstraint(
                condition=Q(verified=False) | Q(rejected_at__isnull=True),
                name="part_fitment_not_both",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=("make", "model", "year_start", "year_end"),
                include=("listing", "engine"),
                condition=Q(rejected_at__isnull=True),
                name="part_fitment_vehicle",
            ),
            models.Index(
                fields=("created_at",),
                condition=Q(verified=False, rejected_at__isnull=True),
                name="part_fitment_unverified",
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.year_start}-{self.year_end} {self.model_id}"
