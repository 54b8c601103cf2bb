"""A text while it is read: its words, what was found in them, and what was made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from fitment.matching.engines import EngineHit, WordHit
from fitment.matching.hits import Scan, Vehicle
from fitment.matching.lookup import VehicleLookup
from fitment.matching.results import Detected, Unresolved
from fitment.matching.text import Token


@dataclass(slots=True)
class Context:
    text: str
    tokens: list[Token]
    lookup: VehicleLookup
    scan: Scan
    engines: list[EngineHit]
    others: list[WordHit]
    found: list[Detected] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)

    def words(self, *spans: tuple[int, int]) -> str:
        """Return the text between the outermost tokens, or the spans where they lie far apart."""
        first, last = min(span[0] for span in spans), max(span[1] for span in spans)
        whole = self.text[self.tokens[first].start : self.tokens[last].end]
        if len(whole) <= 80:
            return " ".join(whole.split())
        pieces = [self.text[self.tokens[a].start : self.tokens[b].end] for a, b in sorted(spans)]
        return " … ".join(" ".join(piece.split()) for piece in pieces)

    def give_up(self, vehicle: Vehicle, reason: str) -> None:
        model = vehicle.names[0].model
        self.unresolved.append(
            Unresolved(
                label=f"{model.make.name} {model.name}",
                reason=reason,
                words=self.words((vehicle.first, vehicle.last)),
            )
        )
