"""The run of a job: claim the row, work outside any transaction, record; in any order of crashes.

`attempt_count` is the fence: whoever records must hold the attempt that it claimed.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from ingestion import events
from ingestion.enums import AssetStatus, Band, JobMode, JobStatus, ReviewStatus
from ingestion.locks import job_locked
from ingestion.models import AiResult, AssetReading, ImageAsset, IngestionJob
from ingestion.pipeline.contract import StepRecord, timed
from ingestion.providers.base import ProviderUnavailable
from ingestion.providers.plain import reading_of
from ingestion.providers.registry import harder_provider, providers_in_order
from ingestion.services.jobs import NO_PHOTOS, fail_finally, fail_for_now, refusals_in_words
from ingestion.services.parts import Group, cost_of, groups_of, part_of, results_save
from ingestion.services.processing import asset_process
from ingestion.services.reading import photos_read, photos_read_harder
from realtrack.core import events as core_events
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, NotFound
from realtrack.core.redis import RedisError
from settings_app.selectors import setting_value

logger = structlog.get_logger(__name__)


class _Superseded(Exception):
    """Another worker has the job, or a person cancelled it: what was read is dropped."""


@dataclass(slots=True)
class _Work:
    """What one attempt gathers."""

    job_id: uuid.UUID
    attempt: int
    actor: Actor
    steps: list[StepRecord] = field(default_factory=list)


def job_run(*, job_id: uuid.UUID) -> IngestionJob | None:
    """Read a job's photos into results and decide the sure ones; None where there is nothing to do.

    Idempotent: run twice, or killed at any point and run again, it leaves one set of results and
    at most one draft a part. Failures end in the row, with the next attempt's time or for good.
    """
    claimed = _claim(job_id)
    if claimed is None:
        return None
    job, decide_only = claimed
    actor = Actor(kind=ActorKind.AI, user_id=job.created_by_id, label="intake")
    work = _Work(job_id=job.pk, attempt=job.attempt_count, actor=actor)
    try:
        if not decide_only:
            _read_and_record(job, work)
        return _decide(job.pk, actor)
    except _Superseded:
        return None
    except (OperationalError, InterfaceError, RedisError):
        # A server of ours is gone: nothing can be recorded. The row's heartbeat stops; the sweep
        # takes it up again.
        raise
    except (ProviderUnavailable, OSError, MemoryError, SoftTimeLimitExceeded) as error:
        wait = getattr(error, "retry_after", None)
        return _failed(work, code="unavailable", reason=_words(error), heals=True, wait=wait)
    except AppError as error:
        return _failed(work, code=error.reason, reason=error.message, heals=error.status == 409)
    except Exception as error:
        # A fault of ours: the same photo would meet it again, so it ends here, in the row.
        logger.exception("ingestion_job_broke", job_id=str(job_id))
        return _failed(work, code="internal", reason=f"A fault of ours: {error!r}", heals=False)


def _claim(job_id: uuid.UUID) -> tuple[IngestionJob, bool] | None:
    """Take the job where it is due; the second value says that only decisions are left."""
    from ingestion.services.sweeping import is_stale

    now = timezone.now()
    with transaction.atomic():
        try:
            job = job_locked(job_id)
        except NotFound:
            return None
        if job.status == JobStatus.AI_COMPLETE and is_stale(job, now):
            job.heartbeat_at = now
            job.save(update_fields=["heartbeat_at", "updated_at"])
            return job, True
        due = (
            job.status in {JobStatus.PENDING, JobStatus.UPLOADING}
            or (job.will_retry and job.next_retry_at is not None and job.next_retry_at <= now)
            or (job.status == JobStatus.PROCESSING and is_stale(job, now))
        )
        if not due:
            return None
        if job.attempt_count >= job.max_attempts:
            fail_finally(
                job,
                code="worker_lost",
                reason=f"The worker was lost {job.attempt_count} times while it read this job.",
                actor=Actor.system("intake"),
            )
            return None
        job.attempt_count += 1
        job.status = JobStatus.PROCESSING
        job.ai_started_at = job.heartbeat_at = now
        job.next_retry_at = None
        job.error_code = job.last_error = ""
        job.steps = []
        job.save()
    return job, False


def _read_and_record(job: IngestionJob, work: _Work) -> None:
    assets = list(job.photos.filter(deleted_at__isnull=True).order_by("sort_order", "pk"))
    usable = _process_all(assets, work)
    if not usable:
        with transaction.atomic():
            fail_finally(
                _mine(work), code=NO_PHOTOS, reason=refusals_in_words(assets), actor=work.actor
            )
        raise _Superseded
    readings = _recognise(usable, work)
    groups = groups_of(JobMode(job.mode), usable, readings)
    parts = [_normalise(place, group, usable, readings, work) for place, group in enumerate(groups)]
    _record(work, assets, parts)


def _process_all(assets: list[ImageAsset], work: _Work) -> list[ImageAsset]:
    def run() -> list[ImageAsset]:
        done: list[ImageAsset] = []
        for place, asset in enumerate(assets):
            if asset.status != AssetStatus.FAILED:
                assets[place] = asset_process(asset_id=asset.pk, actor=work.actor)
                _heartbeat(work)
            if assets[place].status == AssetStatus.PROCESSED:
                done.append(assets[place])
        return done

    found = timed("variants", run)
    refused = refusals_in_words(assets)
    work.steps.append(
        StepRecord(
            name="variants",
            seconds=found.record.seconds,
            outcome="refused" if refused else "done",
            note=refused,
        )
    )
    return found.value


def _recognise(usable: list[ImageAsset], work: _Work) -> list[AssetReading]:
    """Have every photo read; a step's report is a sign of life as well."""

    def report(step: StepRecord) -> None:
        work.steps.append(step)
        _heartbeat(work)

    return photos_read(
        assets=usable,
        providers=providers_in_order(str(setting_value("ai", "ai_provider"))),
        job_id=work.job_id,
        report=report,
    )


