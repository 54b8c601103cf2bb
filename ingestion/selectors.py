"""Reads of the intake."""

from __future__ import annotations

import datetime
import uuid
import zoneinfo
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.utils import timezone

from ingestion.enums import OPEN_JOBS, AssetStatus, CallState, JobStatus, ReviewStatus
from ingestion.models import AiBudgetDay, AiCall, AiResult, ImageAsset, IngestionJob, LearnedAlias
from ingestion.pipeline.hashing import SAME_PICTURE_BITS, hash_distance
from ingestion.services.budget import business_day
from ingestion.storage import public_url
from listings.selectors import listing_get
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.registry import PhotoRef
from settings_app.selectors import setting_value

if TYPE_CHECKING:
    from settings_app.models import User

# The navigation's number need not be exact beyond this.
_COUNT_CAP = 999
_SPENDING_DAYS = 30
_ALIASES_SHOWN = 500


def photos_by_listing(
    listing_ids: Sequence[uuid.UUID],
) -> Mapping[uuid.UUID, Sequence[PhotoRef]]:
    """Return the ready photos of each listing, primary first; listings without any are absent."""
    found: dict[uuid.UUID, list[PhotoRef]] = {}
    rows = ImageAsset.objects.filter(
        listing_id__in=list(listing_ids), deleted_at__isnull=True, status=AssetStatus.PROCESSED
    ).order_by("listing_id", "-is_primary", "sort_order", "id")
    for asset in rows:
        if asset.listing_id is not None:
            found.setdefault(asset.listing_id, []).append(photo_ref(asset))
    return found


def photo_ref(asset: ImageAsset) -> PhotoRef:
    """Return a ready photo as lists, payloads and pages need it."""
    return PhotoRef(
        asset_id=asset.pk,
        url=public_url(asset.variant_large),
        thumb_url=public_url(asset.variant_thumb),
        blurhash=asset.blurhash,
        width=asset.width or 0,
        height=asset.height or 0,
    )


def listing_assets(listing_id: uuid.UUID, *, user: User) -> list[ImageAsset]:
    """Return the live photos of a listing that this person may see; raises NotFound."""
    listing_get(listing_id, user=user)
    return list(
        ImageAsset.objects.filter(listing_id=listing_id, deleted_at__isnull=True).order_by(
            "-is_primary", "sort_order", "id"
        )
    )


def asset_get(asset_id: uuid.UUID, *, user: User) -> ImageAsset:
    """Return a live photo, if its listing may be seen; raises NotFound."""
    asset = ImageAsset.objects.filter(pk=asset_id, deleted_at__isnull=True).first()
    if asset is None:
        message = "This photo does not exist."
        raise NotFound(message)
    if asset.listing_id is not None:
        listing_get(asset.listing_id, user=user)
    return asset


def same_pictures(assets: Sequence[ImageAsset]) -> dict[uuid.UUID, str]:
    """Return in words which photo shows the same picture as another: here, or of another part.

    Photos are numbered as they are given, from 1; the later one of a pair is named.
    """
    found: dict[uuid.UUID, str] = {}
    ready = [one for one in assets if one.status == AssetStatus.PROCESSED and one.phash]
    numbers = {one.pk: place for place, one in enumerate(assets, start=1)}
    for place, one in enumerate(ready):
        for other in ready[:place]:
            if hash_distance(one.phash, other.phash) <= SAME_PICTURE_BITS:
                found[one.pk] = f"the same picture as photo {numbers[other.pk]}"
                break
    hashes = {one.content_hash for one in ready}
    listings = {one.listing_id for one in ready}
    elsewhere = (
        ImageAsset.objects.filter(
            content_hash__in=hashes, listing__isnull=False, deleted_at__isnull=True
        )
        .exclude(listing_id__in=[one for one in listings if one is not None])
        .values_list("content_hash", "listing__custom_label_sku")
    )
    skus = dict(elsewhere)
    for one in ready:
        if one.content_hash in skus and one.pk not in found:
            found[one.pk] = f"also a photo of {skus[one.content_hash]}"
    return found


def spending() -> dict[str, Any]:
    """Return today's budget and what the last 30 days cost, by day and provider."""
    today = business_day()
    row = AiBudgetDay.objects.filter(day=today).first()
    calls = AiCall.objects.filter(day__gt=today - datetime.timedelta(days=_SPENDING_DAYS))
    rows: QuerySet[Any, Any] = (
        calls.values("day", "provider")
        .annotate(
            calls=Count("pk"),
            photos=Sum("photos"),
            usd=Sum("cost_usd"),
            reserved=Sum("reserved_usd", filter=Q(state=CallState.RESERVED), default=Decimal(0)),
        )
        .order_by("-day", "provider")
    )
    limit = Decimal(str(setting_value("ai", "max_daily_ai_spend")))
    held = row.held_usd if row else Decimal(0)
    return {"today": today, "limit": limit, "held": held, "left": limit - held, "days": list(rows)}


