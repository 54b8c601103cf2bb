"""What happens in the intake, as others learn of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from realtrack.core.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetConfirmed(DomainEvent):
    name: ClassVar[str] = "photo.confirmed"
    entity_type: ClassVar[str] = "photo"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetRefused(DomainEvent):
    """A photo was refused; `code` says why."""

    name: ClassVar[str] = "photo.refused"
    entity_type: ClassVar[str] = "photo"
    log_only: ClassVar[bool] = True

    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetChanged(DomainEvent):
    """Order, primary, listing."""

    name: ClassVar[str] = "photo.changed"
    entity_type: ClassVar[str] = "photo"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetDeleted(DomainEvent):
    name: ClassVar[str] = "photo.deleted"
    entity_type: ClassVar[str] = "photo"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingPhotosChanged(DomainEvent):
    """The photos of a listing are others now, or in another order; marketplaces get them."""

    name: ClassVar[str] = "listing.photos_changed"
    entity_type: ClassVar[str] = "listing"
    log_only: ClassVar[bool] = True

    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreated(DomainEvent):
    name: ClassVar[str] = "ingestion.job_created"
    entity_type: ClassVar[str] = "ingestion_job"
    log_only: ClassVar[bool] = True

    mode: str = ""
    photos: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCompleted(DomainEvent):
    """All photos were read; `to_review` parts wait for a person, `approved` became drafts."""

    name: ClassVar[str] = "ingestion.job_completed"
    entity_type: ClassVar[str] = "ingestion_job"

    title: str = ""
    parts: int = 0
    to_review: int = 0
    approved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFailed(DomainEvent):
    """A job failed for good: nobody will try again by itself, a person should look."""

    name: ClassVar[str] = "ingestion.job_failed"
    entity_type: ClassVar[str] = "ingestion_job"

    code: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDelayed(DomainEvent):
    """An attempt failed; the next one comes by itself in `seconds`."""

    name: ClassVar[str] = "ingestion.job_delayed"
    entity_type: ClassVar[str] = "ingestion_job"
    log_only: ClassVar[bool] = True

    code: str = ""
    reason: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRegrouped(DomainEvent):
    """A person put the photos into other parts."""

    name: ClassVar[str] = "ingestion.job_regrouped"
    entity_type: ClassVar[str] = "ingestion_job"
    log_only: ClassVar[bool] = True

    parts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled(DomainEvent):
    name: ClassVar[str] = "ingestion.job_cancelled"
    entity_type: ClassVar[str] = "ingestion_job"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRetried(DomainEvent):
    name: ClassVar[str] = "ingestion.job_retried"
    entity_type: ClassVar[str] = "ingestion_job"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultApproved(DomainEvent):
    """A reading became a draft listing; `automatic` where confidence alone did it.

    Whoever works on new listings reads `listing.created`, which is emitted with it.
    """

    name: ClassVar[str] = "ingestion.result_approved"
    entity_type: ClassVar[str] = "ai_result"
    log_only: ClassVar[bool] = True

    listing_id: str = ""
    job_id: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRejected(DomainEvent):
    name: ClassVar[str] = "ingestion.result_rejected"
    entity_type: ClassVar[str] = "ai_result"
    log_only: ClassVar[bool] = True

    job_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultStocked(DomainEvent):
    """A reading was another piece of a part that we have; its stock has its own event."""

    name: ClassVar[str] = "ingestion.result_stocked"
    entity_type: ClassVar[str] = "ai_result"
    log_only: ClassVar[bool] = True

    listing_id: str = ""
    job_id: str = ""
    pieces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasUndone(DomainEvent):
    """What a correction had taught was taken back."""

    name: ClassVar[str] = "ingestion.alias_undone"
    entity_type: ClassVar[str] = "learned_alias"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryPhotoAdded(DomainEvent):
    """A photo came before its part."""

    name: ClassVar[str] = "photo.library_added"
    entity_type: ClassVar[str] = "photo"
    log_only: ClassVar[bool] = True

    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowMended(DomainEvent):
    """A person corrected a row that was read."""

    name: ClassVar[str] = "intake.row_mended"
    entity_type: ClassVar[str] = "intake_row"
    log_only: ClassVar[bool] = True

    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTaken(DomainEvent):
    """A part came in by its number."""

    name: ClassVar[str] = "intake.number_taken"
    entity_type: ClassVar[str] = "intake_row"
    log_only: ClassVar[bool] = True

    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowWentOn(DomainEvent):
    """What a row waited for came, and it went on by itself."""

    name: ClassVar[str] = "intake.row_went_on"
    entity_type: ClassVar[str] = "intake_row"
    log_only: ClassVar[bool] = True

    waited_for: str = ""
    listing_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeWordChanged(DomainEvent):
    """Staff changed the list of brands or part types."""

    name: ClassVar[str] = "ingestion.trade_word_changed"
    entity_type: ClassVar[str] = "trade_word"
    log_only: ClassVar[bool] = True

    kind: str = ""
    word: str = ""
