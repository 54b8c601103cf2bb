"""From the donor's exact car to the years and models that share the part: only with evidence.

What speaks for a car: other parts of the same number (or of one that stands for it) whose verified
vehicles hold the donor's own car and this one too; the customer's list of a marketplace's vehicles
must not speak against it. Never a model's whole life: nothing is filled in between or around.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass

from django.db import transaction

from fitment.enums import FitmentSource
from fitment.errors import FitmentExists
from fitment.evidence import numbers_alike
from fitment.models import MarketVehicle, MarketVehicleList, PartFitment
from fitment.naming import name_key, years_join
from fitment.services.fitments import fitment_add
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound

# A proposal of more years than this is told apart: a person looks at it twice.
YEARS_MANY = 12
_ROWS_MAX = 20_000
# How sure one agreeing part makes; each further one adds, never to certainty.
_ONE, _MORE, _MOST = 0.6, 0.1, 0.9

_Key = tuple[uuid.UUID, uuid.UUID, uuid.UUID | None, uuid.UUID | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """What was proposed; `reason` says why nothing was. `doubted`: a list does not know the car."""

    proposed: tuple[uuid.UUID, ...] = ()
    known: int = 0
    doubted: tuple[str, ...] = ()
    reason: str = ""


def fitments_expand(*, listing_id: uuid.UUID, actor: Actor) -> Expanded:
    """Propose the vehicles that share the part with the donor's car; all wait for a person; atomic.

    Nothing without a donor's car with its year, and nothing without evidence; then the reason is
    told. Raises NotFound where the part is gone.
    """
    listing = Listing.objects.filter(pk=listing_id).first()
    if listing is None:
        raise NotFound("This part does not exist any more.")
    cars = list(
        PartFitment.objects.filter(
            listing_id=listing_id, verified=True, source=FitmentSource.DONOR
        ).select_related("make", "model")
    )
    if not cars:
        return Expanded(reason="The part comes from no car whose model and year are known.")
    agreeing = _agreeing(listing, cars)
    if not agreeing:
        return Expanded(reason="No other verified part of this number fits the donor's car.")
    votes = _votes(agreeing)
    proposed: list[uuid.UUID] = []
    doubted: list[str] = []
    known = 0
    with transaction.atomic():
        for key, years in votes.items():
            for start, end, parts in _spans(years):
                words, unknown = _not_listed(key, start, end)
                if unknown:
                    doubted.append(words)
                    continue
                row = _propose(listing, cars[0], key, (start, end), (parts, len(agreeing)), actor)
                if row is None:
                    known += 1
                else:
                    proposed.append(row.pk)
    return Expanded(proposed=tuple(proposed), known=known, doubted=tuple(doubted))


def _agreeing(listing: Listing, cars: list[PartFitment]) -> dict[uuid.UUID, list[PartFitment]]:
    """Return the verified rows of parts alike, by part, where they hold the donor's car."""
    alike = numbers_alike(listing).values("pk")
    rows = PartFitment.objects.filter(verified=True, listing__in=alike)
    by_part: dict[uuid.UUID, list[PartFitment]] = defaultdict(list)
    for row in rows.order_by("listing_id", "pk")[:_ROWS_MAX]:
        by_part[row.listing_id].append(row)
    return {
        part: found
        for part, found in by_part.items()
        if any(
            row.model_id == car.model_id and row.year_start <= car.year_start <= row.year_end
            for row in found
            for car in cars
        )
    }


def _votes(agreeing: dict[uuid.UUID, list[PartFitment]]) -> dict[_Key, dict[int, set[uuid.UUID]]]:
    votes: dict[_Key, dict[int, set[uuid.UUID]]] = defaultdict(lambda: defaultdict(set))
    for part, rows in agreeing.items():
        for row in rows:
            key = (row.make_id, row.model_id, row.submodel_id, row.engine_id)
            for year in range(row.year_start, row.year_end + 1):
                votes[key][year].add(part)
    return votes


def _spans(years: dict[int, set[uuid.UUID]]) -> list[tuple[int, int, int]]:
    """Return the runs of years that equally many parts vouch for: (first, last, parts)."""
    by_count: dict[int, list[int]] = defaultdict(list)
    for year, parts in years.items():
        by_count[len(parts)].append(year)
    return [
        (start, end, count)
        for count, found in sorted(by_count.items())
        for start, end in years_join(found)
    ]


def _not_listed(key: _Key, start: int, end: int) -> tuple[str, bool]:
    """Say whether the customer's list knows the model, but not in these years: exactly, by name."""
    make_id, model_id, _, _ = key
    row = PartFitment.objects.filter(make_id=make_id, model_id=model_id).select_related(
        "make", "model"
    )[0]
    words = f"{start} to {end} {row.make.name} {row.model.name}"
    listed = MarketVehicle.objects.filter(
        of_list__in=MarketVehicleList.objects.filter(is_current=True).values("pk"),
        make_key=name_key(row.make.name),
        model_key=name_key(row.model.name),
    )
    years = set(listed.values_list("year", flat=True))
    return words, bool(years) and not years & set(range(start, end + 1))


def _propose(
    listing: Listing,
    car: PartFitment,
    key: _Key,
    years: tuple[int, int],
    agree: tuple[int, int],
    actor: Actor,
) -> PartFitment | None:
    make_id, model_id, submodel_id, engine_id = key
    start, end = years
    have = PartFitment.objects.filter(
        listing=listing, model_id=model_id, year_start__lte=start, year_end__gte=end
    )
    if have.filter(submodel_id__in=[submodel_id], engine_id=engine_id).exists():
        return None
    if have.filter(submodel_id=None, engine_id=None).exists():
        return None
    parts, of = agree
    warnings = ["years_many"] if end - start + 1 > YEARS_MANY else []
    try:
        return fitment_add(
            listing_id=listing.pk, make_id=make_id, model_id=model_id, submodel_id=submodel_id,
            engine_id=engine_id, year_start=start, year_end=end, source=FitmentSource.DONOR,
            confidence=min(_MOST, _ONE + _MORE * (parts - 1)),
            evidence={
                "expanded_from": f"{car.year_start} {car.make.name} {car.model.name}",
                "agree": parts, "parts": of, "warnings": warnings,
            },
            actor=actor,
        )  # fmt: skip
    except FitmentExists:
        return None
