"""The worker of an import: batches of rows, each with its effects and verdicts in one transaction."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from listings.files.headers import Plan
from listings.files.rows import PartRow, Tally, part_rows
from listings.files.tables import FileRefused, Table
from listings.models import ImportFile
from listings.services.import_batch import rows_judge
from listings.services.import_rows import row_judge, sku_of
from listings.services.import_verdicts import Place, Verdict, Work, verdicts_record
from listings.services.imports import KIND, STALE_AFTER, stored_tables_opened
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict, InvalidInput
from realtrack.core.models import Run, RunItem, RunItemState, RunState

# Rows a transaction: large enough that statements cost little a row, small enough that a sign of
# life comes every second and others wait no longer for a part that the file names.
BATCH = 250
_MAX_CLAIMS = 10  # a file that kills its worker each time must not do so for ever


class _TakenOver(Exception):
    """Another worker has this run now, or a person asked it to stop."""


def import_run(*, run_id: uuid.UUID) -> None:
    """Do what is left of an import. Safe to call at any time, by any number of workers.

    A run whose worker is alive is left alone. Killed at any point, the next call goes on after the
    last row with a verdict.
    """
    run = Run.objects.select_related("user").filter(pk=run_id, kind=KIND).first()
    if run is None or run.state not in {RunState.PENDING, RunState.RUNNING}:
        return
    alive = run.heartbeat_at and run.heartbeat_at > timezone.now() - STALE_AFTER
    if run.state == RunState.RUNNING and alive:
        return
    actor = Actor(kind=ActorKind.IMPORT, user_id=run.user_id, label=run.actor_label, run_id=run.pk)
    if run.state == RunState.RUNNING and run.attempts >= _MAX_CLAIMS:
        runs.run_fail(run_id=run_id, actor=actor, error=f"Its worker ended {run.attempts} times.")
        return
    file = ImportFile.objects.defer("content").filter(pk=run_id).first()
    if file is None:
        runs.run_fail(run_id=run_id, actor=actor, error="Its file is not kept any more.")
        return
    try:
        with stored_tables_opened(file) as tables:
            total = sum(1 for _ in part_rows(tables, Tally()))
            claimed = runs.run_start(run_id=run_id, actor=actor, total=total)
            work = Work(
                run=run,
                attempt=claimed.attempts,
                actor=actor,
                dry_run=file.is_dry_run,
                tally=Tally(),
                several=len(tables) > 1,
            )
            _rows_do(work, tables)
        with transaction.atomic():
            _fence(work)
            runs.run_finish(run_id=run_id, actor=actor, result=_result(work))
    except (_TakenOver, Conflict):
        return  # another worker has it, or it has ended meanwhile
    except (FileRefused, InvalidInput) as error:
        texts = [text for found in getattr(error, "fields", {}).values() for text in found]
        runs.run_fail(run_id=run_id, actor=actor, error="; ".join(texts) or str(error))
        return
    except (OperationalError, InterfaceError):
        raise  # the database is away: the run goes on when it is back
    except Exception as error:
        # A fault of ours would come again with each try: it ends the run where a person sees it.
        runs.run_fail(
            run_id=run_id, actor=actor, error=f"A fault in the program: {type(error).__name__}."
        )
        raise


def _rows_do(work: Work, tables: Sequence[tuple[Table, Plan]]) -> None:
    done = set(
        RunItem.objects.filter(run=work.run)
        .exclude(state=RunItemState.PENDING)
        .values_list("position", flat=True)
    )
    for places in _batches(work, tables, done):
        if runs.is_cancelled(work.run.pk):
            return
        with transaction.atomic():
            _fence(work)
            verdicts_record(work, _judged(work, places))


def _judged(work: Work, places: Sequence[Place]) -> list[tuple[Place, Verdict]]:
    """Together where all goes well; else each by itself, so that each has its own reason."""
    try:
        return rows_judge(work, places)
    except (AppError, IntegrityError, DataError):
        return [(place, row_judge(work, place)) for place in places]


def _batches(
    work: Work, tables: Sequence[tuple[Table, Plan]], done: set[int]
) -> Iterator[list[Place]]:
    """Rows without a verdict, in the order of the file."""
    waiting: list[Place] = []
    for position, part in enumerate(part_rows(tables, work.tally), start=1):
        twin = _twin(work, part)
        if position in done:
            continue
        waiting.append(Place(position=position, part=part, twin=twin))
        if len(waiting) >= BATCH:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _fence(work: Work) -> None:
    """Hold the run's row until these rows of the file are stored; give way to a newer claim."""
    held = Run.objects.select_for_update(of=("self",)).filter(
        pk=work.run.pk, attempts=work.attempt, state=RunState.RUNNING
    )
    if not held.exists():
        raise _TakenOver


def _twin(work: Work, part: PartRow) -> int | None:
    """The row above with the same SKU, if there is one."""
    sku = sku_of(part).casefold()
    if not sku:
        return None
    first = work.skus.setdefault(sku, part.number)
    return first if first != part.number else None


def _result(work: Work) -> dict[str, object]:
    run = Run.objects.get(pk=work.run.pk)
    number = Cast(KeyTextTransform("fitments", "after"), IntegerField())
    fitments = run.items.aggregate(total=Sum(number))["total"] or 0
    return {
        "new": run.created_count,
        "changed": run.changed_count,
        "same": run.same_count,
        "refused": run.refused_count,
        "total": run.total,
        "fitments": fitments,
        "vehicle_rows": work.tally.vehicles,
        "repeated_vehicle_rows": work.tally.repeated_vehicles,
        "hidden_rows": work.tally.hidden,
        "dry_run": work.dry_run,
    }
