"""Brands, part types, number shapes and words, loaded from `ingestion/data` once per process."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from ingestion.reference.phrases import PhraseIndex, words_of

DATA = Path(__file__).resolve().parent.parent / "data"
# Words of a part's place, as marketplaces write them.
_PLACES = {"left and right": "Left, Right", "front left": "Front, Left", "front right": "Front, Right",
           "rear left": "Rear, Left", "rear right": "Rear, Right"}  # fmt: skip
_CONDITION_IDS = {
    "new": "1000",
    "new other": "1500",
    "remanufactured": "2500",
    "tested": "3000",
    "used": "3000",
    "for parts": "7000",
}


class BrandKind(StrEnum):
    """Who stands behind a brand; a parts maker is never the make of a vehicle."""

    MAKER = "oe_maker"
    SUPPLIER = "oe_supplier"
    AFTERMARKET = "aftermarket"
    VEHICLE = "vehicle_make"


class Strength(StrEnum):
    """What a number's shape alone proves."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"
    GUARD = "guard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """`doubtful` holds the spellings that are everyday words too, folded."""

    name: str
    kind: BrandKind
    pattern: str
    doubtful: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartType:
    """`sides`: none, left_right, front_rear or corner: which words of place it may carry."""

    name: str
    group: str
    sides: str
    weight_lb: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberPattern:
    """A shape of numbers; `regex` matches the whole of an upper-case string."""

    name: str
    makes: frozenset[str]
    kind: str
    strength: Strength
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """All tables; frozen."""

    brands: PhraseIndex[Brand]
    part_types: PhraseIndex[PartType]
    patterns: tuple[NumberPattern, ...]
    guards: tuple[NumberPattern, ...]
    conditions: PhraseIndex[str]
    positions: PhraseIndex[str]
    quantities: PhraseIndex[int]
    sources: PhraseIndex[str]
    brand_names: Mapping[str, Brand]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _spellings(name: str, others: str) -> list[str]:
    return [name, *(other for other in others.split("|") if other)]


def shipped_brands() -> list[tuple[Brand, list[str]]]:
    """Return the shipped brands with their other spellings, vehicle makes first."""
    found: list[tuple[Brand, list[str]]] = []
    # The first spelling wins: a vehicle make is not hidden by a parts brand's alias.
    rows = sorted(_rows("brands.csv"), key=lambda row: row["kind"] != BrandKind.VEHICLE)
    for row in rows:
        caution = row["caution"].removeprefix("ambiguous alone:") if row["caution"] else ""
        brand = Brand(
            name=row["name"],
            kind=BrandKind(row["kind"]),
            pattern=row["number_pattern"],
            doubtful=frozenset(" ".join(words_of(word)) for word in caution.split("|") if word),
        )
        found.append((brand, _spellings(row["name"], row["aliases"])[1:]))
    return found


def shipped_part_types() -> list[tuple[PartType, list[str]]]:
    """Return the shipped part types with their other spellings."""
    return [
        (
            PartType(
                name=row["name"],
                group=row["group"],
                sides=row["sides"],
                weight_lb=float(row["typical_weight_lb"]) if row["typical_weight_lb"] else None,
            ),
            _spellings(row["name"], row["synonyms"])[1:],
        )
        for row in _rows("part_types.csv")
    ]


def _brands() -> list[tuple[str, Brand]]:
    return [(text, brand) for brand, more in shipped_brands() for text in (brand.name, *more)]


def _part_types() -> list[tuple[str, PartType]]:
    return [(text, one) for one, more in shipped_part_types() for text in (one.name, *more)]


def _patterns() -> list[NumberPattern]:
    return [
        NumberPattern(
            name=row["pattern"],
            makes=frozenset(make for make in row["makes"].split("|") if make),
            kind=row["kind"],
            strength=Strength(row["strength"]),
            regex=re.compile(row["regex"]),
        )
        for row in _rows("number_patterns.csv")
    ]


@lru_cache(maxsize=1)
def reference() -> Reference:
    """Return the tables of this process; the first call reads the files (about 0.1 s)."""
    brands = _brands()
    patterns = _patterns()
    by_class: dict[str, list[tuple[str, str]]] = {}
    for row in _rows("title_words.csv"):
        by_class.setdefault(row["class"], []).append((row["word"], row["normal"]))
    return Reference(
        brands=PhraseIndex(brands),
        part_types=PhraseIndex(_part_types()),
        patterns=tuple(one for one in patterns if one.strength is not Strength.GUARD),
        guards=tuple(one for one in patterns if one.strength is Strength.GUARD),
        conditions=PhraseIndex(
            (word, _CONDITION_IDS[normal])
            for word, normal in by_class["condition"]
            if normal in _CONDITION_IDS
        ),
        positions=PhraseIndex(
            (word, _PLACES.get(normal, normal.title())) for word, normal in by_class["position"]
        ),
        quantities=PhraseIndex(
            (word, int(normal)) for word, normal in by_class["quantity"] if normal.isdigit()
        ),
        sources=PhraseIndex(by_class["source"]),
        brand_names={" ".join(words_of(brand.name)): brand for _, brand in brands},
    )
