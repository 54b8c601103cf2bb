"""Closed sets of values of the intake."""

from __future__ import annotations

from django.db import models


class AssetStatus(models.TextChoices):
    """Where a photo stands."""

    PENDING = "pending", "waiting for its bytes"
    UPLOADED = "uploaded", "uploaded"
    PROCESSED = "processed", "ready"
    FAILED = "failed", "refused"


class JobStatus(models.TextChoices):
    """Where an intake job stands. `failed` with a next retry will be tried again by itself."""

    PENDING = "pending", "waiting"
    UPLOADING = "uploading", "uploading"
    PROCESSING = "processing", "being read"
    AI_COMPLETE = "ai_complete", "read"
    REVIEW_REQUIRED = "review_required", "to review"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"
    FAILED = "failed", "failed"
    CANCELLED = "cancelled", "cancelled"


class JobMode(models.TextChoices):
    """How the photos of a job make parts."""

    SINGLE = "single", "All photos show one part"
    BULK = "bulk", "Each photo shows a part"
    BUNDLE = "bundle", "Several parts with several photos each"


class SourceType(models.TextChoices):
    """Where photos come from."""

    UPLOAD = "upload", "Upload"
    CAMERA = "camera", "Camera"
    URL = "url", "Address"
    API = "api", "API"


class ReviewStatus(models.TextChoices):
    """What became of a reading."""

    PENDING = "pending", "not read yet"
    AUTO_APPROVED = "auto_approved", "approved by confidence"
    NEEDS_REVIEW = "needs_review", "to review"
    APPROVED = "approved", "approved"
    REJECTED = "rejected", "rejected"


class CallState(models.TextChoices):
    """Where the money of a call stands."""

    RESERVED = "reserved", "on its way"
    SETTLED = "settled", "settled"
    FREED = "freed", "freed"


class AliasKind(models.TextChoices):
    """What is learned; the values are fields of a reading."""

    BRAND = "brand", "brand"
    PART_TYPE = "part_type", "part type"


class Band(models.TextChoices):
    """What the confidence means: the thresholds are settings."""

    AUTO = "auto", "sure"
    REVIEW = "review", "check"
    MANUAL = "manual", "type it"


OPEN_JOBS = frozenset({JobStatus.PENDING, JobStatus.UPLOADING, JobStatus.PROCESSING})
ENDED_JOBS = frozenset(
    {JobStatus.APPROVED, JobStatus.REJECTED, JobStatus.FAILED, JobStatus.CANCELLED}
)


class RowState(models.TextChoices):
    """Where a part that came as a row stands."""

    NEW = "new", "not read yet"
    WAITING = "waiting", "waiting"
    DRAFT = "draft", "a draft"
    REFUSED = "refused", "refused"


class WaitsFor(models.TextChoices):
    """What a row lacks; it goes on by itself when that comes."""

    NAME = "name", "what part it is"
    VEHICLE = "vehicle", "the car that it came from"
    PHOTO = "photo", "a photo"
