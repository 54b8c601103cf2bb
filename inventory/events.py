"""What happens to stock, as others learn of it. The entity is the listing.

Each carries total, reserved and free *after* the change; channels push the ledger's present
numbers, never these.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import ClassVar

from realtrack.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StockEvent(DomainEvent):
    """Base: the numbers that all have. `change` is what was applied to the total."""

    entity_type: ClassVar[str] = "listing"

    stock_event_id: uuid.UUID | None = None
    change: int = 0
    total: int = 0
    reserved: int = 0
    free: int = 0
    source: str = ""
    order_ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAdjusted(StockEvent):
    name: ClassVar[str] = "inventory.adjusted"
    log_only: ClassVar[bool] = True

    event_type: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReserved(StockEvent):
    name: ClassVar[str] = "inventory.reserved"
    log_only: ClassVar[bool] = True

    quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReleased(StockEvent):
    """A hold ended or shrank; `expired` says that nobody paid in time."""

    name: ClassVar[str] = "inventory.released"
    log_only: ClassVar[bool] = True

    quantity: int = 0
    expired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StockSold(StockEvent):
    name: ClassVar[str] = "inventory.sold"

    quantity: int = 0
    shortfall: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockPutBack(StockEvent):
    """A sale was cancelled or the part came back."""

    name: ClassVar[str] = "inventory.returned"

    quantity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLow(StockEvent):
    """What is free fell to the threshold or below, but not to zero."""

    name: ClassVar[str] = "inventory.low"

    threshold: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOut(StockEvent):
    """Nothing is free any more."""

    name: ClassVar[str] = "inventory.out_of_stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class StockOversold(StockEvent):
    """More was sold than was there; `deficit` is what this sale lacks."""

    name: ClassVar[str] = "inventory.oversold"

    deficit: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReconciled(DomainEvent):
    """The numbers of a listing were checked against its events, copies mended."""

    name: ClassVar[str] = "inventory.reconciled"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerDrifted(DomainEvent):
    """The nightly check found numbers that do not add up."""

    name: ClassVar[str] = "inventory.drifted"
    entity_type: ClassVar[str] = "listing"

    problem: str = ""
    expected: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartPlaced(DomainEvent):
    """The part lies in another bin."""

    name: ClassVar[str] = "inventory.placed"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    bin_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdChanged(DomainEvent):
    """The part counts as low at another number."""

    name: ClassVar[str] = "inventory.threshold_changed"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorEvent(DomainEvent):
    """Base of what happens to a car; the entity is the car."""

    entity_type: ClassVar[str] = "donor"
    log_only: ClassVar[bool] = True

    stock_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorArrived(DonorEvent):
    name: ClassVar[str] = "donor.arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorChanged(DonorEvent):
    name: ClassVar[str] = "donor.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorTornDown(DonorEvent):
    """Parts of the car were ticked and became drafts."""

    name: ClassVar[str] = "donor.torn_down"

    created: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorPartPulled(DonorEvent):
    """A part came off the car, or that was taken back."""

    name: ClassVar[str] = "donor.part_pulled"

    listing_id: str = ""
    pulled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DonorPartScrapped(DonorEvent):
    """A part of the car is not worth selling; its stock was written off."""

    name: ClassVar[str] = "donor.part_scrapped"

    listing_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeardownTemplateChanged(DomainEvent):
    """Which parts are usually pulled off a kind of car was changed."""

    name: ClassVar[str] = "teardown_template.changed"
    entity_type: ClassVar[str] = "teardown_template"
    log_only: ClassVar[bool] = True

    template: str = ""
    lines: int = 0
