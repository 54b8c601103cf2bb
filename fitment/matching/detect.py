"""From a text to fitments: each with its confidence, the words that it rests on, and doubts."""

from __future__ import annotations

import uuid
from dataclasses import replace

from fitment.matching.choosing import badge_submodel, choose, overlap, split_ram
from fitment.matching.context import Context
from fitment.matching.engines import find_engines
from fitment.matching.hits import Scan, Vehicle
from fitment.matching.lookup import Chassis, Name, Strength, VehicleLookup
from fitment.matching.narrowing import exclusions, narrowed
from fitment.matching.pairing import Pair, pair_years, usable_years
from fitment.matching.results import Detected, Detection, Qualifier
from fitment.matching.scan import scan_vehicles
from fitment.matching.text import plain_text, tokenise
from fitment.matching.years import YearHit, find_years

# What is less sure than this is not worth a person's look.
CONFIDENCE_MIN = 0.5
_CERTAIN = 0.95
# A code of more models than this says too little to propose each of them.
_CHASSIS_MODELS_MAX = 3


def _chassis_for(context: Context, vehicle: Vehicle) -> Chassis | None:
    """Return the code that stands in the vehicle's sentence and is one of its model."""
    segment = context.tokens[vehicle.first].segment
    models = {name.model.id for name in vehicle.names}
    for hit in context.scan.chassis:
        if context.tokens[hit.first].segment != segment:
            continue
        for code in hit.codes:
            if any(model.id in models for model in code.models):
                return code
    return None


def _is_sport(name: str) -> bool:
    return len(name) == 2 and name[0] == "M" and name[1].isdigit()


def _chassis_vehicles(context: Context) -> list[Vehicle]:
    """Make vehicles of codes in sentences that name no model of them."""
    made: list[Vehicle] = []
    for hit in context.scan.chassis:
        segment = context.tokens[hit.first].segment
        beside = {
            name.model.id
            for vehicle in context.scan.vehicles
            if context.tokens[vehicle.first].segment == segment
            for name in vehicle.names
        }
        makes = {make.make.id for make in context.scan.makes}
        codes = [code for code in hit.codes if code.make.id in makes] or list(hit.codes)
        if len({code.make.id for code in codes}) != 1:
            continue
        models = {model.id: model for code in codes for model in code.models}
        if beside & set(models) or len(models) > _CHASSIS_MODELS_MAX:
            continue
        # An M5 is an E39 too, but whoever sells its parts says M5.
        plain = [model for model in models.values() if not _is_sport(model.name)]
        for model in plain or list(models.values()):
            name = Name(model=model, strength=Strength.ALONE, doubt=0.15)
            made.append(
                Vehicle(
                    first=hit.first, last=hit.last, names=(name,), chassis=codes[0],
                    is_negated=hit.first in context.scan.negated,
                )
            )  # fmt: skip
    return made


def _is_said_better(scan: Scan, vehicle: Vehicle) -> bool:
    """Say whether the neighbour names the same model in full: `2500HD Silverado`."""
    name = vehicle.names[0]
    if name.doubt < 0.1 or vehicle.is_fuzzy:
        return False
    return any(
        other is not vehicle
        and (other.last == vehicle.first - 1 or other.first == vehicle.last + 1)
        and other.names[0].model.make.id == name.model.make.id
        and other.pattern[0][0].isdigit()
        for other in scan.vehicles
        if other.pattern
    )


def _emit(context: Context, pair: Pair, start: int, end: int) -> None:
    vehicle, years = pair.vehicle, pair.years
    name, doubt, others = choose(context, vehicle, start, end)
    if name is None:
        context.give_up(vehicle, "ambiguous" if others else "years_outside_model")
        return
    confidence = _CERTAIN - pair.penalty - doubt
    confidence -= (0.05 if years.is_short else 0.0) + (0.25 if years.is_open else 0.0)
    warnings: list[str] = ["years_open"] if years.is_open else []
    qualifiers = list(exclusions(context, vehicle))
    if name.extra:
        qualifiers.append(Qualifier(kind="trim", text=name.extra))
    if years.is_open or years.is_half:
        text = context.words((years.first, years.last))
        text += "+" if context.tokens[years.last].tail.startswith("+") else ""
        qualifiers.append(Qualifier(kind="years", text=text))
    code = vehicle.chassis or _chassis_for(context, vehicle)
    if code is not None:
        qualifiers.append(Qualifier(kind="chassis", text=code.code))
        if end < code.year_start or start > code.year_end:
            warnings.append("chassis_years_differ")
            confidence -= 0.3
    for model, first, last in split_ram(context.lookup, name.model, start, end):
        outside = (last - first + 1) - overlap(model, first, last)
        submodel_id, submodel = badge_submodel(name, model)
        row = Detected(
            model=model,
            year_start=first,
            year_end=last,
            submodel_id=submodel_id,
            submodel=submodel,
            qualifiers=tuple(qualifiers),
            confidence=confidence - (0.1 if outside else 0.0),
            words=context.words((vehicle.first, vehicle.last), (years.first, years.last)),
            start=context.tokens[min(vehicle.first, years.first)].start,
            end=context.tokens[max(vehicle.last, years.last)].end,
            warnings=(*warnings, "years_outside_model") if outside else tuple(warnings),
            alternatives=tuple(others),
        )
        context.found += narrowed(context, row, vehicle, years)


