"""The pages as pictures, with axe: no violation of WCAG 2.1 AA in light, dark, 1440 and 390 px."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.shots import shoot

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.web.urls"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pictures go: SHOTS_DIR if someone wants to look at them."""
    return Path(os.environ.get("SHOTS_DIR", tmp_path))


def test_kit_page_has_no_axe_violation(
    live_server: LiveServer, chromium: Browser, signed_in: list[dict[str, Any]], folder: Path
) -> None:
    # when
    faults = shoot(chromium, f"{live_server.url}/kit/", folder, name="kit", cookies=signed_in)

    # then
    assert faults == []


def test_sign_in_page_has_no_axe_violation(
    live_server: LiveServer, chromium: Browser, folder: Path
) -> None:
    # when
    faults = shoot(chromium, f"{live_server.url}/login/", folder, name="sign-in")

    # then
    assert faults == []


def test_error_page_has_no_axe_violation(
    live_server: LiveServer, chromium: Browser, folder: Path
) -> None:
    # when
    url = f"{live_server.url}/nowhere/"
    faults = shoot(chromium, url, folder, name="not-found", expected=404)

    # then
    assert faults == []
