"""A part's verified vehicles as other programs take them: rows of a CSV, a marketplace's list, tags."""

from __future__ import annotations

import csv
import io
import uuid
from dataclasses import dataclass

from fitment.models import PartFitment
from fitment.ranges import Span, trim
from fitment.selectors import narrowed_by

# eBay's own limit where a category names none.
EBAY_LIMIT = 3000
_COLUMNS = (
    "make", "model", "year_start", "year_end", "submodel", "engine", "part_type", "position",
    "quantity", "drive", "transmission", "body", "qualifiers", "notes",
)  # fmt: skip
# Shopify: a product has 250 tags of 255 characters at most.
TAGS_MAX = 250
# What a spreadsheet would run as a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """A vehicle in words; what narrows it must not get lost on the way out."""

    make: str
    model: str
    trim: str
    engine: str
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompatibilityList:
    """Rows of one year each within the limit, and what stays behind by name."""

    rows: tuple[dict[str, str], ...]
    left: tuple[str, ...]
    left_count: int


def _verified(listing_id: uuid.UUID) -> list[PartFitment]:
    return list(
        PartFitment.objects.filter(listing_id=listing_id, verified=True)
        .select_related("make", "model", "submodel", "engine")
        .order_by("make__name", "model__name", "year_start", "pk")
    )


def spans_of(listing_id: uuid.UUID) -> list[Span[Key]]:
    """Return the verified vehicles of a listing in words."""
    return [
        Span(
            key=Key(
                make=row.make.name,
                model=row.model.name,
                trim=row.submodel.name if row.submodel else "",
                engine=row.engine.code if row.engine else "",
                notes=narrowed_by(row),
            ),
            start=row.year_start,
            end=row.year_end,
        )
        for row in _verified(listing_id)
    ]


def label_of(span: Span[Key]) -> str:
    """Return a vehicle and its years in words, all that narrows it included."""
    years = str(span.start) if span.start == span.end else f"{span.start} to {span.end}"
    words = (years, span.key.make, span.key.model, span.key.trim, span.key.engine)
    said = " ".join(filter(None, words))
    return f"{said}: {span.key.notes}" if span.key.notes else said


def compatibility_list(listing_id: uuid.UUID, *, limit: int = EBAY_LIMIT) -> CompatibilityList:
    """Return eBay's list: a row per year, the newest kept where there are more than `limit`.

    A trim, engine or qualifier stays in its row (the last as its notes): a narrower fitment is never
    made a wider one.
    """
    cut = trim(spans_of(listing_id), limit)
    rows = []
    for key, year in cut.sent:
        values = {
            "Year": str(year), "Make": key.make, "Model": key.model, "Trim": key.trim,
            "Engine": key.engine, "Notes": key.notes[:500],
        }  # fmt: skip
        rows.append({name: value for name, value in values.items() if value})
    return CompatibilityList(
        rows=tuple(rows), left=tuple(map(label_of, cut.left)), left_count=cut.left_count
    )


def ebay_text(listing_id: uuid.UUID, *, limit: int = EBAY_LIMIT) -> str:
    """Return the list as the compatibility rows of eBay's upload file, `Year=2018|Make=…`."""
    lines = ["Relationship,RelationshipDetails"]
    for row in compatibility_list(listing_id, limit=limit).rows:
        said = "|".join(f"{name}={value.replace('|', '/')}" for name, value in row.items())
        lines.append('Compatibility,"' + said.replace('"', '""') + '"')
    return "\n".join(lines) + "\n"


def csv_text(listing_id: uuid.UUID) -> str:
    """Return the verified vehicles as a CSV by names, a row per fitment."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in _verified(listing_id):
        said = "; ".join(f"{one.get('kind')}: {one.get('text')}" for one in row.qualifiers)
        values = (
            row.make.name, row.model.name, row.year_start, row.year_end,
            row.submodel.name if row.submodel else "", row.engine.code if row.engine else "",
            row.part_type, row.position, row.quantity or "", row.drive, row.transmission, row.body,
            said, row.notes,
        )  # fmt: skip
        writer.writerow([_safe(value) for value in values])
    return out.getvalue()


def _safe(value: object) -> object:
    """A cell that a spreadsheet would run is written as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def shopify_tags(listing_id: uuid.UUID) -> list[str]:
    """Return `Make_Model_Year` tags for a shop's filter, 250 at most, the newest years first."""
    cut = trim(
        [
            Span(key=(s.key.make, s.key.model), start=s.start, end=s.end)
            for s in spans_of(listing_id)
        ],
        TAGS_MAX,
    )
    return [f"{make}_{model}_{year}".replace(",", "") for (make, model), year in cut.sent]


def shopify_metafield(listing_id: uuid.UUID) -> list[dict[str, object]]:
    """Return the value of a JSON metafield: every verified vehicle with all that narrows it."""
    return [
        {
            "make": span.key.make, "model": span.key.model, "yearStart": span.start,
            "yearEnd": span.end, "trim": span.key.trim, "engine": span.key.engine,
            "notes": span.key.notes,
        }
        for span in spans_of(listing_id)
    ]  # fmt: skip
