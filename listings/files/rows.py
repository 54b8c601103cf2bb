"""From rows of a file to parts: a row with the vehicles that stand below it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from listings import fields
from listings.files.headers import PHOTO_ROW, VEHICLES, VERSION, Plan, Target
from listings.files.tables import CLEAR, Row, Table, unguard

_POLICIES = frozenset({"shipping_profile_name", "return_profile_name", "payment_profile_name"})
_POLICY_ID = re.compile(r"\s*-?\s*\(ID:\s*\d+\s*\)\s*$")
_LEADING_ID = re.compile(r"\s*(\d{2,})\s*[-–:\u00a0 ].*", re.DOTALL)
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_ERASE = "\x00CLEAR"  # no cell of a file can hold this
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's day 0, in no zone


@dataclass(slots=True, kw_only=True)
class PartRow:
    """A row that is a part; `fault` is set where it cannot be one."""

    sheet: str
    number: int
    data: dict[str, object] = field(default_factory=dict)
    aspects: dict[str, list[str]] = field(default_factory=dict)
    vehicles: list[dict[str, str]] = field(default_factory=list)
    fault: str = ""
    version: int | None = None  # the one that the file was exported at
    headers: Sequence[str] = ()
    raw: list[Sequence[str]] = field(
        default_factory=list
    )  # its row and those below it, as they are


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was passed over while reading."""

    hidden: int = 0
    vehicles: int = 0
    repeated_vehicles: int = 0


def part_rows(tables: Sequence[tuple[Table, Plan]], tally: Tally) -> Iterator[PartRow]:
    """Parts in the order of the file. Hidden rows are deleted rows: counted and passed over."""
    for table, plan in tables:
        current: PartRow | None = None
        for row in table.rows():
            if row.hidden:
                tally.hidden += any(cell.strip() for cell in row.cells)
                continue
            found = _read(table, row, plan)
            if found is None:
                continue
            if plan.is_shopify and current is not None and _is_more(found):
                _photo_add(current, found)
                continue
            relation = str(found.data.get("relationship", "")).strip().casefold()
            is_child = bool(relation) and not (
                found.data.get(fields.SKU) or found.data.get("title")
            )
            if is_child and relation == "compatibility" and current is not None:
                _vehicle_add(current, found, tally)
                continue
            if is_child:
                found.fault = _child_fault(relation)
                yield found
                continue
            if current is not None:
                yield current
            current = found
        if current is not None:
            yield current


def _child_fault(relation: str) -> str:
    if relation == "compatibility":
        return "A vehicle without a part above it."
    return "A variation. Give each its own row with a SKU."


def _is_more(found: PartRow) -> bool:
    """A row of Shopify's that only adds a photo to the product above it."""
    return set(found.data) == {PHOTO_ROW} and not found.fault


def _photo_add(part: PartRow, child: PartRow) -> None:
    photos = [str(one.data[PHOTO_ROW]) for one in (part, child) if one.data.get(PHOTO_ROW)]
    part.data[PHOTO_ROW] = "|".join(photos)
    part.raw.extend(child.raw)


def _read(table: Table, row: Row, plan: Plan) -> PartRow | None:
    """The row as a part, None where nothing stands in it."""
    found = PartRow(sheet=table.name, number=row.number, headers=table.headers, raw=[row.cells])
    extra = [cell for cell in row.cells[len(plan.targets) :] if cell.strip()]
    for target, cell in zip(plan.targets, row.cells, strict=False):
        if target is not None and cell.strip():
            _take(found, target, _ERASE if cell == CLEAR else unguard(cell))
    # A formula in the category's column fills rows to the sheet's end with 0.
    if str(found.data.get("category_id", "")).strip() in {"0", "0.0"}:
        del found.data["category_id"]
    content = set(found.data) - {"action", "category_name"}
    if not (content or found.aspects or found.vehicles or extra or found.fault):
        return None
    if extra:
        found.fault = f"It has more cells than there are headers, the first is “{extra[0][:40]}”."
    return found


def _take(found: PartRow, target: Target, text: str) -> None:
    if target.field == VERSION:
        found.version = int(text) if text.strip().isdigit() else None
        if found.version is None:
            found.fault = "Version: a whole number, as an export writes it."
    elif target.field == VEHICLES:
        lines = [] if text == _ERASE else text.splitlines()
        found.vehicles.extend(vehicle for line in lines if (vehicle := _pairs(line)))
    elif target.field in {fields.SKU, fields.QUANTITY} and text == _ERASE:
        label = fields.label(target.field)
        found.fault = f"{label} cannot be erased."
    elif text == _ERASE:
        if target.aspect:
            found.aspects[target.aspect] = []
        else:
            found.data[target.field] = None
    elif target.aspect:
        values = [piece.strip() for piece in text.split("|")]
        found.aspects[target.aspect] = [piece for piece in values if piece]
    elif target.field == fields.ITEM_SPECIFICS:
        try:
            found.data[target.field] = json.loads(text)
        except ValueError:
            found.fault = "Item specifics: not what an export writes."
    else:
        found.data[target.field] = _plain(target.field, text)


def _plain(name: str, text: str) -> str:
    """What templates put around a value taken off: `3000-Gebraucht`, ` - (ID: 12)`, day numbers."""
    if name in _POLICIES and _POLICY_ID.search(text):
        return " ".join(_POLICY_ID.sub("", text).split())
    if name in {"condition_id", "category_id"} and (match := _LEADING_ID.fullmatch(text)):
        return match.group(1)
    if name == "schedule_time" and _SERIAL.fullmatch(text.strip()):
        return (_EPOCH + timedelta(days=float(text))).isoformat(sep=" ", timespec="seconds")
    return text


def _vehicle_add(part: PartRow, child: PartRow, tally: Tally) -> None:
    vehicle = _vehicle(child)
    tally.vehicles += 1
    part.raw.extend(child.raw)
    if vehicle in part.vehicles:
        tally.repeated_vehicles += 1
    else:
        part.vehicles.append(vehicle)


def _vehicle(child: PartRow) -> dict[str, str]:
    """`Make=Kia|Model=Rio|Year=2013` by name; columns of their own count as well."""
    found: dict[str, str] = {}
    for name, values in child.aspects.items():
        found[name] = "|".join(values)
    return {**found, **_pairs(str(child.data.get("relationship_details", "")))}


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for piece in text.split("|"):
        name, equals, value = piece.partition("=")
        if equals and name.strip() and value.strip():
            found[name.strip()] = " ".join(value.split())
    return found


def merged_data(part: PartRow, present: Mapping[str, list[str]]) -> dict[str, object]:
    """The fields to write: aspects of the file on top of those that the part has."""
    data = dict(part.data)
    if part.aspects:
        given = data.get(fields.ITEM_SPECIFICS, present)
        base = given if isinstance(given, dict) else {}
        data[fields.ITEM_SPECIFICS] = {**base, **part.aspects}
    return data
