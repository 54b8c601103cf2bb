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

expect.set_options(timeout=PATIENCE_MS)

PHOTO = OWN_PHOTOS / "alternator_denso.jpg"
SELLER = "mhn-outlet"
NUMBER = "27060-0V219"
TITLE = f"Alternator Toyota Camry 2012-2014 {NUMBER} Denso Used"


def _connect(desk: Desk, seller: str) -> None:
    """Channels: connect an account through the marketplace's consent page."""
    page = desk.page
    desk.go("Channels")
    desk.sign_in_there(page.get_by_test_id("connect-ebay"), seller)
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
    page.wait_for_url("**/ingestion/jobs/**")
    # The page shows by itself that the photo was read.
    review = page.locator("#main").get_by_role("link", name="Review")
    review.click(timeout=2 * PATIENCE_MS)


def _fill(page: Page, label: str, value: str) -> None:
    """Type into a field of the part's page, leave it, see that it is kept."""
    field = page.get_by_label(label).first
    with page.expect_response(lambda answer: "/field/" in answer.url) as saved:
        field.fill(value)
        field.press("Tab")
    assert saved.value.status == 200, saved.value.text()


def _let_people_decide(desk: Desk) -> None:
    """Settings: whatever was read goes to review, however sure the reading is."""
    page = desk.page
    desk.go("Settings")
    page.get_by_role("link", name="AI and photos").click()
    field = page.get_by_role("textbox", name="At or above this a draft is made by itself")
    if field.input_value() == "1":
        return
    field.fill("1")
    field.press("Tab")
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")


def _approve(desk: Desk) -> str:
    """Review: put right what the photo does not say, approve by key; returns the draft's SKU."""
    page = desk.page
    # Keys count once the page's scripts have come; no person is quicker, a test on a busy machine is.
    page.wait_for_load_state()
    for label, value in {
        "Part number": NUMBER,
        "Make": "Toyota",
        "Model": "Camry",
        "Years": "2012-2014",
        "Price": "89.90",
    }.items():
        page.get_by_label(label, exact=True).fill(value)
    page.get_by_label("Title", exact=True).fill(TITLE)
    page.get_by_label("Condition").focus()
    page.get_by_label("Title", exact=True).press("Escape")
    page.keyboard.press("Control+Enter")
    message = page.get_by_role("region", name="Messages").get_by_text("is a draft now")
    message.wait_for()
    found = re.match(r"(\S+) is a draft now", message.inner_text())
    assert found, message.inner_text()
    return found[1]


def _open_part(desk: Desk, sku: str) -> None:
    """Catalog: search the SKU and open the part."""
    page = desk.page
    desk.go("Catalog")
    page.get_by_role("searchbox", name="Search parts").fill(sku)
    page.keyboard.press("Enter")
    row = page.locator("#results tr[data-row]")
    expect(row).to_have_count(1)
    row.locator("a.ti").click()
    page.get_by_role("heading", level=1, name=sku).wait_for()


def _make_ready(desk: Desk) -> None:
    """The part's page: fill what is missing, then say that it is ready."""
    page = desk.page
    expect(page.get_by_label("Title").first).to_have_value(TITLE)
    _fill(page, "Category", "33550")
    _fill(page, "Weight, lb", "12.5")
    page.get_by_role("button", name="Status").click()
    page.get_by_role("button", name="Mark ready").click()
    expect(page.locator("#part-state")).to_contain_text("Ready", ignore_case=True)


def _publish(desk: Desk) -> None:
    """Publish to both accounts through the drawer; ends on the run, when it is done."""
    page = desk.page
    page.get_by_role("button", name=re.compile("^Publish")).click()
    drawer = page.get_by_role("dialog").or_(page.locator("#drawer [data-drawer]")).first
    expect(drawer.get_by_test_id("outlook")).to_have_count(2)
    expect(drawer.get_by_test_id("outlook").first).to_contain_text("New listing")
    drawer.get_by_test_id("publish-now").click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("#run-progress")).to_contain_text("2 = 2 created")
    expect(page.locator("header.bar")).to_contain_text("done")


def _bell(page: Page) -> int:
    return int(page.locator("[data-bell-count]").first.inner_text())


def _buy(desk: Desk, shop: str, sku: str) -> str:
    """A buyer on the marketplace's own page: search, open, buy; returns the order's number."""
    page = desk.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{shop}/shop")
    page.get_by_role("searchbox", name="Search").fill(sku)
    page.get_by_role("button", name="Search").click()
    page.get_by_text("2 found").wait_for()
    page.get_by_test_id("listing").filter(has_text=SELLER).click()
    expect(page.get_by_test_id("quantity-left")).to_have_text("1 left")
    page.get_by_test_id("buy").click()
    number = page.get_by_test_id("order-id").inner_text()
    expect(page.get_by_test_id("payment")).to_have_text("PAID")
    page.close()
    return number


def test_a_person_takes_a_photo_to_a_sale_by_clicking(system: System, chromium: Browser) -> None:
    with desk(chromium, system) as person:
        page = person.page
        person.sign_in("manager")
        _connect(person, SELLER)
        _let_people_decide(person)

        # photo → review → draft → ready → live on both accounts
        _read_photo(person, PHOTO)
        sku = _approve(person)
        _open_part(person, sku)
        _make_ready(person)
        _publish(person)
        assert system.quantity_there(sku) == 1

        # a buyer buys it; the person's page, left as it is, counts the bell up by itself
        page.evaluate("window.untouched = true")
        before = _bell(page)
        number = _buy(person, system.sandbox, sku)
        page.wait_for_function(
            "before => Number(document.querySelector('[data-bell-count]').textContent) > before",
            arg=before,
        )
        assert page.evaluate("window.untouched")

        # the order is in the list, nothing is left here or there
        person.go("Orders")
        row = page.locator("#order-rows [data-row]").filter(has_text=number)
        expect(row).to_contain_text(sku)
        wait_for("quantity 0 there", lambda: system.quantity_there(sku) == 0)
        _open_part(person, sku)
        part = page.get_by_role("navigation", name="Part")
        part.get_by_role("link", name=re.compile("^Stock")).click()
        free = page.locator("#stock-panel .need").get_by_role("link", name=re.compile("free"))
        expect(free).to_contain_text("0")
        person.go("Notifications")
        page.get_by_text(f"New order {number}").first.wait_for()


def test_photos_of_a_part_are_added_moved_and_removed_by_clicking(
    system: System, chromium: Browser
) -> None:
    with desk(chromium, system) as person:
        page = person.page
        person.sign_in("user")
        _open_part(person, "DEMO-012")
        page.get_by_role("navigation", name="Part").get_by_role("link", name="Photos").click()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose photos").first.click()
        chooser.value.set_files([PHOTO, OWN_PHOTOS / "headlight_koito.jpg"])
        photos = page.locator("#photos-grid figure")
        expect(photos.locator("img")).to_have_count(2)
        first = photos.nth(0).get_attribute("id")

        page.get_by_role("button", name="Make photo 2 the main one").click()
        expect(photos.nth(1)).to_have_id(str(first))
        expect(photos.nth(0)).to_contain_text("Main")

        photos.nth(1).get_by_role("link", name=re.compile("^Photo 2")).focus()
        page.keyboard.press("Alt+ArrowLeft")
        expect(photos.nth(0)).to_contain_text("Main")
        expect(photos.nth(0)).to_have_id(str(first))

        page.get_by_role("button", name="Remove photo 2").click()
        page.get_by_role("dialog").get_by_role("button", name="Remove photo 2").click()
        expect(photos).to_have_count(1)
        person.told("The photo is removed.")
