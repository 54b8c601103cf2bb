"""What the intake's tests share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from ingestion.providers import local_ocr
from ingestion.providers.base import PhotoInput, PhotoReading
from realtrack.core import redis

_seen: dict[bytes, PhotoReading] = {}


@pytest.fixture(autouse=True)
def _each_photo_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a label costs a second of CPU; the same bytes read the same, so once a run will do."""
    real: Callable[[PhotoInput], PhotoReading] = local_ocr._read_photo

    def read(photo: PhotoInput) -> PhotoReading:
        data = photo.path.read_bytes()
        if data not in _seen:
            _seen[data] = real(photo)
        return dataclasses.replace(_seen[data], asset_id=photo.asset_id)

    monkeypatch.setattr(local_ocr, "_read_photo", read)


@pytest.fixture(autouse=True)
def _no_shared_limits(settings: Settings) -> Iterator[None]:
    """The shared throttles are core's business; here dozens of calls come in a second."""
    settings.THROTTLES = dict.fromkeys(("short", "medium", "long"), "100000/second")
    yield
    for pattern in (redis.key("window", "uploads:*"), redis.key("settings", "*")):
        # A test's transaction is rolled back; what it left in Redis is not.
        for key in redis.client().scan_iter(pattern):
            redis.client().delete(key)
