"""Equal numbers from a CSV: two a row, a verdict per row, and the whole file taken back at once."""

from __future__ import annotations

import csv
import io
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from django.db import transaction

from fitment.enums import InterchangeAction, InterchangeSource
from fitment.models import InterchangeChange
from fitment.services.interchange import change_write
from fitment.services.interchange_book import (
    Book,
    GroupState,
    Key,
    NumberIn,
    NumberState,
    book_load,
    book_lock,
    group_check,
)
from fitment.services.shared import person_id
from listings.part_numbers import normalise
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.ids import uuid7

ROWS_MAX = 20_000
BYTES_MAX = 4 * 1024**2
COLUMNS = ("number", "brand", "equal", "equal brand", "side", "one way")
_NAMES: Mapping[str, str] = {
    "number": "number", "part number": "number", "partnumber": "number",
    "brand": "brand", "equal": "equal", "equals": "equal", "interchange": "equal",
    "equal number": "equal", "equal brand": "equal brand", "interchange brand": "equal brand",
    "side": "side", "one way": "one way", "one-way": "one way", "superseded": "one way",
}  # fmt: skip
_YES = frozenset({"yes", "y", "1", "true", "x"})
_NO = frozenset({"", "no", "n", "0", "false"})


@dataclass(slots=True)
class _Joining:
    """Numbers by key and by group, so that a long file stays quick."""

    book: Book
    by_key: dict[Key, NumberState] = field(default_factory=dict)
    members: dict[uuid.UUID, set[uuid.UUID]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for one in self.book.numbers.values():
            self._index(one)

    def _index(self, one: NumberState) -> None:
        self.by_key[one.key] = one
        self.members[one.group_id].add(one.id)

    def set(self, one: NumberState) -> None:
        """Store a number as it is now."""
        old = self.book.numbers.get(one.id)
        if old is not None:
            self.members[old.group_id].discard(one.id)
        self.book.put(one)
        self._index(one)

    def rows(self, group_id: uuid.UUID) -> list[NumberState]:
        """Return a group's numbers."""
        return [self.book.numbers[one] for one in sorted(self.members[group_id])]

    def join(self, first: NumberIn, second: NumberIn, *, one_way: bool) -> bool:
        """Make two numbers equal, or the second replace the first; False where they are so already.

        Raises InvalidInput; then nothing changed.
        """
        new_group = uuid7()
        left = self._found(first, new_group)
        right = self._found(second, new_group)
        if left.key == right.key:
            raise InvalidInput("Both are one number.")
        keep = left.group_id if left.group_id in self.book.groups else right.group_id
        moving = {one.id: one for group in (left.group_id, right.group_id)
                  if group != keep for one in self.rows(group)}  # fmt: skip
        known = {one.id: one for one in self.rows(keep)}
        changed = {one.id: replace(one, group_id=keep) for one in (*moving.values(), left, right)}
        if one_way:
            changed[left.id] = replace(changed[left.id], replaced_by_id=right.id)
        group_check({**known, **changed}.values())
        if all(known.get(pk) == one for pk, one in changed.items()):
            return False
        if keep not in self.book.groups:
            self.book.groups[keep] = GroupState(id=keep, label=left.words[:120])
        for one in changed.values():
            self.set(one)
        for group_id in {left.group_id, right.group_id} - {keep}:
            self.book.groups.pop(group_id, None)
        return True

    def _found(self, given: NumberIn, group_id: uuid.UUID) -> NumberState:
        state = given.state(group_id, InterchangeSource.IMPORTED)
        present = self.by_key.get(state.key)
        if present is None:
            return state
        return replace(present, side=state.side) if state.side and not present.side else present


def interchange_import(*, name: str, content: bytes, actor: Actor) -> InterchangeChange:
    """Take a CSV with the columns number and equal (and brand, equal brand, side, one way).

    `counts` of the result: created + same + refused = total; `refused` names each such row. All in
    one transaction. Raises InvalidInput for what is no such file, or where nothing of it is new.
    """
    if actor.is_machine or person_id(actor) is None:
        raise InvalidInput("Only a person says which numbers are equal.")
    rows = list(_rows(content))
    if not rows:
        raise InvalidInput(fields={"file": "There is no row below the header."})
    keys = {normalise(row[column]) for _, row in rows for column in ("number", "equal")} - {""}
    counts = {"created": 0, "same": 0, "refused": 0, "total": len(rows)}
    refused: list[dict[str, object]] = []
    with transaction.atomic():
        book_lock()
        before = book_load(keys=keys)
        joining = _Joining(before.copy())
        for line, row in rows:
            try:
                counts["created" if _row_join(joining, row) else "same"] += 1
            except AppError as error:
                counts["refused"] += 1
                said = [text for texts in error.fields.values() for text in texts]
                reason = " ".join(said) or error.message
                refused.append({"row": line, "number": row["number"], "reason": reason})
        return change_write(
            InterchangeAction.IMPORT, name[:200], before, joining.book, group_id=None,
            counts=counts, refused=refused, actor=actor,
        )  # fmt: skip


def _row_join(joining: _Joining, row: Mapping[str, str]) -> bool:
    said = row["one way"].strip().casefold()
    if said not in _YES | _NO:
        raise InvalidInput(fields={"one way": "One way is yes or no."})
    return joining.join(
        NumberIn(number=row["number"], brand=row["brand"], side=row["side"]),
        NumberIn(number=row["equal"], brand=row["equal brand"], side=row["side"]),
        one_way=said in _YES,
    )


def _rows(content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line, values by column); raises InvalidInput naming the file."""
    if len(content) > BYTES_MAX:
        raise InvalidInput(fields={"file": f"At most {BYTES_MAX // 1024**2} MB; split it."})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text:
        raise InvalidInput(fields={"file": "This is no CSV."})
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    try:
        names = [_NAMES.get(" ".join(one.casefold().split()), "") for one in next(reader, [])]
        if "number" not in names or "equal" not in names:
            raise InvalidInput(fields={"file": "It needs the columns number and equal."})
        count = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > ROWS_MAX:
                raise InvalidInput(fields={"file": f"At most {ROWS_MAX:,} rows; split it."})
            given = dict(zip(names, cells, strict=False))
            yield reader.line_num, {column: given.get(column, "") for column in COLUMNS}
    except csv.Error as error:
        raise InvalidInput(fields={"file": f"Line {reader.line_num}: {error}."}) from error
