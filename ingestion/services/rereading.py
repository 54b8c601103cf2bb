"""What a fallback read while the wanted provider was away is read again when it is back."""

from __future__ import annotations

import datetime
import uuid

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from ingestion.enums import JobStatus, ReviewStatus
from ingestion.locks import job_locked
from ingestion.models import AssetReading
from ingestion.providers.remote import rest_left
from ingestion.services.jobs import kick
from settings_app.selectors import setting_value

# Once an outage is over it is over; a service that fails this often is left to people.
MOST_REREADS = 3
_BATCH = 50


def jobs_reread() -> int:
    """Send jobs back that were read by a fallback, where nobody has begun to review them.

    Only while the wanted provider takes calls again. Returns how many were sent back.
    """
    first = str(setting_value("ai", "ai_provider"))
    if rest_left(first):
        return 0
    now = timezone.now()
    ids: list[uuid.UUID] = list(
        AssetReading.objects.filter(
            degraded_from=first,
            reread_count__lt=MOST_REREADS,
            asset__deleted_at__isnull=True,
            asset__job__status=JobStatus.REVIEW_REQUIRED,
        )
        .order_by()
        .values_list("asset__job_id", flat=True)
        .distinct()[:_BATCH]
    )
    return sum(_send_back(job_id, first, now) for job_id in ids)


def _send_back(job_id: uuid.UUID, first: str, now: datetime.datetime) -> int:
    with transaction.atomic():
        job = job_locked(job_id)
        if job.status != JobStatus.REVIEW_REQUIRED:
            return 0
        results = list(job.results.select_for_update(of=("self",)).order_by("pk"))
        begun = any(
            one.review_status != ReviewStatus.NEEDS_REVIEW
            or (one.claimed_until is not None and one.claimed_until > now)
            for one in results
        )
        if begun:
            return 0
        AssetReading.objects.filter(asset__job=job, degraded_from=first).update(
            reread_count=F("reread_count") + 1
        )
        job.status = JobStatus.PENDING
        job.review_status = ReviewStatus.PENDING
        job.attempt_count = 0
        job.heartbeat_at = None
        job.save()
        transaction.on_commit(lambda: kick(job.pk))
    return 1
