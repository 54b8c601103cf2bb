"""What a bulk edit does to one listing: set, add percent, find and replace, append."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TYPE_CHECKING

from listings import fields
from listings.columns import Kind
from listings.services.validation import clean
from realtrack.core.errors import InvalidInput

if TYPE_CHECKING:
    from listings.models import Listing

MAX_IDS = 500
_MAX_PERCENT = Decimal(1000)
_FIND_MAX = 200  # characters; longer ones are paragraphs, which differ from part to part
# Several values in one text: what is appended is one more of them.
_LISTS = frozenset({"c_oe_oem_part_number", "item_photo_url", "c_features"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Replace:
    """Each `find` in a text becomes `put`, whatever else stands there."""

    field: str
    find: str
    put: str
    match_case: bool = True

    def of(self, text: str) -> str:
        """The text with each find replaced; `put` is taken as it is, never as a pattern."""
        flags = 0 if self.match_case else re.IGNORECASE
        return re.sub(re.escape(self.find), lambda _: self.put, text, flags=flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Append:
    """`text` comes behind what stands there, or before it; what has it already stays."""

    field: str
    text: str
    in_front: bool = False

    def of(self, text: str) -> str:
        """The text with the addition, joined as this field joins its pieces."""
        if not text:
            return self.text
        if self.field in _LISTS:
            pieces = [one.strip() for one in text.split("|")]
            if self.text.strip() in pieces:
                return text
            return f"{self.text}|{text}" if self.in_front else f"{text}|{self.text}"
        if text.startswith(self.text) if self.in_front else text.endswith(self.text):
            return text
        joint = "" if self.field == "description" or self.text[0] in " ,.;:" else " "
        return f"{self.text}{joint}{text}" if self.in_front else f"{text}{joint}{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEdit:
    """What to do to each listing.

    `changes` sets fields, `aspects` sets single aspects and keeps the others; `percents` moves
    amounts by a percentage (`price_percent` is the price's); texts are replaced or appended.
    """

    changes: Mapping[str, object] = field(default_factory=dict)
    aspects: Mapping[str, Sequence[str]] = field(default_factory=dict)
    price_percent: Decimal | None = None
    percents: Mapping[str, Decimal] = field(default_factory=dict)
    replaces: Sequence[Replace] = ()
    appends: Sequence[Append] = ()
    status: str = ""
    delete: bool = False

    @property
    def is_empty(self) -> bool:
        """True when it would do nothing to anything."""
        return not (
            self.changes
            or self.aspects
            or self.all_percents
            or self.replaces
            or self.appends
            or self.status
            or self.delete
        )

    @property
    def texts(self) -> list[Replace | Append]:
        """What happens to texts: first replaced, then appended."""
        return [*self.replaces, *self.appends]

    @property
    def all_percents(self) -> dict[str, Decimal]:
        """Percentages by field, the price's too."""
        price = {} if self.price_percent is None else {"start_price": self.price_percent}
        return {**self.percents, **price}


@cache
def text_fields() -> tuple[str, ...]:
    """Fields whose text can be searched and appended to."""
    return tuple(
        name
        for name, column in fields.by_name().items()
        if column.kind is Kind.TEXT and not column.allowed and name != fields.SKU
    )


@cache
def amount_fields() -> tuple[str, ...]:
    """Fields that hold an amount of money."""
    measures = {"weight", "package_length", "package_width", "package_height", "vat_percent"}
    return tuple(
        name
        for name, column in fields.by_name().items()
        if column.kind is Kind.DECIMAL and name not in measures
    )


def bulk_check(ids: Sequence[uuid.UUID], edit: BulkEdit) -> None:
    """Refuse an edit that no listing could take; raises `InvalidInput`."""
    if not ids:
        raise InvalidInput(fields={"ids": "Name at least one listing."})
    if len(ids) > MAX_IDS:
        raise InvalidInput(fields={"ids": f"At most {MAX_IDS} listings at once."})
    if edit.is_empty:
        raise InvalidInput(fields={"changes": "Name at least one change."})
    if fields.SKU in edit.changes:
        raise InvalidInput(fields={fields.SKU: "A SKU belongs to one part."})
    for name, percent in edit.all_percents.items():
        key = "price_percent" if name == "start_price" else name
        if name not in amount_fields():
            raise InvalidInput(fields={key: "This field holds no amount."})
        if not -100 < percent <= _MAX_PERCENT:
            raise InvalidInput(fields={key: f"From -99 to {_MAX_PERCENT}."})
    for one in edit.texts:
        if one.field not in text_fields():
            raise InvalidInput(fields={one.field: "This field holds no text."})
        needle = one.find if isinstance(one, Replace) else one.text
        if not needle:
            raise InvalidInput(fields={one.field: "Type the text."})
        if isinstance(one, Replace) and len(needle) > _FIND_MAX:
            raise InvalidInput(fields={one.field: f"At most {_FIND_MAX} characters to find."})
    clean(edit.changes)
    clean({fields.ITEM_SPECIFICS: dict(edit.aspects)})


def data_for(listing: Listing, edit: BulkEdit) -> dict[str, object]:
    """The fields that this edit writes on this listing; raises `InvalidInput` where it cannot."""
    data = dict(edit.changes)
    if edit.aspects:
        data[fields.ITEM_SPECIFICS] = {**listing.item_specifics, **edit.aspects}
    for name, percent in edit.all_percents.items():
        amount = getattr(listing, name)
        if amount is None:
            what = "price" if name == "start_price" else fields.label(name).lower()
            raise InvalidInput(fields={name: f"It has no {what} to change by a percentage."})
        factor = (Decimal(100) + percent) / Decimal(100)
        data[name] = str((amount * factor).quantize(Decimal("0.01"), ROUND_HALF_UP))
    for one in edit.texts:
        before = str(data.get(one.field, getattr(listing, one.field)) or "")
        after = one.of(before)
        if after != before or one.field in data:
            data[one.field] = after
    return data


def title_of(edit: BulkEdit, count: int) -> str:
    """The run's name: what was done to how many."""
    parts = f"{count} part" if count == 1 else f"{count} parts"
    if edit.delete:
        return f"Trash {parts}"
    if edit.status:
        return f"Make {parts} {edit.status}"
    if edit.all_percents:
        name, percent = next(iter(edit.all_percents.items()))
        return f"{fields.label(name)} {percent:+} % on {parts}"
    if edit.replaces:
        one = edit.replaces[0]
        return f'Replace "{one.find[:40]}" in {fields.label(one.field).lower()} of {parts}'
    if edit.appends:
        added = edit.appends[0]
        where = "before" if added.in_front else "to"
        return f'Add "{added.text[:40]}" {where} {fields.label(added.field).lower()} of {parts}'
    names = [*(fields.label(name) for name in edit.changes), *edit.aspects]
    return f"Set {', '.join(names)[:80].lower()} of {parts}" if names else f"Edit {parts}"


def params_of(edit: BulkEdit) -> dict[str, object]:
    """The edit as the run keeps it."""
    return {
        "changes": dict(edit.changes),
        "aspects": {name: list(values) for name, values in edit.aspects.items()},
        "price_percent": edit.price_percent,
        "percents": dict(edit.percents),
        "replaces": [
            {"field": one.field, "find": one.find, "put": one.put, "match_case": one.match_case}
            for one in edit.replaces
        ],
        "appends": [
            {"field": one.field, "text": one.text, "in_front": one.in_front} for one in edit.appends
        ],
        "status": edit.status,
        "delete": edit.delete,
    }
