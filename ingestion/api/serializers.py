"""Bodies, queries and answers of the intake's API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from ingestion import limits
from ingestion.enums import Band, JobMode, JobStatus, ReviewStatus, SourceType
from realtrack.core.api.serializers import ListQuery, StrictSerializer

_FILES_PER_REQUEST = 50


class UploadBody(StrictSerializer):
    """A file that will be sent. Without `size_bytes` the answer could not bind the length."""

    filename = serializers.CharField(max_length=255)
    mime_type = serializers.CharField(max_length=100)
    size_bytes = serializers.IntegerField(min_value=1, max_value=2**40)
    listing_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field's name, not DRF's own
        choices=SourceType.choices, required=False, default=SourceType.UPLOAD
    )


class UploadFile(StrictSerializer):
    """One file of several."""

    filename = serializers.CharField(max_length=255)
    mime_type = serializers.CharField(max_length=100)
    size_bytes = serializers.IntegerField(min_value=1, max_value=2**40)


class BulkUploadBody(StrictSerializer):
    """Several files at once."""

    files = serializers.ListField(
        child=UploadFile(), allow_empty=False, max_length=_FILES_PER_REQUEST
    )
    listing_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field's name, not DRF's own
        choices=SourceType.choices, required=False, default=SourceType.UPLOAD
    )


class ConfirmBody(StrictSerializer):
    """Which photo was sent."""

    asset_id = serializers.UUIDField()


class ImportUrlBody(StrictSerializer):
    """A public address of a photo."""

    url = serializers.URLField(max_length=2000)
    listing_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class CropBody(StrictSerializer):
    """What stays, as fractions of the upright photo."""

    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)
    width = serializers.FloatField(min_value=0, max_value=1)
    height = serializers.FloatField(min_value=0, max_value=1)


class AssetPatch(StrictSerializer):
    """Place, first picture, a turn clockwise in degrees, a cut; absent is not null."""

    sort_order = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    is_primary = serializers.BooleanField(required=False)
    rotate = serializers.ChoiceField(choices=(90, 180, 270), required=False)
    crop = CropBody(required=False)


class GroupsBody(StrictSerializer):
    """The photos of the open parts, by part: each one once."""

    groups = serializers.ListField(
        child=serializers.ListField(
            child=serializers.UUIDField(), min_length=1, max_length=limits.PHOTOS_PER_LISTING
        ),
        min_length=1,
        max_length=limits.PHOTOS_PER_JOB,
    )


class SpendingDayOut(serializers.Serializer[Any]):
    """One provider on one day; USD."""

    day = serializers.DateField()
    provider = serializers.CharField()
    calls = serializers.IntegerField()
    photos = serializers.IntegerField()
    usd = serializers.DecimalField(max_digits=14, decimal_places=6)
    reserved = serializers.DecimalField(max_digits=14, decimal_places=6)


class SpendingOut(serializers.Serializer[Any]):
    """Today's budget and the last 30 days; `held` is what was spent and what is on its way."""

    today = serializers.DateField()
    limit = serializers.DecimalField(max_digits=14, decimal_places=2)
    held = serializers.DecimalField(max_digits=14, decimal_places=6)
    left = serializers.DecimalField(max_digits=14, decimal_places=6)
    days = SpendingDayOut(many=True)


class JobBody(StrictSerializer):
    """A job of photos, in this order."""

    mode = serializers.ChoiceField(choices=JobMode.choices)
    asset_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=limits.PHOTOS_PER_JOB
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field's name, not DRF's own
        choices=SourceType.choices, required=False, default=SourceType.UPLOAD
    )


class JobQuery(ListQuery):
    """Jobs by status."""

    status = serializers.ChoiceField(choices=JobStatus.choices, required=False, default="")


