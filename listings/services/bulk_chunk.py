"""Some listings of a bulk edit at once: the same outcomes as one by one, in a few statements."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from listings.enums import ChangeReason
from listings.models import Listing
from listings.services.bulk_edits import BulkEdit, data_for
from listings.services.life import listing_delete, listing_transition
from listings.services.rows import rows_insert
from listings.services.update import change_of, listing_update
from listings.services.update_many import Edit, edits_store
from listings.services.validation import clean
from listings.wire import wire_value
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, NotFound
from realtrack.core.events import plain
from realtrack.core.models import Run, RunItem, RunItemState

_COUNTERS = {
    RunItemState.CHANGED: "changed_count",
    RunItemState.SAME: "same_count",
    RunItemState.REFUSED: "refused_count",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A listing that was left as it was, and why."""

    id: uuid.UUID
    code: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one listing of a run."""

    id: uuid.UUID
    label: str
    state: RunItemState = RunItemState.REFUSED
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    failure: Failure | None = None


def chunk_apply(
    ids: Sequence[uuid.UUID], locked: Mapping[uuid.UUID, Listing], edit: BulkEdit, actor: Actor
) -> list[Outcome]:
    """Apply an edit to listings that the caller's transaction locked; an outcome per id, in order.

    Fields of all are stored together; where the database refuses any, and for moves along the life
    cycle, each is done by itself within a savepoint, for its own reason.
    """
    if not (edit.status or edit.delete):
        try:
            with transaction.atomic():
                return _together(ids, locked, edit, actor)
        except (AppError, IntegrityError, DataError):
            fresh = Listing.objects.in_bulk(list(locked))  # what was tried stands in memory
            return [_alone(one, fresh.get(one), edit, actor) for one in ids]
    return [_alone(one, locked.get(one), edit, actor) for one in ids]


def outcomes_record(run_id: uuid.UUID, start: int, outcomes: Sequence[Outcome]) -> None:
    """Store the verdicts of rows from position `start` on, and count them: two statements.

    Call in the transaction of the rows' effects, so that neither stands alone.
    """
    now = timezone.now()
    rows_insert(
        [
            RunItem(
                run_id=run_id,
                position=position,
                state=one.state,
                target_type="listing",
                target_id=str(one.id),
                label=one.label[:200],
                before=plain(one.before),
                after=plain(one.after),
                reason_code=one.failure.code if one.failure else "",
                reason=one.failure.reason if one.failure else "",
                attempts=1,
                updated_at=now,
            )
            for position, one in enumerate(outcomes, start=start)
        ]
    )
    counts = Counter(one.state for one in outcomes)
    moves = {_COUNTERS[state]: F(_COUNTERS[state]) + count for state, count in counts.items()}
    Run.objects.filter(pk=run_id).update(heartbeat_at=now, **moves)


def state_of(listing: Listing) -> dict[str, object]:
    """What an undo rests on, and what a person reads of a row."""
    return {
        "version": listing.version,
        "status": str(listing.status),
        "startPrice": wire_value(listing.start_price),
        "quantity": listing.quantity,
    }


def _together(
    ids: Sequence[uuid.UUID], locked: Mapping[uuid.UUID, Listing], edit: BulkEdit, actor: Actor
) -> list[Outcome]:
    before = {pk: state_of(one) for pk, one in locked.items()}
    refused: dict[uuid.UUID, Failure] = {}
    edits: list[Edit] = []
    for listing_id in ids:
        listing = locked.get(listing_id)
        try:
            if listing is None:
                raise NotFound
            if data := data_for(listing, edit):
                change = change_of(listing, clean(data).values, actor=actor)
                edits.append(Edit.of(listing, change, actor))
        except AppError as error:
            refused[listing_id] = _failure(listing_id, error)
    edits_store(edits, reason=ChangeReason.BULK_EDIT)
    return [
        Outcome(id=one, label=_label(locked.get(one)), failure=refused[one])
        if one in refused
        else _outcome(locked[one], before[one])
        for one in ids
    ]


def _alone(listing_id: uuid.UUID, listing: Listing | None, edit: BulkEdit, actor: Actor) -> Outcome:
    try:
        if listing is None:
            raise NotFound
        before = state_of(listing)
        with transaction.atomic():
            saved = _apply(listing, edit, actor)
    except AppError as error:
        failure = _failure(listing_id, error)
        return Outcome(id=listing_id, label=_label(listing), failure=failure)
    return _outcome(saved, before)


def _apply(listing: Listing, edit: BulkEdit, actor: Actor) -> Listing:
    saved = listing
    if data := data_for(listing, edit):
        saved = listing_update(
            listing_id=listing.pk,
            data=data,
            version=None,
            actor=actor,
            reason=ChangeReason.BULK_EDIT,
        )
    if edit.status:
        saved = listing_transition(
            listing_id=listing.pk, to=edit.status, actor=actor, reason=ChangeReason.BULK_EDIT
        )
    if edit.delete:
        saved = listing_delete(listing_id=listing.pk, actor=actor)
    return saved


def _outcome(saved: Listing, before: Mapping[str, object]) -> Outcome:
    after = state_of(saved)
    state = RunItemState.SAME if after == before else RunItemState.CHANGED
    return Outcome(id=saved.pk, label=_label(saved), state=state, before=before, after=after)


def _failure(listing_id: uuid.UUID, error: AppError) -> Failure:
    reason = "; ".join(text for texts in error.fields.values() for text in texts)
    return Failure(id=listing_id, code=error.reason, reason=reason or error.message)


def _label(listing: Listing | None) -> str:
    return f"{listing.custom_label_sku} {listing.title}".strip() if listing else ""
