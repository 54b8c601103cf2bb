"""From readings to parts: grouped, normalised, judged; and grouped anew as a person wants it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from ingestion import events, limits
from ingestion.enums import AssetStatus, JobMode, JobStatus, ReviewStatus
from ingestion.locks import assets_locked, job_locked
from ingestion.models import AiCall, AiResult, AssetReading, ImageAsset, IngestionJob
from ingestion.pipeline.contract import Refused, StepRecord, timed
from ingestion.pipeline.grouping import BundlePhoto, group_all, group_bundle, group_each
from ingestion.pipeline.normalising import NormaliseInput, NormaliseStep
from ingestion.providers.base import PhotoReading, ProviderUnavailable
from ingestion.providers.plain import reading_of
from ingestion.services.judging import result_of
from ingestion.services.trade import trade_tables
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, IllegalTransition, InvalidInput

Group = tuple[PhotoReading, ...]


def groups_of(
    mode: JobMode, assets: Sequence[ImageAsset], readings: Sequence[AssetReading]
) -> list[Group]:
    """Return the photos by part, as the job's mode wants it."""
    photos = [reading_of(one.asset_id, one.data) for one in readings]
    if mode is JobMode.BULK:
        return group_each(photos)
    if mode is JobMode.BUNDLE:
        by_id = {asset.pk: asset for asset in assets}
        return group_bundle(
            [
                BundlePhoto(
                    reading=photo,
                    taken_at=by_id[photo.asset_id].taken_at,
                    phash=by_id[photo.asset_id].phash,
                )
                for photo in photos
            ],
            trade_tables(),
        )
    return group_all(photos)


def part_of(
    group: Group, readings: Sequence[AssetReading], position: int
) -> tuple[AiResult, StepRecord]:
    """Return the unsaved result of a group, and how normalising it went."""
    given = NormaliseInput(photos=group, tables=trade_tables())
    found = timed("normalise", lambda: NormaliseStep().run(given))
    if isinstance(found.value, Refused):
        raise ProviderUnavailable(found.value.message)
    by_photo = {one.asset_id: one for one in readings}
    result = result_of(
        position=position,
        part=found.value,
        photos=group,
        readings=[by_photo[photo.asset_id] for photo in group],
    )
    return result, found.record


def results_save(job: IngestionJob, parts: Sequence[tuple[Group, AiResult]]) -> None:
    """Store the results of a locked job with their photos; inside the caller's transaction."""
    for group, result in parts:
        result.job = job
        result.save(force_insert=True)
        ImageAsset.objects.filter(pk__in=[photo.asset_id for photo in group]).update(result=result)


def cost_of(job_id: uuid.UUID) -> Decimal:
    """Return what reading a job has cost so far, in USD, all its attempts together."""
    total = AiCall.objects.filter(job_id=job_id).aggregate(total=Sum("cost_usd"))["total"]
    return Decimal(total or 0)


def job_regroup(
    *, job_id: uuid.UUID, groups: Sequence[Sequence[uuid.UUID]], actor: Actor
) -> IngestionJob:
    """Put the photos of a job's open parts into these groups and read the parts anew from them.

    Nothing is sent to a provider again. Decided parts and their photos stay as they are; an open
    photo that no group names is an InvalidInput, so that none gets lost. Raises NotFound,
    IllegalTransition, Conflict (a reviewer is at one of the parts).
    """
    wanted = [list(dict.fromkeys(group)) for group in groups if group]
    with transaction.atomic():
        job = job_locked(job_id)
        if job.status != JobStatus.REVIEW_REQUIRED:
            message = f"This job is {job.get_status_display()}; only parts to review are regrouped."
            raise IllegalTransition(message, extra={"allowed": []})
        open_results = list(
            job.results.select_for_update(of=("self",))
            .filter(review_status=ReviewStatus.NEEDS_REVIEW)
            .order_by("pk")
        )
        _check_unclaimed(open_results, actor)
        assets = _open_assets(job, open_results, wanted)
        readings = list(AssetReading.objects.filter(asset__in=list(assets)))
        first = 1 + max(
            job.results.exclude(pk__in=[one.pk for one in open_results]).values_list(
                "position", flat=True
            ),
            default=-1,
        )
        AiResult.objects.filter(pk__in=[one.pk for one in open_results]).delete()
        by_photo = {one.asset_id: reading_of(one.asset_id, one.data) for one in readings}
        parts: list[tuple[Group, AiResult]] = []
        place = 0
        for number, ids in enumerate(wanted):
            for one in ids:
                assets[one].sort_order = place
                place += 1
            group = tuple(by_photo[one] for one in ids if one in by_photo)
            parts.append((group, part_of(group, readings, first + number)[0]))
        ImageAsset.objects.bulk_update(assets.values(), ["sort_order"])
        results_save(job, parts)
        core_events.emit(events.JobRegrouped(entity_id=job.pk, parts=len(parts)), actor=actor)
    return job


def _check_unclaimed(results: Sequence[AiResult], actor: Actor) -> None:
    from django.utils import timezone

    now = timezone.now()
    for one in results:
        taken = one.claimed_until is not None and one.claimed_until > now
        if taken and one.claimed_by_id != actor.user_id:
            message = "Somebody else is reviewing a part of this job; try again in a few minutes."
            raise Conflict(message)


def _open_assets(
    job: IngestionJob, open_results: Sequence[AiResult], wanted: Sequence[Sequence[uuid.UUID]]
) -> dict[uuid.UUID, ImageAsset]:
    ids = ImageAsset.objects.filter(
        job=job,
        result__in=[one.pk for one in open_results],
        deleted_at__isnull=True,
        status=AssetStatus.PROCESSED,
    ).values_list("pk", flat=True)
    assets = {asset.pk: asset for asset in assets_locked(list(ids))}
    named = [one for group in wanted for one in group]
    if len(named) != len(set(named)) or set(named) != set(assets):
        message = "Name every photo of the open parts once, and no other."
        raise InvalidInput(message, fields={"groups": message})
    if any(len(group) > limits.PHOTOS_PER_LISTING for group in wanted):
        message = "One part has at most 24 photos."
        raise InvalidInput(message, fields={"groups": message})
    return assets
