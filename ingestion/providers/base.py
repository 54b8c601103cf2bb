"""What a reader of photos takes and gives. No implementation is imported here."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from ingestion.pipeline.contract import Box


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
class PhotoReading:
    """What stands on one photo; `width` and `height` are those of the picture that was read."""

    asset_id: uuid.UUID
    width: int
    height: int
    lines: tuple[TextLine, ...] = ()
    barcodes: tuple[Barcode, ...] = ()


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


class Provider(Protocol):
    """A reader. Stateless to its callers, safe to call again with the same photos."""

    name: str
    model: str

    def read(self, photos: Sequence[PhotoInput]) -> ProviderReading:
        """Read the photos in order; raises ProviderUnavailable, never returns half an answer."""
        ...

    def estimate_cost(self, photo_count: int) -> Decimal:
        """Return the most that reading so many photos can cost, in USD."""
        ...
