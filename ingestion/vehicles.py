"""The vehicle that a label names, read by the fitment app's own detector."""

from __future__ import annotations

from collections.abc import Sequence

from fitment.matching import detect
from fitment.vehicle_lookup import lookup_current
from ingestion.pipeline.drafting import Vehicle

# Below this the words are too few for a title; the fitment app still proposes them for review.
_LEAST = 0.7


def vehicle_in(texts: Sequence[str]) -> Vehicle:
    """Return the one vehicle that the lines name, or an empty one where none or several are."""
    found = [
        one
        for one in detect("\n".join(texts), lookup_current()).fitments
        if one.confidence >= _LEAST
    ]
    models = {(one.model.make.name, one.model.name) for one in found}
    if len(models) != 1:
        return Vehicle()
    make, model = models.pop()
    years = sorted({year for one in found for year in range(one.year_start, one.year_end + 1)})
    return Vehicle(make=make, model=model, years=tuple(years))
