"""What happens to fitments, as others learn of it. All of it is for the log alone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from realtrack.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentEvent(DomainEvent):
    """Base: a vehicle of a part."""

    entity_type: ClassVar[str] = "fitment"
    log_only: ClassVar[bool] = True

    listing_id: uuid.UUID
    vehicle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentAdded(FitmentEvent):
    name: ClassVar[str] = "fitment.added"

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentRemoved(FitmentEvent):
    name: ClassVar[str] = "fitment.removed"

    source: str
    rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentVerified(FitmentEvent):
    """`verified` is False when a verification was taken back."""

    name: ClassVar[str] = "fitment.verified"

    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentDoubted(FitmentEvent):
    """A return said that this car does not fit; the row waits for a person again."""

    name: ClassVar[str] = "fitment.doubted"

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentDetected(DomainEvent):
    """The words of a listing were read; emitted only where that changed something."""

    name: ClassVar[str] = "fitment.detected"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    added: int
    removed: int
    same: int
    unresolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentsCompacted(DomainEvent):
    """The same vehicles stand in fewer rows."""

    name: ClassVar[str] = "fitment.compacted"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    before: int
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAccepted(DomainEvent):
    """A person called what a check found right as it is."""

    name: ClassVar[str] = "fitment.finding_accepted"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceEvent(DomainEvent):
    """Base: the vehicle data; `kind` is make, model, engine and so on."""

    entity_type: ClassVar[str] = "vehicle_reference"
    log_only: ClassVar[bool] = True

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceChanged(ReferenceEvent):
    """The staff changed the vehicle reference data."""

    name: ClassVar[str] = "fitment.reference_changed"

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VehiclesMerged(ReferenceEvent):
    """Two rows of the vehicle data became one, or (`undone`) two again."""

    name: ClassVar[str] = "fitment.vehicles_merged"

    gone: str
    kept: str
    fitments: int
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InterchangeChanged(DomainEvent):
    """Groups of equal numbers were changed, or (`undone`) are as they were before."""

    name: ClassVar[str] = "fitment.interchange_changed"
    entity_type: ClassVar[str] = "interchange_change"
    log_only: ClassVar[bool] = True

    done: str
    label: str
    numbers: int
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcesFileEvent(DomainEvent):
    """Base: an application file."""

    entity_type: ClassVar[str] = "aces_upload"
    log_only: ClassVar[bool] = True

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcesFileDecided(AcesFileEvent):
    """A person said what becomes of a file that asked."""

    name: ClassVar[str] = "fitment.aces_file_decided"

    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcesFileApplied(AcesFileEvent):
    """A file's rows count from now on; `removed` are earlier rows that it took away."""

    name: ClassVar[str] = "fitment.aces_file_applied"

    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcesCodeMapped(DomainEvent):
    """A person said what an id stands for; `freed` rows waited for it alone."""

    name: ClassVar[str] = "fitment.aces_code_mapped"
    entity_type: ClassVar[str] = "aces_code"
    log_only: ClassVar[bool] = True

    kind: str
    code: int
    meaning: str
    freed: int
