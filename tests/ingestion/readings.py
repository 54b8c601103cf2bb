"""Readings without a picture: lines as an OCR engine would give them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from ingestion.pipeline.contract import Box
from ingestion.pipeline.fields import NormalisedPart
from ingestion.pipeline.normalising import NormaliseInput, NormaliseStep
from ingestion.providers.base import Barcode, PhotoReading, TextLine
from ingestion.reference import reference


def reading(
    *lines: str, barcodes: Sequence[tuple[str, str]] = (), sure: float = 1.0
) -> PhotoReading:
    return PhotoReading(
        asset_id=uuid.uuid4(),
        width=1000,
        height=800,
        lines=tuple(
            TextLine(
                text=text,
                confidence=sure,
                box=Box(x=0.1, y=0.1 + 0.05 * row, width=0.5, height=0.04),
            )
            for row, text in enumerate(lines)
        ),
        barcodes=tuple(
            Barcode(format=kind, value=value, box=Box(x=0.1, y=0.8, width=0.5, height=0.1))
            for kind, value in barcodes
        ),
    )


def normalised(*readings: PhotoReading) -> NormalisedPart:
    result = NormaliseStep().run(NormaliseInput(photos=readings, tables=reference()))
    assert isinstance(result, NormalisedPart)
    return result
