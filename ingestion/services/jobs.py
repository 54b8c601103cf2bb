"""Jobs: made, cancelled, tried again. The work itself is in `services.running`."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.utils import timezone

from ingestion import events, limits
from ingestion.enums import AssetStatus, JobMode, JobStatus, ReviewStatus, SourceType
from ingestion.errors import PhotoRefused
from ingestion.locks import assets_locked, job_locked
from ingestion.models import AssetReading, ImageAsset, IngestionJob
from ingestion.pipeline.contract import RefusalCode
from ingestion.services.uploads import asset_confirm
from realtrack.core import events as core_events
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, IllegalTransition, InvalidInput

# Of the specification: 30 s, 2 min, 10 min after the first, second and third failure.
RETRY_SECONDS = (30, 120, 600)
NO_PHOTOS = "no_photos"


def job_create(
    *,
    mode: JobMode,
    asset_ids: Sequence[uuid.UUID],
    actor: Actor,
    source: SourceType = SourceType.UPLOAD,
) -> IngestionJob:
    """Make a job of these photos, in this order, and have it read.

    Photos that were sent but not confirmed are confirmed here. Refused ones are kept in the job
    with their reason; where all are refused the job ends as failed at once and says so.
    Raises InvalidInput (no photos, too many, unknown, never sent, in another job).
    """
    ids = list(dict.fromkeys(asset_ids))
    if not 1 <= len(ids) <= limits.PHOTOS_PER_JOB:
        message = f"A job takes 1 to {limits.PHOTOS_PER_JOB} photos; these are {len(ids)}."
        raise InvalidInput(message, fields={"asset_ids": message})
    if mode == JobMode.SINGLE and len(ids) > limits.PHOTOS_PER_LISTING:
        message = f"One part has at most 24 photos; these are {len(ids)}."
        raise InvalidInput(message, fields={"asset_ids": message})
    _confirm_waiting(ids, actor)
    with transaction.atomic():
        assets = _free_assets(ids)
        job = IngestionJob.objects.create(
            mode=mode,
            source_type=source,
            image_count=len(ids),
            created_by_id=actor.user_id,
        )
        for place, one in enumerate(ids):
            assets[one].job = job
            assets[one].sort_order = place
        ImageAsset.objects.bulk_update(assets.values(), ["job", "sort_order"])
        core_events.emit(
            events.JobCreated(entity_id=job.pk, mode=mode, photos=len(ids)), actor=actor
        )
        if all(asset.status == AssetStatus.FAILED for asset in assets.values()):
            fail_finally(
                job, code=NO_PHOTOS, reason=refusals_in_words(assets.values()), actor=actor
            )
        else:
            transaction.on_commit(lambda: kick(job.pk))
    return job


def _confirm_waiting(ids: Sequence[uuid.UUID], actor: Actor) -> None:
    waiting = ImageAsset.objects.filter(
        pk__in=ids, status=AssetStatus.PENDING, deleted_at__isnull=True
    ).values_list("pk", flat=True)
    for one in list(waiting):
        try:
            asset_confirm(asset_id=one, actor=actor)
        except PhotoRefused as refused:
            if refused.reason == RefusalCode.NOT_UPLOADED:
                message = f"The photo {one} has not arrived yet; send it first."
                raise InvalidInput(message, fields={"asset_ids": message}) from refused
            # Its row holds the reason; the job will tell it.


def _free_assets(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, ImageAsset]:
    assets = {asset.pk: asset for asset in assets_locked(ids)}
    unknown = [str(one) for one in ids if one not in assets]
    if unknown:
        message = f"There is no photo {', '.join(unknown[:5])}."
        raise InvalidInput(message, fields={"asset_ids": message})
    taken = [
        asset
        for asset in assets.values()
        if asset.listing_id is not None or (asset.job_id is not None and not _is_over(asset.job_id))
    ]
    if taken:
        message = f"{taken[0]} is in use already: a photo is in one job or one part at a time."
        raise InvalidInput(message, fields={"asset_ids": message})
    return assets


def _is_over(job_id: uuid.UUID) -> bool:
    return IngestionJob.objects.filter(
        pk=job_id, status__in=[JobStatus.CANCELLED, JobStatus.REJECTED, JobStatus.FAILED]
    ).exists()


def refusals_in_words(assets: Iterable[ImageAsset]) -> str:
    """Return one sentence per refused photo, with its name."""
    return " ".join(
        f"{asset.original_filename or 'A photo'}: {asset.reason}"
        for asset in assets
        if asset.status == AssetStatus.FAILED
    )


def fail_finally(job: IngestionJob, *, code: str, reason: str, actor: Actor) -> None:
    """End a locked job as failed for good; inside the caller's transaction."""
    job.status = JobStatus.FAILED
    job.error_code = code
    job.last_error = reason[:4000]
    job.next_retry_at = None
    job.heartbeat_at = None
    job.save()
    core_events.emit(
        events.JobFailed(entity_id=job.pk, code=code, reason=reason[:500]), actor=actor
    )


