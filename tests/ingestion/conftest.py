"""What the intake's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from realtrack.core import redis


@pytest.fixture(autouse=True)
def _no_shared_limits(settings: pytest.FixtureRequest) -> Iterator[None]:
    """The shared throttles are core's business; here dozens of calls come in a second."""
    settings.THROTTLES = dict.fromkeys(("short", "medium", "long"), "100000/second")  # type: ignore[attr-defined]  # pytest-django's fixture
    yield
    for key in redis.client().scan_iter(redis.key("window", "uploads:*")):
        redis.client().delete(key)