def _normalise(
    place: int,
    group: Group,
    usable: Sequence[ImageAsset],
    readings: list[AssetReading],
    work: _Work,
) -> tuple[Group, AiResult]:
    """Judge a part; where it is in doubt or dear, the better model reads its photos again."""
    result, step = part_of(group, readings, place)
    work.steps.append(step)
    harder = harder_provider(result, readings, group)
    if harder is None:
        return group, result
    ids = [photo.asset_id for photo in group]
    again = photos_read_harder(
        assets=[asset for asset in usable if asset.pk in set(ids)],
        provider=harder,
        job_id=work.job_id,
        report=work.steps.append,
    )
    _heartbeat(work)
    if again is None:
        return group, result
    group = tuple(reading_of(one.asset_id, one.data) for one in again)
    result, step = part_of(group, again, place)
    work.steps.append(step)
    return group, result


def _record(
    work: _Work, assets: Sequence[ImageAsset], parts: Sequence[tuple[Group, AiResult]]
) -> None:
    with transaction.atomic():
        job = _mine(work)
        job.results.all().delete()
        results_save(job, parts)
        job.status = JobStatus.AI_COMPLETE
        names = list(dict.fromkeys(result.provider for _, result in parts))
        models = list(dict.fromkeys(result.model for _, result in parts))
        job.ai_provider, job.ai_model = ", ".join(names)[:30], ", ".join(models)[:50]
        job.ai_cost_usd = cost_of(job.pk)
        job.ai_completed_at = job.heartbeat_at = timezone.now()
        job.last_error = refusals_in_words(assets)
        job.steps = [_plain(step) for step in work.steps]
        job.save()


def _plain(step: StepRecord) -> dict[str, object]:
    return {
        "name": step.name,
        "seconds": step.seconds,
        "outcome": step.outcome,
        "note": step.note,
    }


def _decide(job_id: uuid.UUID, actor: Actor) -> IngestionJob:
    """Approve what is sure, then say where the job stands; may be repeated."""
    from ingestion.services.review import job_settle, result_approve

    sure = AiResult.objects.filter(
        job_id=job_id, band=Band.AUTO, review_status=ReviewStatus.NEEDS_REVIEW
    ).values_list("pk", flat=True)
    for result_id in list(sure):
        try:
            result_approve(result_id=result_id, fields={}, actor=actor)
        except AppError as error:
            # The catalog refuses it (a rule of a field): a person looks at it.
            AiResult.objects.filter(pk=result_id).update(
                band=Band.REVIEW, review_notes=error.message[:2000]
            )
    with transaction.atomic():
        job = job_locked(job_id)
        if job.status == JobStatus.AI_COMPLETE:
            job_settle(job)
            results = list(job.results.all())
            core_events.emit(
                events.JobCompleted(
                    entity_id=job.pk,
                    title=_title(results),
                    parts=len(results),
                    to_review=sum(
                        one.review_status == ReviewStatus.NEEDS_REVIEW for one in results
                    ),
                    approved=sum(
                        one.review_status == ReviewStatus.AUTO_APPROVED for one in results
                    ),
                ),
                actor=actor,
            )
    return job


def _title(results: Sequence[AiResult]) -> str:
    if len(results) == 1:
        return results[0].extracted_title or "one part, no words found"
    return f"{len(results)} parts"


def _mine(work: _Work) -> IngestionJob:
    """The job, locked, if this attempt still holds it; else the work is dropped."""
    job = job_locked(work.job_id)
    if job.status != JobStatus.PROCESSING or job.attempt_count != work.attempt:
        raise _Superseded
    return job


def _heartbeat(work: _Work) -> None:
    """Show a sign of life; stop where another attempt or a person took the job away."""
    alive = IngestionJob.objects.filter(
        pk=work.job_id, status=JobStatus.PROCESSING, attempt_count=work.attempt
    ).update(heartbeat_at=timezone.now(), steps=[_plain(step) for step in work.steps])
    if not alive:
        raise _Superseded


def _failed(
    work: _Work, *, code: str, reason: str, heals: bool, wait: float | None = None
) -> IngestionJob | None:
    with transaction.atomic():
        job = job_locked(work.job_id)
        if job.status not in {JobStatus.PROCESSING, JobStatus.AI_COMPLETE}:
            return None
        if job.attempt_count != work.attempt:
            return None
        job.steps = [_plain(step) for step in work.steps]
        if heals:
            fail_for_now(job, code=code, reason=reason, wait=wait, actor=work.actor)
        else:
            fail_finally(job, code=code, reason=reason, actor=work.actor)
    return job


def _words(error: BaseException) -> str:
    if isinstance(error, SoftTimeLimitExceeded):
        return "Reading took longer than allowed."
    if isinstance(error, MemoryError):
        return "There was not enough memory to read these photos."
    return str(error) or type(error).__name__
