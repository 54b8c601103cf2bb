"""What the matcher answers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from fitment.matching.lookup import Engine, Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualifier:
    """What narrows a fitment and has no column or no reference row: kind and the text's words."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detected:
    """A fitment that the text states. Empty submodel and engine mean that it names none."""

    model: Model
    year_start: int
    year_end: int
    submodel_id: uuid.UUID | None = None
    submodel: str = ""
    engine: Engine | None = None
    drive: str = ""
    body: str = ""
    qualifiers: tuple[Qualifier, ...] = ()
    confidence: float
    words: str
    start: int
    end: int
    warnings: tuple[str, ...] = ()
    alternatives: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The vehicle in words: make, model, submodel, engine."""
        parts = [self.model.make.name, self.model.name, self.submodel]
        parts.append(self.engine.code if self.engine else "")
        return " ".join(filter(None, parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A vehicle in the text that makes no fitment, and why."""

    label: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """All that a text says."""

    fitments: tuple[Detected, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
