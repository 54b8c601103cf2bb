"""How well texts are read: cases with their answers, split once and for all, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fitment.matching.detect import detect
from fitment.matching.lookup import VehicleLookup

# Make, model, first and last year, as the text states them.
Vehicle = tuple[str, str, int, int]
# Of each file, every third case is never looked at while the matcher is changed.
_HELD_BACK = 2


@dataclass(frozen=True, slots=True)
class Case:
    """A text and the vehicles in it; `is_held` keeps it away from tuning."""

    text: str
    expected: frozenset[Vehicle]
    is_held: bool


@dataclass(slots=True)
class Score:
    """Counts over a set of cases. `wrong` are the texts that were not read exactly."""

    cases: int = 0
    exact: int = 0
    found: int = 0
    right: int = 0
    empty: int = 0
    false_finds: int = 0
    wrong: list[tuple[str, list[Vehicle]]] = field(default_factory=list)

    @property
    def exact_share(self) -> float:
        """Texts with a vehicle of which every vehicle and year is right, and none too many."""
        return self.exact / self.cases if self.cases else 1.0

    @property
    def precision(self) -> float:
        """Found vehicles that are right."""
        return self.right / self.found if self.found else 1.0

    @property
    def false_share(self) -> float:
        """Texts without a vehicle in which one was found."""
        return self.false_finds / self.empty if self.empty else 0.0


def cases_read(paths: Iterable[Path]) -> list[Case]:
    """Return the cases of `text => make|model|first|last; …` files, `#` lines left out."""
    cases: list[Case] = []
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        rows = [line for line in lines if "=>" in line and not line.startswith("#")]
        for place, line in enumerate(rows):
            text, _, answers = line.partition("=>")
            pieces = [one.strip().split("|") for one in answers.split(";") if one.strip()]
            cases.append(
                Case(
                    text=text.strip(),
                    expected=frozenset((a, b, int(c), int(d)) for a, b, c, d, *_ in pieces),
                    is_held=place % 3 == _HELD_BACK,
                )
            )
    return cases


def score(cases: Iterable[Case], lookup: VehicleLookup) -> Score:
    """Read every text and compare; a text counts as exact only if nothing is missing or too much."""
    result = Score()
    for case in cases:
        found = frozenset(
            (one.model.make.name, one.model.name, one.year_start, one.year_end)
            for one in detect(case.text, lookup).fitments
        )
        if not case.expected:
            result.empty += 1
            result.false_finds += bool(found)
        else:
            result.cases += 1
            result.exact += found == case.expected
            result.found += len(found)
            result.right += len(found & case.expected)
        if found != case.expected:
            result.wrong.append((case.text, sorted(found)))
    return result
