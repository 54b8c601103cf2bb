"""What narrows a fitment: engine, trim, drive, body, and what is left out."""

from __future__ import annotations

from dataclasses import replace

from fitment.matching.context import Context
from fitment.matching.engines import EngineHit, resolve_engine
from fitment.matching.hits import Vehicle
from fitment.matching.results import Detected, Qualifier
from fitment.matching.trims import find_trims
from fitment.matching.years import YearHit


def engine_hits(context: Context, vehicle: Vehicle, years: YearHit) -> list[EngineHit]:
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


def engine_rows(context: Context, row: Detected, hits: list[EngineHit]) -> list[Detected]:
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


def narrowed(context: Context, row: Detected, vehicle: Vehicle, years: YearHit) -> list[Detected]:
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
    hits = engine_hits(context, vehicle, years)
    return [
        done
        for one in rows or [row]
        for done in engine_rows(context, replace(one, drive=drive, body=body), hits)
    ]


def exclusions(context: Context, vehicle: Vehicle) -> tuple[Qualifier, ...]:
    """Return what "except Hybrid" and the like leave out."""
    segment = context.tokens[vehicle.first].segment
    return tuple(
        Qualifier(kind="not", text=context.words((hit.first, hit.last)))
        for hit in context.engines
        if hit.first in context.scan.negated and context.tokens[hit.first].segment == segment
    )
