"""A vehicle in words, as people search for it: `2018 toyota camry 2.5`, `camry 07-11`, `toyota`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.db.models import Q

from fitment.matching.engines import EngineHit, engines_of, find_engines
from fitment.matching.lookup import Engine, Model, VehicleLookup
from fitment.matching.scan import scan_vehicles
from fitment.matching.text import Token, plain_text, tokenise, words
from fitment.matching.years import find_years
from fitment.naming import years_join
from fitment.vehicle_lookup import lookup_current

Ranges = list[tuple[int, int]]
# Names of models and codes of engines are cut once; there are about 2,100 of them.
_words = lru_cache(maxsize=8192)(words)


def vehicle_words(
    *, make: str = "", model: str = "", years: Iterable[int] = (), engine: str = ""
) -> str:
    """Return the words of a vehicle, such as `2018 Toyota Camry 2.5L I4`, as `vehicle_condition`
    reads them."""
    spans = years_join(set(years))
    said = ", ".join(str(start) if start == end else f"{start}-{end}" for start, end in spans)
    return " ".join(filter(None, (said, make, model, engine)))


def vehicle_condition(text: str) -> Q | None:
    """Read a vehicle as the condition on fitments that it means; None where no vehicle is named.

    Make and model in full mean that model alone, so that a choice made of `vehicle_words` comes back
    as it was. Any of the years suffices; an engine that the model had narrows, and a fitment without
    an engine fits every one. Words that name no engine of the model are left aside.
    """
    lookup = lookup_current()
    plain = plain_text(text)
    tokens = tokenise(plain)
    spelled = _spelled(tokens, lookup)
    if spelled is not None:
        model, first, last = spelled
        rest = tokenise(f"{plain[: tokens[first].start]} {plain[tokens[last].end :]}")
        ranges, firm = _years(rest)
        engines, _ = find_engines(rest, firm)
        return _model(model, rest, engines, ranges) & _within(ranges)
    ranges, firm = _years(tokens)
    scan = scan_vehicles(tokens, firm, lookup)
    if scan.vehicles:
        vehicle = scan.vehicles[0]
        used = firm | set(range(vehicle.first, vehicle.last + 1))
        engines, _ = find_engines(tokens, used)
        condition = Q()
        for model in {name.model.id: name.model for name in vehicle.names}.values():
            condition |= _model(model, tokens, engines, ranges)
        return condition & _within(ranges)
    if scan.makes:
        return Q(make_id=scan.makes[0].make.id) & _within(ranges)
    return None


def _spelled(tokens: list[Token], lookup: VehicleLookup) -> tuple[Model, int, int] | None:
    """Return the model whose make and name stand in full, the longest, with its first and last word."""
    keys = tuple(token.key for token in tokens)
    for first in range(len(keys)):
        for length in lookup.make_lengths.get(keys[first], ()):
            make = lookup.makes.get(keys[first : first + length])
            behind = keys[first + length :]
            named = [
                (len(name), model)
                for model in (lookup.models_of.get(make.id, ()) if make else ())
                if (name := _words(model.name)) and behind[: len(name)] == name
            ]
            if named:
                size, model = max(named, key=lambda one: one[0])
                return model, first, first + length + size - 1
    return None


def _years(tokens: list[Token]) -> tuple[Ranges, set[int]]:
    hits = find_years(tokens)
    firm = {index for hit in hits for index in range(hit.first, hit.last + 1)}
    return [pair for hit in hits for pair in hit.ranges], firm


def _within(ranges: Ranges) -> Q:
    years = Q()
    for start, end in ranges:
        years |= Q(year_start__lte=end, year_end__gte=start)
    return years


def _model(model: Model, tokens: list[Token], hits: list[EngineHit], ranges: Ranges) -> Q:
    condition = Q(make_id=model.make.id, model_id=model.id)
    years = ranges or [(min(model.years, default=0), max(model.years, default=-1))]
    had = {engine.id: engine for start, end in years for engine in engines_of(model, start, end)}
    meant = _by_code(tokens, had.values()) or [
        engine for engine in had.values() if any(hit.describes(engine) for hit in hits)
    ]
    if meant:
        condition &= Q(engine_id__in=[engine.id for engine in meant]) | Q(engine_id=None)
    return condition


def _by_code(tokens: list[Token], engines: Iterable[Engine]) -> list[Engine]:
    """Return the one engine whose code is the end of the words."""
    keys = tuple(token.key for token in tokens)
    return [
        engine for engine in engines if keys[-len(_words(engine.code)) :] == _words(engine.code)
    ]
