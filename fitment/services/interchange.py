"""Groups of equal numbers: made, widened, merged, split, deleted, and each of it taken back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from django.db import IntegrityError, transaction
from django.utils import timezone

from fitment.enums import InterchangeAction, InterchangeSource
from fitment.events import InterchangeChanged
from fitment.models import InterchangeChange, InterchangeNumber
from fitment.services.interchange_book import (
    Book,
    GroupState,
    NumberIn,
    book_load,
    book_lock,
    book_read,
    book_write,
    books_differ,
    link_cut,
)
from fitment.services.shared import person_id
from listings.part_numbers import normalise
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.ids import uuid7

_FEWEST = 2


def group_create(
    *, numbers: Sequence[NumberIn], label: str = "", note: str = "", actor: Actor
) -> InterchangeChange:
    """Make a group of at least two numbers; named after the first where no label is given.

    Raises InvalidInput by field: fewer than two, one that another group has, left among right.
    """
    _person_only(actor)
    with transaction.atomic():
        before = _loaded(numbers=numbers)
        after = before.copy()
        group = GroupState(id=uuid7(), label=_label(label, numbers), note=note.strip()[:300])
        after.groups[group.id] = group
        _numbers_put(after, group.id, numbers)
        if len(after.of(group.id)) < _FEWEST:
            raise InvalidInput(fields={"number": "A group has at least two numbers."})
        return change_write(
            InterchangeAction.CREATE, group.label, before, after, group_id=group.id, actor=actor
        )


def numbers_add(
    *, group_id: uuid.UUID, numbers: Sequence[NumberIn], actor: Actor
) -> InterchangeChange:
    """Add numbers to a group; those it has already are left alone. Raises as `group_create`, NotFound."""
    _person_only(actor)
    with transaction.atomic():
        before = _loaded(group_id, numbers=numbers)
        after = before.copy()
        _numbers_put(after, group_id, numbers)
        return change_write(
            InterchangeAction.ADD, before.groups[group_id].label, before, after,
            group_id=group_id, actor=actor,
        )  # fmt: skip


def number_remove(*, number_id: uuid.UUID, actor: Actor) -> InterchangeChange:
    """Take a number out of its group; a group that is left with one is deleted. Raises NotFound."""
    _person_only(actor)
    with transaction.atomic():
        book_lock()
        group_id = _group_of(number_id)
        before = _loaded(group_id)
        after = before.copy()
        gone = after.numbers.pop(number_id)
        link_cut(after, {group_id})
        is_left = len(after.of(group_id)) >= _FEWEST
        if not is_left:
            after.drop_group(group_id)
        return change_write(
            InterchangeAction.REMOVE, f"{gone.words} of {before.groups[group_id].label}", before,
            after, group_id=group_id if is_left else None, actor=actor,
        )  # fmt: skip


def number_replaced(
    *, number_id: uuid.UUID, by_id: uuid.UUID | None, actor: Actor
) -> InterchangeChange:
    """Say that another number of the group replaces this one, one way; None: equal both ways again.

    Raises NotFound, InvalidInput for another group's number or a ring.
    """
    _person_only(actor)
    with transaction.atomic():
        book_lock()
        group_id = _group_of(number_id)
        before = _loaded(group_id)
        after = before.copy()
        if by_id is not None and (by_id not in after.numbers or by_id == number_id):
            raise InvalidInput(fields={"replacedBy": "Choose another number of this group."})
        row = replace(after.numbers[number_id], replaced_by_id=by_id)
        after.put(row)
        by = f"{after.numbers[by_id].words} replaces" if by_id else "Nothing replaces"
        return change_write(
            InterchangeAction.REPLACE, f"{by} {row.words}", before, after,
            group_id=group_id, actor=actor,
        )  # fmt: skip


def groups_merge(*, gone_id: uuid.UUID, keep_id: uuid.UUID, actor: Actor) -> InterchangeChange:
    """Make one group of two. Raises NotFound, InvalidInput for one group or left among right."""
    _person_only(actor)
    if gone_id == keep_id:
        raise InvalidInput(fields={"into": "Choose two different groups."})
    with transaction.atomic():
        before = _loaded(gone_id, keep_id)
        after = before.copy()
        for one in after.of(gone_id):
            after.put(replace(one, group_id=keep_id))
        gone = after.groups.pop(gone_id)
        return change_write(
            InterchangeAction.MERGE, f"{gone.label} into {after.groups[keep_id].label}",
            before, after, group_id=keep_id, actor=actor,
        )  # fmt: skip


def group_split(
    *, group_id: uuid.UUID, number_ids: Sequence[uuid.UUID], label: str = "", actor: Actor
) -> InterchangeChange:
    """Move these numbers into a group of their own; both keep at least two.

    Replacements between the two are forgotten. Raises NotFound, InvalidInput.
    """
    _person_only(actor)
    with transaction.atomic():
        before = _loaded(group_id)
        after = before.copy()
        moving = [one for one in after.of(group_id) if one.id in set(number_ids)]
        if len(moving) < _FEWEST or len(after.of(group_id)) - len(moving) < _FEWEST:
            text = "Choose at least two numbers, and leave at least two."
            raise InvalidInput(fields={"number": text})
        made = GroupState(id=uuid7(), label=label.strip()[:120] or moving[0].words[:120])
        after.groups[made.id] = made
        for one in moving:
            after.put(replace(one, group_id=made.id))
        link_cut(after, {group_id, made.id})
        return change_write(
            InterchangeAction.SPLIT, f"{made.label} off {before.groups[group_id].label}",
            before, after, group_id=made.id, actor=actor,
        )  # fmt: skip


def group_delete(*, group_id: uuid.UUID, actor: Actor) -> InterchangeChange:
    """Delete a group: its numbers stand for themselves. Raises NotFound."""
    _person_only(actor)
    with transaction.atomic():
        before = _loaded(group_id)
        after = before.copy()
        after.drop_group(group_id)
        return change_write(
            InterchangeAction.DELETE, before.groups[group_id].label, before, after,
            group_id=None, actor=actor,
        )  # fmt: skip


def change_undo(*, change_id: uuid.UUID, actor: Actor) -> InterchangeChange:
    """Take a change back: its groups are as they were before it.

    Raises NotFound, Conflict where it is undone already or its groups changed since.
    """
    _person_only(actor)
    with transaction.atomic():
        book_lock()
        change = InterchangeChange.objects.select_for_update().filter(pk=change_id).first()
        if change is None:
            raise NotFound("There is no such change.")
        if change.undone_at is not None:
            raise Conflict("This change is undone already.")
        before, after = book_read(change.before), book_read(change.after)
        now = book_load(group_ids={*before.groups, *after.groups})
        if now.as_json() != after.as_json():
            raise Conflict("These groups changed since; undo the later changes first.")
        try:
            with transaction.atomic():
                book_write(now, before)
        except IntegrityError as error:
            text = "A number of it is in another group now; take it out there first."
            raise Conflict(text) from error
        change.undone_at = timezone.now()
        change.save(update_fields=["undone_at", "updated_at"])
        _tell(change, actor)
    return change


def change_write(
    action: InterchangeAction,
    label: str,
    before: Book,
    after: Book,
    *,
    group_id: uuid.UUID | None,
    actor: Actor,
    counts: dict[str, int] | None = None,
    refused: Sequence[dict[str, object]] = (),
) -> InterchangeChange:
    """Check, write and note a change; in the caller's transaction, which holds the lock."""
    touched = books_differ(before, after)
    before, after = before.only(touched), after.only(touched)
    after.check(after.groups)
    book_write(before, after)
    change = InterchangeChange.objects.create(
        action=action, label=label[:200], group_id=group_id, before=before.as_json(),
        after=after.as_json(), counts=counts or {}, refused=list(refused), by_id=person_id(actor),
    )  # fmt: skip
    _tell(change, actor)
    return change


