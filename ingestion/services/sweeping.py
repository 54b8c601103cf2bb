"""What a lost message or a killed worker left is found here, and what nobody uses is removed."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ingestion.enums import AssetStatus, JobStatus
from ingestion.models import ImageAsset, IngestionJob
from ingestion.services.budget import calls_free
from ingestion.services.jobs import kick
from ingestion.services.rereading import jobs_reread
from ingestion.storage import storage, variant_key
from ingestion.storage.keys import UPLOADS
from realtrack.core import tasks as core_tasks

# A photo is read in 1 to 3 s, on a loaded machine in 20; three times that and the worker is gone.
STALE_SECONDS = 60
# A message is worth waiting for as long as a queue of a photo session takes to get there.
KICK_AGAIN_SECONDS = 60
_BATCH = 200
UPLOAD_HOURS = 24
UNLINKED_DAYS = 7
# After a photo's row is marked deleted its bytes stay for a while: an undo, a page that is open.
DELETED_DAYS = 1


def is_stale(job: IngestionJob, now: datetime.datetime) -> bool:
    """Say whether a working job shows no sign of life any more."""
    return job.heartbeat_at is None or job.heartbeat_at < now - datetime.timedelta(
        seconds=STALE_SECONDS
    )


def intake_sweep() -> int:
    """Wake workers for what is due: waiting, to be tried again, left by a killed worker.

    Selects by "due and not done", so that a missed tick loses nothing; a row is kicked at most
    once a minute. Returns how many were woken.
    """
    now = timezone.now()
    quiet = now - datetime.timedelta(seconds=KICK_AGAIN_SECONDS)
    unheard = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=quiet)
    due = (
        Q(
            unheard,
            status__in=[JobStatus.PENDING, JobStatus.UPLOADING],
            created_at__lt=now - datetime.timedelta(seconds=5),
        )
        | Q(status=JobStatus.FAILED, next_retry_at__lte=now)
        | Q(unheard, status__in=[JobStatus.PROCESSING, JobStatus.AI_COMPLETE])
    )
    with transaction.atomic():
        ids = list(
            IngestionJob.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(due)
            .order_by("created_at")
            .values_list("pk", flat=True)[:_BATCH]
        )
        # A waiting job remembers its kick; those at work keep their worker's own heartbeat.
        IngestionJob.objects.filter(pk__in=ids, status=JobStatus.PENDING).update(heartbeat_at=now)
    for job_id in ids:
        kick(job_id)
    calls_free()
    return len(ids) + jobs_reread() + _sweep_assets(now)


def _sweep_assets(now: datetime.datetime) -> int:
    from ingestion import tasks

    waiting = ImageAsset.objects.filter(
        status=AssetStatus.UPLOADED,
        deleted_at__isnull=True,
        uploaded_at__lt=now - datetime.timedelta(seconds=KICK_AGAIN_SECONDS),
        updated_at__lt=now - datetime.timedelta(seconds=KICK_AGAIN_SECONDS),
    ).values_list("pk", flat=True)
    ids = list(waiting[:_BATCH])
    ImageAsset.objects.filter(pk__in=ids).update(updated_at=now)
    for asset_id in ids:
        core_tasks.kick(tasks.process_asset_task, str(asset_id))
    return len(ids)


def orphans_clean() -> int:
    """Remove what nobody uses: uploads of 24 h, photos of no part and no open job after 7 days.

    A photo with a listing or in the library is never touched. Bytes go after the row, and a variant only when no
    other photo has the same content. Returns how many photos were removed.
    """
    now = timezone.now()
    open_jobs = Q(job__status__in=[JobStatus.PENDING, JobStatus.UPLOADING, JobStatus.PROCESSING,
                                   JobStatus.AI_COMPLETE, JobStatus.REVIEW_REQUIRED])  # fmt: skip
    never_sent = Q(
        status=AssetStatus.PENDING, created_at__lt=now - datetime.timedelta(hours=UPLOAD_HOURS)
    )
    unlinked = (
        Q(updated_at__lt=now - datetime.timedelta(days=UNLINKED_DAYS), library__isnull=True)
        & ~open_jobs
    )
    deleted = Q(deleted_at__lt=now - datetime.timedelta(days=DELETED_DAYS))
    doomed = ImageAsset.objects.filter(
        (Q(listing__isnull=True, deleted_at__isnull=True) & (never_sent | unlinked)) | deleted
    ).order_by("pk")
    removed = 0
    for asset_id in list(doomed.values_list("pk", flat=True)[: _BATCH * 10]):
        removed += _remove(asset_id)
    for key in storage().stale_keys(
        UPLOADS, older_than=now - datetime.timedelta(hours=UPLOAD_HOURS)
    ):
        storage().delete(key)
    return removed


def _remove(asset_id: uuid.UUID) -> int:
    with transaction.atomic():
        asset = (
            ImageAsset.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=asset_id)
            .filter(Q(listing__isnull=True) | Q(deleted_at__isnull=False))
            .first()
        )
        if asset is None:
            return 0
        keys = [asset.s3_key]
        shared = (
            ImageAsset.objects.filter(content_hash=asset.content_hash).exclude(pk=asset.pk).exists()
        )
        if asset.content_hash and not shared:
            names = (asset.variant_large, asset.variant_medium, asset.variant_thumb)
            keys += [variant_key(name) for name in names if name]
        asset.delete()
    for key in keys:
        storage().delete(key)
    return 1
