"""Writing what rules say: a background run in chunks, each one transaction; undone as one.

Set-based: a chunk is one UPDATE, one INSERT of revisions, one of verdicts, one of log rows. A
worker that is killed goes on after the last row that has a verdict.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from listings.enums import ChangeReason
from listings.models import Listing, RulePrice
from listings.pricing import facts as reading
from listings.pricing.engine import Facts, Outcome, Program, evaluate, program_of
from listings.pricing.write import Change, changes_write, text
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import Run, RunItem, RunItemState, RunState
from settings_app.catalog import pricing_rules_switch
from settings_app.models import PricingRule

KIND = "listings.pricing"
UNDO_KIND = "listings.pricing_undo"


def pricing_apply_start(
    *,
    rule_ids: Sequence[uuid.UUID],
    actor: Actor,
    listing_ids: Sequence[uuid.UUID] | None = None,
    switch_on: bool = False,
) -> Run:
    """Make the run that applies these rules to the named listings, or to all. Wakes the worker.

    With `switch_on` the rules go on working after it, for what comes and changes. Raises
    InvalidInput where a rule does not exist.
    """
    rules = rules_of(rule_ids)
    names = ", ".join(rule.name for rule in rules)
    with transaction.atomic():
        if switch_on:
            pricing_rules_switch(rule_ids=rule_ids, active=True, actor=actor)
        run = runs.run_create(
            kind=KIND,
            title=f"Prices by rules: {names}",
            actor=actor,
            total=reading.priced(listing_ids).count(),
            params={
                "rules": [str(rule.pk) for rule in rules],
                "listings": None if listing_ids is None else [str(key) for key in listing_ids],
                "today": timezone.localdate().isoformat(),
            },
        )
        transaction.on_commit(lambda: wake(run.pk))
    return run


def pricing_undo_start(*, run_id: uuid.UUID, actor: Actor) -> Run:
    """Make the run that puts back what a run of rules wrote; what was changed since stays.

    Its rules are switched off with it: they would write the same prices again. Raises NotFound, Conflict where it still runs or was undone.
    """
    run = Run.objects.filter(pk=run_id, kind=KIND).first()
    if run is None:
        raise NotFound("This run of price rules does not exist.")
    if run.state in {RunState.PENDING, RunState.RUNNING}:
        raise Conflict("Cancel the run first, or wait until it has ended.")
    key = f"{UNDO_KIND}:{run_id}"
    if Run.objects.filter(idempotency_key=key).exists():
        raise Conflict("This run was undone already.")
    with transaction.atomic():
        keys = [uuid.UUID(key) for key in run.params["rules"]]
        pricing_rules_switch(rule_ids=keys, active=False, actor=actor)
        undo = runs.run_create(
            kind=UNDO_KIND,
            title=f"Undo: {run.title}",
            actor=actor,
            total=run.changed_count,
            params={"run": str(run_id)},
            idempotency_key=key,
        )
        transaction.on_commit(lambda: wake(undo.pk))
    return undo


def wake(run_id: uuid.UUID) -> None:
    """Tell the workers; a lost message is made good by the sweep."""
    from listings.pricing.tasks import pricing_run
    from realtrack.core.tasks import kick

    kick(pricing_run, str(run_id))


def rules_of(rule_ids: Sequence[uuid.UUID]) -> list[PricingRule]:
    """Return the rules, inactive ones too; raises InvalidInput where one does not exist."""
    found = PricingRule.objects.in_bulk(list(rule_ids))
    missing = [str(key) for key in rule_ids if key not in found]
    if missing or not rule_ids:
        text = f"There is no rule {missing[0]}." if missing else "Choose at least one rule."
        raise InvalidInput(fields={"rule_ids": text})
    return [found[key] for key in dict.fromkeys(rule_ids)]


def pricing_run_work(*, run_id: uuid.UUID) -> None:
    """Do the run, or what is left of it after a kill; ends quietly where it has ended."""
    run = Run.objects.filter(pk=run_id, kind__in=(KIND, UNDO_KIND)).first()
    if run is None or run.state not in {RunState.PENDING, RunState.RUNNING}:
        return
    actor = _actor_of(run)
    runs.run_start(run_id=run_id, actor=actor)
    more = True
    while more and not runs.is_cancelled(run_id):
        with transaction.atomic():
            # Runs come before listings (docs/locks.md), and of two workers one waits.
            run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
            more = _apply_chunk(run, actor) if run.kind == KIND else _undo_chunk(run, actor)
    _finish(run_id, actor)


def runs_due() -> list[uuid.UUID]:
    """Return the runs whose message was lost or whose worker is gone."""
    now = timezone.now()
    waiting = Q(state=RunState.PENDING, created_at__lt=now - datetime.timedelta(seconds=20))
    stale = Q(state=RunState.RUNNING, heartbeat_at__lt=now - datetime.timedelta(minutes=3))
    due = Run.objects.filter(waiting | stale, kind__in=(KIND, UNDO_KIND))
    return list(due.values_list("pk", flat=True)[:20])


def _apply_chunk(run: Run, actor: Actor) -> bool:
    done, last = _progress(run)
    ids = run.params["listings"]
    rows = reading.priced(None if ids is None else [uuid.UUID(key) for key in ids])
    chunk = reading.chunk_after(rows, last, locked=True)
    if not chunk:
        return False
    program = _program(run)
    found = reading.facts_of(
        chunk,
        today=datetime.date.fromisoformat(run.params["today"]),
        with_evidence=program.uses_evidence,
    )
    changes: list[Change] = []
    marks: list[RulePrice] = []
    items: list[RunItem] = []
    now = timezone.now()
    for position, (row, facts) in enumerate(zip(chunk, found, strict=True), start=done):
        outcome = evaluate(facts, program, explain=True)
        item = _item(run, position, facts, row[14])
        if outcome.refused:
            item.state, item.reason_code = RunItemState.REFUSED, "margin_unreachable"
            item.reason = outcome.refused
        elif outcome.price == facts.price or outcome.price is None:
            item.state = RunItemState.SAME
        else:
            item.state = RunItemState.CHANGED
            changes.append(_change(row, facts.price, outcome.price))
            marks.append(_mark(run, facts, outcome.price, outcome, now))
            item.before = {
                "version": row[13], "startPrice": text(facts.price), "base": text(facts.base),
            }  # fmt: skip
            item.after = {"version": row[13] + 1, "startPrice": text(outcome.price)}
            item.reason = "; ".join(f"{step.name}: {step.words}" for step in outcome.steps)
        items.append(item)
    changes_write(
        changes,
        marks=marks,
        unmark=(),
        actor=actor.in_run(run.pk),
        reason=ChangeReason.PRICING_RULE,
    )
    _record(run, items)
    return len(chunk) == reading.CHUNK


def _undo_chunk(run: Run, actor: Actor) -> bool:
    done, _ = _progress(run)
    source = RunItem.objects.filter(run_id=run.params["run"], state=RunItemState.CHANGED)
    wanted = list(source.order_by("position")[done : done + reading.CHUNK])
    if not wanted:
        return False
    rows = {
        row[0]: row
        for row in reading.chunk_after(
            Listing.objects.filter(pk__in=[uuid.UUID(item.target_id) for item in wanted]),
            None,
            locked=True,
        )
    }
    changes: list[Change] = []
    marks: list[RulePrice] = []
    unmark: list[uuid.UUID] = []
    items: list[RunItem] = []
    for position, old in enumerate(wanted, start=done):
        key = uuid.UUID(old.target_id)
        row = rows.get(key)
        item = RunItem(
            run_id=run.pk, position=position, target_type="listing", target_id=old.target_id,
            label=old.label, state=RunItemState.CHANGED,
        )  # fmt: skip
        if row is None or row[13] != old.after["version"]:
            item.state, item.reason_code = RunItemState.REFUSED, "changed_since"
            item.reason = f"{old.label} was changed since; it stays as it is."
        else:
            before = _decimal(old.before["startPrice"])
            changes.append(_change(row, row[1], before))
            base = _decimal(old.before["base"])
            if before is not None and base != before:
                marks.append(RulePrice(
                    listing_id=key, base=base, price=before, run_id=run.pk, rule_ids=[],
                    applied_at=timezone.now(),
                ))  # fmt: skip
            else:
                unmark.append(key)
        items.append(item)
    changes_write(
        changes, marks=marks, unmark=unmark, actor=actor.in_run(run.pk), reason=ChangeReason.RESTORE
    )
    _record(run, items)
    return len(wanted) == reading.CHUNK


def _progress(run: Run) -> tuple[int, uuid.UUID | None]:
    """Return how many rows have a verdict and the key of the last."""
    last = RunItem.objects.filter(run=run).order_by("-position").first()
    return (0, None) if last is None else (last.position + 1, uuid.UUID(last.target_id))


def _record(run: Run, items: Sequence[RunItem]) -> None:
    RunItem.objects.bulk_create(items)
    counted = dict(
        RunItem.objects.filter(run=run).values_list("state").annotate(number=Count("pk"))
    )
    Run.objects.filter(pk=run.pk).update(
        changed_count=counted.get(RunItemState.CHANGED, 0),
        same_count=counted.get(RunItemState.SAME, 0),
        refused_count=counted.get(RunItemState.REFUSED, 0),
        heartbeat_at=timezone.now(),
    )


def _finish(run_id: uuid.UUID, actor: Actor) -> None:
    if not runs.is_cancelled(run_id):
        # Parts that came or went since the start: what went in is what has a verdict.
        rows = RunItem.objects.filter(run_id=run_id).count()
        Run.objects.filter(pk=run_id).update(total=rows)
    runs.run_finish(run_id=run_id, actor=actor)


def _program(run: Run) -> Program:
    return program_of(
        rules_of([uuid.UUID(key) for key in run.params["rules"]]), fees=reading.fees_now()
    )


def _actor_of(run: Run) -> Actor:
    return Actor(
        kind=ActorKind(run.actor_kind), user_id=run.user_id, label=run.actor_label, run_id=run.pk
    )


def _item(run: Run, position: int, facts: Facts, sku: str) -> RunItem:
    return RunItem(
        run_id=run.pk,
        position=position,
        target_type="listing",
        target_id=str(facts.id),
        label=sku,
    )


def _change(row: reading.Row, before: Decimal | None, after: Decimal | None) -> Change:
    return Change(listing_id=row[0], sku=row[14], version=row[13], before=before, after=after)


def _mark(
    run: Run, facts: Facts, price: Decimal, explained: Outcome, now: datetime.datetime
) -> RulePrice:
    return RulePrice(
        listing_id=facts.id,
        base=facts.base,
        price=price,
        run_id=run.pk,
        rule_ids=[step.rule_id for step in explained.steps],
        applied_at=now,
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
