"""Which model is meant in these years, where a name could be several."""

from __future__ import annotations

import uuid
from dataclasses import replace

from fitment.matching.context import Context
from fitment.matching.hits import Vehicle
from fitment.matching.lookup import Model, Name, VehicleLookup

# The seed's newest year may lag behind the shops by one.
_YEARS_SLACK = 1


def overlap(model: Model, start: int, end: int) -> int:
    return sum(1 for year in range(start, end + 1) if year in model.years)


def is_in_life(model: Model, start: int, end: int) -> bool:
    if not model.years:
        return True
    return overlap(model, start, end) > 0 or (
        min(model.years) - _YEARS_SLACK <= end and start <= max(model.years) + _YEARS_SLACK
        and (start > max(model.years) or end < min(model.years))
    )  # fmt: skip


def sibling(lookup: VehicleLookup, model: Model, start: int, end: int) -> Model | None:
    """Return the one longer-named model that has all these years: F-250 of 2005 is a Super Duty."""
    prefix = model.slug + "-"
    fitting = [
        other
        for other in lookup.models_of.get(model.make.id, ())
        if other.slug.startswith(prefix) and overlap(other, start, end) == end - start + 1
    ]
    return fitting[0] if len(fitting) == 1 else None


def _shorter(context: Context, vehicle: Vehicle, start: int, end: int) -> Name | None:
    """Return the model of fewer words that lived then: a Yukon Denali of 2010 is a Yukon."""
    makes = {name.model.make.id for name in vehicle.names}
    for pattern in (vehicle.pattern[1:], vehicle.pattern[:-1]):
        for name in context.lookup.names.get(pattern, ()):
            model = name.model
            if model.make.id in makes and overlap(model, start, end) == end - start + 1:
                return name
    return None


def choose(
    context: Context, vehicle: Vehicle, start: int, end: int
) -> tuple[Name | None, float, list[str]]:
    """Return the name that is meant in these years, what the doubt costs, and other readings."""
    living = [name for name in vehicle.names if is_in_life(name.model, start, end)]
    if not living:
        for name in vehicle.names:
            longer = sibling(context.lookup, name.model, start, end)
            if longer is not None:
                return replace(name, model=longer), 0.1, []
        shorter = _shorter(context, vehicle, start, end)
        return shorter, 0.1, []
    best = living[0]
    others = [
        f"{name.model.make.name} {name.model.name}"
        for name in living[1:]
        if name.model.id != best.model.id
    ]
    makes = {name.model.make.id for name in living}
    if len(makes) > 1 and vehicle.is_inferred:
        return None, 0.0, others
    doubt = best.doubt + (0.05 if vehicle.is_inferred else 0.0)
    return best, doubt + (0.1 if vehicle.is_fuzzy else 0.0), others


def split_ram(
    lookup: VehicleLookup, model: Model, start: int, end: int
) -> list[tuple[Model, int, int]]:
    """A Dodge Ram 1500 is a Ram 1500 from model year 2011 on: one range, two makes."""
    if model.make.slug == "dodge" and model.slug.startswith("ram-"):
        other = lookup.model_by_slug.get(("ram", model.slug.removeprefix("ram-")))
        if other is not None and end > 2010:
            old = [(model, start, 2010)] if start <= 2010 else []
            return [*old, (other, max(start, 2011), end)]
    if model.make.slug == "ram":
        other = lookup.model_by_slug.get(("dodge", "ram-" + model.slug))
        if other is not None and start < 2011:
            new = [(model, 2011, end)] if end >= 2011 else []
            return [(other, start, min(end, 2010)), *new]
    return [(model, start, end)]


def badge_submodel(name: Name, model: Model) -> tuple[uuid.UUID | None, str]:
    if not name.badge:
        return None, ""
    key = "".join(char for char in name.badge.lower() if char.isalnum())
    found = model.submodels.get(key)
    return (found[0], found[1]) if found else (None, name.badge)
