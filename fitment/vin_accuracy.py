"""How well VINs are read: answers that are known beside what was read."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fitment.matching.lookup import VehicleLookup
from fitment.vin import VinReading, vins_read

_LITRES = re.compile(r"(\d+\.\d)L")
# Makers round a displacement either way.
_SLACK = 0.06


@dataclass(slots=True)
class VinScore:
    """Right answers of those that are known, by what was asked; `wrong` names the others."""

    vins: int
    year: int
    make: int
    model: int
    engine: int
    engines_known: int
    wrong: list[tuple[str, str, str]]


def vin_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file with columns vin, year, make, model and engine."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def vin_score(rows: Sequence[dict[str, str]], lookup: VehicleLookup) -> VinScore:
    """Read all VINs at once and compare: year and make exactly, the model by how it begins (a trim
    may follow), the engine by its displacement where one is known."""
    score = VinScore(len(rows), 0, 0, 0, 0, 0, [])
    found = vins_read([row["vin"] for row in rows], lookup)
    for one, row in zip(found, rows, strict=True):
        litres = _LITRES.match(row["engine"])
        asked = {
            "year": str(one.year) == row["year"],
            "make": one.make.lower() == row["make"].lower(),
            "model": _begins_alike(one.model.lower(), row["model"].lower()),
        }
        if litres:
            score.engines_known += 1
            asked["engine"] = _is_about(one, float(litres[1]))
        for name, is_right in asked.items():
            setattr(score, name, getattr(score, name) + is_right)
            if not is_right:
                read = one.litres if name == "engine" else getattr(one, name)
                score.wrong.append((row["vin"], f"{name} {row[name]}", str(read or "nothing")))
    return score


def _begins_alike(one: str, other: str) -> bool:
    return bool(one) and (one.startswith(other) or other.startswith(one))


def _is_about(reading: VinReading, litres: float) -> bool:
    return reading.litres is not None and abs(float(reading.litres) - litres) <= _SLACK
