"""Groups of equal numbers in memory: loaded, changed, compared and written as a whole.

Every change is the difference between two books, so that taking it back is the same difference the
other way round. Callers hold `book_lock`, which lets one change of interchange in at a time.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.db import connection

from fitment.enums import InterchangeSide, InterchangeSource
from fitment.models import InterchangeGroup, InterchangeNumber
from listings.part_numbers import normalise
from realtrack.core.errors import InvalidInput
from realtrack.core.ids import uuid7

# Any fixed number of its own.
_LOCK = 4_120_320
# A group beyond this is a mistake in a file, not a family of equal parts.
NUMBERS_MAX = 300
_SIDES = {"L": InterchangeSide.LEFT, "R": InterchangeSide.RIGHT}
Key = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupState:
    """A group as it is stored."""

    id: uuid.UUID
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberState:
    """A number as it is stored."""

    id: uuid.UUID
    group_id: uuid.UUID
    number: str
    number_key: str
    brand: str = ""
    brand_key: str = ""
    side: str = ""
    replaced_by_id: uuid.UUID | None = None
    source: str = InterchangeSource.OWN

    @property
    def key(self) -> Key:
        """What tells numbers apart."""
        return self.number_key, self.brand_key

    @property
    def words(self) -> str:
        """The number as people write it."""
        return f"{self.brand} {self.number}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberIn:
    """A number as somebody gives it."""

    number: str
    brand: str = ""
    side: str = ""

    def state(self, group_id: uuid.UUID, source: str) -> NumberState:
        """Return it as it would be stored; raises InvalidInput where it is no number."""
        number, brand = " ".join(self.number.split()), " ".join(self.brand.split())
        key = normalise(number)
        if not key or len(number) > 65 or len(brand) > 65:
            raise InvalidInput(fields={"number": f"“{number[:60]}” is no part number."})
        side = self.side.strip().casefold()
        side = _SIDES.get(side[:1].upper(), "") if side else ""
        if self.side.strip() and not side:
            raise InvalidInput(fields={"side": "The side is left, right or empty."})
        return NumberState(
            id=uuid7(), group_id=group_id, number=number, number_key=key[:65], brand=brand,
            brand_key=brand.casefold()[:65], side=side, source=source,
        )  # fmt: skip


@dataclass(slots=True)
class Book:
    """Some groups, whole."""

    groups: dict[uuid.UUID, GroupState] = field(default_factory=dict)
    numbers: dict[uuid.UUID, NumberState] = field(default_factory=dict)

    def copy(self) -> Book:
        """Return one that changes by itself."""
        return Book(dict(self.groups), dict(self.numbers))

    def of(self, group_id: uuid.UUID) -> list[NumberState]:
        """Return a group's numbers."""
        return [one for one in self.numbers.values() if one.group_id == group_id]

    def put(self, number: NumberState) -> None:
        """Add a number, or change it."""
        self.numbers[number.id] = number

    def drop_group(self, group_id: uuid.UUID) -> None:
        """Take a group out with its numbers."""
        for one in self.of(group_id):
            del self.numbers[one.id]
        del self.groups[group_id]

    def check(self, group_ids: Collection[uuid.UUID]) -> None:
        """Raise InvalidInput where a group is no family of equal parts."""
        by_group: dict[uuid.UUID, list[NumberState]] = defaultdict(list)
        for one in self.numbers.values():
            by_group[one.group_id].append(one)
        for group_id in group_ids:
            group_check(by_group.get(group_id, []))

    def only(self, group_ids: Collection[uuid.UUID]) -> Book:
        """Return these groups alone."""
        return Book(
            {pk: one for pk, one in self.groups.items() if pk in group_ids},
            {pk: one for pk, one in self.numbers.items() if one.group_id in group_ids},
        )

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON holds it, in an order that two equal books share."""
        groups = sorted(self.groups.values(), key=lambda one: str(one.id))
        numbers = sorted(self.numbers.values(), key=lambda one: str(one.id))
        return {
            "groups": [_plain(asdict(one)) for one in groups],
            "numbers": [_plain(asdict(one)) for one in numbers],
        }


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: str(value) if isinstance(value, uuid.UUID) else value
        for name, value in values.items()
    }


def book_read(found: Mapping[str, Any]) -> Book:
    """Return the book that `as_json` wrote."""
    book = Book()
    for one in found.get("groups", []):
        group = GroupState(**{**one, "id": uuid.UUID(one["id"])})
        book.groups[group.id] = group
    for one in found.get("numbers", []):
        ids = {
            name: uuid.UUID(one[name]) if one[name] else None
            for name in ("id", "group_id", "replaced_by_id")
        }
        book.put(NumberState(**{**one, **ids}))
    return book


def group_check(numbers: Iterable[NumberState]) -> None:
    """Raise InvalidInput for too many, for left among right, and for replacements in a ring."""
    rows = list(numbers)
    if len(rows) > NUMBERS_MAX:
        raise InvalidInput(fields={"number": f"A group has at most {NUMBERS_MAX} numbers."})
    sides: dict[str, NumberState] = {}
    for one in rows:
        sides.setdefault(one.side, one)
    left, right = sides.get(InterchangeSide.LEFT), sides.get(InterchangeSide.RIGHT)
    if left is not None and right is not None:
        text = f"{left.words} is for the left, {right.words} for the right: they are never equal."
        raise InvalidInput(fields={"side": text})
    nexts = {one.id: one.replaced_by_id for one in rows}
    for one in rows:
        seen, at = {one.id}, nexts[one.id]
        while at is not None:
            if at in seen:
                raise InvalidInput(fields={"replacedBy": f"{one.words} would replace itself."})
            seen.add(at)
            at = nexts.get(at)


def book_lock() -> None:
    """Wait for other changes of interchange; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def book_load(*, group_ids: Collection[uuid.UUID] = (), keys: Collection[str] = ()) -> Book:
    """Load these groups and those that hold a number of `keys`, each of them whole."""
    wanted = set(group_ids)
    if keys:
        holding = InterchangeNumber.objects.filter(number_key__in=list(keys)).order_by()
        wanted |= set(holding.values_list("group_id", flat=True))
    book = Book()
    for group in InterchangeGroup.objects.filter(pk__in=wanted):
        book.groups[group.pk] = GroupState(id=group.pk, label=group.label, note=group.note)
    for one in InterchangeNumber.objects.filter(group_id__in=wanted):
        book.put(
            NumberState(
                id=one.pk,
                group_id=one.group_id,
                number=one.number,
                number_key=one.number_key,
                brand=one.brand,
                brand_key=one.brand_key,
                side=one.side,
                replaced_by_id=one.replaced_by_id,
                source=one.source,
            )
        )
    return book