def _tell(change: InterchangeChange, actor: Actor) -> None:
    numbers = {one["id"] for book in (change.before, change.after) for one in book["numbers"]}
    core_events.emit(
        InterchangeChanged(
            entity_id=change.pk,
            done=change.action,
            label=change.label,
            numbers=len(numbers),
            undone=change.undone_at is not None,
        ),
        actor=actor,
    )


def _loaded(*group_ids: uuid.UUID, numbers: Sequence[NumberIn] = ()) -> Book:
    """Lock, and load these groups with those that hold one of the numbers; raises NotFound."""
    book_lock()
    keys = {normalise(one.number) for one in numbers} - {""}
    book = book_load(group_ids=group_ids, keys=keys)
    if set(group_ids) - book.groups.keys():
        raise NotFound("There is no such group.")
    return book


def _numbers_put(book: Book, group_id: uuid.UUID, numbers: Sequence[NumberIn]) -> None:
    present = {one.key: one for one in book.numbers.values()}
    for given in numbers:
        row = given.state(group_id, InterchangeSource.OWN)
        other = present.get(row.key)
        if other is not None and other.group_id != group_id:
            text = f"{other.words} is in the group {book.groups[other.group_id].label}; merge them."
            raise InvalidInput(fields={"number": text})
        if other is None:
            book.put(row)
            present[row.key] = row


def _label(label: str, numbers: Sequence[NumberIn]) -> str:
    first = f"{numbers[0].brand} {numbers[0].number}".strip() if numbers else ""
    return " ".join((label or first).split())[:120] or "Unnamed"


def _group_of(number_id: uuid.UUID) -> uuid.UUID:
    found = (
        InterchangeNumber.objects.filter(pk=number_id).values_list("group_id", flat=True).first()
    )
    if found is None:
        raise NotFound("There is no such number.")
    return found


def _person_only(actor: Actor) -> None:
    if actor.is_machine or person_id(actor) is None:
        raise InvalidInput("Only a person says which numbers are equal.")
