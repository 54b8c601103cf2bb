"""The vehicles that the marketplace knows: Year, Make, Model, Trim, Engine."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

PROPERTIES = ("Year", "Make", "Model", "Trim", "Engine")
_DATA = Path(__file__).parent / "data"
_NO_TRIM = "Base"


def _years(text: str) -> frozenset[int]:
    out: set[int] = set()
    for part in text.replace(";", " ").replace("|", " ").replace(",", " ").split():
        first, _, last = part.partition("-")
        out.update(range(int(first), int(last or first) + 1))
    return frozenset(out)


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _models() -> dict[str, dict[str, tuple[str, str, frozenset[int]]]]:
    out: dict[str, dict[str, tuple[str, str, frozenset[int]]]] = {}
    for row in _rows("models.csv"):
        made = _years(row["years"])
        entry = (row["make"], row["model"], made)
        out.setdefault(row["make"].lower(), {})[row["model"].lower()] = entry
    return out


@cache
def _trims() -> dict[tuple[str, str], list[tuple[str, frozenset[int]]]]:
    out: dict[tuple[str, str], list[tuple[str, frozenset[int]]]] = {}
    for row in _rows("submodels_epa_partial.csv"):
        key = (row["make"].lower(), row["model"].lower())
        out.setdefault(key, []).append((row["submodel"], _years(row["years"])))
    return out


@cache
def _engines() -> dict[tuple[str, str], list[tuple[str, frozenset[int]]]]:
    codes = {row["id"]: row["code"] for row in _rows("engines.csv")}
    out: dict[tuple[str, str], list[tuple[str, frozenset[int]]]] = {}
    for row in _rows("model_engines.csv"):
        key = (row["make"].lower(), row["model"].lower())
        out.setdefault(key, []).append((codes[row["engine_id"]], _years(row["years"])))
    return out


def known(year: str, make: str, model: str) -> bool:
    """Tell whether that model was made in that year."""
    found = _models().get(make.lower(), {}).get(model.lower())
    return found is not None and year.isdigit() and int(year) in found[2]


def _matching(chosen: dict[str, str]) -> list[tuple[str, str, frozenset[int]]]:
    year, make = chosen.get("Year"), chosen.get("Make", "").lower()
    model = chosen.get("Model", "").lower()
    return [
        entry
        for name, models in _models().items()
        if make in ("", name)
        for entry in models.values()
        if model in ("", entry[1].lower())
        and (not year or (year.isdigit() and int(year) in entry[2]))
    ]


def values(wanted: str, chosen: dict[str, str]) -> list[str]:
    """Return the values of one property among the vehicles that fit the chosen ones."""
    found = _matching({key: value for key, value in chosen.items() if key != wanted})
    if wanted == "Year":
        years = {year for entry in found for year in entry[2]}
        return [str(year) for year in sorted(years, reverse=True)]
    if wanted == "Make":
        return sorted({entry[0] for entry in found})
    if wanted == "Model":
        return sorted({entry[1] for entry in found})
    table = _trims() if wanted == "Trim" else _engines()
    year = int(chosen["Year"]) if chosen.get("Year", "").isdigit() else None
    out = {
        name
        for entry in found
        for name, years in table.get((entry[0].lower(), entry[1].lower()), [])
        if year is None or year in years
    }
    if wanted == "Trim" and found and not out:
        return [_NO_TRIM]
    return sorted(out)
