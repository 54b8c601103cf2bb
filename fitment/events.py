"""What happens to fitments, as others learn of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from realtrack.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentAdded(DomainEvent):
    name: ClassVar[str] = "fitment.added"
    entity_type: ClassVar[str] = "fitment"
    log_only: ClassVar[bool] = True

    listing_id: uuid.UUID
    vehicle: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentRemoved(DomainEvent):
    name: ClassVar[str] = "fitment.removed"
    entity_type: ClassVar[str] = "fitment"
    log_only: ClassVar[bool] = True

    listing_id: uuid.UUID
    vehicle: str
    source: str
    rejected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentVerified(DomainEvent):
    """`verified` is False when a verification was taken back."""

    name: ClassVar[str] = "fitment.verified"
    entity_type: ClassVar[str] = "fitment"
    log_only: ClassVar[bool] = True

    listing_id: uuid.UUID
    vehicle: str
    verified: bool


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
class ReferenceChanged(DomainEvent):
    """The staff changed the vehicle reference data."""

    name: ClassVar[str] = "fitment.reference_changed"
    entity_type: ClassVar[str] = "vehicle_reference"
    log_only: ClassVar[bool] = True

    kind: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcesFileDecided(DomainEvent):
    """A person said what becomes of a file that asked."""

    name: ClassVar[str] = "fitment.aces_file_decided"
    entity_type: ClassVar[str] = "aces_upload"
    log_only: ClassVar[bool] = True

    file: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcesFileApplied(DomainEvent):
    """A file's rows count from now on; `removed` are earlier rows that it took away."""

    name: ClassVar[str] = "fitment.aces_file_applied"
    entity_type: ClassVar[str] = "aces_upload"
    log_only: ClassVar[bool] = True

    file: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAccepted(DomainEvent):
    """A person called what a check found right as it is."""

    name: ClassVar[str] = "fitment.finding_accepted"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VehiclesMerged(DomainEvent):
    """Two rows of the vehicle data became one, or (`undone`) two again."""

    name: ClassVar[str] = "fitment.vehicles_merged"
    entity_type: ClassVar[str] = "vehicle_reference"
    log_only: ClassVar[bool] = True

    kind: str
    gone: str
    kept: str
    fitments: int
    undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FitmentDoubted(DomainEvent):
    """A return said that this car does not fit; the row waits for a person again."""

    name: ClassVar[str] = "fitment.doubted"
    entity_type: ClassVar[str] = "fitment"
    log_only: ClassVar[bool] = True

    listing_id: uuid.UUID
    vehicle: str
    reason: str
