"""An intake job: photos to be read."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from ingestion.enums import JobMode, JobStatus, ReviewStatus, SourceType
from realtrack.core.models import UuidModel

MAX_ATTEMPTS = 3


class IngestionJob(UuidModel):
    """Reads photos into results. `attempt_count` is the fence: a late worker's result is dropped.

    `heartbeat_at` tells a working job from one whose worker is gone.
    """

    status = models.CharField(max_length=20, choices=JobStatus.choices, default=JobStatus.PENDING)
    mode = models.CharField(max_length=20, choices=JobMode.choices)
    source_type = models.CharField(
        max_length=20, choices=SourceType.choices, default=SourceType.UPLOAD
    )
    image_count = models.PositiveIntegerField(default=0)

    ai_provider = models.CharField(max_length=30, blank=True, default="")
    ai_model = models.CharField(max_length=50, blank=True, default="")
    ai_started_at = models.DateTimeField(null=True, blank=True)
    ai_completed_at = models.DateTimeField(null=True, blank=True)
    ai_cost_usd = models.DecimalField(max_digits=8, decimal_places=4, null=True, blank=True)

    review_status = models.CharField(
        max_length=20, choices=ReviewStatus.choices, default=ReviewStatus.PENDING
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_notes = models.TextField(blank=True, default="")
    # Of the first part; each part's own is in its result.
    listing = models.ForeignKey(
        "listings.Listing",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="ingestion_jobs",
    )

    attempt_count = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=MAX_ATTEMPTS)
    last_error = models.TextField(blank=True, default="")
    error_code = models.CharField(max_length=40, blank=True, default="")
    next_retry_at = models.DateTimeField(null=True, blank=True)
    heartbeat_at = models.DateTimeField(null=True, blank=True)
    # [{name, seconds, outcome, note}] of the last attempt, for the job's page.
    steps = models.JSONField(default=list, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "ingestion_jobs"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(status__in=JobStatus.values), name="ingestion_job_status_known"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=JobMode.values), name="ingestion_job_mode_known"
            ),
            models.CheckConstraint(
                condition=Q(source_type__in=SourceType.values), name="ingestion_job_source_known"
            ),
            models.CheckConstraint(
                condition=Q(review_status__in=ReviewStatus.values),
                name="ingestion_job_review_known",
            ),
            models.CheckConstraint(
                condition=Q(attempt_count__lte=F("max_attempts")), name="ingestion_job_attempts"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "-created_at"], name="idx_job_status"),
            models.Index(
                fields=["created_at"],
                condition=Q(review_status=ReviewStatus.NEEDS_REVIEW),
                name="idx_job_review",
            ),
            models.Index(
                fields=["next_retry_at"],
                condition=Q(status=JobStatus.FAILED, next_retry_at__isnull=False),
                name="idx_job_retry",
            ),
            models.Index(
                fields=["heartbeat_at"],
                condition=Q(status=JobStatus.PROCESSING),
                name="idx_job_working",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} {self.pk}"

    @property
    def will_retry(self) -> bool:
        """True while a failed job will be tried again by itself."""
        return self.status == JobStatus.FAILED and self.next_retry_at is not None