def _emit_chassis(context: Context, vehicle: Vehicle) -> bool:
    """Years by the chassis code alone: its generation, never the model's whole life."""
    code = vehicle.chassis or _chassis_for(context, vehicle)
    if code is None or not code.is_certain:
        return False
    years = [
        year
        for name in vehicle.names
        if any(model.id == name.model.id for model in code.models)
        for year in name.model.years
        if code.year_start <= year <= code.year_end
    ]
    names = tuple(
        name for name in vehicle.names if any(model.id == name.model.id for model in code.models)
    )
    if not years or not names:
        return False
    vehicle.names = names
    spot = next((hit.first for hit in context.scan.chassis if code in hit.codes), vehicle.first)
    hit = YearHit(first=spot, last=spot, ranges=[(min(years), max(years))])
    _emit(context, Pair(vehicle=vehicle, years=hit, penalty=0.3), min(years), max(years))
    return True


def _without(ranges: list[tuple[int, int]], gone: set[int]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start, end in ranges:
        for year in range(start, end + 1):
            if year in gone:
                continue
            if kept and kept[-1][1] == year - 1 and start < year:
                kept[-1] = (kept[-1][0], year)
            else:
                kept.append((year, year))
    return kept


def detect(text: str, lookup: VehicleLookup) -> Detection:
    """Return the fitments that `text` (plain or HTML) states.

    Pure. No year in the text means no fitment (only a chassis code gives its generation's years);
    no open end is guessed; what is not known is said in `unresolved`, never invented.
    """
    plain = plain_text(text)
    tokens = tokenise(plain)
    if not tokens:
        return Detection()
    hits = find_years(tokens)
    firm = {
        index
        for hit in hits
        if not (hit.is_short and hit.first == hit.last)
        for index in range(hit.first, hit.last + 1)
    }
    scan = scan_vehicles(tokens, firm, lookup)
    if not scan.vehicles and not scan.chassis:
        return Detection()
    hits = usable_years(tokens, scan, hits)
    used = {index for hit in hits for index in range(hit.first, hit.last + 1)}
    used |= {index for one in scan.vehicles for index in range(one.first, one.last + 1)}
    engines, others = find_engines(tokens, used)
    context = Context(plain, tokens, lookup, scan, engines, others)
    scan.vehicles = [one for one in scan.vehicles if not _is_said_better(scan, one)]
    scan.vehicles += _chassis_vehicles(context)
    scan.vehicles.sort(key=lambda one: one.first)
    quiet = set(used) | {hit.index for hit in others}
    quiet |= {index for hit in engines for index in range(hit.first, hit.last + 1)}
    quiet |= {index for hit in scan.makes for index in range(hit.first, hit.last + 1)}
    quiet |= {hit.first for hit in scan.chassis}
    pairs, lonely = pair_years(tokens, scan, hits, quiet)
    _resolve(context, pairs, lonely, hits)
    return Detection(fitments=merge_detected(context.found), unresolved=tuple(context.unresolved))


def _resolve(
    context: Context, pairs: list[Pair], lonely: list[Vehicle], hits: list[YearHit]
) -> None:
    tokens, negated = context.tokens, context.scan.negated
    for pair in pairs:
        if pair.vehicle.is_negated:
            continue
        segment = tokens[pair.vehicle.first].segment
        # "Not for 2005 Civic" takes the year from no other car.
        owned = any(
            one.is_negated and tokens[one.first].segment == segment for one in context.scan.vehicles
        )
        gone = {
            year
            for hit in hits
            if not owned and hit.first in negated and tokens[hit.first].segment == segment
            for start, end in hit.ranges
            for year in range(start, end + 1)
        }
        for start, end in _without(pair.years.ranges, gone):
            _emit(context, pair, start, end)
    for vehicle in lonely:
        if not vehicle.is_negated and not _emit_chassis(context, vehicle):
            context.give_up(vehicle, "no_year")


def merge_detected(found: list[Detected]) -> tuple[Detected, ...]:
    """Make one row of rows with the same key: the wider wins, the surer lends its confidence."""
    rows: dict[tuple[uuid.UUID, uuid.UUID | None, int, int, str], Detected] = {}
    for row in found:
        if row.confidence < CONFIDENCE_MIN:
            continue
        code = row.engine.code if row.engine else ""
        key = (row.model.id, row.submodel_id, row.year_start, row.year_end, code)
        known = rows.get(key)
        rows[key] = row if known is None else _joined(known, row)
    return tuple(replace(row, confidence=round(row.confidence, 2)) for row in rows.values())


def _joined(left: Detected, right: Detected) -> Detected:
    surer = left if left.confidence >= right.confidence else right
    if not left.submodel and not right.submodel and left.qualifiers and right.qualifiers:
        both = tuple(dict.fromkeys((*left.qualifiers, *right.qualifiers)))
        return replace(surer, qualifiers=both)
    if left.submodel != right.submodel and left.submodel and right.submodel:
        names = dict.fromkeys((*left.submodel.split(" / "), *right.submodel.split(" / ")))
        return replace(surer, submodel=" / ".join(names))
    wider = left if len(left.qualifiers) <= len(right.qualifiers) else right
    return replace(wider, confidence=surer.confidence)
