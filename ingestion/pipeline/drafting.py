"""Fifth step: a draft's fields out of what was read and what a person corrected.

The title comes from the catalog's one composer, never from a model or a description.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

from ingestion.pipeline.contract import Refused
from ingestion.pipeline.fields import FieldName
from listings.titles import TitleFacts, compose

# Fields of a reading -> columns of a listing.
COLUMNS: Mapping[FieldName, str] = {
    FieldName.TITLE: "title",
    FieldName.BRAND: "c_brand",
    FieldName.MPN: "c_manufacturer_part_number",
    FieldName.OE_NUMBER: "c_oe_oem_part_number",
    FieldName.PART_TYPE: "c_type",
    FieldName.CONDITION: "condition_id",
    FieldName.UPC: "p_upc",
    FieldName.EAN: "ean",
    FieldName.QUANTITY: "quantity",
    FieldName.PRICE: "start_price",
}
_PLACEMENT = "Placement on Vehicle"
_CONDITION_WORDS = {"1000": "New", "1500": "New, other", "2500": "Refurbished", "3000": "Used",
                    "7000": "For parts or not working"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """The vehicle that a label or a person names; years empty where none is said."""

    make: str = ""
    model: str = ""
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftInput:
    """Values by field as they shall be, and the vehicle where one is known."""

    values: Mapping[FieldName, str]
    vehicle: Vehicle = Vehicle()


class DraftStep:
    """Columns of the draft; composes title and description only where none is given."""

    name = "draft"

    def run(self, given: DraftInput) -> dict[str, object] | Refused:
        """Return columns for `listing_create`; fields without a value are left out."""
        values = {name: text for name, text in given.values.items() if text}
        data: dict[str, object] = {
            column: values[name] for name, column in COLUMNS.items() if name in values
        }
        data.setdefault("title", title_for(values, given.vehicle))
        data["description"] = description_for(values, given.vehicle)
        if FieldName.POSITION in values:
            places = [place.strip() for place in values[FieldName.POSITION].split(",")]
            data["item_specifics"] = {_PLACEMENT: [place for place in places if place]}
        return {name: value for name, value in data.items() if value not in ("", {})}


def title_for(values: Mapping[FieldName, str], vehicle: Vehicle) -> str:
    """Return the composed title: at most 80 characters, deterministic."""
    facts = TitleFacts(
        part_name=values.get(FieldName.PART_TYPE, ""),
        years=vehicle.years,
        make=vehicle.make or values.get(FieldName.MAKE, ""),
        model=vehicle.model,
        position=values.get(FieldName.POSITION, ""),
        numbers=tuple(
            values[name] for name in (FieldName.OE_NUMBER, FieldName.MPN) if values.get(name)
        ),
        condition_id=values.get(FieldName.CONDITION, ""),
    )
    title = compose(facts).title
    if not values.get(FieldName.PART_TYPE):
        # Without a part name the composed words would be a bare number: the brand says more.
        title = " ".join(word for word in (values.get(FieldName.BRAND, ""), title) if word)[:80]
    return title.strip()


def description_for(values: Mapping[FieldName, str], vehicle: Vehicle) -> str:
    """Return the description by template: facts as a list, every value escaped."""
    rows = (
        ("Part", values.get(FieldName.PART_TYPE, "")),
        ("Brand", values.get(FieldName.BRAND, "")),
        ("Part number", values.get(FieldName.MPN, "")),
        ("OE number", values.get(FieldName.OE_NUMBER, "")),
        ("Placement", values.get(FieldName.POSITION, "")),
        ("Vehicle", " ".join(word for word in (vehicle.make, vehicle.model) if word)),
        ("Condition", _CONDITION_WORDS.get(values.get(FieldName.CONDITION, ""), "")),
    )
    items = "".join(f"<li>{label}: {html.escape(text)}</li>" for label, text in rows if text)
    if not items:
        return ""
    return f"<ul>{items}</ul><p>Compare the numbers with those on your part before you buy.</p>"
