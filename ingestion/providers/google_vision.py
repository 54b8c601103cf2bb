"""Reads photos through Google Cloud Vision (REST): text with boxes, logos, labels."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings

from ingestion.pipeline.contract import Box
from ingestion.providers import remote
from ingestion.providers.base import (
    WHOLE,
    PhotoInput,
    PhotoReading,
    Proposal,
    ProviderReading,
    ProviderRefused,
    ProviderUnavailable,
    Purse,
    TextLine,
)
from ingestion.providers.local_ocr import barcodes_in
from settings_app.selectors import secret_value, setting_value

_FEATURES = (
    {"type": "DOCUMENT_TEXT_DETECTION"},
    {"type": "LOGO_DETECTION", "maxResults": 5},
    {"type": "LABEL_DETECTION", "maxResults": 10},
)
_MAX_LINES, _MAX_TEXT = 200, 200
_BREAKS = frozenset({"LINE_BREAK", "EOL_SURE_SPACE"})
_SPACES = frozenset({"SPACE", "SURE_SPACE"})
# Codes of google.rpc that heal: unavailable, exhausted, deadline, internal, aborted.
_HEALING_CODES = frozenset({4, 8, 10, 13, 14})


class GoogleVision:
    """Text, logos and labels; a photo has a fixed price."""

    name = "google_vision"
    model = "images:annotate"
    # A request may have 16 images and 10 MB.
    batch = 8

    def estimate_cost(self, photo_count: int) -> Decimal:
        """The settings' price for each photo."""
        return Decimal(str(setting_value("ai", "google_usd_per_photo"))) * photo_count

    def read(self, photos: Sequence[PhotoInput], purse: Purse) -> ProviderReading:
        """Read the photos in order, in calls of at most 8."""
        start = time.perf_counter()
        found: list[PhotoReading] = []
        raw: list[object] = []
        for begin in range(0, len(photos), self.batch):
            part = photos[begin : begin + self.batch]
            small = [remote.small_photo(photo) for photo in part]
            answers = self._call(small, purse)
            for photo, picture, answer in zip(part, small, answers, strict=True):
                found.append(_reading(photo, picture, answer))
                raw.append(
                    {name: answer.get(name) for name in ("logoAnnotations", "labelAnnotations")}
                )
        return ProviderReading(
            provider=self.name,
            model=self.model,
            photos=tuple(found),
            cost_usd=self.estimate_cost(len(photos)),
            latency_ms=round((time.perf_counter() - start) * 1000),
            raw={"photos": raw},
        )

    def _call(self, small: Sequence[remote.SmallPhoto], purse: Purse) -> list[dict[str, Any]]:
        key = secret_value("ai", "google_vision_api_key")
        if not key:
            message = "No key of Google Vision is set."
            raise ProviderRefused(message)
        requests = [
            {"image": {"content": base64.b64encode(one.jpeg).decode()}, "features": _FEATURES}
            for one in small
        ]
        price = self.estimate_cost(len(small))
        with purse.paying(
            provider=self.name, model=self.model, task="label", photos=len(small), worst_usd=price
        ) as receipt:
            answer = remote.post(
                self.name,
                f"{settings.GOOGLE_VISION_BASE.rstrip('/')}/v1/images:annotate",
                headers={"X-Goog-Api-Key": key},
                body={"requests": requests},
                receipt=receipt,
            )
            receipt.cost_usd = price
            return _responses(remote.parsed(answer, self.name), len(small))


def _responses(body: Mapping[str, Any], count: int) -> list[dict[str, Any]]:
    responses = body.get("responses")
    if not isinstance(responses, list) or len(responses) != count:
        message = f"google_vision sent no {count} responses."
        raise ProviderRefused(message)
    for one in responses:
        if not isinstance(one, dict):
            message = "google_vision sent a response that is no object."
            raise ProviderRefused(message)
        error = one.get("error")
        if isinstance(error, dict):
            words = " ".join(str(error.get("message", "")).split())[:300]
            message = f"google_vision could not read a photo: {words}"
            healing = error.get("code") in _HEALING_CODES
            raise ProviderUnavailable(message) if healing else ProviderRefused(message)
    return responses


