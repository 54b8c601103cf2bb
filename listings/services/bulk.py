"""One change on many listings: a run with a verdict per listing, undoable."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from listings import fields
from listings.enums import ChangeReason
from listings.errors import NotReady
from listings.locks import listings_locked
from listings.models import Listing, ListingRevision
from listings.services.bulk_chunk import (
    Failure,
    Outcome,
    chunk_apply,
    outcomes_record,
)
from listings.services.bulk_edits import (
    BulkEdit,
    bulk_check,
    data_for,
    params_of,
    title_of,
)
from listings.services.life import listing_restore, listing_transition
from listings.services.revisions import descriptions_of
from listings.services.update import listing_update
from listings.services.validation import clean
from listings.wire import wire_value
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict, NotFound
from realtrack.core.models import Run, RunItem, RunItemState
from realtrack.core.registry import RunKind

CHUNK = 50  # rows a transaction: long enough to be quick, short enough not to hold others up
KIND = "listings.bulk_edit"
UNDO_KIND = "listings.bulk_undo"
RUN_KINDS = {
    KIND: RunKind(title="Bulk edit"),
    UNDO_KIND: RunKind(title="Undo of a bulk edit"),
}
_PREVIEWER = Actor(kind=ActorKind.PERSON, label="preview")


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What came of a bulk edit."""

    run_id: uuid.UUID
    updated: int
    same: int
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewRow:
    """What a bulk edit would do to one listing."""

    id: uuid.UUID
    sku: str
    title: str
    before: dict[str, object]
    after: dict[str, object]
    refused: str = ""


def listing_bulk(
    *,
    ids: Sequence[uuid.UUID],
    edit: BulkEdit,
    actor: Actor,
    visible: Sequence[uuid.UUID] | None = None,
) -> BulkResult:
    """Do it at once, 50 rows a transaction, a savepoint each; one revision per changed listing.

    A listing that fails is left as it was and named with its reason; the others are stored.
    `visible` narrows to what the person may see; others count as not found.
    """
    wanted = list(dict.fromkeys(ids))
    bulk_check(wanted, edit)
    run = runs.run_create(
        kind=KIND,
        title=title_of(edit, len(wanted)),
        actor=actor,
        total=len(wanted),
        params=params_of(edit),
    )
    runs.run_start(run_id=run.pk, actor=actor)
    acting = actor.in_run(run.pk)
    allowed = None if visible is None else set(visible)
    done: list[Outcome] = []
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        seen = [one for one in chunk if allowed is None or one in allowed]
        with transaction.atomic():
            # Locked in the order of their keys, so that two runs over the same parts only wait;
            # what is computed from a value (a percentage) is computed from the one that is there.
            locked = {one.pk: one for one in listings_locked(seen)}
            outcomes = chunk_apply(chunk, locked, edit, acting)
            outcomes_record(run.pk, start, outcomes)
        done.extend(outcomes)
    failures = tuple(one.failure for one in done if one.failure)
    updated = sum(one.state is RunItemState.CHANGED for one in done)
    runs.run_finish(
        run_id=run.pk, actor=actor, result={"updated": updated, "failed": len(failures)}
    )
    return BulkResult(
        run_id=run.pk,
        updated=updated,
        same=len(done) - updated - len(failures),
        failed=failures,
    )


def bulk_preview(*, ids: Sequence[uuid.UUID], edit: BulkEdit) -> list[PreviewRow]:
    """Before and after per listing, in the order of `ids`; stores nothing."""
    wanted = list(dict.fromkeys(ids))
    bulk_check(wanted, edit)
    listings = Listing.objects.in_bulk(wanted)
    rows: list[PreviewRow] = []
    for listing_id in wanted:
        listing = listings.get(listing_id)
        if listing is None:
            row = PreviewRow(
                id=listing_id, sku="", title="", before={}, after={}, refused=str(NotFound())
            )
        else:
            row = _preview_one(listing, edit)
        rows.append(row)
    return rows


