"""A reading of one photo as data and back: how it is kept, so that no photo is paid twice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from ingestion.pipeline.contract import Box
from ingestion.providers.base import Barcode, PhotoReading, Proposal, TextLine


def reading_plain(photo: PhotoReading) -> dict[str, Any]:
    """Return everything of a reading but whose it is."""
    return {
        "width": photo.width,
        "height": photo.height,
        "lines": [[one.text, one.confidence, _plain(one.box)] for one in photo.lines],
        "barcodes": [[one.format, one.value, _plain(one.box)] for one in photo.barcodes],
        "proposals": [
            [one.field, one.value, one.confidence, _plain(one.box)] for one in photo.proposals
        ],
    }


def reading_of(asset_id: uuid.UUID, data: Mapping[str, Any]) -> PhotoReading:
    """Return the reading again."""
    return PhotoReading(
        asset_id=asset_id,
        width=data["width"],
        height=data["height"],
        lines=tuple(
            TextLine(text=text, confidence=sure, box=_box(box)) for text, sure, box in data["lines"]
        ),
        barcodes=tuple(
            Barcode(format=kind, value=value, box=_box(box))
            for kind, value, box in data["barcodes"]
        ),
        proposals=tuple(
            Proposal(field=field, value=value, confidence=sure, box=_box(box))
            for field, value, sure, box in data["proposals"]
        ),
    )


def _plain(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]


def _box(numbers: list[float]) -> Box:
    x, y, width, height = numbers
    return Box(x=x, y=y, width=width, height=height)
