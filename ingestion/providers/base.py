"""What a reader of photos takes and gives. No implementation is imported here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ingestion.pipeline.contract import Box

WHOLE = Box(x=0.0, y=0.0, width=1.0, height=1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoInput:
    """A checked photo on the local disk."""

    asset_id: uuid.UUID
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """A line as read; `confidence` is the reader's own, 0 to 1. Data, never an instruction."""

    text: str
    confidence: float
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Barcode:
    """A barcode that was decoded (not read as digits); `format` as `EAN-13`, `Code 128`, `QR`."""

    format: str
    value: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a model thinks a field is. It proposes; evidence among the words read decides."""

    field: str
    value: str
    confidence: float
    box: Box = WHOLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """What stands on one photo; `width` and `height` are those of the picture that was read."""

    asset_id: uuid.UUID
    width: int
    height: int
    lines: tuple[TextLine, ...] = ()
    barcodes: tuple[Barcode, ...] = ()
    proposals: tuple[Proposal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReading:
    """Everything a provider read, with what it cost."""

    provider: str
    model: str
    photos: tuple[PhotoReading, ...]
    cost_usd: Decimal = Decimal(0)
    tokens: int = 0
    latency_ms: int = 0
    raw: dict[str, object] = field(default_factory=dict)


class ProviderUnavailable(Exception):
    """The reader cannot answer now; `retry_after` in seconds where it said so."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class ProviderRefused(ProviderUnavailable):
    """The reader will not answer this, now or later: a refusal, a bad key, a broken answer."""


class BudgetSpent(ProviderUnavailable):
    """The day's budget does not allow another call."""


@dataclass(slots=True)
class Receipt:
    """What a call turned out to cost; filled by the caller before the block ends.

    `cost_usd` None: nobody knows, and the whole reservation counts.
    """

    cost_usd: Decimal | None = Decimal(0)
    tokens: int = 0
    outcome: str = ""


class Purse(Protocol):
    """Pays for calls: the worst case is held before the call, the real cost settled after it."""

    def paying(
        self, *, provider: str, model: str, task: str, photos: int, worst_usd: Decimal
    ) -> AbstractContextManager[Receipt]:
        """Hold the worst case for the block; raises BudgetSpent before anything is sent."""
        ...


class OpenPurse:
    """Pays anything; for readers that cost nothing, and for measuring."""

    def __init__(self) -> None:
        self.receipts: list[Receipt] = []

    @contextmanager
    def paying(
        self, *, provider: str, model: str, task: str, photos: int, worst_usd: Decimal
    ) -> Iterator[Receipt]:
        """Give a receipt and remember it."""
        del provider, model, task, photos, worst_usd
        receipt = Receipt()
        self.receipts.append(receipt)
        yield receipt


class Provider(Protocol):
    """A reader. Stateless to its callers, safe to call again with the same photos."""

    name: str
    model: str
    # How many photos one call takes at most.
    batch: int

    def read(self, photos: Sequence[PhotoInput], purse: Purse) -> ProviderReading:
        """Read the photos in order; raises ProviderUnavailable, never returns half an answer."""
        ...

    def estimate_cost(self, photo_count: int) -> Decimal:
        """Return the most that reading so many photos in one call can cost, in USD."""
        ...
