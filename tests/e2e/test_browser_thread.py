"""From a photo to a sale by clicking, as a person does, with the processes of `make run`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PATIENCE_MS, Desk, desk
from tests.e2e.conftest import OWN_PHOTOS
from tests.e2e.system import System, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

PHOTO = OWN_PHOTOS / "alternator_denso.jpg"
SELLER = "mhn-outlet"
TITLE = "Alternator Toyota Camry 2012-2014 27060-0V219 Denso Used"


def _connect(desk: Desk, seller: str) -> None:
    """Channels: connect an account through the marketplace's consent page."""
    page = desk.page
    desk.go("Channels")
    page.get_by_test_id("connect-ebay").click()
    page.get_by_role("heading", name="Grant application access").wait_for()
    page.get_by_label(seller).check()
    page.get_by_test_id("agree").click()
    desk.told(f"{seller} is connected.")
    account = page.get_by_test_id("account").filter(has_text=seller)
    account.get_by_role("link", name="Open").click()
    page.get_by_role("heading", level=1, name=seller).wait_for()
    _choose_location(desk)


def _choose_location(desk: Desk) -> None:
    """Make the place that the account's parts ship from, unless it has one."""
    page = desk.page
    if page.get_by_label("Ships from").input_value():
        return
    form = page.get_by_test_id("location-form")
    for label, value in {
        "Name": "Outlet",
        "Street": "12 Side St",
        "City": "Houston",
        "State": "TX",
        "Postal code": "77002",
        "Country": "US",
    }.items():
        form.get_by_label(label, exact=True).fill(value)
    form.get_by_role("button", name="Make this location").click()
    desk.told("The location is made and chosen.")
    expect(page.get_by_label("Ships from")).to_have_value("outlet")


def _read_photo(desk: Desk, photo: Path) -> None:
    """Intake: choose a photo, start, wait until it was read; ends on its review."""
    page = desk.page
    desk.go("Intake")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose photos").first.click()
    chooser.value.set_files(photo)
    page.get_by_text("uploaded", exact=True).wait_for()
    page.get_by_role("button", name=re.compile("^(Start|Read)")).click()
    job = page.locator("#job-rows tbody tr").first
    expect(job).to_contain_text("to review", timeout=2 * PATIENCE_MS)
    job.get_by_role("link").first.click()
    page.get_by_role("link", name="Review").first.click()


def _fill(page: Page, label: str, value: str) -> None:
    """Type into a field of the part's page, leave it, see that it is kept."""
    field = page.get_by_label(label).first
    with page.expect_response(lambda answer: "/field/" in answer.url) as saved:
        field.fill(value)
        field.press("Tab")
    assert saved.value.status == 200, saved.value.text()
