"""One system for all tests of the thread; they run in one worker of xdist."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.system import Api, System
from tests.web.shots import CHROMIUM, browser_started

PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos"
OWN_PHOTOS = Path(__file__).resolve().parents[2] / "ingestion" / "data" / "demo_photos"


@pytest.fixture(scope="session")
def system() -> Iterator[System]:
    """The running system with the demo's seller connected."""
    found = System()
    try:
        found.start()
        # A photo that is read well would become a draft by itself; here a person approves each.
        Api(found).call("PUT", "/api/settings/ai/ai_auto_approve_threshold", json={"value": "1"})
        found.manage("connect_sandbox")
        yield found
    finally:
        found.stop()
        shutil.rmtree(found.state, ignore_errors=True)


@pytest.fixture(scope="session")
def photo() -> Path:
    """A real photo of a label."""
    given = PHOTOS / "az_printed_text.jpg"
    if given.exists():
        return given
    return sorted(OWN_PHOTOS.glob("*.jpg"))[0]


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