def fail_for_now(
    job: IngestionJob, *, code: str, reason: str, wait: float | None, actor: Actor
) -> None:
    """Note a failure that may heal, with the time of the next attempt; the last one is final."""
    if job.attempt_count >= job.max_attempts:
        fail_finally(job, code=code, reason=reason, actor=actor)
        return
    seconds = max(wait or 0.0, RETRY_SECONDS[min(job.attempt_count, len(RETRY_SECONDS)) - 1])
    job.status = JobStatus.FAILED
    job.error_code = code
    job.last_error = reason[:4000]
    job.next_retry_at = timezone.now() + datetime.timedelta(seconds=seconds)
    job.heartbeat_at = None
    job.save()
    core_events.emit(
        events.JobDelayed(entity_id=job.pk, code=code, reason=reason[:500], seconds=round(seconds)),
        actor=actor,
    )


def job_cancel(*, job_id: uuid.UUID, actor: Actor) -> IngestionJob:
    """Stop a job at any moment before its parts are decided; its photos stay, free for others.

    A worker that is at it finds out when it records and drops what it read. Raises NotFound,
    IllegalTransition.
    """
    with transaction.atomic():
        job = job_locked(job_id)
        allowed = {
            JobStatus.PENDING,
            JobStatus.UPLOADING,
            JobStatus.PROCESSING,
            JobStatus.REVIEW_REQUIRED,
        }
        if job.status not in allowed and not job.will_retry:
            message = f"This job is {job.get_status_display()} and cannot be cancelled."
            raise IllegalTransition(message, extra={"allowed": []})
        if job.results.filter(listing__isnull=False).exists():
            message = "A part of this job is a listing already; reject the others one by one."
            raise Conflict(message)
        job.results.filter(review_status=ReviewStatus.NEEDS_REVIEW).update(
            review_status=ReviewStatus.REJECTED, review_notes="cancelled"
        )
        job.status = JobStatus.CANCELLED
        job.next_retry_at = job.heartbeat_at = None
        job.save()
        core_events.emit(events.JobCancelled(entity_id=job.pk), actor=actor)
    return job


def job_retry(*, job_id: uuid.UUID, actor: Actor) -> IngestionJob:
    """Have a failed, cancelled or rejected job read again, with all its attempts.

    Raises IllegalTransition, Conflict (a photo is in use elsewhere, or none is usable).
    """
    with transaction.atomic():
        job = job_locked(job_id)
        if job.status not in {JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.REJECTED}:
            message = f"This job is {job.get_status_display()}; only an ended one is tried again."
            raise IllegalTransition(message, extra={"allowed": []})
        if job.photos.filter(listing__isnull=False).exists():
            message = "A photo of this job is in use elsewhere by now; start a new job."
            raise Conflict(message)
        if not job.photos.exclude(status=AssetStatus.FAILED).exists():
            message = "No photo of this job is usable; upload them again."
            raise Conflict(message)
        job.results.all().delete()
        # Who asks for it by hand wants it read, not remembered.
        AssetReading.objects.filter(asset__job=job).delete()
        job.status = JobStatus.PENDING
        job.review_status = ReviewStatus.PENDING
        job.attempt_count = 0
        job.error_code = job.last_error = ""
        job.next_retry_at = job.heartbeat_at = None
        job.save()
        core_events.emit(events.JobRetried(entity_id=job.pk), actor=actor)
        transaction.on_commit(lambda: kick(job.pk))
    return job


def kick(job_id: uuid.UUID) -> None:
    """Wake a worker; where the broker is away the sweep finds the row."""
    from ingestion import tasks

    core_tasks.kick(tasks.process_job_task, str(job_id))
