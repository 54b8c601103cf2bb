"""A car in by its VIN → parts ticked → photos by phone → finishing line → sold → the car adds up."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PATIENCE_MS, Desk, desk
from tests.e2e.conftest import OWN_PHOTOS
from tests.e2e.system import Api, System, wait_for
from tests.web.shots import Look

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]

expect.set_options(timeout=PATIENCE_MS)

PHOTO = OWN_PHOTOS / "alternator_denso.jpg"
# Three Camrys of 2014 that differ by their serial number; the check digits are right.
VINS = {1440: "4T1BF1FK1EU200001", 390: "4T1BF1FK3EU200002"}
PRICE = Decimal("49.90")


def _take_in(person: Desk, vin: str) -> str:
    """Take the car in; ends on its tear-down; returns its address."""
    page = person.page
    page.goto(f"{person.base}/inventory/donors/new/")
    page.get_by_label("VIN", exact=True).fill(vin)
    page.locator("#vin-reading").get_by_text("2014 Toyota Camry").wait_for()
    page.get_by_label("Paid, USD").fill("600")
    page.get_by_role("button", name="Take the car in").click()
    page.wait_for_url("**/teardown/")
    return page.url.removesuffix("teardown/")


def _tick(page: Page, count: int) -> None:
    """Tick the first parts of the list and make their drafts."""
    page.wait_for_load_state()
    boxes = page.locator("[data-line] input[type=checkbox]")
    for number in range(count):
        boxes.nth(number).check()
    page.get_by_label("Bin of all that have none").fill("c-12")
    page.get_by_role("button", name=f"Make {count} drafts").click()
    page.get_by_role("heading", level=1, name="2014 Toyota Camry").wait_for()


def _photograph(person: Desk, car: str, count: int) -> None:
    """By the pull list: off the car, then its photo."""
    page = person.page
    for _ in range(count):
        page.goto(f"{car}pull/")
        page.get_by_role("button", name=re.compile("is off the car$")).first.click()
        page.get_by_role("region", name="Messages").get_by_text("is off the car").wait_for()
        page.get_by_role("link", name="Photos").first.click()
        page.wait_for_load_state()
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Choose photos").first.click()
        chooser.value.set_files(PHOTO)
        expect(page.locator("#photos-grid figure img")).to_have_count(1)


def _finish(person: Desk, car: str, count: int) -> int:
    """The finishing line by keyboard: all that repeats at once, then a key a part; returns presses."""
    page = person.page
    page.goto(f"{car}finish/")
    for field, value in (("category_id", "33550"), ("start_price", str(PRICE)), ("weight", "9")):
        page.locator("#same-field").select_option(field)
        page.get_by_label("Value").fill(value)
        page.get_by_role("button", name="Set", exact=True).click()
        page.get_by_role("region", name="Messages").get_by_text("parts changed").wait_for()
    presses = 0
    for left in range(count, 0, -1):
        page.get_by_text(f"{left} left", exact=False).first.wait_for()
        page.wait_for_load_state()
        # No number on this photo: it does not apply; then ready, and the next comes by itself.
        for key in ("1", "a"):
            page.keyboard.press(key)
            presses += 1
        page.get_by_role("region", name="Messages").get_by_text("is ready").wait_for()
    page.get_by_text("All drafts are done").wait_for()
    return presses


def _publish(page: Page, count: int) -> None:
    page.wait_for_load_state()
    page.keyboard.press("p")
    drawer = page.locator("#drawer [data-drawer]")
    drawer.get_by_test_id("publish-now").click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("header.bar")).to_contain_text("done", timeout=3 * PATIENCE_MS)
    expect(page.locator("#run-progress")).to_contain_text(f"{count} created")


def _parts(api: Api, car: str) -> Any:
    return api.get(f"/api/inventory/donors/{car.rstrip('/').rsplit('/', 1)[1]}")


@pytest.mark.parametrize(
    ("width", "count"),
    [
        pytest.param(1440, 3, marks=[pytest.mark.drill, pytest.mark.smoke]),
        pytest.param(1440, 40, marks=pytest.mark.drill),
        pytest.param(390, 40, marks=pytest.mark.drill),
    ],
)
def test_a_car_becomes_live_listings(
    system: System, chromium: Browser, width: int, count: int
) -> None:
    api = Api(system, "admin")
    accounts = len(api.get("/api/channels")["channels"])
    look = Look(width=width, theme="light")
    with desk(chromium, system, look=look) as person:
        person.sign_in("manager")
        car = _take_in(person, VINS[width])
        _tick(person.page, count)
        _photograph(person, car, count)
        presses = _finish(person, car, count)
        assert presses <= 6 * count
        _publish(person.page, count * accounts)

        # three are bought; the car's page says so
        bought = _parts(api, car)["parts"][:3]
        for part in bought:
            system.control("buy", sku=part["sku"], quantity=1)
        wait_for(
            "the sales",
            lambda: sum(one["stage"] == "sold" for one in _parts(api, car)["parts"]) == 3,
        )
        sums = _parts(api, car)["sums"]
        assert sums["sold"] == str(3 * PRICE)
        assert sums["result"] == str(3 * PRICE - 600)
        person.page.goto(car)
        expect(person.page.locator("section.need")).to_contain_text("149.70 USD")
        assert [row["free"] for row in _free(api, bought)] == [0, 0, 0]


def _free(api: Api, parts: Any) -> list[dict[str, int]]:
    return [
        {"free": api.get(f"/api/inventory/{one['listingId']}")["ledger"]["quantityAvailable"]}
        for one in parts
    ]
