"""What is found in a text, before years and vehicles are brought together."""

from __future__ import annotations

from dataclasses import dataclass

from fitment.matching.lookup import Chassis, Make, Name


@dataclass(slots=True)
class MakeHit:
    """A make's name; `is_weak`: an ordinary word too."""

    first: int
    last: int
    make: Make
    is_weak: bool


@dataclass(slots=True)
class Vehicle:
    """A model's name, with the makes that it may be of, best first."""

    first: int
    last: int
    names: tuple[Name, ...]
    pattern: tuple[str, ...] = ()
    is_fuzzy: bool = False
    is_inferred: bool = False
    chassis: Chassis | None = None
    is_negated: bool = False


@dataclass(slots=True)
class ChassisHit:
    """A chassis code; several makes may use the same one."""

    first: int
    last: int
    codes: tuple[Chassis, ...]


@dataclass(slots=True)
class Scan:
    """What was found, in the order of the text. `negated` are the tokens that a "not for" covers."""

    makes: list[MakeHit]
    vehicles: list[Vehicle]
    chassis: list[ChassisHit]
    negated: set[int]
