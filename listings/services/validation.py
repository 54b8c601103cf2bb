"""From what a caller sent to typed values, or to one error that names every field in fault."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from listings import fields
from listings.columns import Kind
from listings.sku import sku_clean
from listings.values import Value, ValueRefused, parse, parse_number
from realtrack.core.errors import InvalidInput
from settings_app.models import Team

FieldValue = Value | dict[str, list[str]] | uuid.UUID
_CURRENCY = re.compile(r"[A-Z]{3}")
_ASPECTS_MAX = 100  # eBay takes 45; imports may bring more, which stay
_ASPECT_NAME_MAX = 65
_ASPECT_VALUES_MAX = 60
_NUMBERS: dict[str, tuple[int, Decimal]] = {
    "weight": (3, Decimal("99999.999")),
    "package_length": (2, Decimal("99999.99")),
    "package_width": (2, Decimal("99999.99")),
    "package_height": (2, Decimal("99999.99")),
    "vat_percent": (2, Decimal(100)),
}
# Columns that are NOT NULL with a default: cleared means back to the default.
_DEFAULTS: dict[str, str] = {"currency": "USD", "weight_unit": "lb", "size_unit": "in"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanData:
    """Typed values by field, and what was read with some licence, by field."""

    values: dict[str, FieldValue]
    messages: dict[str, str] = field(default_factory=dict)


def clean(data: Mapping[str, object]) -> CleanData:
    """Typed values of exactly the fields that were sent.

    Raises `InvalidInput` with a sentence per field in fault, unknown fields included.
    """
    values: dict[str, FieldValue] = {}
    messages: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name, raw in data.items():
        try:
            value, message = _clean_one(name, raw)
        except ValueRefused as refusal:
            faults[name] = str(refusal)
            continue
        values[name] = value
        if message:
            messages[name] = message
    if faults:
        raise InvalidInput(fields=faults)
    return CleanData(values=values, messages=messages)


def _clean_one(name: str, raw: object) -> tuple[FieldValue, str]:
    if name == fields.ITEM_SPECIFICS:
        return _item_specifics(raw), ""
    if name == fields.TEAM:
        return _team(raw), ""
    column = fields.by_name().get(name)
    if column is None:
        refused = "There is no field of this name."
        raise ValueRefused(refused)
    if name in _NUMBERS:
        places, largest = _NUMBERS[name]
        parsed = parse_number(raw, places=places, largest=largest)
        return parsed.value, parsed.message
    if name == fields.SKU and isinstance(raw, str):
        cleaned = sku_clean(raw)
        parsed = parse(column, cleaned.value)
        return parsed.value, "; ".join(cleaned.messages)
    parsed = parse(column, raw)
    if not parsed.value and name in _DEFAULTS:
        return _DEFAULTS[name], parsed.message
    if name == "currency" and not _CURRENCY.fullmatch(str(parsed.value)):
        refused = "Type a currency code of three capitals, such as USD."
        raise ValueRefused(refused)
    if column.kind is Kind.TEXT and name == "title" and "\n" in str(parsed.value):
        refused = "A title is one line."
        raise ValueRefused(refused)
    return parsed.value, parsed.message


def _team(raw: object) -> uuid.UUID | None:
    if raw in (None, ""):
        return None
    refused = "There is no such team."
    try:
        team_id = raw if isinstance(raw, uuid.UUID) else uuid.UUID(str(raw))
    except ValueError as error:
        raise ValueRefused(refused) from error
    # The database looks at the end of the transaction, when it is too late for a reason by field.
    if not Team.objects.filter(pk=team_id).exists():
        raise ValueRefused(refused)
    return team_id


def _item_specifics(raw: object) -> dict[str, list[str]]:
    """Aspect name -> values; a single text counts as one value, empty aspects go."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        refused = "Send an object: aspect name to list of values."
        raise ValueRefused(refused)
    found: dict[str, list[str]] = {}
    for name, given in raw.items():
        values = given if isinstance(given, list | tuple) else [given]
        if not isinstance(name, str) or not name.strip() or len(name) > _ASPECT_NAME_MAX:
            refused = f"An aspect needs a name of 1 to {_ASPECT_NAME_MAX} characters."
            raise ValueRefused(refused)
        texts = [_aspect_value(name, value) for value in values]
        if kept := [text for text in texts if text]:
            found[name.strip()] = kept[:_ASPECT_VALUES_MAX]
    if len(found) > _ASPECTS_MAX:
        refused = f"At most {_ASPECTS_MAX} aspects."
        raise ValueRefused(refused)
    return found


def _aspect_value(name: str, value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal | None):
        refused = f"{name}: a value is a text."
        raise ValueRefused(refused)
    text = "" if value is None else str(value)
    if "\x00" in text:
        refused = f"{name}: the text holds a character that cannot be stored."
        raise ValueRefused(refused)
    return text
