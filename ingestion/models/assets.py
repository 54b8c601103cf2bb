"""A photo: a row with foreign keys, never just an address."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from ingestion.enums import AssetStatus, SourceType
from realtrack.core.models import UuidModel


class ImageAsset(UuidModel):
    """One photo. The original is private; what is public has addresses by content.

    `s3_key` is the key in whichever storage holds it. The variant columns hold the public names
    (without folder and ending); they are set together with `content_hash`.
    """

    listing = models.ForeignKey(
        "listings.Listing", null=True, blank=True, on_delete=models.SET_NULL, related_name="photos"
    )
    job = models.ForeignKey(
        "ingestion.IngestionJob",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="photos",
    )
    result = models.ForeignKey(
        "ingestion.AiResult",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="photos",
    )
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.CharField(max_length=20, choices=SourceType.choices, default=SourceType.UPLOAD)
    status = models.CharField(
        max_length=12, choices=AssetStatus.choices, default=AssetStatus.PENDING
    )
    reason_code = models.CharField(max_length=40, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    s3_bucket = models.CharField(max_length=100)
    s3_key = models.CharField(max_length=500)
    original_filename = models.TextField(blank=True, default="")
    mime_type = models.CharField(max_length=50)
    file_size_bytes = models.BigIntegerField()
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True, default="")
    blurhash = models.CharField(max_length=50, blank=True, default="")
    phash = models.CharField(max_length=16, blank=True, default="")
    variant_large = models.CharField(max_length=64, blank=True, default="")
    variant_medium = models.CharField(max_length=64, blank=True, default="")
    variant_thumb = models.CharField(max_length=64, blank=True, default="")

    # When the camera says the picture was taken; a clock without a zone, good for gaps alone.
    taken_at = models.DateTimeField(null=True, blank=True)
    # The address that it was mirrored from, as a hash: a second import fetches nothing.
    source_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    sort_order = models.PositiveIntegerField(default=0)
    is_primary = models.BooleanField(default=False)
    uploaded_at = models.DateTimeField(null=True, blank=True)
    processed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "image_assets"
        ordering: ClassVar[list[str]] = ["-is_primary", "sort_order", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["s3_bucket", "s3_key"], name="uniq_image_key"),
            models.UniqueConstraint(
                fields=["listing"],
                condition=Q(is_primary=True, deleted_at__isnull=True, listing__isnull=False),
                name="uniq_image_primary",
            ),
            models.CheckConstraint(
                condition=Q(status__in=AssetStatus.values), name="image_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=SourceType.values), name="image_source_known"
            ),
            models.CheckConstraint(condition=Q(file_size_bytes__gt=0), name="image_size_positive"),
            models.CheckConstraint(
                condition=~Q(status=AssetStatus.PROCESSED)
                | (~Q(content_hash="") & ~Q(variant_large="") & Q(width__gt=0) & Q(height__gt=0)),
                name="image_processed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status=AssetStatus.FAILED) | ~Q(reason_code=""),
                name="image_failed_has_reason",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["listing", "-is_primary", "sort_order"],
                condition=Q(deleted_at__isnull=True),
                name="idx_image_listing",
            ),
            models.Index(fields=["job"], name="idx_image_job"),
            models.Index(fields=["content_hash"], name="idx_image_content"),
            models.Index(
                fields=["source_hash"],
                condition=~Q(source_hash=""),
                name="idx_image_source",
            ),
            models.Index(fields=["variant_large"], name="idx_image_large"),
            models.Index(fields=["variant_medium"], name="idx_image_medium"),
            models.Index(fields=["variant_thumb"], name="idx_image_thumb"),
            models.Index(
                fields=["created_at"],
                condition=Q(listing__isnull=True, deleted_at__isnull=True),
                name="idx_image_unlinked",
            ),
            models.Index(
                fields=["uploaded_at"],
                condition=Q(status=AssetStatus.UPLOADED),
                name="idx_image_to_process",
            ),
        ]

    def __str__(self) -> str:
        return self.original_filename or str(self.pk)
