"""Engine, fuel, drive and body words, and the one engine of the reference data that they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fitment.matching.lookup import Engine, Model
from fitment.matching.text import Token
from fitment.matching.words import ASPIRATIONS, BODIES, DRIVES, FUELS, UNITS

_LITRES = re.compile(r"^(\d\d?\.\d)(l|t|i|d|cdi|tdi|tsi|td)?$")
_LAYOUT = re.compile(r"^([vilhw])(\d{1,2})$")
_CYLINDERS = re.compile(r"^(\d{1,2})cyl$")
_LITRE_WORDS = {"l", "liter", "litre", "ltr", "liters"}
_TURBO_SUFFIX = {"t": "Turbo", "tsi": "Turbo", "td": "Turbo"}
_DIESEL_SUFFIX = {"d": "Diesel", "cdi": "Diesel", "tdi": "Diesel", "td": "Diesel"}
# No car has less or more.
_LITRES_SANE = (Decimal("0.6"), Decimal("8.4"))


@dataclass(slots=True)
class EngineHit:
    """What a stretch of words says of the engine."""

    first: int
    last: int
    litres: Decimal | None = None
    cylinders: int | None = None
    layout: str = ""
    fuel: str = ""
    aspiration: str = ""
    # A bare "2.4" may be a size; it counts only if the model has such an engine.
    is_bare: bool = False

    def describes(self, engine: Engine) -> bool:
        """Say whether nothing of the words speaks against this engine."""
        if self.litres is not None and engine.litres != self.litres:
            return False
        if self.cylinders is not None and engine.cylinders not in {
            None,
            self.cylinders,
        }:
            return False
        if self.layout and engine.layout and self.layout != engine.layout:
            return False
        if self.fuel and self.fuel not in engine.fuel and self.fuel != engine.fuel:
            return False
        return not self.aspiration or self.aspiration == engine.aspiration


@dataclass(frozen=True, slots=True, kw_only=True)
class WordHit:
    """A word that narrows a fitment without naming the engine: `kind` is drive or body."""

    index: int
    kind: str
    text: str


def _piece(tokens: list[Token], index: int) -> tuple[EngineHit, int] | None:
    """Read one word of an engine; returns it and the index behind it."""
    token = tokens[index]
    hit = EngineHit(first=index, last=index)
    match = _LITRES.match(token.key)
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if match:
        hit.litres = Decimal(match[1])
        if not _LITRES_SANE[0] <= hit.litres <= _LITRES_SANE[1]:
            return None
        suffix = match[2] or ""
        hit.aspiration = _TURBO_SUFFIX.get(suffix, "")
        hit.fuel = _DIESEL_SUFFIX.get(suffix, "")
        if suffix == "" and after is not None and after.key in _LITRE_WORDS:
            hit.last = index + 1
        elif suffix == "":
            if after is not None and (after.key in UNITS or after.glue.startswith(("%", '"'))):
                return None
            hit.is_bare = True
        return hit, hit.last + 1
    layout = _LAYOUT.match(token.key)
    if layout and layout[2] in {"2", "3", "4", "5", "6", "8", "10", "12", "16"}:
        hit.layout = "I" if layout[1] == "l" else layout[1].upper()
        hit.cylinders = int(layout[2])
        return hit, index + 1
    cylinders = _CYLINDERS.match(token.key)
    if cylinders:
        hit.cylinders = int(cylinders[1])
        return hit, index + 1
    is_cyl = after is not None and after.key in {"cyl", "cylinder", "cylinders"}
    if is_cyl and token.key.isdigit() and len(token.key) <= 2:
        hit.cylinders, hit.last = int(token.key), index + 1
        return hit, index + 2
    if token.key in FUELS:
        hit.fuel = FUELS[token.key]
        return hit, index + 1
    if token.key in ASPIRATIONS:
        hit.aspiration = ASPIRATIONS[token.key]
        return hit, index + 1
    return None


def _merge(left: EngineHit, right: EngineHit) -> bool:
    """Join neighbouring words of one engine; False where they are two engines."""
    for name in ("litres", "cylinders", "layout", "fuel", "aspiration"):
        ours, theirs = getattr(left, name), getattr(right, name)
        if ours and theirs and ours != theirs:
            return False
    left.litres = left.litres or right.litres
    left.cylinders = left.cylinders or right.cylinders
    left.layout = left.layout or right.layout
    left.fuel = left.fuel or right.fuel
    left.aspiration = left.aspiration or right.aspiration
    left.is_bare = left.is_bare and not (right.layout or right.cylinders)
    left.last = right.last
    return True


def find_engines(tokens: list[Token], used: set[int]) -> tuple[list[EngineHit], list[WordHit]]:
    """Return the engines that the words name, in order, and drive and body words."""
    engines: list[EngineHit] = []
    others: list[WordHit] = []
    index = 0
    while index < len(tokens):
        if index in used:
            index += 1
            continue
        key = tokens[index].key
        if key in DRIVES:
            others.append(WordHit(index=index, kind="drive", text=DRIVES[key]))
        elif key in BODIES:
            others.append(WordHit(index=index, kind="body", text=BODIES[key]))
        found = _piece(tokens, index)
        if found is None:
            index += 1
            continue
        hit, index = found
        previous = engines[-1] if engines else None
        adjacent = previous is not None and previous.last == hit.first - 1
        parted = tokens[hit.first].glue.strip() in {"/", ",", "&"}
        if not (previous is not None and adjacent and not parted and _merge(previous, hit)):
            engines.append(hit)
    return engines, others


def engines_of(model: Model, start: int, end: int) -> list[Engine]:
    """Return the engines that the model had in any of these years."""
    found: dict[str, Engine] = {}
    for year in range(start, end + 1):
        for engine in model.engines.get(year, ()):
            found[engine.code] = engine
    return list(found.values())


def resolve_engine(
    hit: EngineHit, model: Model, start: int, end: int
) -> tuple[Engine | None, list[Engine]]:
    """Return the engine that is meant, if it is one, and all that could be."""
    fitting = [engine for engine in engines_of(model, start, end) if hit.describes(engine)]
    if len(fitting) <= 1:
        return (fitting[0] if fitting else None), fitting
    # Unsaid means the ordinary one: petrol, no charger. More than one of those is not known.
    plain = list(_plain(fitting, hit))
    return (plain[0] if len(plain) == 1 else None), fitting


def _plain(engines: Iterable[Engine], hit: EngineHit) -> Iterable[Engine]:
    for engine in engines:
        if not hit.fuel and engine.fuel != "Gas":
            continue
        if not hit.aspiration and engine.aspiration not in {"", "NA"}:
            continue
        yield engine
