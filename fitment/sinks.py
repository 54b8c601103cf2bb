"""Vehicles of catalog files: compatibility rows of an import, and those of an export."""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from fitment.enums import FitmentSource
from fitment.events import FitmentAdded
from fitment.locks import listing_fitments_locked
from fitment.matching.lookup import Engine, Model, VehicleLookup
from fitment.matching.text import words
from fitment.models import PartFitment
from fitment.models.reference import YEAR_MAX, YEAR_MIN
from fitment.naming import name_key, years_join
from fitment.services.shared import listing_touched
from fitment.vehicle_lookup import lookup_current
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.registry import SinkResult

_LITRES = re.compile(r"(\d+(?:\.\d+)?)\s*L\b", re.IGNORECASE)
_CYLINDERS = re.compile(r"\b[VILHW](\d{1,2})\b", re.IGNORECASE)
_YEARS = re.compile(r"(\d{4})(?:\s*[-–]\s*(\d{4}))?")


@dataclass(frozen=True, slots=True)
class _Vehicle:
    """What the years of several rows are gathered under; `notes` say what was not found."""

    model: Model = field(compare=False)  # the same as its id; holds tables, which have no hash
    model_id: uuid.UUID
    submodel_id: uuid.UUID | None
    engine_id: uuid.UUID | None
    qualifiers: tuple[tuple[str, str], ...]
    notes: str


def vehicles_take(
    listing_id: uuid.UUID, rows: Sequence[Mapping[str, str]], actor: Actor
) -> SinkResult:
    """Turn compatibility rows into fitments that wait for a person; call within a transaction.

    Years of one vehicle become ranges. What the listing has already, or a person rejected, is
    left alone, so that a file that comes again adds nothing. Rows whose make or model we do not
    know are named in the result. A trim or engine that we do not know is kept as a qualifier.
    """
    lookup = lookup_current()
    years: dict[_Vehicle, set[int]] = defaultdict(set)
    unknown: dict[str, None] = {}
    for row in rows:
        read = {name.casefold(): " ".join(value.split()) for name, value in row.items()}
        model = _model_of(lookup, read.get("make", ""), read.get("model", ""))
        span = _YEARS.fullmatch(read.get("year", ""))
        first = int(span[1]) if span else 0
        last = int(span[2] or first) if span else 0
        if model is None or not YEAR_MIN <= first <= last <= min(YEAR_MAX, first + 50):
            words_read = (read.get(name, "") for name in ("year", "make", "model"))
            unknown[" ".join(filter(None, words_read)) or "a row without a vehicle"] = None
            continue
        for year in range(first, last + 1):
            years[_vehicle_of(model, year, read)].add(year)
    with transaction.atomic():
        added = _add(listing_id, years, actor)
    return SinkResult(added=added, unknown=tuple(unknown))


def vehicles_give(
    listing_ids: Sequence[uuid.UUID],
) -> Mapping[uuid.UUID, Sequence[Mapping[str, str]]]:
    """The verified vehicles of listings as a marketplace's form writes them: a row per year."""
    found: dict[uuid.UUID, list[Mapping[str, str]]] = defaultdict(list)
    rows = (
        PartFitment.objects.filter(listing_id__in=listing_ids, verified=True)
        .select_related("make", "model", "submodel", "engine")
        .order_by("listing_id", "make__name", "model__name", "year_start", "pk")
    )
    for row in rows:
        for year in range(row.year_start, row.year_end + 1):
            values = {"Make": row.make.name, "Model": row.model.name, "Year": str(year)}
            if row.submodel:
                values["Trim"] = row.submodel.name
            if row.engine:
                values["Engine"] = row.engine.code
            if row.notes:
                values["Notes"] = row.notes
            found[row.listing_id].append(values)
    return found


def _model_of(lookup: VehicleLookup, make_text: str, model_text: str) -> Model | None:
    make = lookup.makes.get(words(make_text)) if make_text else None
    key = name_key(model_text)
    if make is None or not key:
        return None
    for model in lookup.models_of.get(make.id, ()):
        if name_key(model.name) == key:
            return model
    named = lookup.names.get(words(model_text), ())
    by_alias = {
        one.model.id: one.model
        for one in named
        if one.model.make.id == make.id and not one.badge and not one.doubt
    }
    return next(iter(by_alias.values())) if len(by_alias) == 1 else None


def _vehicle_of(model: Model, year: int, read: Mapping[str, str]) -> _Vehicle:
    qualifiers: list[tuple[str, str]] = []
    submodel_id = engine_id = None
    if trim := read.get("trim") or read.get("submodel") or "":
        # eBay's trims carry the body: "LE Sedan 4-Door".
        known = model.submodels.get(name_key(trim)) or model.submodels.get(
            name_key(trim.split()[0])
        )
        submodel_id = known[0] if known else None
        if known is None:
            qualifiers.append(("trim", trim))
    if engine := read.get("engine", ""):
        fitting = _engine_of(model.engines.get(year, ()), engine)
        engine_id = fitting.id if fitting else None
        if fitting is None:
            qualifiers.append(("engine", engine))
    notes = read.get("notes") or read.get("compatibility notes") or ""
    return _Vehicle(model, model.id, submodel_id, engine_id, tuple(qualifiers), notes)


def _engine_of(engines: Sequence[Engine], text: str) -> Engine | None:
    """The one engine of that year that the text can mean."""
    for engine in engines:
        if name_key(engine.code) == name_key(text):
            return engine
    litres, cylinders = _LITRES.search(text), _CYLINDERS.search(text)
    if litres is None:
        return None
    fitting = [
        one
        for one in engines
        if one.litres == Decimal(litres[1])
        and (cylinders is None or one.cylinders in {None, int(cylinders[1])})
    ]
    return fitting[0] if len(fitting) == 1 else None


def _add(listing_id: uuid.UUID, years: Mapping[_Vehicle, set[int]], actor: Actor) -> int:
    if not years:
        return 0
    _, present = listing_fitments_locked(listing_id)
    made: list[PartFitment] = []
    told: list[FitmentAdded] = []
    for vehicle, wanted in years.items():
        taken = {
            year
            for row in present
            if (row.model_id, row.submodel_id, row.engine_id)
            == (vehicle.model.id, vehicle.submodel_id, vehicle.engine_id)
            for year in range(row.year_start, row.year_end + 1)
        }
        for start, end in years_join(wanted - taken):
            row = PartFitment(
                listing_id=listing_id,
                make_id=vehicle.model.make.id,
                model_id=vehicle.model.id,
                submodel_id=vehicle.submodel_id,
                engine_id=vehicle.engine_id,
                year_start=start,
                year_end=end,
                qualifiers=[{"kind": kind, "text": text} for kind, text in vehicle.qualifiers],
                notes=vehicle.notes,
                source=FitmentSource.IMPORT,
                evidence={"run": str(actor.run_id)} if actor.run_id else {},
            )
            made.append(row)
            present.append(row)
            span = str(start) if start == end else f"{start}-{end}"
            label = f"{span} {vehicle.model.make.name} {vehicle.model.name}"
            told.append(
                FitmentAdded(
                    entity_id=row.pk,
                    listing_id=listing_id,
                    vehicle=label,
                    source=FitmentSource.IMPORT,
                )
            )
    if made:
        PartFitment.objects.bulk_create(made)
        listing_touched(listing_id, is_content=False)
        core_events.emit_many(told, actor=actor)
    return len(made)
