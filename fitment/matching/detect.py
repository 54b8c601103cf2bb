"""From a text to fitments: each with its confidence, the words that it rests on, and doubts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace

from fitment.matching.engines import EngineHit, WordHit, find_engines, resolve_engine
from fitment.matching.lookup import (
    Chassis,
    Engine,
    Model,
    Name,
    Strength,
    VehicleLookup,
)
from fitment.matching.pairing import Pair, pair_years, usable_years
from fitment.matching.scan import Scan, Vehicle, scan_vehicles
from fitment.matching.text import Token, plain_text, tokenise
from fitment.matching.trims import find_trims
from fitment.matching.years import YearHit, find_years

# What is less sure than this is not worth a person's look.
CONFIDENCE_MIN = 0.5
_CERTAIN = 0.95
# The seed's newest year may lag behind the shops by one.
_YEARS_SLACK = 1
# A code of more models than this says too little to propose each of them.
_CHASSIS_MODELS_MAX = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifier:
    """What narrows a fitment and has no column or no reference row: kind and the text's words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A fitment that the text states. Empty submodel and engine mean that it names none."""

    model: Model
    year_start: int
    year_end: int
    submodel_id: uuid.UUID | None = None
    submodel: str = ""
    engine: Engine | None = None
    drive: str = ""
    body: str = ""
    qualifiers: tuple[Qualifier, ...] = ()
    confidence: float
    words: str
    start: int
    end: int
    warnings: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The vehicle in words: make, model, submodel, engine."""
        parts = [self.model.make.name, self.model.name, self.submodel]
        parts.append(self.engine.code if self.engine else "")
        return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A vehicle in the text that makes no fitment, and why."""

    label: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """All that a text says."""

    fitments: tuple[Detected, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(slots=True)
class _Context:
    text: str
    tokens: list[Token]
    lookup: VehicleLookup
    scan: Scan
    engines: list[EngineHit]
    others: list[WordHit]
    found: list[Detected] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)

    def words(self, *spans: tuple[int, int]) -> str:
        """Return the text between the outermost tokens, or the spans where they lie far apart."""
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        whole = self.text[self.tokens[first].start : self.tokens[last].end]
        if len(whole) <= 80:
            return " ".join(whole.split())
        pieces = [self.text[self.tokens[a].start : self.tokens[b].end] for a, b in sorted(spans)]
        return " … ".join(" ".join(piece.split()) for piece in pieces)

    def give_up(self, vehicle: Vehicle, reason: str) -> None:
        model = vehicle.names[0].model
        self.unresolved.append(
            Unresolved(
                label=f"{model.make.name} {model.name}",
                reason=reason,
                words=self.words((vehicle.first, vehicle.last)),
            )
        )


def _overlap(model: Model, start: int, end: int) -> int:
    return sum(1 for year in range(start, end + 1) if year in model.years)


def _is_in_life(model: Model, start: int, end: int) -> bool:
    if not model.years:
        return True
    return _overlap(model, start, end) > 0 or (
        min(model.years) - _YEARS_SLACK <= end and start <= max(model.years) + _YEARS_SLACK
        and (start > max(model.years) or end < min(model.years))
    )  # fmt: skip


def _sibling(lookup: VehicleLookup, model: Model, start: int, end: int) -> Model | None:
    """Return the one longer-named model that has all these years: F-250 of 2005 is a Super Duty."""
    prefix = model.slug + "-"
    fitting = [
        other
        for other in lookup.models_of.get(model.make.id, ())
        if other.slug.startswith(prefix) and _overlap(other, start, end) == end - start + 1
    ]
    return fitting[0] if len(fitting) == 1 else None


def _choose(
    context: _Context, vehicle: Vehicle, start: int, end: int
) -> tuple[Name | None, float, list[str]]:
    """Return the name that is meant in these years, what the doubt costs, and other readings."""
    living = [name for name in vehicle.names if _is_in_life(name.model, start, end)]
    if not living:
        for name in vehicle.names:
            sibling = _sibling(context.lookup, name.model, start, end)
            if sibling is not None:
                return replace(name, model=sibling), 0.1, []
        return None, 0.0, []
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


def _chassis_for(context: _Context, vehicle: Vehicle) -> Chassis | None:
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


def _chassis_vehicles(context: _Context) -> list[Vehicle]:
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
        for model in models.values():
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


def _engine_hits(context: _Context, vehicle: Vehicle, years: YearHit) -> list[EngineHit]:
    """Return the engines that the sentence gives to this vehicle."""
    segment = context.tokens[vehicle.first].segment
    hits = [
        hit
        for hit in context.engines
        if context.tokens[hit.first].segment == segment and hit.first not in context.scan.negated
    ]
    if not hits:
        return []
    vehicles = sorted(
        (one for one in context.scan.vehicles if context.tokens[one.first].segment == segment),
        key=lambda one: one.first,
    )
    starts = [one.first for one in vehicles]
    own: list[EngineHit] = []
    for hit in hits:
        before = [first for first in starts if first < hit.first]
        owner = before[-1] if before else starts[0]
        behind = [first for first in starts if first > hit.first]
        is_shared = len(hits) == 1 and (not before or not behind)
        if vehicle.first == owner or is_shared:
            own.append(hit)
    return own