def book_write(before: Book, after: Book) -> None:
    """Write the difference; the caller's transaction holds the lock and loaded `before` in it."""
    InterchangeGroup.objects.bulk_create(
        [
            InterchangeGroup(id=one.id, label=one.label, note=one.note)
            for one in after.groups.values()
            if before.groups.get(one.id) != one
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["label", "note"],
    )
    # What goes leaves its number free first; what it replaced is written below.
    gone = before.numbers.keys() - after.numbers.keys()
    InterchangeNumber.objects.filter(pk__in=gone).delete()
    InterchangeNumber.objects.bulk_create(
        [
            InterchangeNumber(**asdict(one))
            for one in after.numbers.values()
            if before.numbers.get(one.id) != one or one.replaced_by_id in gone
        ],
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["group_id", "number", "number_key", "brand", "brand_key", "side",
                       "replaced_by_id", "source"],
    )  # fmt: skip
    InterchangeGroup.objects.filter(pk__in=before.groups.keys() - after.groups.keys()).delete()


def books_differ(before: Book, after: Book) -> set[uuid.UUID]:
    """Return the groups that are not the same in both."""
    found = {
        pk
        for pk in before.groups.keys() | after.groups.keys()
        if before.groups.get(pk) != after.groups.get(pk)
    }
    for pk in before.numbers.keys() | after.numbers.keys():
        was, becomes = before.numbers.get(pk), after.numbers.get(pk)
        if was != becomes:
            found |= {one.group_id for one in (was, becomes) if one is not None}
    return found


def link_cut(book: Book, group_ids: Collection[uuid.UUID]) -> None:
    """Forget replacements that lead out of their group or to a number that is gone."""
    for one in list(book.numbers.values()):
        if one.group_id not in group_ids or one.replaced_by_id is None:
            continue
        other = book.numbers.get(one.replaced_by_id)
        if other is None or other.group_id != one.group_id:
            book.put(replace(one, replaced_by_id=None))
