"""Read the words of many drafts in the background: a run with a verdict per part."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fitment.services.detect import fitments_detect
from listings.enums import ListingStatus
from listings.models import Listing
from realtrack.core import runs
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import Run, RunItem, RunItemState, RunState
from realtrack.core.registry import RunKind

KIND = "fitment.detect_batch"
# One run takes no more: what is left is named by the count and taken by the next.
BATCH_MAX = 20_000
_SILENT = timedelta(minutes=2)


def detect_batch_start(*, listing_ids: Sequence[uuid.UUID] | None = None, actor: Actor) -> Run:
    """Make a run that reads these parts, or all drafts without a vehicle; what it finds is unverified.

    Raises InvalidInput where nothing is to be read.
    """
    found = Listing.objects.order_by("pk")
    if listing_ids is None:
        found = found.filter(
            status__in=[ListingStatus.DRAFT, ListingStatus.READY], search__vehicle_count=0
        )
    else:
        found = found.filter(pk__in=list(listing_ids))
    rows = list(found.values_list("pk", "custom_label_sku")[:BATCH_MAX])
    if not rows:
        raise InvalidInput("No draft is without vehicles.")
    with transaction.atomic():
        run = runs.run_create(
            kind=KIND, title=f"Read the words of {len(rows):,} parts", total=len(rows), actor=actor
        )
        RunItem.objects.bulk_create(
            [
                RunItem(
                    run=run, position=place, target_type="listing", target_id=str(pk), label=sku
                )
                for place, (pk, sku) in enumerate(rows)
            ],
            batch_size=1000,
        )
        transaction.on_commit(lambda: wake(run.pk))
    return run


def wake(run_id: uuid.UUID) -> None:
    """Have a worker take the run up now."""
    from fitment.tasks import detect_batch_task

    core_tasks.kick(detect_batch_task, str(run_id))


RUN_KIND = RunKind(title="Vehicles read from words", resume=wake)


def detect_batch_run(*, run_id: uuid.UUID) -> None:
    """Work through a run; what has a verdict is not read again, so that a kill costs nothing."""
    actor = Actor.system(KIND)
    try:
        runs.run_start(run_id=run_id, actor=actor)
    except (Conflict, NotFound):
        return
    todo = RunItem.objects.filter(run_id=run_id, state=RunItemState.PENDING)
    for place, target in todo.order_by("position").values_list("position", "target_id"):
        if runs.is_cancelled(run_id):
            break
        _read(run_id, place, uuid.UUID(target), actor)
    runs.run_finish(run_id=run_id, actor=actor)


def _read(run_id: uuid.UUID, place: int, listing_id: uuid.UUID, actor: Actor) -> None:
    with transaction.atomic():
        try:
            result = fitments_detect(listing_id=listing_id, actor=actor)
        except NotFound:
            runs.run_item_record(
                run_id=run_id, position=place, state=RunItemState.REFUSED,
                reason_code="gone", reason="This part was deleted meanwhile.",
            )  # fmt: skip
            return
        is_changed = bool(result.added or result.removed)
        runs.run_item_record(
            run_id=run_id, position=place,
            state=RunItemState.CHANGED if is_changed else RunItemState.SAME,
            after={"added": result.added, "removed": result.removed},
            reason="; ".join(result.unresolved)[:500],
        )  # fmt: skip


def detect_batches_sweep() -> int:
    """Wake runs whose wake was lost or whose worker was killed; returns how many."""
    silent = timezone.now() - _SILENT
    lost = Run.objects.filter(
        Q(state=RunState.PENDING, created_at__lt=silent)
        | Q(state=RunState.RUNNING, heartbeat_at__lt=silent),
        kind=KIND,
    )
    ids = list(lost.values_list("pk", flat=True))
    for run_id in ids:
        wake(run_id)
    return len(ids)
