"""Storing many edits at once: what one save does to a listing, in a few statements for all."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from listings import events
from listings.enums import ChangeReason
from listings.models import Listing
from listings.services.create import quantity_request
from listings.services.history import texts_keep
from listings.services.history_many import revisions_write
from listings.services.proposals import proposals_make
from listings.services.rows import as_json, columns_of, quoted, record_of
from listings.services.search_index import WORD_FIELDS, search_rows_write
from listings.services.shared import derived_values, log_value, owed_kinds
from listings.services.update import Change
from realtrack.core import events as core_events
from realtrack.core import registry
from realtrack.core.actors import Actor, ActorKind

_MARKS = ("version", "updated_at", "updated_by", "person_fields")


@dataclass(slots=True, kw_only=True)
class Edit:
    """A locked listing and its change; `saved` becomes what is stored, `old` is what it was."""

    saved: Listing
    change: Change
    actor: Actor
    old: dict[str, object]

    @classmethod
    def of(cls, listing: Listing, change: Change, actor: Actor) -> Edit:
        """The edit of a listing as it stands in memory, which is what the locked row holds."""
        old = {name: getattr(listing, name) for name in change.values}
        return cls(saved=listing, change=change, actor=actor, old=old)


def edits_store(edits: Sequence[Edit], *, reason: str, is_trial: bool = False) -> None:
    """Store as `listing_update` would each by itself: version, revision, search, event, owed.

    Call in a transaction that locked and read the listings: the version that was read is the one
    bumped. A trial writes the rows alone, for what the database refuses, and is taken back by the
    caller. Raises `IntegrityError`, `DataError` where any is refused; then none is stored.
    """
    stored = []
    for edit in edits:
        if edit.change.proposed:
            proposals_make(
                listing=edit.saved, values=edit.change.proposed, actor=edit.actor, confidences={}
            )
        if edit.change.values or edit.change.owned:
            stored.append(edit)
            _take(edit)
    if stored:
        _rows_write(stored)
        if not is_trial:
            _tell(stored, reason)
    for edit in edits:
        if edit.change.quantity is not None:
            imported = edit.actor.kind is ActorKind.IMPORT or reason == ChangeReason.IMPORT
            quantity_request(
                edit.saved,
                quantity=edit.change.quantity,
                cause="bulk_import" if imported else "manual_adjust",
                actor=edit.actor,
            )


def _take(edit: Edit) -> None:
    """The change, in memory."""
    for name, value in {**edit.change.values, **derived_values(edit.change.values)}.items():
        setattr(edit.saved, name, value)
    edit.saved.person_fields = sorted({*edit.saved.person_fields, *edit.change.owned})
    edit.saved.version += 1
    edit.saved.updated_by = edit.actor.user_id


def _rows_write(edits: Sequence[Edit]) -> None:
    """One statement: each row's values of all fields that any of the edits changes.

    A row in which one of them is the same gets what it has; it is locked, so that is what it keeps.
    """
    now = timezone.now()
    names = set(_MARKS)
    for edit in edits:
        names |= {*edit.change.values, *derived_values(edit.change.values)}
        edit.saved.updated_at = now
    written = columns_of(Listing, sorted(names))
    columns = [*columns_of(Listing, ["id"]), *written]
    rows = [
        {str(column.column): getattr(edit.saved, column.attname) for column in columns}
        for edit in edits
    ]
    sets = ", ".join(f"{quoted(column)} = new.{quoted(column)}" for column in written)
    # The names are our model's own columns; every value is a parameter.
    statement = (
        f'UPDATE "listings" SET {sets} FROM {record_of(columns)} WHERE "listings".id = new.id'  # noqa: S608
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [as_json(rows)])
        if cursor.rowcount != len(edits):
            message = "rows to be edited were not there: they must be locked by the caller"
            raise RuntimeError(message)


def _tell(edits: Sequence[Edit], reason: str) -> None:
    texts_keep(edit.saved.description for edit in edits if "description" in edit.change.values)
    by_actor: dict[Actor, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_actor[edit.actor].append(edit)
    for actor, mine in by_actor.items():
        revisions_write(
            {one.saved.pk: sorted(one.change.values) or one.change.owned for one in mine},
            status_before={one.saved.pk: str(one.saved.status) for one in mine},
            reason=reason,
            actor=actor,
        )
    worded = [edit.saved for edit in edits if not WORD_FIELDS.isdisjoint(edit.change.values)]
    others = [edit.saved for edit in edits if WORD_FIELDS.isdisjoint(edit.change.values)]
    search_rows_write(worded, is_new=False)
    search_rows_write(others, is_new=False, words=False)
    for actor, mine in by_actor.items():
        core_events.emit_many([_updated(edit, reason) for edit in mine], actor=actor)
    owed: dict[str, list[uuid.UUID]] = defaultdict(list)
    for edit in edits:
        if edit.actor.kind is not ActorKind.MARKETPLACE:
            for kind in owed_kinds(edit.change.values):
                owed[kind].append(edit.saved.pk)
    for kind, ids in owed.items():
        for write in registry.owed_writers.values():
            write(ids, kind)


def _updated(edit: Edit, reason: str) -> events.ListingUpdated:
    return events.ListingUpdated(
        entity_id=edit.saved.pk,
        sku=edit.saved.custom_label_sku,
        version=edit.saved.version,
        reason=reason,
        changes={
            name: [log_value(name, edit.old[name]), log_value(name, value)]
            for name, value in sorted(edit.change.values.items())
        },
    )