def _engine_rows(context: _Context, row: Detected, hits: list[EngineHit]) -> list[Detected]:
    """Return one row per engine; an engine that is not one known one becomes a qualifier."""
    rows: list[Detected] = []
    for hit in hits:
        engine, fitting = resolve_engine(hit, row.model, row.year_start, row.year_end)
        says_little = hit.litres is None and hit.cylinders is None
        if says_little and hit.fuel not in {
            "Hybrid",
            "Diesel",
            "Plug-in Hybrid",
            "CNG",
        }:
            continue
        if not fitting and (hit.is_bare or hit.litres is None or not row.model.engines):
            continue
        text = context.words((hit.first, hit.last))
        if engine is not None:
            others = tuple(one.code for one in fitting if one.code != engine.code)
            rows.append(
                replace(
                    row,
                    engine=engine,
                    confidence=row.confidence - (0.03 if others else 0.0),
                    alternatives=row.alternatives + others,
                )
            )
            continue
        rows.append(
            replace(
                row,
                qualifiers=(*row.qualifiers, Qualifier(kind="engine", text=text)),
                confidence=row.confidence - (0.0 if fitting else 0.1),
                warnings=row.warnings if fitting else (*row.warnings, "engine_unknown"),
                alternatives=row.alternatives + tuple(one.code for one in fitting),
            )
        )
    return rows or [row]


def _narrowed(context: _Context, row: Detected, vehicle: Vehicle, years: YearHit) -> list[Detected]:
    """Add submodel, drive, body and engine as the words beside the vehicle say."""
    trims = find_trims(context.tokens, vehicle, years, row.model)
    if row.submodel:
        trims = []
    rows = [
        replace(row, submodel_id=trim.submodel_id, submodel=trim.text)
        for trim in trims
        if trim.submodel_id is not None
    ]
    loose = tuple(
        Qualifier(kind="trim", text=trim.text) for trim in trims if trim.submodel_id is None
    )
    if loose:
        rows.append(replace(row, qualifiers=row.qualifiers + loose))
    beside = [
        hit
        for hit in context.others
        if hit.index == vehicle.last + 1 or hit.index == years.last + 1
    ]
    drive = next((hit.text for hit in beside if hit.kind == "drive"), "")
    body = next((hit.text for hit in beside if hit.kind == "body"), "")
    hits = _engine_hits(context, vehicle, years)
    return [
        done
        for one in rows or [row]
        for done in _engine_rows(context, replace(one, drive=drive, body=body), hits)
    ]


def _exclusions(context: _Context, vehicle: Vehicle) -> tuple[Qualifier, ...]:
    """Return what "except Hybrid" and the like leave out."""
    segment = context.tokens[vehicle.first].segment
    return tuple(
        Qualifier(kind="not", text=context.words((hit.first, hit.last)))
        for hit in context.engines
        if hit.first in context.scan.negated and context.tokens[hit.first].segment == segment
    )


def _split_ram(
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


def _badge_submodel(name: Name, model: Model) -> tuple[uuid.UUID | None, str]:
    if not name.badge:
        return None, ""
    key = "".join(char for char in name.badge.lower() if char.isalnum())
    found = model.submodels.get(key)
    return (found[0], found[1]) if found else (None, name.badge)


def _emit(context: _Context, pair: Pair, start: int, end: int) -> None:
    vehicle, years = pair.vehicle, pair.years
    name, doubt, others = _choose(context, vehicle, start, end)
    if name is None:
        context.give_up(vehicle, "ambiguous" if others else "years_outside_model")
        return
    confidence = _CERTAIN - pair.penalty - doubt
    confidence -= (0.05 if years.is_short else 0.0) + (0.25 if years.is_open else 0.0)
    warnings: list[str] = ["years_open"] if years.is_open else []
    qualifiers = list(_exclusions(context, vehicle))
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
    for model, first, last in _split_ram(context.lookup, name.model, start, end):
        outside = (last - first + 1) - _overlap(model, first, last)
        submodel_id, submodel = _badge_submodel(name, model)
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
        context.found += _narrowed(context, row, vehicle, years)


def _emit_chassis(context: _Context, vehicle: Vehicle) -> bool:
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
    context = _Context(plain, tokens, lookup, scan, engines, others)
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
    context: _Context, pairs: list[Pair], lonely: list[Vehicle], hits: list[YearHit]
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