class ReviewQuery(StrictSerializer):
    """How many jobs to review."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)


class ApproveBody(StrictSerializer):
    """Corrections by field: `brand`, `mpn`, `partType`, `price`, or names of the catalog."""

    corrections = serializers.DictField(required=False, default=dict)


class StockBody(StrictSerializer):
    """How many pieces."""

    pieces = serializers.IntegerField(min_value=1, max_value=9999, required=False, default=1)


class RejectBody(StrictSerializer):
    """Why nothing comes of it."""

    reason = serializers.CharField(max_length=2000)


class UploadOut(serializers.Serializer[Any]):
    """Where to PUT the bytes, with just these headers."""

    upload_url = serializers.CharField()
    method = serializers.CharField()
    headers = serializers.DictField(child=serializers.CharField())
    s3_key = serializers.CharField()
    asset_id = serializers.UUIDField()
    expires_at = serializers.DateTimeField()


class AssetOut(serializers.Serializer[Any]):
    """A photo; addresses are empty until its variants are made."""

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField(allow_null=True)
    job_id = serializers.UUIDField(allow_null=True)
    status = serializers.CharField()
    reason_code = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    filename = serializers.CharField(allow_blank=True)
    mime_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    blurhash = serializers.CharField(allow_blank=True)
    content_hash = serializers.CharField(allow_blank=True)
    phash = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    medium_url = serializers.CharField(allow_blank=True)
    thumb_url = serializers.CharField(allow_blank=True)
    sort_order = serializers.IntegerField()
    is_primary = serializers.BooleanField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field's name, not DRF's own
    uploaded_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class StepOut(serializers.Serializer[Any]):
    """How a step went."""

    name = serializers.CharField()
    seconds = serializers.FloatField()
    outcome = serializers.CharField()
    note = serializers.CharField(allow_blank=True)


class ResultOut(serializers.Serializer[Any]):
    """What was read of one part. `fields`: value, confidence, reason, source, alternatives."""

    id = serializers.UUIDField()
    job_id = serializers.UUIDField()
    position = serializers.IntegerField()
    provider = serializers.CharField()
    model = serializers.CharField()
    latency_ms = serializers.IntegerField(allow_null=True)
    fields = serializers.DictField(source="normalised")  # type: ignore[assignment]  # DRF's metaclass takes it out of the class
    texts = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    extracted_title = serializers.CharField(allow_blank=True)
    extracted_brand = serializers.CharField(allow_blank=True)
    extracted_mpn = serializers.CharField(allow_blank=True)
    extracted_oem_number = serializers.CharField(allow_blank=True)
    extracted_part_type = serializers.CharField(allow_blank=True)
    extracted_condition = serializers.CharField(allow_blank=True)
    confidence_title = serializers.FloatField(allow_null=True)
    confidence_brand = serializers.FloatField(allow_null=True)
    confidence_mpn = serializers.FloatField(allow_null=True)
    confidence_part_type = serializers.FloatField(allow_null=True)
    confidence_overall = serializers.FloatField()
    band = serializers.ChoiceField(choices=Band.choices)
    review_status = serializers.ChoiceField(choices=ReviewStatus.choices)
    review_notes = serializers.CharField(allow_blank=True)
    matched_existing_id = serializers.UUIDField(allow_null=True)
    match_confidence = serializers.FloatField(allow_null=True)
    listing_id = serializers.UUIDField(allow_null=True)
    asset_ids = serializers.ListField(child=serializers.UUIDField())


class JobOut(serializers.Serializer[Any]):
    """A job."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=JobStatus.choices)
    mode = serializers.ChoiceField(choices=JobMode.choices)
    source_type = serializers.ChoiceField(choices=SourceType.choices)
    image_count = serializers.IntegerField()
    ai_provider = serializers.CharField(allow_blank=True)
    ai_model = serializers.CharField(allow_blank=True)
    ai_started_at = serializers.DateTimeField(allow_null=True)
    ai_completed_at = serializers.DateTimeField(allow_null=True)
    ai_cost_usd = serializers.DecimalField(max_digits=8, decimal_places=4, allow_null=True)
    review_status = serializers.ChoiceField(choices=ReviewStatus.choices)
    reviewed_by = serializers.UUIDField(source="reviewed_by_id", allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    review_notes = serializers.CharField(allow_blank=True)
    listing_id = serializers.UUIDField(allow_null=True)
    attempt_count = serializers.IntegerField()
    max_attempts = serializers.IntegerField()
    error_code = serializers.CharField(allow_blank=True)
    last_error = serializers.CharField(allow_blank=True)
    next_retry_at = serializers.DateTimeField(allow_null=True)
    steps = StepOut(many=True)
    created_by = serializers.UUIDField(source="created_by_id", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    review_url = serializers.CharField()


class ReviewJobOut(JobOut):
    """A job that waits for a person, with what was read."""

    results = ResultOut(many=True)
    images = AssetOut(many=True)


class StatsOut(serializers.Serializer[Any]):
    """How many jobs stand where."""

    pending = serializers.IntegerField()
    uploading = serializers.IntegerField()
    processing = serializers.IntegerField()
    ai_complete = serializers.IntegerField()
    review_required = serializers.IntegerField()
    approved = serializers.IntegerField()
    rejected = serializers.IntegerField()
    failed = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    parts_to_review = serializers.IntegerField()
    total = serializers.IntegerField()
