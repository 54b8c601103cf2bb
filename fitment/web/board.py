"""What the page of a listing's fitments shows."""

from __future__ import annotations

import uuid
from typing import Any

from fitment.coverage import coverage_grid
from fitment.enums import FitmentSource
from fitment.models import FitmentSet, PartFitment
from fitment.selectors import (
    engines_list,
    equals_count,
    fitments_list,
    number_evidence,
    years_outside,
)
from fitment.web.forms import Cascade, cascade_of
from listings.models import Listing

# A proposal from here on is ticked for "Verify": a person still has to press it.
_TICKED_FROM = 0.6
WARNINGS = {
    "years_open": "The words leave the end open; only the year that they name was taken.",
    "years_outside_model": "Some of these years are outside the model's life.",
    "chassis_years_differ": "The chassis code was not built in these years.",
    "returned": "A buyer sent the part back: it does not fit this car.",
    "years_many": "More than 12 years at once; look twice.",
    "engine_unknown": "The reference data has no such engine for this model.",
}


def is_ticked(row: PartFitment) -> bool:
    """Say whether a proposal is sure enough to be ticked at once."""
    warnings = row.evidence.get("warnings") or []
    return not row.verified and (row.confidence or 0) >= _TICKED_FROM and not warnings


def rests_on(row: PartFitment) -> str:
    """Return in a few words what a row rests on."""
    words = row.evidence.get("words")
    if words:
        where = {
            "title": "in the title",
            "description": "in the description",
            "pasted": "in a pasted list",
        }
        return f"“{words}” {where.get(row.evidence.get('field', ''), 'read from a photo')}"
    if row.evidence.get("expanded_from"):
        agree, of = row.evidence.get("agree"), row.evidence.get("parts")
        return f"{agree} of {of} parts alike that fit the {row.evidence['expanded_from']}"
    if row.evidence.get("copied_from"):
        return "Copied from another part"
    return "Added by hand" if row.source == "person" else row.get_source_display()


def board_context(
    listing: Listing, *, row_id: uuid.UUID | None = None, cascade: Cascade | None = None
) -> dict[str, Any]:
    """Return everything that the board's template reads."""
    rows = list(fitments_list(listing_id=listing.pk))
    waiting = [row for row in rows if not row.verified]
    current = next((row for row in rows if row.pk == row_id), None)
    if current is None:
        current = waiting[0] if waiting else rows[0] if rows else None
    grid = coverage_grid(rows)
    return {
        "listing": listing,
        "grid": grid,
        "grid_groups": _by_make(grid.rows),
        "rows": [
            {"fitment": row, "rests_on": rests_on(row), "ticked": is_ticked(row)} for row in rows
        ],
        "waiting": len(waiting),
        "equals": equals_count(listing),
        "sets": list(FitmentSet.objects.order_by("name")[:200]),
        "has_car": any(row.verified and row.source == FitmentSource.DONOR for row in rows),
        "verified_count": sum(row.verified for row in rows),
        "ticked": sum(is_ticked(row) for row in rows),
        "proposed_years": sum(row.year_end - row.year_start + 1 for row in waiting),
        "cascade": cascade or cascade_of({}),
        "current": _current(current) if current is not None else None,
    }


def _by_make(rows: Any) -> list[tuple[str, list[Any]]]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row.make, []).append(row)
    return list(groups.items())


def _current(row: PartFitment) -> dict[str, Any]:
    warnings = [WARNINGS.get(name, name) for name in row.evidence.get("warnings") or []]
    outside = years_outside(row)
    if outside and WARNINGS["years_outside_model"] not in warnings:
        warnings.append(WARNINGS["years_outside_model"])
    return {
        "fitment": row,
        "words": row.evidence.get("words", ""),
        "field": row.evidence.get("field", ""),
        "warnings": warnings,
        "alternatives": row.evidence.get("alternatives") or [],
        "evidence": number_evidence(row),
        "engines": list(engines_list(model_id=row.model_id)),
        "years_text": str(row.year_start)
        if row.year_start == row.year_end
        else f"{row.year_start}-{row.year_end}",
    }