def learned_aliases() -> list[LearnedAlias]:
    """Return what is learned and in force, newest first."""
    return list(
        LearnedAlias.objects.filter(undone_at__isnull=True).select_related("learned_by")[
            :_ALIASES_SHOWN
        ]
    )


def job_calls(job: IngestionJob) -> list[AiCall]:
    """Return the paid calls of a job, oldest first."""
    return list(AiCall.objects.filter(job=job).order_by("created_at", "id"))


def job_list(*, status: str = "") -> QuerySet[IngestionJob]:
    """Return jobs, newest first, with what a list shows."""
    jobs = IngestionJob.objects.select_related("created_by").order_by("-created_at", "-id")
    return jobs.filter(status=status) if status else jobs


def job_get(job_id: uuid.UUID) -> IngestionJob:
    """Return a job with its results and photos; raises NotFound."""
    job = IngestionJob.objects.prefetch_related("results", "photos").filter(pk=job_id).first()
    if job is None:
        message = "This job does not exist."
        raise NotFound(message)
    return job


def job_title(job: IngestionJob) -> str:
    """Return what a person calls a job: its part's title, else its first file, else its mode."""
    titles = [title for title in job.results.values_list("extracted_title", flat=True) if title]
    names = [one.original_filename for one in job_photos(job) if one.original_filename]
    if len(titles) > 1:
        return f"{titles[0]} and {len(titles) - 1} more"
    return (titles or names or [job.get_mode_display()])[0]


def job_photos(job: IngestionJob) -> list[ImageAsset]:
    """Return the photos of a job in their order."""
    return list(job.photos.filter(deleted_at__isnull=True).order_by("sort_order", "id"))


def review_jobs(*, limit: int) -> list[IngestionJob]:
    """Return the jobs that wait for a person, oldest first, with their open results."""
    waiting = AiResult.objects.filter(review_status=ReviewStatus.NEEDS_REVIEW).order_by("position")
    return list(
        IngestionJob.objects.filter(status=JobStatus.REVIEW_REQUIRED)
        .prefetch_related(Prefetch("results", queryset=waiting, to_attr="open_results"), "photos")
        .order_by("created_at", "id")[:limit]
    )


def review_jobs_count() -> int:
    """Return how many jobs wait for a person."""
    return IngestionJob.objects.filter(status=JobStatus.REVIEW_REQUIRED).count()


def review_queue() -> QuerySet[AiResult]:
    """Return the parts that wait for a person, oldest first."""
    return (
        AiResult.objects.filter(review_status=ReviewStatus.NEEDS_REVIEW)
        .exclude(job__status=JobStatus.AI_COMPLETE)
        .select_related("job", "claimed_by", "matched_existing")
        .order_by("id")
    )


def result_of_review(review_id: uuid.UUID) -> AiResult:
    """Return the result that `/review/{id}` names: its own id, or that of its job.

    Raises NotFound; Conflict where the job has several open parts, with their ids.
    """
    own = AiResult.objects.filter(pk=review_id).first()
    if own is not None:
        return own
    results = list(AiResult.objects.filter(job_id=review_id).order_by("position"))
    if not results:
        message = "There is nothing to review under this id."
        raise NotFound(message)
    waiting = [one for one in results if one.review_status == ReviewStatus.NEEDS_REVIEW]
    if len(waiting) > 1:
        message = "This job has several parts; name the result."
        raise Conflict(message, extra={"result_ids": [str(one.pk) for one in waiting]})
    return waiting[0] if waiting else results[0]


def result_photos(result: AiResult) -> list[ImageAsset]:
    """Return the photos of a part in their order."""
    return list(result.photos.filter(deleted_at__isnull=True).order_by("sort_order", "id"))


def job_stats() -> dict[str, int]:
    """Return how many jobs stand where, by status, and how many parts wait for a person."""
    counts: dict[str, int] = dict.fromkeys(JobStatus.values, 0)
    rows: QuerySet[Any, Any] = IngestionJob.objects.values("status").annotate(n=Count("pk"))
    counts.update({row["status"]: row["n"] for row in rows.order_by()})
    counts["parts_to_review"] = review_queue().count()
    counts["total"] = IngestionJob.objects.count()
    return counts


def reviewed_today(user_id: uuid.UUID | None) -> int:
    """Return how many parts this person decided since midnight of the business's day."""
    zone = zoneinfo.ZoneInfo(str(setting_value("general", "timezone")))
    midnight = timezone.now().astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return AiResult.objects.filter(reviewed_by_id=user_id, reviewed_at__gte=midnight).count()


def nav_counts(user: object) -> Mapping[str, int]:
    """Return the navigation's numbers: parts to review, jobs at work or in need of a hand."""
    del user
    failed = Q(status=JobStatus.FAILED, next_retry_at__isnull=False)
    working = IngestionJob.objects.filter(Q(status__in=OPEN_JOBS) | failed)
    return {
        "review": review_queue()[:_COUNT_CAP].count(),
        "intake": working[:_COUNT_CAP].count(),
    }
