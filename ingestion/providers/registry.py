"""Which provider reads: by the setting `ai.ai_provider`, `local_ocr` where it is not at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from ingestion.providers.base import Provider


def _local() -> Provider:
    from ingestion.providers.local_ocr import LocalOcr

    return LocalOcr()


_FACTORIES: Mapping[str, Callable[[], Provider]] = {"local_ocr": _local}
FALLBACK = "local_ocr"


@lru_cache(maxsize=4)
def _made(name: str) -> Provider:
    return _FACTORIES[name]()


def provider_for(name: str) -> Provider:
    """Return the provider of that name, made once per process; the local one where it is unknown."""
    return _made(name if name in _FACTORIES else FALLBACK)