def _reading(
    photo: PhotoInput, picture: remote.SmallPhoto, answer: Mapping[str, Any]
) -> PhotoReading:
    try:
        lines = tuple(_lines(answer.get("fullTextAnnotation") or {}, picture))[:_MAX_LINES]
        proposals = (*_logos(answer, picture), *_labels(answer))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"google_vision sent an answer of another shape ({type(error).__name__})."
        raise ProviderRefused(message) from error
    return PhotoReading(
        asset_id=photo.asset_id,
        width=picture.width,
        height=picture.height,
        lines=lines,
        barcodes=barcodes_in(picture.pixels),
        proposals=proposals,
    )


def _lines(text: Mapping[str, Any], picture: remote.SmallPhoto) -> Iterator[TextLine]:
    """Words joined to lines at the breaks that the answer marks."""
    for page in text.get("pages", []):
        for block in page.get("blocks", []):
            for paragraph in block.get("paragraphs", []):
                words: list[Mapping[str, Any]] = []
                written = ""
                for word in paragraph.get("words", []):
                    piece, ends = _word(word)
                    words.append(word)
                    written += piece
                    if ends:
                        yield from _line(written, words, picture)
                        words, written = [], ""
                yield from _line(written, words, picture)


def _word(word: Mapping[str, Any]) -> tuple[str, bool]:
    written, ends = "", False
    for symbol in word.get("symbols", []):
        written += str(symbol["text"])
        kind = symbol.get("property", {}).get("detectedBreak", {}).get("type", "")
        if kind in _SPACES:
            written += " "
        ends = ends or kind in _BREAKS
    return written, ends


def _line(
    written: str, words: Sequence[Mapping[str, Any]], picture: remote.SmallPhoto
) -> Iterator[TextLine]:
    text = " ".join(written.split())[:_MAX_TEXT]
    if not text:
        return
    sure = [float(word.get("confidence", 0.9)) for word in words]
    corners = [corner for word in words for corner in _corners(word.get("boundingBox"))]
    yield TextLine(
        text=text,
        confidence=round(min(1.0, max(0.0, min(sure))), 3),
        box=_box(corners, picture),
    )


def _corners(poly: Mapping[str, Any] | None) -> list[tuple[float, float]]:
    """Vertices; a coordinate of 0 is left out on the wire."""
    return [
        (float(one.get("x", 0)), float(one.get("y", 0))) for one in (poly or {}).get("vertices", [])
    ]


def _box(corners: Sequence[tuple[float, float]], picture: remote.SmallPhoto) -> Box:
    if not corners:
        return WHOLE
    left, right = (
        min(1.0, max(0.0, pick(x for x, _ in corners) / picture.width)) for pick in (min, max)
    )
    top, bottom = (
        min(1.0, max(0.0, pick(y for _, y in corners) / picture.height)) for pick in (min, max)
    )
    return Box(
        x=round(left, 4), y=round(top, 4),
        width=round(right - left, 4), height=round(bottom - top, 4),
    )  # fmt: skip


def _logos(answer: Mapping[str, Any], picture: remote.SmallPhoto) -> Iterator[Proposal]:
    for one in answer.get("logoAnnotations", []):
        yield Proposal(
            field="brand",
            value=str(one["description"])[:_MAX_TEXT],
            confidence=round(min(1.0, max(0.0, float(one.get("score", 0)))), 3),
            box=_box(_corners(one.get("boundingPoly")), picture),
        )


def _labels(answer: Mapping[str, Any]) -> Iterator[Proposal]:
    for one in answer.get("labelAnnotations", []):
        yield Proposal(
            field="part_type",
            value=str(one["description"])[:_MAX_TEXT],
            confidence=round(min(1.0, max(0.0, float(one.get("score", 0)))), 3),
        )
