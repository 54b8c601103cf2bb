"""Item specifics: from the columns and `item_specifics`, checked against the category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from channels_app.adapters.base import SellerMustFix
from channels_app.adapters.ebay.taxonomy import DEFAULT_ASPECT_LENGTH, Category

NAME_MAX = 40
MOST_VALUES = 30
# (column, eBay's name, several values joined by bars)
COLUMNS: tuple[tuple[str, str, bool], ...] = (
    ("c_brand", "Brand", False),
    ("c_type", "Type", False),
    ("c_manufacturer_part_number", "Manufacturer Part Number", False),
    ("c_oe_oem_part_number", "OE/OEM Part Number", True),
    ("c_item_height", "Item Height", False),
    ("c_item_length", "Item Length", False),
    ("c_item_width", "Item Width", False),
    ("c_item_diameter", "Item Diameter", False),
    ("c_features", "Features", True),
    ("c_operating_mode", "Operating Mode", False),
    ("c_fuel_type", "Fuel Type", False),
    ("c_drive_type", "Drive Type", False),
)
_FIELD_OF = {name: column for column, name, _ in COLUMNS}


def aspects_of(values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return name → values as they were written; what has a column comes from it."""
    found: dict[str, list[str]] = {}
    for column, name, is_list in COLUMNS:
        text = str(values.get(column) or "")
        parts = [part.strip() for part in text.split("|")] if is_list else [text]
        kept = [part for part in parts if part]
        if kept:
            found[name] = kept
    for name, given in (values.get("item_specifics") or {}).items():
        kept = [str(value) for value in given if str(value).strip()]
        if kept:
            found.setdefault(str(name), kept)
    return found


def field_of(aspect: str) -> str:
    """Our field that holds an aspect."""
    return _FIELD_OF.get(aspect, f"aspect:{aspect}")


def aspect_refusals(
    aspects: Mapping[str, Sequence[str]], category: Category
) -> list[SellerMustFix]:
    """Return what the category would refuse: missing, too long, not in its list, too many."""
    known = {aspect.name: aspect for aspect in category.aspects}
    found = [
        SellerMustFix(
            field=field_of(aspect.name),
            reason=f"{aspect.name} is missing. eBay wants it in category {category.id}.",
            error_id="25002",
            fix=_obvious(aspect.name, aspect.values),
        )
        for aspect in category.aspects
        if aspect.required and not aspects.get(aspect.name)
    ]
    for name, values in aspects.items():
        rule = known.get(name)
        longest = rule.max_length if rule else DEFAULT_ASPECT_LENGTH
        reason = ""
        too_long = [value for value in values if len(value) > longest]
        if len(name) > NAME_MAX:
            reason = f"The name of “{name}” is longer than {NAME_MAX} characters."
        elif too_long:
            reason = f"{name} is longer than {longest} characters: “{too_long[0][:40]}…”."
        elif len(values) > MOST_VALUES:
            reason = f"{name} has {len(values)} values, eBay takes {MOST_VALUES}."
        elif rule and rule.selection_only and not set(values) <= set(rule.values):
            allowed = ", ".join(rule.values[:8])
            reason = f"{name} must be one of eBay's values: {allowed}."
        elif rule and not rule.many and len(values) > 1:
            reason = f"{name} takes one value on eBay, there are {len(values)}."
        if reason:
            found.append(SellerMustFix(field=field_of(name), reason=reason, error_id="25002"))
    return found


def _obvious(name: str, values: Sequence[str]) -> tuple[str, str, str] | None:
    for candidate in ("Does Not Apply", "Unbranded"):
        if candidate in values:
            return (candidate, field_of(name), candidate)
    return None
