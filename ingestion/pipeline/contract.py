"""What every step of the pipeline keeps to: a frozen input, a frozen result or a reasoned refusal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

InT_contra = TypeVar("InT_contra", contravariant=True)
OutT_co = TypeVar("OutT_co", covariant=True)
T = TypeVar("T")


class RefusalCode(StrEnum):
    """Why a photo is refused; stable, on the wire and in the job's row."""

    NOT_UPLOADED = "not_uploaded"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    SIZE_MISMATCH = "size_mismatch"
    NOT_AN_IMAGE = "not_an_image"
    TYPE_MISMATCH = "type_mismatch"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_SMALL = "too_small"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An expected "no": the code for machines, a sentence for people."""

    code: RefusalCode
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle in a photo as fractions of its width and height (0 to 1), upright."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre_y(self) -> float:
        """The middle, for telling lines apart."""
        return self.y + self.height / 2


class Step(Protocol[InT_contra, OutT_co]):
    """One step: no state between runs, the same answer to the same input, cleans up by itself.

    What may be wrong with the input is a `Refused`; an exception is a fault of ours or of the
    machine, and is retried.
    """

    name: str

    def run(self, given: InT_contra) -> OutT_co | Refused: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """How a step went, for the job's page."""

    name: str
    seconds: float
    outcome: str = "done"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed(Generic[T]):
    """A step's value with its record."""

    value: T
    record: StepRecord


def timed(name: str, work: Callable[[], T]) -> Timed[T]:
    """Run `work` and note how long it took and whether it refused."""
    start = time.perf_counter()
    value = work()
    refused = value if isinstance(value, Refused) else None
    return Timed(
        value=value,
        record=StepRecord(
            name=name,
            seconds=round(time.perf_counter() - start, 3),
            outcome="refused" if refused else "done",
            note=refused.message if refused else "",
        ),
    )
