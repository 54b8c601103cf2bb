"""Runs: every work on many rows is a row that a person can read, cancel and retry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from realtrack.core import events, registry
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.models import Run, RunItem, RunItemState, RunState

_COUNTERS: Mapping[str, str] = {
    RunItemState.CREATED: "created_count",
    RunItemState.CHANGED: "changed_count",
    RunItemState.SAME: "same_count",
    RunItemState.REFUSED: "refused_count",
}


class RunStarted(events.DomainEvent):
    name = "run.started"
    entity_type = "run"
    log_only: ClassVar[bool] = True


class RunFinished(events.DomainEvent):
    name = "run.finished"
    entity_type = "run"


class RunRetried(events.DomainEvent):
    name = "run.retried"
    entity_type = "run"
    log_only: ClassVar[bool] = True


class RunFailed(events.DomainEvent):
    name = "run.failed"
    entity_type = "run"


def run_create(
    *,
    kind: str,
    title: str,
    actor: Actor,
    total: int = 0,
    params: Mapping[str, Any] | None = None,
    entity_type: str = "",
    entity_id: str = "",
    idempotency_key: str | None = None,
) -> Run:
    """Make a waiting run; with an `idempotency_key` seen before, return that run instead."""
    values = {
        "kind": kind,
        "title": title[:200],
        "user_id": actor.user_id,
        "actor_kind": actor.kind.value,
        "actor_label": actor.label[:200],
        "total": total,
        "params": events.plain(params or {}),
        "entity_type": entity_type,
        "entity_id": str(entity_id),
    }
    if idempotency_key is None:
        return Run.objects.create(**values)
    run, _ = Run.objects.get_or_create(idempotency_key=idempotency_key, defaults=values)
    return run


def run_start(*, run_id: uuid.UUID, actor: Actor, total: int | None = None) -> Run:
    """Claim the run for this worker; raises Conflict if it has ended, NotFound if it is gone."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state in {RunState.DONE, RunState.CANCELLED}:
            raise Conflict(f"This run is {run.get_state_display()}.")
        run.state = RunState.RUNNING
        run.attempts += 1
        run.started_at = run.started_at or timezone.now()
        run.heartbeat_at = timezone.now()
        run.error = ""
        if total is not None:
            run.total = total
        run.save()
        told = {"kind": run.kind, "title": run.title}
        events.emit(RunStarted(entity_id=run.pk, metadata=told), actor=actor)
    return run


def run_item_record(
    *,
    run_id: uuid.UUID,
    position: int,
    state: RunItemState,
    target_type: str = "",
    target_id: object = "",
    label: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason_code: str = "",
    reason: str = "",
) -> None:
    """Write the verdict of row `position`, and count it; a verdict given again replaces the first.

    Called in the same transaction as the row's effect, so that neither stands alone.
    """
    with transaction.atomic():
        item, _ = RunItem.objects.select_for_update().get_or_create(
            run_id=run_id, position=position
        )
        moves: dict[str, Any] = {"heartbeat_at": timezone.now()}
        if item.state != state:
            if item.state in _COUNTERS:
                moves[_COUNTERS[item.state]] = F(_COUNTERS[item.state]) - 1
            if state in _COUNTERS:
                moves[_COUNTERS[state]] = F(_COUNTERS[state]) + 1
        item.state = state
        item.target_type = target_type or item.target_type
        item.target_id = str(target_id or item.target_id)
        item.label = (label or item.label)[:200]
        item.before = events.plain(before or {})
        item.after = events.plain(after or {})
        item.reason_code = reason_code
        item.reason = reason
        item.attempts += 1
        item.save()
        Run.objects.filter(pk=run_id).update(**moves)


def run_finish(*, run_id: uuid.UUID, actor: Actor, result: Mapping[str, Any] | None = None) -> Run:
    """End the run well, which needs created + changed + same + refused = total.

    A sum that does not add up fails the run, naming the numbers; nothing is hidden.
    """
    with transaction.atomic():
        run = _locked(run_id)
        run.result = {**run.result, **events.plain(result or {})}
        run.finished_at = run.heartbeat_at = timezone.now()
        if run.cancel_requested_at and run.done < run.total:
            run.state = RunState.CANCELLED
        elif run.done != run.total:
            run.state = RunState.FAILED
            run.error = f"{run.total} rows went in, {run.done} have a verdict."
        else:
            run.state = RunState.DONE
        run.save()
        event = RunFailed if run.state == RunState.FAILED else RunFinished
        events.emit(
            event(
                entity_id=run.pk,
                metadata={"kind": run.kind, "title": run.title, "state": run.state},
            ),
            actor=actor,
        )
    return run


def run_fail(*, run_id: uuid.UUID, actor: Actor, error: str) -> None:
    """End the run as failed with a sentence that says why; what was done stays done."""
    with transaction.atomic():
        run = _locked(run_id)
        run.state = RunState.FAILED
        run.error = error[:4000]
        run.finished_at = timezone.now()
        run.save()
        told = {"kind": run.kind, "title": run.title}
        events.emit(RunFailed(entity_id=run.pk, metadata=told), actor=actor)


def run_cancel(*, run_id: uuid.UUID, actor: Actor) -> Run:
    """Ask the run to stop after the row it is at; a waiting run ends at once."""
    with transaction.atomic():
        run = _locked(run_id)
        if run.state not in {RunState.PENDING, RunState.RUNNING}:
            raise Conflict(f"This run is {run.get_state_display()} and cannot be cancelled.")
        run.cancel_requested_at = timezone.now()
        if run.state == RunState.PENDING:
            run.state = RunState.CANCELLED
            run.finished_at = timezone.now()
        run.save()
        events.emit(
            RunFinished(
                entity_id=run.pk,
                metadata={"kind": run.kind, "title": run.title, "asked": "cancel"},
            ),
            actor=actor,
        )
    return run


def run_retry(*, run_id: uuid.UUID, actor: Actor) -> Run:
    """Start a failed or cancelled run again; rows with a good verdict are not done twice."""
    with transaction.atomic():
        run = _locked(run_id)
        kind = registry.run_kinds.get(run.kind)
        if run.state not in {RunState.FAILED, RunState.CANCELLED}:
            raise Conflict(f"This run is {run.get_state_display()}; only an ended one is retried.")
        if kind is None or kind.resume is None:
            raise Conflict("This kind of run cannot be started again; start a new one.")
        run.state = RunState.PENDING
        run.cancel_requested_at = run.finished_at = None
        run.error = ""
        run.save()
        events.emit(
            RunRetried(entity_id=run.pk, metadata={"kind": run.kind, "title": run.title}),
            actor=actor,
        )
        transaction.on_commit(lambda: kind.resume(run.pk) if kind.resume else None)
    return run


def is_cancelled(run_id: uuid.UUID) -> bool:
    """Say whether a person asked this run to stop; workers ask between rows."""
    return Run.objects.filter(pk=run_id, cancel_requested_at__isnull=False).exists()


def _locked(run_id: uuid.UUID) -> Run:
    run = Run.objects.select_for_update(of=("self",)).filter(pk=run_id).first()
    if run is None:
        raise NotFound("This run does not exist.")
    return run
