"""Who reads, in order: the one of the setting `ai.ai_provider`, the other one, `local_ocr` last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ingestion.providers.base import Provider
from settings_app.selectors import secret_value, setting_value

if TYPE_CHECKING:
    from ingestion.models import AiResult, AssetReading
    from ingestion.providers.base import PhotoReading


def _local() -> Provider:
    from ingestion.providers.local_ocr import LocalOcr

    return LocalOcr()


def _openai() -> Provider:
    from ingestion.providers.openai_vision import OpenAiVision

    return OpenAiVision()


def _google() -> Provider:
    from ingestion.providers.google_vision import GoogleVision

    return GoogleVision()


FALLBACK = "local_ocr"
_FACTORIES: Mapping[str, Callable[[], Provider]] = {
    "openai_vision": _openai,
    "google_vision": _google,
    FALLBACK: _local,
}
_KEYS: Mapping[str, str] = {
    "openai_vision": "openai_api_key",
    "google_vision": "google_vision_api_key",
}


def providers_in_order(first: str) -> list[Provider]:
    """Return those that are set up, the wanted one first, the local one always last."""
    if first not in _KEYS:
        return [_local()]
    names = [first, *(name for name in _KEYS if name != first)]
    ready = [name for name in names if secret_value("ai", _KEYS[name])]
    return [_FACTORIES[name]() for name in [*ready, FALLBACK]]


def harder_provider(
    result: AiResult, readings: Sequence[AssetReading], group: Sequence[PhotoReading]
) -> Provider | None:
    """Return the dearer model for a part in doubt or of a high price; None where none is due."""
    from ingestion.enums import Band
    from ingestion.providers.openai_vision import OpenAiVision

    model = str(setting_value("ai", "ai_hard_model")).strip()
    ids = {photo.asset_id for photo in group}
    mine = [one for one in readings if one.asset_id in ids]
    if not model or not mine or any(one.provider != OpenAiVision.name for one in mine):
        return None
    if all(one.model == model for one in mine):
        return None
    price = result.extracted_price_estimate
    is_dear = price is not None and price > setting_value("ai", "ai_hard_above")
    return OpenAiVision(model) if is_dear or result.band != Band.AUTO else None
