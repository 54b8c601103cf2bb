"""From an application's element to a row: values, fingerprint, the line for COPY."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from fitment.aces.facts import ATTRIBUTES, NEW_NAMES, YEAR_SPAN
from listings.part_numbers import normalise

# In the order of the columns below.
COLUMNS = (
    "position", "app_id", "action", "form", "base_vehicle", "year_from", "year_to", "make_code",
    "model_code", "submodel_code", "engine_code", "attributes", "part", "part_key", "supplier",
    "part_type_code", "position_code", "quantity", "details", "hints", "fingerprint", "state",
    "reason_code", "reason", "maybe_again",
)  # fmt: skip
_ATTRIBUTES = frozenset(ATTRIBUTES) - {"EngineBase"}
_CODES = {
    "BaseVehicle": "base_vehicle", "Make": "make_code", "Model": "model_code",
    "SubModel": "submodel_code", "EngineBase": "engine_code", "PartType": "part_type_code",
    "Position": "position_code", "VehicleType": "vehicle_type",
}  # fmt: skip
_FORMS = {"BaseVehicle": "B", "Years": "Y", "EquipmentBase": "E", "Mfr": "M"}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NOT_KEPT = str.maketrans("", "", "\x00")
# Not of what an application says, so that they do not make it another one.
_INCIDENTAL = ("display", "asset", "ref")
_REASON_MAX = 500


@dataclass(slots=True)
class Row:
    """One application, as it goes to the database."""

    position: int
    app_id: int | None = None
    action: str = ""
    form: str = ""
    codes: dict[str, int] = field(default_factory=dict)
    years: tuple[int, int] | None = None
    attributes: dict[str, int] = field(default_factory=dict)
    part: str = ""
    supplier: str = ""
    quantity: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    state: str = "imported"
    reason_code: str = ""
    reason: str = ""
    maybe_again: bool = False

    def reject(self, code: str, reason: str) -> None:
        """Give the row its final verdict."""
        self.state, self.reason_code = "rejected", code
        self.reason = f"App {self.app_id or f'at place {self.position}'}: {reason}"[:_REASON_MAX]


@lru_cache(maxsize=20_000)
def _key(part: str) -> str:
    return normalise(part)[:48]


def renamed(element: Any) -> None:
    """Give the elements of a 5.0 application the names that they had before."""
    for child in element.iter():
        if child.tag in NEW_NAMES:
            child.tag = NEW_NAMES[child.tag]
        for old in [name for name in child.attrib if name in NEW_NAMES]:
            child.set(NEW_NAMES[old], child.attrib.pop(old))


def _qual(child: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"id": int(child.get("id"))}
    params = [dict(param.attrib) for param in child.iterfind("param")]
    if params:
        found["params"] = params
    found["text"] = " ".join((child.findtext("text") or "").split())
    return found


def _other(row: Row, tag: str, child: Any, text: str) -> None:
    """The rarer children of an application."""
    if tag == "Note":
        if text:
            row.details.setdefault("notes", []).append(text)
    elif tag == "Qual":
        row.details.setdefault("quals", []).append(_qual(child))
    elif tag == "MfrLabel":
        row.details["label"] = text
    elif tag == "DisplayOrder":
        row.details["display"] = int(text)
    elif tag in {"AssetName", "AssetItemOrder", "AssetItemRef"}:
        row.details.setdefault("asset", {})[tag] = text
    elif tag in _ATTRIBUTES:
        row.attributes[tag] = int(child.get("id"))
        if text:
            row.hints[tag] = text[:200]


def row_read(element: Any, position: int, company: str, brand: str) -> Row:
    """Read a valid application; what no schema says is checked here."""
    row = Row(position=position, app_id=int(element.get("id")), action=element.get("action"))
    if ref := element.get("ref"):
        row.details["ref"] = ref
    codes = row.codes
    for child in element:
        tag = child.tag
        if tag.__class__ is not str:
            continue
        text = child.text
        text = " ".join(text.split()) if text else ""
        if tag in _CODES:
            codes[_CODES[tag]] = int(child.get("id"))
            if text:
                row.hints[tag] = text[:200]
        elif tag == "Part":
            row.part = text
            brand = child.get("BrandAAIAID") or brand
        elif tag == "Qty":
            row.quantity = int(text)
        elif tag == "Years":
            row.years = (int(child.get("from")), int(child.get("to")))
        else:
            _other(row, tag, child, text)
        if not row.form and tag in _FORMS:
            row.form = _FORMS[tag]
    row.supplier = brand or f"by {company}"[:60]
    _check(row)
    return row


def _check(row: Row) -> None:
    if row.years and row.years[0] > row.years[1]:
        row.reject("years", f"the years run backwards, from {row.years[0]} to {row.years[1]}.")
    elif row.years and row.years[1] - row.years[0] > YEAR_SPAN:
        row.reject("years", f"{row.years[0]} to {row.years[1]} are more than {YEAR_SPAN} years.")
    elif not _key(row.part):
        row.reject("part", f"the part number “{row.part}” holds no letter or digit.")
    elif row.form in {"E", "M"}:
        row.state, row.reason_code = "unsupported", "equipment"
        row.reason = f"App {row.app_id}: it is for equipment, not for a car."


def fingerprint(row: Row) -> str:
    """Return what makes two rows the same application, whatever their ids and actions."""
    said = {key: value for key, value in row.details.items() if key not in _INCIDENTAL}
    text = repr((
        row.supplier, row.part, row.form, sorted(row.codes.items()), row.years,
        sorted(row.attributes.items()), row.quantity, sorted(said.items()) if said else None,
    ))  # fmt: skip
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _text(value: str) -> str:
    return value.translate(_NOT_KEPT).translate(_ESCAPES)


def _json(value: Any) -> str:
    # PostgreSQL's jsonb holds no NUL.
    return _text(json.dumps(value).replace("\\u0000", "")) if value else "\\N"


def copy_line(row: Row) -> str:
    """Return the row as a line of COPY's text format."""
    codes = row.codes
    none = "\\N"
    start, end = row.years or (none, none)
    return "\t".join((
        str(row.position),
        none if row.app_id is None else str(row.app_id),
        row.action, row.form,
        str(codes.get("base_vehicle", none)), str(start), str(end),
        str(codes.get("make_code", none)), str(codes.get("model_code", none)),
        str(codes.get("submodel_code", none)), str(codes.get("engine_code", none)),
        _json(row.attributes), _text(row.part), _key(row.part), _text(row.supplier),
        str(codes.get("part_type_code", none)), str(codes.get("position_code", none)),
        none if row.quantity is None else str(row.quantity),
        _json(row.details), _json(row.hints),
        fingerprint(row) if row.form else none,
        row.state, row.reason_code, _text(row.reason), "t" if row.maybe_again else "f",
    )) + "\n"  # fmt: skip
