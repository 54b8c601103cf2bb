"""Find the makes, models, chassis codes and negations in the words of a text."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field

from rapidfuzz.distance import OSA

from fitment.matching.hits import ChassisHit, MakeHit, Scan, Vehicle
from fitment.matching.lookup import Model, Name, Strength, VehicleLookup
from fitment.matching.negation import find_negated
from fitment.matching.settling import is_alone, settle
from fitment.matching.text import Token
from fitment.matching.words import FILLERS, LOOKALIKE
from fitment.naming import name_key

_INNER_GLUE = frozenset({"", " ", "-", ".", " - ", "'", "  ", " & ", "&"})
_LIST_GLUE = re.compile(r"^\s*[,/&+-]?\s*$")
_LETTERS_DIGITS = re.compile(r"^([a-z]+)(\d+)$")
# Fuzzy reading needs this many letters in the text (one less in the name, for a doubled letter);
# short names are never read fuzzily.
_FUZZY_MIN = 6


def _glued(tokens: list[Token], first: int, length: int) -> bool:
    return all(
        tokens[index].glue in _INNER_GLUE and tokens[index].segment == tokens[first].segment
        for index in range(first + 1, first + length)
    )


@dataclass(slots=True)
class Scanner:
    """Goes through the words once, from left to right."""

    tokens: list[Token]
    used: set[int]
    lookup: VehicleLookup
    makes: list[MakeHit] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    chassis: list[ChassisHit] = field(default_factory=list)

    def run(self) -> None:
        index = 0
        while index < len(self.tokens):
            index = index + 1 if index in self.used else self._step(index)

    def _step(self, index: int) -> int:
        make = self._make_at(index)
        names, length = self._names_at(index)
        before = self.makes[-1] if self.makes else None
        if make is not None and before is not None and before.last == index - 1:
            # "Dodge Ram 1500": the word behind a make is its model before it is another make.
            own = tuple(name for name in names if name.model.make.id == before.make.id)
            if own:
                return self._take_names(index, length, own)
        if make is not None and not (names and length >= make.last - index + 1):
            return self._take_make(make)
        if make is not None and self._is_followed_by_own(make):
            return self._take_make(make)
        continued = self._continued(index)
        if continued is not None:
            self.vehicles.append(continued)
            return continued.last + 1
        if names:
            return self._take_names(index, length, names)
        if make is not None:
            return self._take_make(make)
        if self._take_chassis(index):
            return index + 1
        fuzzy = self._fuzzy(index)
        if fuzzy is not None:
            self.vehicles.append(fuzzy)
        return index + 1

    def _take_names(self, index: int, length: int, names: tuple[Name, ...]) -> int:
        pattern = tuple(token.key for token in self.tokens[index : index + length])
        self.vehicles.append(
            Vehicle(first=index, last=index + length - 1, names=names, pattern=pattern)
        )
        return index + length

    def _take_make(self, make: MakeHit) -> int:
        self.makes.append(make)
        return make.last + 1

    def _is_free(self, first: int, length: int) -> bool:
        if first + length > len(self.tokens):
            return False
        return not any(index in self.used for index in range(first, first + length))

    def _make_at(self, index: int) -> MakeHit | None:
        """Return the make that begins here; a longer name gives way to its own model behind it."""
        hits: list[MakeHit] = []
        for length in self.lookup.make_lengths.get(self.tokens[index].key, ()):
            pattern = tuple(token.key for token in self.tokens[index : index + length])
            make = self.lookup.makes.get(pattern)
            if make is None or not self._is_free(index, length):
                continue
            if length > 1 and not _glued(self.tokens, index, length):
                continue
            hits.append(
                MakeHit(
                    first=index, last=index + length - 1, make=make,
                    is_weak=pattern in self.lookup.weak_makes,
                )
            )  # fmt: skip
        if not hits:
            return None
        return next((hit for hit in reversed(hits) if self._is_followed_by_own(hit)), hits[0])

    def _is_followed_by_own(self, hit: MakeHit) -> bool:
        names, _ = self._names_at(hit.last + 1) if hit.last + 1 < len(self.tokens) else ((), 0)
        return any(name.model.make.id == hit.make.id for name in names)

    def _names_at(self, index: int) -> tuple[tuple[Name, ...], int]:
        for length in self.lookup.name_lengths.get(self.tokens[index].key, ()):
            pattern = tuple(token.key for token in self.tokens[index : index + length])
            names = self.lookup.names.get(pattern)
            if not names or not self._is_free(index, length):
                continue
            if length > 1 and not _glued(self.tokens, index, length):
                continue
            fitting = tuple(name for name in names if self._stands(name, index, length))
            if fitting:
                return fitting, length
        return (), 0

    def _stands(self, name: Name, index: int, length: int) -> bool:
        """Say whether this name may count here; makes elsewhere are looked at afterwards."""
        after_make = self._is_after_make(index, name.model.make.id)
        if length == 1 and self.tokens[index].key in FILLERS:
            # "2019 models" are no Tesla Model S.
            return after_make
        if name.is_split:
            return after_make or self.tokens[index + 1].glue == "-"
        if name.strength is Strength.NEXT_TO_MAKE:
            return after_make or self._is_in_list(index, name.model.make.id)
        return True

    def _is_after_make(self, index: int, make: uuid.UUID) -> bool:
        """Say whether the make (or its chassis code behind it) stands directly before."""
        before = index - 1
        if self.chassis and self.chassis[-1].last == before:
            before = self.chassis[-1].first - 1
        hit = self.makes[-1] if self.makes else None
        if hit is None or hit.last != before or hit.make.id != make:
            # Looking ahead from a make that is only about to be taken.
            return any(
                self.lookup.makes.get(
                    tuple(token.key for token in self.tokens[before - size + 1 : before + 1])
                )
                is not None
                and self.lookup.makes[
                    tuple(token.key for token in self.tokens[before - size + 1 : before + 1])
                ].id
                == make
                for size in (1, 2)
                if before - size + 1 >= 0
            )
        return self.tokens[index].segment == self.tokens[hit.last].segment

    def _is_in_list(self, index: int, make: uuid.UUID) -> bool:
        """Say whether a model of the same make stands directly before: `Mazda 3 5 6`."""
        if not self.vehicles:
            return False
        before = self.vehicles[-1]
        glue = self.tokens[index].glue
        return (
            before.last == index - 1
            and bool(_LIST_GLUE.match(glue))
            and all(name.model.make.id == make for name in before.names)
            and before.names[0].strength is Strength.NEXT_TO_MAKE
        )

    def _continued(self, index: int) -> Vehicle | None:
        """Read `2500` of `Silverado 1500/2500` and `250` of `F150/250`."""
        before = self.vehicles[-1] if self.vehicles else None
        token = self.tokens[index]
        if before is None or before.last != index - 1 or not _LIST_GLUE.match(token.glue):
            return None
        if token.segment != self.tokens[before.last].segment or not token.key[0].isdigit():
            return None
        if not before.pattern:
            return None
        stem, tail = before.pattern[:-1], before.pattern[-1]
        match = _LETTERS_DIGITS.match(tail)
        makes = {name.model.make.id for name in before.names}
        for length in (2, 1):
            if index + length > len(self.tokens) or not self._is_free(index, length):
                continue
            keys = tuple(one.key for one in self.tokens[index : index + length])
            patterns = [(*stem, *keys)] if stem and tail[0].isdigit() else []
            if match and keys[0].isdigit():
                patterns.append((*stem, match[1] + keys[0], *keys[1:]))
            for pattern in patterns:
                names = tuple(
                    name for name in self.lookup.names.get(pattern, ())
                    if name.model.make.id in makes
                )  # fmt: skip
                if names and _glued(self.tokens, index, length):
                    return Vehicle(
                        first=index,
                        last=index + length - 1,
                        names=names,
                        pattern=pattern,
                    )
        return None

    def _take_chassis(self, index: int) -> bool:
        token = self.tokens[index]
        codes = self.lookup.chassis.get(token.key)
        if not codes:
            return False
        before = self.makes[-1] if self.makes and self.makes[-1].last == index - 1 else None
        if before is not None:
            codes = tuple(code for code in codes if code.make.id == before.make.id)
        else:
            codes = tuple(code for code in codes if code.stands_alone)
        if codes:
            self.chassis.append(ChassisHit(first=index, last=index, codes=codes))
        return bool(codes)

    def _fuzzy(self, index: int) -> Vehicle | None:
        """Read a misspelt model, only directly after its make and only of six letters or more."""
        token = self.tokens[index]
        hit = self.makes[-1] if self.makes else None
        if hit is None or hit.last != index - 1 or hit.is_weak:
            return None
        if len(token.key) < _FUZZY_MIN or not token.key.isalpha() or token.key in FILLERS:
            return None
        best: Model | None = None
        best_distance = 1 + (len(token.key) >= 9)
        for model in self.lookup.models_of.get(hit.make.id, ()):
            key = name_key(model.name)
            if len(key) < _FUZZY_MIN - 1 or not key.isalpha():
                continue
            distance = OSA.distance(token.key, key, score_cutoff=best_distance)
            if distance <= best_distance and (best is None or distance < best_distance):
                best, best_distance = model, distance
        if best is None:
            return None
        name = Name(model=best, strength=Strength.ALONE, doubt=0.1)
        return Vehicle(first=index, last=index, names=(name,), is_fuzzy=True)


def scan_vehicles(tokens: list[Token], used: set[int], lookup: VehicleLookup) -> Scan:
    """Find makes, models and chassis codes in tokens that no year has taken."""
    scanner = Scanner(tokens=tokens, used=used, lookup=lookup)
    scanner.run()
    # "BMW style": a look, not a car.
    scanner.makes = [hit for hit in scanner.makes if not _is_look(tokens, hit.last)]
    extra = [
        (vehicle.first, name.model.make)
        for vehicle in scanner.vehicles
        for name in vehicle.names
        if is_alone(name, tokens[vehicle.first])
        and len({n.model.make.id for n in vehicle.names}) == 1
    ]
    extra += [
        (hit.first, hit.codes[0].make)
        for hit in scanner.chassis
        if len({code.make.id for code in hit.codes}) == 1
    ]
    scanner.vehicles = [vehicle for vehicle in scanner.vehicles if settle(scanner, vehicle, extra)]
    negated = find_negated(tokens)
    for vehicle in scanner.vehicles:
        vehicle.is_negated = vehicle.first in negated
    return Scan(
        makes=scanner.makes,
        vehicles=scanner.vehicles,
        chassis=scanner.chassis,
        negated=negated,
    )


def _is_look(tokens: list[Token], last: int) -> bool:
    return (
        last + 1 < len(tokens)
        and tokens[last + 1].key in LOOKALIKE
        and tokens[last + 1].segment == tokens[last].segment
    )
