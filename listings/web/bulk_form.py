"""The form of a bulk edit: which field, what to do with it, and the edit that it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache

from django.http import QueryDict

from listings import fields
from listings.models import Listing
from listings.services import Append, BulkEdit, Replace
from listings.services.bulk_edits import amount_fields, text_fields
from listings.services.drafts import ASPECT, split
from listings.web.specs import field_view
from realtrack.core.errors import InvalidInput

_SET, _CLEAR, _PERCENT, _REPLACE, _APPEND, _FRONT = (
    "set", "clear", "percent", "replace", "append", "front",
)  # fmt: skip
_WORDS = {
    _SET: "Set to",
    _PERCENT: "Add percent",
    _REPLACE: "Find and replace",
    _APPEND: "Add at the end",
    _FRONT: "Add in front",
    _CLEAR: "Make empty",
}
# What staff change most stands first; the rest of the fields follow in the file's order.
_FIRST = (
    "title", "start_price", "cost", "condition_id", "c_brand", "c_type", f"{ASPECT}{fields.PLACEMENT}",
    f"{ASPECT}{fields.INTERCHANGE}", "c_manufacturer_part_number", "c_oe_oem_part_number",
    "category_id", "category_name", "shipping_profile_name", "return_profile_name",
    "payment_profile_name", "location", "description", "weight", fields.QUANTITY,
)  # fmt: skip
_NOT_CLEARED = frozenset({"currency", "weight_unit", "size_unit", fields.QUANTITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class EditForm:
    """What the drawer shows: the fields, the ways that the chosen one has, its control."""

    fields: Sequence[tuple[str, str]]
    field: str
    ways: Sequence[tuple[str, str]]
    way: str
    kind: str
    options: Sequence[tuple[str, str]]
    value: str
    find: str


@cache
def _choices() -> tuple[tuple[str, str], ...]:
    rest = [name for name in fields.by_name() if name not in _FIRST and name != fields.SKU]
    return tuple(
        (name, name.removeprefix(ASPECT) if name.startswith(ASPECT) else fields.label(name))
        for name in (*_FIRST, *rest)
    )


def edit_form(typed: QueryDict) -> EditForm:
    """The form for the field that is chosen; the title where none is."""
    names = [name for name, _ in _choices()]
    field = typed.get("field", "")
    field = field if field in names else names[0]
    ways = _ways(field)
    way = typed.get("how", "")
    view = field_view(Listing(), field, {})
    same = typed.get("shown", field) == field  # a value typed for another field means nothing here
    return EditForm(
        fields=_choices(),
        field=field,
        ways=[(key, _WORDS[key]) for key in ways],
        way=way if way in ways else ways[0],
        kind=view.kind,
        options=[one for one in view.options if one[0]],
        value=typed.get("value", "") if same else "",
        find=typed.get("find", "") if same else "",
    )


def edit_of_form(typed: Mapping[str, str]) -> BulkEdit:
    """The edit that a sent form means; raises `InvalidInput` where it means none."""
    name, way = typed.get("field", ""), typed.get("how", _SET)
    value = typed.get("value", "")
    if name not in dict(_choices()) or way not in _ways(name):
        raise InvalidInput(fields={"field": "Choose a field and what to do with it."})
    if way == _PERCENT:
        return BulkEdit(percents={name: percent_of(value, name)})
    if way == _REPLACE:
        match_case = typed.get("match_case") == "true"
        find = typed.get("find", "")
        if not find:
            raise InvalidInput(fields={name: "Type what to find."})
        return BulkEdit(replaces=[Replace(field=name, find=find, put=value, match_case=match_case)])
    if way in {_APPEND, _FRONT}:
        if not value:
            raise InvalidInput(fields={name: "Type the text to add."})
        return BulkEdit(appends=[Append(field=name, text=value, in_front=way == _FRONT)])
    if way == _SET and not value.strip():
        raise InvalidInput(fields={name: "Type the value, or choose to make it empty."})
    if name.startswith(ASPECT):
        aspect = name.removeprefix(ASPECT)
        return BulkEdit(aspects={aspect: [] if way == _CLEAR else split(value)})
    return BulkEdit(changes={name: None if way == _CLEAR else value})


def percent_of(typed: str, name: str) -> Decimal:
    """A percentage as a person types it: `-4`, `10 %`, `2,5`; raises `InvalidInput`."""
    try:
        percent = Decimal(typed.replace("%", "").replace(",", ".").strip())
        return percent.quantize(Decimal("0.01"))
    except InvalidOperation as error:
        message = "Type a percentage, such as -4 or 10."
        raise InvalidInput(fields={name: message}) from error


def _ways(name: str) -> list[str]:
    ways = [_SET]
    if name in amount_fields():
        ways = [_PERCENT, _SET]
    elif name in text_fields():
        ways = [_SET, _REPLACE, _APPEND, _FRONT]
    return ways if name in _NOT_CLEARED else [*ways, _CLEAR]
