"""What happens to listings, as others learn of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from realtrack.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingCreated(DomainEvent):
    name: ClassVar[str] = "listing.created"
    entity_type: ClassVar[str] = "listing"

    sku: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingUpdated(DomainEvent):
    """`changes` holds old and new by field; of a description only its hashes."""

    name: ClassVar[str] = "listing.updated"
    entity_type: ClassVar[str] = "listing"

    sku: str = ""
    version: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingTransitioned(DomainEvent):
    """What ends on the marketplaces is owed through the registry; who waits for `ready` hears it."""

    name: ClassVar[str] = "listing.transitioned"
    entity_type: ClassVar[str] = "listing"

    sku: str = ""
    version: int = 0
    status_before: str = ""
    status_after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDeleted(DomainEvent):
    name: ClassVar[str] = "listing.deleted"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    sku: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRestored(DomainEvent):
    name: ClassVar[str] = "listing.restored"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    sku: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingQuantityRequested(DomainEvent):
    """Someone named a quantity for a listing. `inventory` answers inline with a ledger event.

    `cause` is `initial_stock` (a new listing), `manual_adjust` (an edit) or `bulk_import`.
    """

    name: ClassVar[str] = "listing.quantity_requested"
    entity_type: ClassVar[str] = "listing"

    quantity: int
    cause: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingProposalMade(DomainEvent):
    """A machine would have written a field that a person owns."""

    name: ClassVar[str] = "listing.proposal_made"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    field_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingProposalDecided(DomainEvent):
    """A person took or dropped a proposal."""

    name: ClassVar[str] = "listing.proposal_decided"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    field_name: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingsMerged(DomainEvent):
    """Two parts became one; the entity is the kept one."""

    name: ClassVar[str] = "listing.merged"
    entity_type: ClassVar[str] = "listing"

    merge_id: str
    gone_id: str
    sku: str = ""
    gone_sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingsUnmerged(DomainEvent):
    """A merge was taken back; the entity is the part that had been kept."""

    name: ClassVar[str] = "listing.unmerged"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    merge_id: str
    gone_id: str
    sku: str = ""
    gone_sku: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSaved(DomainEvent):
    name: ClassVar[str] = "saved_search.saved"
    entity_type: ClassVar[str] = "saved_search"
    log_only: ClassVar[bool] = True

    search_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchForgotten(DomainEvent):
    name: ClassVar[str] = "saved_search.forgotten"
    entity_type: ClassVar[str] = "saved_search"
    log_only: ClassVar[bool] = True

    search_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPresetSaved(DomainEvent):
    name: ClassVar[str] = "import_preset.saved"
    entity_type: ClassVar[str] = "import_preset"
    log_only: ClassVar[bool] = True

    preset_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPresetForgotten(DomainEvent):
    name: ClassVar[str] = "import_preset.forgotten"
    entity_type: ClassVar[str] = "import_preset"
    log_only: ClassVar[bool] = True

    preset_name: str = ""
