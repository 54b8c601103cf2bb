"""What all writes of fitments have in common."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fitment.models import (
    FitmentEngine,
    FitmentModel,
    FitmentSubmodel,
    PartFitment,
)
from fitment.models.part import SPAN_MAX
from fitment.models.reference import YEAR_MAX, YEAR_MIN
from listings.models import ListingSearch
from realtrack.core import registry
from realtrack.core.errors import InvalidInput

if TYPE_CHECKING:
    from realtrack.core.actors import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """A checked vehicle: what belongs together by the reference data."""

    model: FitmentModel
    submodel: FitmentSubmodel | None
    engine: FitmentEngine | None
    year_start: int
    year_end: int


def vehicle_label(fitment: PartFitment) -> str:
    """Return the vehicle in words, for the log: `2007-2011 Toyota Camry LE 2.4L I4`."""
    years = str(fitment.year_start)
    if fitment.year_end != fitment.year_start:
        years += f"-{fitment.year_end}"
    parts = [years, fitment.make.name, fitment.model.name]
    parts += [part.name for part in (fitment.submodel,) if part]
    parts += [part.code for part in (fitment.engine,) if part]
    return " ".join(parts)


def years_check(year_start: int, year_end: int) -> None:
    """Raise InvalidInput unless the years are in order, sane and at most 50 apart."""
    problems: dict[str, str] = {}
    for name, year in (("year_start", year_start), ("year_end", year_end)):
        if not YEAR_MIN <= year <= YEAR_MAX:
            problems[name] = f"A model year is between {YEAR_MIN} and {YEAR_MAX}."
    if not problems and year_start > year_end:
        problems["year_end"] = "The last year is before the first."
    elif not problems and year_end - year_start > SPAN_MAX:
        problems["year_end"] = f"More than {SPAN_MAX} years; check the first and the last."
    if problems:
        raise InvalidInput(fields=problems)


def vehicle_check(
    *,
    model_id: uuid.UUID,
    year_start: int,
    year_end: int,
    make_id: uuid.UUID | None = None,
    submodel_id: uuid.UUID | None = None,
    engine_id: uuid.UUID | None = None,
) -> Vehicle:
    """Return the vehicle whose parts belong together; raises InvalidInput by field."""
    years_check(year_start, year_end)
    model = (
        FitmentModel.objects.filter(pk=model_id, merged_into=None).select_related("make").first()
    )
    if model is None:
        raise InvalidInput(fields={"model_id": "There is no such model."})
    if make_id is not None and model.make_id != make_id:
        raise InvalidInput(fields={"model_id": "This model is of another make."})
    submodel = engine = None
    if submodel_id is not None:
        named = FitmentSubmodel.objects.filter(pk=submodel_id, model=model)
        submodel = named.select_related("merged_into").first()
        submodel = submodel and (submodel.merged_into or submodel)
        if submodel is None:
            raise InvalidInput(fields={"submodel_id": f"{model} has no such submodel."})
    if engine_id is not None:
        engine = FitmentEngine.objects.filter(pk=engine_id).select_related("merged_into").first()
        # A car that was read before the merge names the old one.
        engine = engine and (engine.merged_into or engine)
        if engine is None:
            raise InvalidInput(fields={"engine_id": "There is no such engine."})
    return Vehicle(
        model=model,
        submodel=submodel,
        engine=engine,
        year_start=year_start,
        year_end=year_end,
    )


def listing_touched(listing_id: uuid.UUID, *, is_content: bool) -> None:
    """Keep the catalog's count, and owe the marketplaces the new list where it changed for them.

    Only verified fitments are sent, so that a proposal owes nothing.
    """
    ListingSearch.objects.filter(listing_id=listing_id).update(
        vehicle_count=PartFitment.objects.filter(listing_id=listing_id).count()
    )
    if is_content:
        for write in registry.owed_writers.values():
            write([listing_id], "content")


def person_id(actor: Actor) -> uuid.UUID | None:
    """Return who verified: the person, never a machine acting for one."""
    return None if actor.is_machine else actor.user_id
