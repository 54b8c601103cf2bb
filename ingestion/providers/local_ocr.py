"""Reads labels on this machine: RapidOCR for text, zxing-cpp for barcodes. No key, no network.

The models take about 1 s and 450 MB to load, once per process, on the first photo: one process,
one queue.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy.typing as npt
import pyvips
import zxingcpp

from ingestion.pipeline.contract import Box
from ingestion.pipeline.variants import Unreadable, load_upright
from ingestion.providers.base import (
    Barcode,
    PhotoInput,
    PhotoReading,
    ProviderReading,
    ProviderUnavailable,
    Purse,
    TextLine,
)

# Small print on a label fills 20 pixels at this size in a photo of a whole part.
_LONGEST_SIDE = 2048
# Below this the engine guesses: glare and knurling turn into letters.
_LEAST_SCORE = 0.5
_MAX_LINES = 200
_MAX_TEXT = 200

_lock = threading.Lock()
_engine: Any = None


def engine() -> Any:
    """Return this process's engine; the first caller loads it, others wait."""
    global _engine  # noqa: PLW0603 - one engine per process is the purpose
    with _lock:
        if _engine is None:
            # Its own logger tells every model file at INFO.
            logging.getLogger("RapidOCR").setLevel(logging.ERROR)
            from rapidocr import RapidOCR

            _engine = RapidOCR(params={"Global.log_level": "error"})
    return _engine


class LocalOcr:
    """The default provider and the last fallback; free."""

    name = "local_ocr"
    model = "rapidocr-3+zxing-cpp-3"
    # A sign of life after each photo.
    batch = 1

    def read(self, photos: Sequence[PhotoInput], purse: Purse) -> ProviderReading:
        """Read each photo; raises ProviderUnavailable where a file cannot be opened any more."""
        del purse
        start = time.perf_counter()
        found = tuple(_read_photo(photo) for photo in photos)
        return ProviderReading(
            provider=self.name,
            model=self.model,
            photos=found,
            latency_ms=round((time.perf_counter() - start) * 1000),
            raw={"photos": [_raw(photo) for photo in found]},
        )

    def estimate_cost(self, photo_count: int) -> Decimal:
        """Nothing: it runs here."""
        del photo_count
        return Decimal(0)


def _read_photo(photo: PhotoInput) -> PhotoReading:
    try:
        pixels = load_upright(photo.path, _LONGEST_SIDE).numpy()
    except (pyvips.Error, Unreadable) as error:
        message = f"The photo could not be opened for reading: {error}"
        raise ProviderUnavailable(message) from error
    height, width = pixels.shape[:2]
    return PhotoReading(
        asset_id=photo.asset_id,
        width=width,
        height=height,
        lines=_lines(pixels, width, height),
        barcodes=barcodes_in(pixels),
    )


def _lines(pixels: npt.NDArray[Any], width: int, height: int) -> tuple[TextLine, ...]:
    reader = engine()
    # RapidOCR wants OpenCV's order of colours.
    result = reader(pixels[:, :, ::-1])
    if result.txts is None:
        return ()
    found = [
        TextLine(
            text=" ".join(str(text).split())[:_MAX_TEXT],
            confidence=round(float(score), 3),
            box=_box([(float(x), float(y)) for x, y in corners], width, height),
        )
        for text, score, corners in zip(result.txts, result.scores, result.boxes, strict=True)
        if float(score) >= _LEAST_SCORE and str(text).strip()
    ]
    found.sort(key=lambda line: (round(line.box.centre_y, 2), line.box.x))
    return tuple(found[:_MAX_LINES])


def barcodes_in(pixels: npt.NDArray[Any]) -> tuple[Barcode, ...]:
    """Return the barcodes of an RGB picture; decoded here whoever reads its text."""
    height, width = pixels.shape[:2]
    found: list[Barcode] = []
    for code in zxingcpp.read_barcodes(pixels):
        if not code.valid or not code.text:
            continue
        at = code.position
        corners = [
            (float(corner.x), float(corner.y))
            for corner in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        ]
        found.append(
            Barcode(
                format=str(code.format),
                value=code.text.strip()[:_MAX_TEXT],
                box=_box(corners, width, height),
            )
        )
    return tuple(found)


def _box(corners: Sequence[tuple[float, float]], width: int, height: int) -> Box:
    """Return the upright rectangle around the corners, kept inside the photo."""
    left = max(0.0, min(x for x, _ in corners))
    top = max(0.0, min(y for _, y in corners))
    right = min(float(width), max(x for x, _ in corners))
    bottom = min(float(height), max(y for _, y in corners))
    return Box(
        x=round(left / width, 4),
        y=round(top / height, 4),
        width=round(max(0.0, right - left) / width, 4),
        height=round(max(0.0, bottom - top) / height, 4),
    )


def _raw(photo: PhotoReading) -> dict[str, object]:
    return {
        "assetId": str(photo.asset_id),
        "width": photo.width,
        "height": photo.height,
        "lines": [
            {"text": line.text, "confidence": line.confidence, "box": _raw_box(line.box)}
            for line in photo.lines
        ],
        "barcodes": [
            {"format": code.format, "value": code.value, "box": _raw_box(code.box)}
            for code in photo.barcodes
        ],
    }


def _raw_box(box: Box) -> list[float]:
    return [box.x, box.y, box.width, box.height]
