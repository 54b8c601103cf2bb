"""The worker of an import: a transaction per row, which holds its effect and its verdict."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import IntegerField, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.utils import timezone

from listings import fields
from listings.enums import ChangeReason
from listings.files.headers import Plan
from listings.files.rows import PartRow, Tally, merged_data, part_rows
from listings.files.tables import FileRefused, Table
from listings.models import ImportFile, Listing
from listings.services.create import listing_create
from listings.services.imports import KIND, STALE_AFTER, tables_opened
from listings.services.update import listing_update
from listings.services.validation import clean
from listings.sku import sku_clean
from listings.wire import wire_value
from realtrack.core import registry, runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict, InvalidInput
from realtrack.core.models import Run, RunItem, RunItemState, RunState

_MAX_CLAIMS = 10  # a file that kills its worker each time must not do so for ever
_TEXT_KEPT = 200  # characters of a value in the verdict, which is read on a page


@dataclass(frozen=True, slots=True, kw_only=True)
class _Verdict:
    """What became of a row."""

    state: RunItemState
    listing_id: uuid.UUID | None = None
    before: dict[str, object] = field(default_factory=dict)
    after: dict[str, object] = field(default_factory=dict)
    reason: str = ""
    code: str = ""


class _TakenOver(Exception):
    """Another worker has this run now, or a person asked it to stop."""


@dataclass(slots=True, kw_only=True)
class _Work:
    """A run being worked on; `attempt` is the fence: the run's number changes with each claim."""

    run: Run
    attempt: int
    actor: Actor
    dry_run: bool
    tally: Tally
    skus: dict[str, int] = field(default_factory=dict)


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
    file = ImportFile.objects.get(pk=run_id)
    try:
        with tables_opened(file.name, bytes(file.content), file.mapping) as tables:
            total = sum(1 for _ in part_rows(tables, Tally()))
            claimed = runs.run_start(run_id=run_id, actor=actor, total=total)
            work = _Work(
                run=run,
                attempt=claimed.attempts,
                actor=actor,
                dry_run=file.is_dry_run,
                tally=Tally(),
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


def _rows_do(work: _Work, tables: Sequence[tuple[Table, Plan]]) -> None:
    done = set(
        RunItem.objects.filter(run=work.run)
        .exclude(state=RunItemState.PENDING)
        .values_list("position", flat=True)
    )
    several = len(tables) > 1
    for position, part in enumerate(part_rows(tables, work.tally), start=1):
        twin = _twin(work, part)
        if position in done:
            continue
        if runs.is_cancelled(work.run.pk):
            return
        with transaction.atomic():
            _fence(work)
            verdict = _judge(work, part, twin)
            place = f"{part.sheet}, row {part.number}" if several else f"Row {part.number}"
            words = f"{part.data.get(fields.SKU, '')} {part.data.get('title', '')}".strip()
            runs.run_item_record(
                run_id=work.run.pk,
                position=position,
                state=verdict.state,
                target_type="listing" if verdict.listing_id else "",
                target_id=verdict.listing_id or "",
                label=f"{place}: {words}",
                before=verdict.before,
                after=verdict.after,
                reason_code=verdict.code,
                reason=verdict.reason,
            )


def _fence(work: _Work) -> None:
    """Hold the run's row until this row of the file is stored; give way to a newer claim."""
    held = Run.objects.select_for_update(of=("self",)).filter(
        pk=work.run.pk, attempts=work.attempt, state=RunState.RUNNING
    )
    if not held.exists():
        raise _TakenOver


def _twin(work: _Work, part: PartRow) -> int | None:
    """The row above with the same SKU, if there is one."""
    sku = sku_clean(str(part.data.get(fields.SKU, ""))).value.casefold()
    if not sku:
        return None
    first = work.skus.setdefault(sku, part.number)
    return first if first != part.number else None


def _judge(work: _Work, part: PartRow, twin: int | None) -> _Verdict:
    """Do the row within a savepoint; a dry run takes it back and keeps the verdict."""
    if part.fault:
        return _Verdict(state=RunItemState.REFUSED, code="invalid", reason=part.fault)
    if twin is not None:
        reason = f"Its SKU stands in row {twin} already."
        return _Verdict(state=RunItemState.REFUSED, code="repeated_sku", reason=reason)
    try:
        with transaction.atomic():
            verdict = _store(work, part)
            if work.dry_run:
                transaction.set_rollback(True)
    except AppError as error:
        return _Verdict(state=RunItemState.REFUSED, code=error.reason, reason=_words(error))
    except (IntegrityError, DataError) as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        reason = f"The values do not fit together ({name or 'a rule of the database'})."
        return _Verdict(state=RunItemState.REFUSED, code="constraint", reason=reason)
    return verdict


def _store(work: _Work, part: PartRow) -> _Verdict:
    sku = sku_clean(str(part.data.get(fields.SKU, ""))).value
    present = Listing.objects.filter(custom_label_sku__iexact=sku).first() if sku else None
    if present is not None and work.run.user is not None:
        visible = Listing.objects.visible_to(work.run.user).filter(pk=present.pk)
        if not visible.exists():
            raise InvalidInput(fields={fields.SKU: "A part of another team has this SKU."})
    data = merged_data(part, present.item_specifics if present else {})
    if present is not None:
        data.pop(fields.SKU, None)
    cleaned = clean(data)
    notes = [f"{fields.label(name)}: {text}." for name, text in cleaned.messages.items()]
    if present is None:
        return _created(work, part, data, notes)
    return _updated(work, part, present, data, notes)


def _created(work: _Work, part: PartRow, data: dict[str, object], notes: list[str]) -> _Verdict:
    listing = listing_create(data=data, actor=work.actor, reason=ChangeReason.IMPORT)
    fitments = _vehicles_hand_over(work, listing, part)
    after = _short({name: getattr(listing, name) for name in data if name in fields.writable()})
    return _Verdict(
        state=RunItemState.CREATED,
        listing_id=None if work.dry_run else listing.pk,
        after={**after, "fitments": fitments},
        reason=" ".join(notes),
    )


def _updated(
    work: _Work,
    part: PartRow,
    present: Listing,
    data: dict[str, object],
    notes: list[str],
) -> _Verdict:
    old = {name: getattr(present, name) for name in data if name in fields.writable()}
    wanted = clean(data).values
    saved = listing_update(
        listing_id=present.pk,
        data=data,
        version=None,
        actor=work.actor,
        reason=ChangeReason.IMPORT,
    )
    fitments = _vehicles_hand_over(work, saved, part)
    changed = [name for name in old if getattr(saved, name) != old[name]]
    kept = [name for name in old if name not in changed and wanted[name] != old[name]]
    if fields.QUANTITY in kept:
        kept.remove(fields.QUANTITY)
        notes.append(f"The stock stays at {saved.quantity or 0}.")
    if kept:
        labels = ", ".join(fields.label(name) for name in kept)
        notes.append(f"Stays as a person wrote it, the file's value is a proposal: {labels}.")
    state = RunItemState.CHANGED if changed or fitments else RunItemState.SAME
    return _Verdict(
        state=state,
        listing_id=present.pk,
        before=_short({name: old[name] for name in changed}),
        after={**_short({name: getattr(saved, name) for name in changed}), "fitments": fitments},
        reason=" ".join(notes),
    )


def _vehicles_hand_over(work: _Work, listing: Listing, part: PartRow) -> int:
    """Vehicles go to who keeps them, in this transaction; says how many fitments came of them."""
    if not part.vehicles:
        return 0
    sinks = registry.import_sinks.values()
    return sum(sink(listing.pk, part.vehicles, work.actor) for sink in sinks)


def _short(values: dict[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in values.items():
        wired = wire_value(value)
        found[fields.api_name(name)] = (
            f"{wired[:_TEXT_KEPT]}…"
            if isinstance(wired, str) and len(wired) > _TEXT_KEPT
            else wired
        )
    return found


def _words(error: AppError) -> str:
    """The error as a person reads it: each field by its label."""
    parts = [
        f"{fields.label(name)}: {text}" for name, texts in error.fields.items() for text in texts
    ]
    return " ".join(parts) or error.message


def _result(work: _Work) -> dict[str, object]:
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
