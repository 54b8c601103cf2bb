"""A browser and a running server for the tests of pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser

from tests.web.shots import CHROMIUM, browser_started

if TYPE_CHECKING:
    from pytest_django.live_server_helper import LiveServer


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's chromium, one for a file; without it the test is skipped, saying so.

    Not for the session: its event loop runs in this thread as long as it lives, and other tests
    of the same process could neither start one of their own nor call async code.
    """
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with browser_started() as browser:
        yield browser


@pytest.fixture
def signed_in(live_server: LiveServer) -> list[dict[str, Any]]:
    """Cookies of a signed-in manager, for the browser."""
    from tests.people import browser_of  # models, which a conftest may not load before Django is up

    client = browser_of("manager")
    return [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in client.cookies.items()
    ]
