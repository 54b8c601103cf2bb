"""Trim words beside a model: a submodel of the reference data, or words to keep."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from fitment.matching.hits import Vehicle
from fitment.matching.lookup import Model
from fitment.matching.text import Token
from fitment.matching.words import TRIMS
from fitment.matching.years import YearHit

_BESIDE = re.compile(r"^\s*[,/&-]?\s*$")
# Trims that sellers also write as praise; they count only where the model has such a submodel.
_PRAISE = frozenset(
    [
        "base",
        "premium",
        "plus",
        "technology",
        "luxury",
        "ultimate",
        "advance",
        "prestige",
        "platinum",
    ]
)
_LONGEST = 3
# One letter is a trim only where every buyer knows it as one: Cooper S, 911 S.
_LETTERS = {"mini": frozenset("s"), "porsche": frozenset("st")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim:
    """A trim; `submodel_id` where the reference data has it by that name."""

    text: str
    submodel_id: uuid.UUID | None
    last: int


def _trim_at(tokens: list[Token], index: int, model: Model) -> Trim | None:
    for length in range(_LONGEST, 0, -1):
        piece = tokens[index : index + length]
        if len(piece) < length or piece[-1].segment != tokens[index].segment:
            continue
        if any(not _BESIDE.match(token.glue) or "," in token.glue for token in piece[1:]):
            continue
        keys = [token.key for token in piece]
        dashed, joined = "-".join(keys), "".join(keys)
        known = model.submodels.get(joined)
        # "SE XLE" in the reference data is a fragment of names, not a trim.
        if known and length > 1 and all(key in TRIMS for key in keys):
            known = None
        is_letter = len(joined) == 1
        if known and not joined.isdigit() and not (is_letter and not piece[0].text.isupper()):
            return Trim(text=known[1], submodel_id=known[0], last=index + length - 1)
        if is_letter and piece[0].text.isupper() and joined in _LETTERS.get(model.make.slug, ""):
            return Trim(text=piece[0].text, submodel_id=None, last=index)
        if dashed in TRIMS and dashed not in _PRAISE:
            text = "-".join(token.text for token in piece) if length > 1 else piece[0].text
            return Trim(text=text, submodel_id=None, last=index + length - 1)
    return None


def find_trims(tokens: list[Token], vehicle: Vehicle, years: YearHit, model: Model) -> list[Trim]:
    """Return the trims that stand directly behind the model, or behind its years."""
    found: list[Trim] = []
    segment = tokens[vehicle.last].segment
    spots = [vehicle.last + 1]
    if 0 < years.first - vehicle.last <= 2:
        spots.append(years.last + 1)
    for spot in spots:
        index = spot
        while index < len(tokens) and tokens[index].segment == segment:
            if not _BESIDE.match(tokens[index].glue):
                break
            trim = _trim_at(tokens, index, model)
            if trim is None:
                break
            if all(trim.text != known.text for known in found):
                found.append(trim)
            index = trim.last + 1
    return found
