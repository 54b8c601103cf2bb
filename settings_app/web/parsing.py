"""Between what people type in the forms of profiles and rules, and parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import capfirst

from realtrack.core.errors import AppError, InvalidInput
from settings_app import schemas
from settings_app.enums import RuleType

CONDITION_ROWS = 4
_SOURCES = (("any", "any"), ("listed", "own listed"), ("sold", "own sold"), ("market", "market"))
_ENDINGS = (("0.99", ".99"), ("0.95", ".95"), ("0.00", "whole"))
_WAYS = (("nearest", "to the nearest"), ("up", "up"), ("down", "down"))
_BASES = (("cost", "cost"), ("price", "price"))
# (name, label, kind, options); `amount` and `floor_price` are money, kept as typed.
RULE_FIELDS: Mapping[str, tuple[tuple[str, str, str, tuple[tuple[str, str], ...]], ...]] = {
    RuleType.MARKUP: (
        ("percentage", "Percent up", "number", ()),
        ("base", "On", "select", _BASES),
        ("amount", "And an amount", "number", ()),
    ),
    RuleType.MARKDOWN: (
        ("percentage", "Percent off", "number", ()),
        ("amount", "And an amount off", "number", ()),
    ),
    RuleType.ROUND: (
        ("ending", "Ending", "select", _ENDINGS),
        ("direction", "Which way", "select", _WAYS),
    ),
    RuleType.MIN_MARGIN: (
        ("percentage", "Least margin after fees, percent of the price", "number", ()),
        ("floor_price", "Never under", "number", ()),
    ),
    RuleType.COMPETITIVE: (
        ("percent_below", "Percent below the median", "number", ()),
        ("source", "Of these prices", "select", _SOURCES),
        ("minimum_count", "At least so many prices", "integer", ()),
        ("limit_percent", "At most so many percent from the price before", "number", ()),
    ),
}
_MONEY = frozenset({"amount", "floor_price"})


def faults_in_words(error: AppError) -> list[str]:
    """Return each fault as a sentence with the field's name."""
    found = [
        f"{capfirst(name.replace('_', ' '))}: {text}"
        for name, texts in error.fields.items()
        for text in texts
    ]
    return found or [error.message]


def _number(text: str, name: str) -> int | float:
    try:
        number = float(text)
    except ValueError as error:
        raise InvalidInput(fields={name: f"{text[:20]!r} is not a number."}) from error
    return int(number) if number.is_integer() and abs(number) < 1e9 else number


def parameters_of(kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """Return a rule's parameters out of fields `p_<name>`; empty ones are left out."""
    values: dict[str, Any] = {}
    for name, _, field_kind, _ in RULE_FIELDS[kind]:
        text = typed.get(f"p_{name}", "").strip()
        if text:
            as_text = field_kind == "select" or name in _MONEY
            values[name] = text if as_text else _number(text, name)
    return values


def conditions_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """Return the tree of the builder's rows; rows without a field are left out."""
    rows: list[dict[str, Any]] = []
    for number in range(CONDITION_ROWS):
        field = typed.get(f"c_field_{number}", "")
        text = typed.get(f"c_value_{number}", "").strip()
        if field:
            is_number = field in schemas.NUMBER_FIELDS
            value: Any = _number(text, "conditions") if is_number else text
            rows.append({"field": field, "op": typed.get(f"c_op_{number}", ""), "value": value})
    if not rows:
        return {}
    return {"any" if typed.get("match") == "any" else "all": rows}


def is_flat(tree: Mapping[str, Any] | None) -> bool:
    """Say whether the builder's rows can show the tree."""
    if not tree:
        return True
    rows = tree.get("all") or tree.get("any") or []
    return 0 < len(rows) <= CONDITION_ROWS and all("field" in row for row in rows)


def condition_rows(tree: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return the builder's rows, empty ones at the end."""
    found = list((tree or {}).get("all") or (tree or {}).get("any") or []) if is_flat(tree) else []
    empty = {"field": "", "op": "", "value": ""}
    return [
        {"number": number, **(found[number] if number < len(found) else empty)}
        for number in range(CONDITION_ROWS)
    ]


def bands_of(text: str) -> list[dict[str, Any]]:
    """Read a line per band, `5 = 12.95`: up to 5 lb costs 12.95."""
    rows: list[dict[str, Any]] = []
    for line in text.splitlines():
        limit, equals, cost = line.partition("=")
        if line.strip() and not equals:
            raise InvalidInput(fields={"bands": f"Write “5 = 12.95”, not {line.strip()[:40]!r}."})
        if equals:
            rows.append({"up_to": _number(limit.strip(), "bands"), "cost": cost.strip()})
    return rows


def bands_text(values: Mapping[str, Any]) -> str:
    """Return the bands as they are typed."""
    return "\n".join(f"{band['up_to']} = {band['cost']}" for band in values.get("bands", ()))


def zones_of(text: str) -> list[dict[str, Any]]:
    """Read a line per zone, `Far: AK HI = 1.5 + 5.00`: times 1.5 and 5.00 more."""
    zones: list[dict[str, Any]] = []
    for line in text.splitlines():
        name, colon, rest = line.partition(":")
        states, equals, terms = rest.partition("=")
        if line.strip() and not (colon and equals):
            words = f"Write “Far: AK HI = 1.5 + 5.00”, not {line.strip()[:40]!r}."
            raise InvalidInput(fields={"zones": words})
        if colon:
            factor, plus, add = terms.partition("+")
            zone: dict[str, Any] = {
                "name": name.strip(),
                "states": states.upper().replace(",", " ").split(),
                "factor": _number(factor.strip(), "zones"),
            }
            zones.append(zone | ({"add": add.strip()} if plus else {}))
    return zones


def zones_text(values: Mapping[str, Any]) -> str:
    """Return the zones as they are typed."""
    return "\n".join(
        f"{zone['name']}: {' '.join(zone['states'])} = {zone.get('factor', 1)}"
        + (f" + {zone['add']}" if zone.get("add") else "")
        for zone in values.get("zones", ())
    )
