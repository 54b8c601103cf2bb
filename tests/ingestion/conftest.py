"""What the intake's tests share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from pytest_django.fixtures import Settings

from ingestion.providers import local_ocr
from ingestion.providers.base import PhotoInput, PhotoReading
from realtrack.core import http, redis
from tests.ingestion.ai_server import AiServer, ai_server

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


@pytest.fixture
def ai(settings: Settings) -> Iterator[AiServer]:
    """Both remote readers lead to a server of the tests; both have keys, none is at rest."""
    with ai_server() as server:
        settings.AI_BASE_URL = f"{server.base}/v1"
        settings.GOOGLE_VISION_BASE = server.base
        settings.OPENAI_API_KEY = "sk-test"
        settings.GOOGLE_VISION_API_KEY = ""
        _forget()
        yield server
        _forget()


def _forget() -> None:
    for name in ("openai_vision", "google_vision"):
        redis.client().delete(redis.key("ai-rest", name), redis.key("window", f"ai-jobs:{name}"))
        http.circuit_close(name)
