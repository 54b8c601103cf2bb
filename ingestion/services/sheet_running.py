"""The worker of a sheet: batches of rows, each with its drafts and verdicts in one transaction."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone

from fitment.vehicle_lookup import lookup_current
from ingestion.enums import RowState
from ingestion.models import IntakeRow
from ingestion.services.row_knowledge import (
    Knowledge,
    Usual,
    car_facts,
    numbers_known,
    photos_waiting,
    types_learn,
)
from ingestion.services.row_storing import Stored, Work, photo_keys_of, row_store
from ingestion.services.sheet_guessing import sheet_types_propose
from ingestion.services.sheets import KIND, car_differs, sheet_resume
from ingestion.services.trade import trade_tables
from ingestion.sheets import columns
from ingestion.sheets.car import CarSaid, cars_of_rows
from ingestion.sheets.facts import RowFacts, facts_of, numbers_of
from inventory.services import (
    names_engine,
    sheet_car_done,
    sheet_car_open,
    sheet_parts_known,
)
from listings.part_numbers import normalise
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict
from realtrack.core.events import plain
from realtrack.core.models import Run, RunItem, RunItemState, RunState

BATCH = 40  # rows a transaction: a sign of life every second or two, few statements a row
STALE_AFTER = timedelta(seconds=60)
_WAITING_AFTER = timedelta(seconds=10)
_MAX_CLAIMS = 10  # a sheet that kills its worker each time must not do so for ever
STAGES = (
    ("read", "Rows read"), ("identify", "Numbers known here"), ("types", "Part types found"),
    ("photos", "Photos matched"), ("drafts", "Rows stored"), ("guess", "Types proposed"),
)  # fmt: skip


class _TakenOver(Exception):
    """Another worker has this run now, or it has ended."""


@dataclass(slots=True, kw_only=True)
class Claim:
    """A run being worked on; `attempt` is the fence, `stages` counts and seconds of this claim."""

    run: Run
    attempt: int
    actor: Actor
    person: Actor
    types: dict[str, Usual] = field(default_factory=dict)
    stages: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Add the block's seconds to a stage."""
        start = time.monotonic()
        yield
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.monotonic() - start


def sheet_run(*, run_id: uuid.UUID) -> None:
    """Do what is left of a sheet. Safe to call at any time, by any number of workers.

    A run whose worker is alive is left alone. Killed at any point, the next call goes on after the
    last row with a verdict.
    """
    run = Run.objects.select_related("user").filter(pk=run_id, kind=KIND).first()
    if run is None or run.state not in {RunState.PENDING, RunState.RUNNING}:
        return
    alive = run.heartbeat_at and run.heartbeat_at > timezone.now() - STALE_AFTER
    if run.state == RunState.RUNNING and alive:
        return
    actor = machine_of(run)
    if run.state == RunState.RUNNING and run.attempts >= _MAX_CLAIMS:
        runs.run_fail(run_id=run_id, actor=actor, error=f"Its worker ended {run.attempts} times.")
        return
    try:
        claimed = runs.run_start(run_id=run_id, actor=actor)
        claim = Claim(run=run, attempt=claimed.attempts, actor=actor, person=person_of(run))
        _batches(claim)
        started = time.monotonic()
        guessed = sheet_types_propose(run_id=run_id, actor=actor)
        with transaction.atomic():
            _fence(claim)
            _stage_add(run_id, "guess", guessed, time.monotonic() - started)
            done = runs.run_finish(run_id=run_id, actor=actor)
        if run.entity_id:
            sheet_car_done(
                donor_id=uuid.UUID(run.entity_id), created=done.created_count, actor=actor
            )
    except (_TakenOver, Conflict):
        return  # another worker has it, or it has ended meanwhile
    except (OperationalError, InterfaceError):
        raise  # the database is away: the run goes on when it is back
    except Exception as error:
        # A fault of ours would come again with each try: it ends the run where a person sees it.
        runs.run_fail(
            run_id=run_id, actor=actor, error=f"A fault in the program: {type(error).__name__}."
        )
        raise


