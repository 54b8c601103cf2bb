"""What was read of one part, and what a person made of it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ingestion.enums import Band, ReviewStatus
from realtrack.core.models import UuidModel


def _confidence() -> models.FloatField[float | None, float | None]:
    return models.FloatField(null=True, blank=True)


class AiResult(UuidModel):
    """One part of a job. `normalised` holds every field with confidence, spot and alternatives.

    `raw_response` is what the provider answered, as data. The extracted columns repeat the
    proposed values for lists and reports.
    """

    job = models.ForeignKey(
        "ingestion.IngestionJob", on_delete=models.CASCADE, related_name="results"
    )
    position = models.PositiveIntegerField(default=0)
    raw_response = models.JSONField(default=dict)
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=50)
    tokens_used = models.PositiveIntegerField(null=True, blank=True)
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    normalised = models.JSONField(default=dict)
    texts = ArrayField(models.TextField(), default=list, blank=True)
    notes = ArrayField(models.TextField(), default=list, blank=True)

    extracted_title = models.TextField(blank=True, default="")
    extracted_brand = models.TextField(blank=True, default="")
    extracted_mpn = models.TextField(blank=True, default="")
    extracted_oem_number = models.TextField(blank=True, default="")
    extracted_part_type = models.TextField(blank=True, default="")
    extracted_condition = models.TextField(blank=True, default="")
    extracted_price_estimate = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )
    extracted_description = models.TextField(blank=True, default="")
    extracted_features = ArrayField(models.TextField(), default=list, blank=True)
    extracted_fitment_raw = models.JSONField(default=list, blank=True)

    confidence_title = _confidence()
    confidence_brand = _confidence()
    confidence_mpn = _confidence()
    confidence_part_type = _confidence()
    confidence_overall = models.FloatField()
    band = models.CharField(max_length=10, choices=Band.choices)

    matched_existing = models.ForeignKey(
        "listings.Listing", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    match_confidence = _confidence()

    review_status = models.CharField(
        max_length=20, choices=ReviewStatus.choices, default=ReviewStatus.NEEDS_REVIEW
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_notes = models.TextField(blank=True, default="")
    # {field: value} as a person approved it: what is learned from and calibrated by.
    corrections = models.JSONField(default=dict, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    listing = models.ForeignKey(
        "listings.Listing",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ai_results",
    )

    class Meta:
        db_table = "ai_results"
        ordering: ClassVar[list[str]] = ["job", "position"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["job", "position"], name="uniq_ai_result_position"),
            models.CheckConstraint(
                condition=Q(review_status__in=ReviewStatus.values), name="ai_result_review_known"
            ),
            models.CheckConstraint(condition=Q(band__in=Band.values), name="ai_result_band_known"),
            models.CheckConstraint(
                condition=Q(confidence_overall__gte=0, confidence_overall__lte=1),
                name="ai_result_confidence_range",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["confidence_overall"], name="idx_ai_result_confidence"),
            models.Index(
                fields=["created_at", "id"],
                condition=Q(review_status=ReviewStatus.NEEDS_REVIEW),
                name="idx_ai_result_review",
            ),
        ]

    def __str__(self) -> str:
        return self.extracted_title or str(self.pk)
