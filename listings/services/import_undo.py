"""Undo of an import: in the background, a listing at a time, what was changed since stays."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from listings.locks import listings_locked
from listings.services.bulk import take_back
from listings.services.imports import KIND, STALE_AFTER, UNDO_KIND
from listings.services.life import listing_delete
from realtrack.core import runs
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict, NotFound
from realtrack.core.models import Run, RunItem, RunItemState, RunState
from realtrack.core.registry import RunKind

_CHUNK = 50
_STORED = (RunItemState.CREATED, RunItemState.CHANGED)
_ENDED = (RunState.DONE, RunState.CANCELLED, RunState.FAILED)


def import_undo(*, run_id: uuid.UUID, actor: Actor) -> Run:
    """Make the run that puts each listing back as it was before this import.

    Listings that the import made go to the trash. What anyone changed since is left as it is and
    named. Raises `NotFound`, `Conflict` where there is nothing to undo or it was undone before.
    """
    source = Run.objects.filter(pk=run_id, kind=KIND).first()
    if source is None:
        raise NotFound
    if source.params.get("dry_run") or source.state not in _ENDED:
        raise Conflict("Only an import that has ended is undone.")
    items = source.items.filter(state__in=_STORED)
    with transaction.atomic():
        run = runs.run_create(
            kind=UNDO_KIND,
            title=f"Undo: {source.title}",
            actor=actor,
            total=items.count(),
            params={"run": str(source.pk)},
            idempotency_key=f"{UNDO_KIND}:{source.pk}",
        )
        if run.attempts or run.state != RunState.PENDING:
            raise Conflict("This import was undone already.", extra={"runId": str(run.pk)})
        transaction.on_commit(lambda: import_undo_resume(run.pk))
    return run


def import_undo_resume(run_id: uuid.UUID) -> None:
    """Wake a worker for this undo; listings that have their verdict are not done twice."""
    from listings import tasks

    core_tasks.kick(tasks.import_undo_task, str(run_id))


def import_undo_run(*, run_id: uuid.UUID) -> None:
    """Do what is left of an undo. Safe to call at any time, by any number of workers."""
    run = Run.objects.filter(pk=run_id, kind=UNDO_KIND).first()
    if run is None or run.state not in {RunState.PENDING, RunState.RUNNING}:
        return
    alive = run.heartbeat_at and run.heartbeat_at > timezone.now() - STALE_AFTER
    if run.state == RunState.RUNNING and alive:
        return
    # As the person who asked: what a person owns is put back too.
    actor = Actor(
        kind=ActorKind(run.actor_kind), user_id=run.user_id, label=run.actor_label, run_id=run.pk
    )
    try:
        claimed = runs.run_start(run_id=run_id, actor=actor)
    except Conflict:
        return  # it has ended meanwhile
    done = set(run.items.values_list("position", flat=True))
    source = RunItem.objects.filter(run_id=run.params["run"], state__in=_STORED)
    waiting: list[RunItem] = []
    for item in source.order_by("-position").iterator(chunk_size=500):
        if item.position in done:
            continue
        waiting.append(item)
        if len(waiting) == _CHUNK:
            if not _chunk_undo(claimed, waiting, actor):
                return
            waiting = []
    if _chunk_undo(claimed, waiting, actor):
        undone = run.items.filter(state=RunItemState.CHANGED).count()
        runs.run_finish(run_id=run_id, actor=actor, result={"restored": undone})


def _chunk_undo(run: Run, items: list[RunItem], actor: Actor) -> bool:
    """Undo these; False where another worker has the run now. A cancelled run does no more."""
    if runs.is_cancelled(run.pk):
        return True
    with transaction.atomic():
        held = Run.objects.select_for_update(of=("self",)).filter(
            pk=run.pk, attempts=run.attempts, state=RunState.RUNNING
        )
        if not held.exists():
            return False
        # Locked together in the order of their keys, as every other writer of many does.
        listings_locked([uuid.UUID(one.target_id) for one in items], with_deleted=True)
        for item in items:
            _undo_one(run, item, actor)
    return True


def _undo_one(run: Run, item: RunItem, actor: Actor) -> None:
    code = reason = ""
    try:
        with transaction.atomic():
            if item.state == RunItemState.CREATED:
                _unmake(item, actor)
            else:
                take_back(uuid.UUID(item.target_id), item, actor)
    except AppError as error:
        code, reason = error.reason, error.message
    runs.run_item_record(
        run_id=run.pk,
        position=item.position,
        state=RunItemState.REFUSED if reason else RunItemState.CHANGED,
        target_type="listing",
        target_id=item.target_id,
        label=item.label,
        reason_code=code,
        reason=reason,
    )


def _unmake(item: RunItem, actor: Actor) -> None:
    found = listings_locked([uuid.UUID(item.target_id)])
    if not found:
        raise NotFound("It lies in the trash already, or is gone.")
    listing = found[0]
    seen = (listing.version, listing.quantity or 0)
    if seen != (item.after.get("version"), item.after.get("quantity") or 0):
        message = f"{listing.custom_label_sku} was changed since; it stays as it is."
        raise Conflict(message, code="changed_since")
    listing_delete(listing_id=listing.pk, actor=actor)


UNDO_RUN_KIND = RunKind(title="Undo of an import", resume=import_undo_resume)