def bulk_undo(*, run_id: uuid.UUID, actor: Actor) -> BulkResult:
    """Put each listing back that nobody has changed since; name the others. Itself a run."""
    run = Run.objects.filter(pk=run_id, kind=KIND).first()
    if run is None:
        raise NotFound
    items = list(run.items.filter(state=RunItemState.CHANGED).order_by("position"))
    undo = runs.run_create(
        kind=UNDO_KIND,
        title=f"Undo: {run.title}",
        actor=actor,
        total=len(items),
        idempotency_key=f"{UNDO_KIND}:{run_id}",
    )
    if undo.attempts:
        message = "This run was undone already."
        raise Conflict(message, extra={"runId": str(undo.pk)})
    runs.run_start(run_id=undo.pk, actor=actor)
    acting = actor.in_run(undo.pk)
    done: list[Outcome] = []
    for start in range(0, len(items), CHUNK):
        with transaction.atomic():
            chunk = items[start : start + CHUNK]
            listings_locked([uuid.UUID(one.target_id) for one in chunk], with_deleted=True)
            outcomes = [_undo_one(one, acting) for one in chunk]
            outcomes_record(undo.pk, start, outcomes)
        done.extend(outcomes)
    failures = tuple(one.failure for one in done if one.failure)
    restored = len(done) - len(failures)
    runs.run_finish(run_id=undo.pk, actor=actor, result={"restored": restored})
    return BulkResult(run_id=undo.pk, updated=restored, same=0, failed=failures)


def _preview_one(listing: Listing, edit: BulkEdit) -> PreviewRow:
    before: dict[str, object] = {}
    after: dict[str, object] = {}
    refused = ""
    try:
        for name, value in clean(data_for(listing, edit)).values.items():
            old = getattr(listing, name)
            if old != value:
                before[fields.api_name(name)] = wire_value(old)
                after[fields.api_name(name)] = wire_value(value)
        if edit.status or edit.delete:
            _try_move(listing, edit)
            before["status"], after["status"] = str(listing.status), edit.status or "trash"
    except AppError as error:
        texts = [text for texts in error.fields.values() for text in texts]
        refused = "; ".join(texts) or error.message
    return PreviewRow(
        id=listing.pk,
        sku=listing.custom_label_sku,
        title=listing.title,
        before=before,
        after=after,
        refused=refused,
    )


def _try_move(listing: Listing, edit: BulkEdit) -> None:
    """Run the move and take it back: the preview says exactly what the run will say."""
    if not edit.status:
        return
    with transaction.atomic():
        listing_transition(
            listing_id=listing.pk, to=edit.status, actor=_PREVIEWER, reason=ChangeReason.BULK_EDIT
        )
        transaction.set_rollback(True)


def _undo_one(item: RunItem, actor: Actor) -> Outcome:
    listing_id = uuid.UUID(item.target_id)
    try:
        with transaction.atomic():
            take_back(listing_id, item, actor)
    except AppError as error:
        failure = Failure(id=listing_id, code=error.reason, reason=error.message)
        return Outcome(id=listing_id, label=item.label, failure=failure)
    return Outcome(id=listing_id, label=item.label, state=RunItemState.CHANGED)


def take_back(listing_id: uuid.UUID, item: RunItem, actor: Actor) -> None:
    """Put one listing back to `item.before`; raises `Conflict` where someone changed it since."""
    listing = Listing.all_objects.filter(pk=listing_id).first()
    if listing is None:
        raise NotFound
    quantity_before, quantity_after = item.before.get("quantity"), item.after.get("quantity")
    counted = quantity_before != quantity_after
    if listing.version != item.after.get("version") or (
        counted and listing.quantity != quantity_after
    ):
        message = f"{listing.custom_label_sku} was changed since; it stays as it is."
        raise Conflict(message, code="changed_since")
    if listing.is_deleted:
        listing = listing_restore(listing_id=listing_id, actor=actor)
    revision = ListingRevision.objects.filter(
        id=listing_id, version=item.before.get("version")
    ).first()
    if revision is None:
        raise NotFound
    data = {
        name: getattr(revision, name) for name in fields.snapshot_fields() if name != "description"
    }
    data["description"] = descriptions_of([revision]).get(revision.description_hash, "")
    if counted:
        data[fields.QUANTITY] = quantity_before or 0
    listing_update(
        listing_id=listing_id, data=data, version=None, actor=actor, reason=ChangeReason.RESTORE
    )
    status = str(item.before.get("status", ""))
    if status and status != listing.status:
        try:
            listing_transition(listing_id=listing_id, to=status, actor=actor)
        except NotReady as error:
            raise Conflict(error.message, code=error.reason) from error