def sheets_sweep() -> int:
    """Wake workers for sheets whose wake was lost or whose worker was killed; says how many."""
    now = timezone.now()
    due = Run.objects.filter(kind=KIND).filter(
        Q(state=RunState.PENDING, created_at__lt=now - _WAITING_AFTER)
        | Q(state=RunState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    )
    found = list(due.values_list("pk", flat=True))
    for run_id in found:
        sheet_resume(run_id)
    return len(found)


def machine_of(run: Run) -> Actor:
    """The sheet as who writes: it never writes what a person owns."""
    return Actor(kind=ActorKind.IMPORT, user_id=run.user_id, label=run.actor_label, run_id=run.pk)


def person_of(run: Run) -> Actor:
    """Who sent the sheet, and says by that that the parts are off this car."""
    if run.user_id is None:
        return machine_of(run)
    return Actor(kind=ActorKind.PERSON, user_id=run.user_id, label=run.actor_label, run_id=run.pk)


def _batches(claim: Claim) -> None:
    run = claim.run
    open_places = RunItem.objects.filter(run=run, state=RunItemState.PENDING).order_by("position")
    while places := list(open_places.values_list("position", flat=True)[:BATCH]):
        if runs.is_cancelled(run.pk):
            return
        with transaction.atomic():
            _fence(claim)
            rows = list(IntakeRow.objects.filter(run=run, position__in=places).order_by("position"))
            done = rows_do(claim, rows)
            _record(claim, done)


def rows_do(claim: Claim, rows: Sequence[IntakeRow]) -> list[tuple[IntakeRow, Stored]]:
    """Understand and store rows of one car; within the caller's transaction.

    Each row is in a savepoint of its own: one that cannot be stored takes none with it.
    """
    car = sheet_car_open(donor_id=rows[0].donor_id) if rows[0].donor_id else None
    tables = trade_tables()
    texts = {row.pk: texts_of(row) for row in rows}
    with claim.timed("identify"):
        keys = [normalise(one) for given in texts.values() for one in numbers_of(given)]
        known, prices = numbers_known(keys, besides=car)
    facts: dict[uuid.UUID, RowFacts] = {}
    with claim.timed("types"):
        with_engine, without = car_facts(car), car_facts(car, with_engine=False)
        for row in rows:
            found = facts_of(
                texts[row.pk], car=without, known=known, tables=tables,
                mended=frozenset(row.mended),
            )  # fmt: skip
            if with_engine.engine and names_engine(found.part_type):
                found = facts_of(
                    texts[row.pk], car=with_engine, known=known, tables=tables,
                    mended=frozenset(row.mended),
                )  # fmt: skip
            facts[row.pk] = found
        types_learn(claim.types, [one.part_type for one in facts.values()])
    with claim.timed("photos"):
        photos = photos_waiting(key for one in facts.values() for key in photo_keys_of(one))
    given, ticked = (
        sheet_parts_known(donor_id=car.pk, keys=[row.given_key for row in rows if row.given_key])
        if car
        else ({}, {})
    )
    work = Work(
        car=car, car_facts=without, tables=tables,
        knowledge=Knowledge(known=known, prices=prices, photos=photos, types=claim.types),
        given=given, ticked=ticked, actor=claim.actor, person=claim.person,
        run_id=claim.run.pk, repeated=_repeated(facts.values()),
    )  # fmt: skip
    others = _others(rows, texts, work) if car else {}
    claim.stages["identify"] += sum(
        any(normalise(one) in known for one in found.numbers) for found in facts.values()
    )
    claim.stages["types"] += sum(bool(found.part_type) for found in facts.values())
    with claim.timed("drafts"):
        stored = [(row, _one(work, row, facts[row.pk], others.get(row.pk, ""))) for row in rows]
    claim.stages["photos"] += sum(
        one.field == "photos" and not one.doubt
        for found in facts.values()
        for one in found.evidence
    )
    claim.stages["drafts"] += sum(one.state != RunItemState.REFUSED for _, one in stored)
    return stored


def texts_of(row: IntakeRow) -> dict[str, str]:
    """Return what a row says: as it came, and over it what a person corrected."""
    given = {name: str(text) for name, text in row.given.items() if name != "extra"}
    return {**given, **{name: str(text) for name, text in row.mended.items()}}


def _one(work: Work, row: IntakeRow, facts: RowFacts, other: str) -> Stored:
    if other:
        facts.fault = other
    try:
        with transaction.atomic():
            return row_store(work, row, facts)
    except AppError as error:
        texts = [text for found in error.fields.values() for text in found]
        return _refuse(row, facts, " ".join(texts) or error.message, error.reason)
    except (IntegrityError, DataError) as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        reason = f"The values do not fit together ({name or 'a rule of the database'})."
        return _refuse(row, facts, reason, "constraint")


def _refuse(row: IntakeRow, facts: RowFacts, reason: str, code: str) -> Stored:
    row.listing_id = row.listing_id if row.state == RowState.DRAFT else None
    row.state, row.waits_for = RowState.REFUSED, ""
    row.evidence = [
        {"field": one.field, "value": one.value, "why": one.why, "doubt": one.doubt}
        for one in facts.evidence
    ]
    row.save()
    return Stored(state=RunItemState.REFUSED, reason=reason, code=code or "invalid")


def _others(
    rows: Sequence[IntakeRow], texts: Mapping[uuid.UUID, Mapping[str, str]], work: Work
) -> dict[uuid.UUID, str]:
    """Why rows that name another car than the sheet's are refused."""
    said = cars_of_rows(texts.values(), lookup_current())
    found: dict[uuid.UUID, str] = {}
    for row in rows:
        key = tuple(texts[row.pk].get(name, "") for name in columns.CAR_COLUMNS)
        one = said.get(key, CarSaid())
        if one.is_named and work.car is not None and (why := car_differs(one, work.car)):
            found[row.pk] = f"Another car: {why}; the sheet is of {work.car}."
    return found


def _repeated(facts: object) -> frozenset[tuple[str, str]]:
    """Type and side of which a batch has several: none of them is the one that was ticked."""
    counted: Counter[tuple[str, str]] = Counter(
        (one.part_type.casefold(), one.side)
        for one in facts  # type: ignore[attr-defined]
    )
    return frozenset(key for key, count in counted.items() if count > 1)


def _fence(claim: Claim) -> None:
    held = Run.objects.select_for_update(of=("self",)).filter(
        pk=claim.run.pk, attempts=claim.attempt, state=RunState.RUNNING
    )
    if not held.exists():
        raise _TakenOver


_COUNTERS: Mapping[str, str] = {
    RunItemState.CREATED: "created_count",
    RunItemState.CHANGED: "changed_count",
    RunItemState.SAME: "same_count",
    RunItemState.REFUSED: "refused_count",
}


def _record(claim: Claim, done: Sequence[tuple[IntakeRow, Stored]]) -> None:
    """Store verdicts and count them; in the transaction of the rows' effects, under the fence."""
    now = timezone.now()
    items = {
        one.position: one
        for one in RunItem.objects.filter(
            run=claim.run, position__in=[row.position for row, _ in done]
        )
    }
    for row, stored in done:
        item_fill(items[row.position], stored)
        items[row.position].updated_at = now
    RunItem.objects.bulk_update(
        items.values(),
        ["state", "target_type", "target_id", "before", "after", "reason_code", "reason",
         "attempts", "updated_at"],
    )  # fmt: skip
    counts = Counter(stored.state for _, stored in done)
    moves = {_COUNTERS[state]: F(_COUNTERS[state]) + count for state, count in counts.items()}
    run = Run.objects.get(pk=claim.run.pk)
    run.result = {**run.result, "stages": _stages(claim, run)}
    Run.objects.filter(pk=run.pk).update(heartbeat_at=now, result=run.result, **moves)
    claim.stages.clear()
    claim.seconds.clear()


def item_fill(item: RunItem, stored: Stored) -> None:
    """Write a verdict into its item."""
    item.state = stored.state
    item.target_type = "listing" if stored.listing else item.target_type
    item.target_id = str(stored.listing.pk) if stored.listing else item.target_id
    item.before, item.after = plain(stored.before or {}), plain(stored.after or {})
    item.reason_code, item.reason = stored.code, stored.reason
    item.attempts += 1


def _stage_add(run_id: uuid.UUID, name: str, count: int, seconds: float) -> None:
    run = Run.objects.get(pk=run_id)
    stages = dict(run.result.get("stages", {}))
    had = stages.get(name, {"count": 0, "seconds": 0.0})
    stages[name] = {
        "count": had["count"] + count,
        "seconds": round(had["seconds"] + seconds, 3),
    }
    Run.objects.filter(pk=run_id).update(result={**run.result, "stages": stages})


def _stages(claim: Claim, run: Run) -> dict[str, dict[str, object]]:
    before = dict(run.result.get("stages", {}))
    for name, _ in STAGES:
        had = before.get(name, {"count": 0, "seconds": 0.0})
        before[name] = {
            "count": had["count"] + claim.stages.get(name, 0),
            "seconds": round(had["seconds"] + claim.seconds.get(name, 0.0), 3),
        }
    return before
