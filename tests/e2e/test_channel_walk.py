"""Channels by clicking: preview, publish 20, one refused and mended by its link, sell, cancel;
an account whose sign-in ended is mended by one click."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import PATIENCE_MS, Desk, desk
from tests.e2e.drill import small_photo
from tests.e2e.system import Api, System, wait_for
from tests.e2e.thread import order_of

# Twenty listings through a browser take longer than a test of the quick suite may.
pytestmark = [pytest.mark.e2e, pytest.mark.drill, pytest.mark.xdist_group("e2e")]

expect.set_options(timeout=PATIENCE_MS)

COUNT = 20
PREFIX = "WALK"
ALTERNATORS = "33550"
# A branch of the tree: nothing can be listed in it.
BRANCH = "33541"
SELLER = "mhn-auto-parts"


def _parts(api: Api, folder: Path) -> list[str]:
    """Make complete parts with one piece and a photo each, of which the last is in a category that
    takes none; returns their SKUs."""
    found = []
    for number in range(COUNT):
        sku = f"{PREFIX}-{number:03d}"
        made = api.post(
            "/api/listings",
            {
                "customLabelSku": sku,
                "title": f"Alternator Toyota Camry 2012-2014 walk {number:03d} Denso Used",
                "startPrice": "89.90",
                "quantity": 1,
                "categoryId": BRANCH if number == COUNT - 1 else ALTERNATORS,
                "conditionId": "3000",
                "cBrand": "Denso",
                "cManufacturerPartNumber": f"27060-{number:05d}",
                "cType": "Alternator",
                "description": "Tested, from a 2013 car.",
            },
            expect=201,
        )
        found.append((sku, made["listing"]["id"]))
        api.put_photo(small_photo(folder, sku), "image/jpeg", listing_id=found[-1][1])

    def processed() -> bool:
        return all(
            [one["status"] for one in api.get(f"/api/storage/listing/{listing_id}")["images"]]
            == ["processed"]
            for _, listing_id in found
        )

    wait_for("the photos to be made", processed, seconds=180)
    return [sku for sku, _ in found]


def _search(person: Desk, words: str) -> None:
    person.go("Catalog")
    person.page.get_by_role("searchbox", name="Search parts").fill(words)
    person.page.keyboard.press("Enter")
    # The list comes anew while one types, and once more on Enter.
    person.page.wait_for_load_state("networkidle")


def _open_drawer(person: Desk) -> None:
    """Open the publish drawer and leave one account chosen."""
    page = person.page
    page.get_by_role("button", name=re.compile("^Publish")).click()
    drawer = page.locator("#drawer")
    expect(drawer.get_by_test_id("outlook").first).to_be_visible()
    for box in drawer.locator("input[name=accounts]:checked").all()[1:]:
        value = box.get_attribute("value")
        drawer.locator(f"input[name=accounts][value='{value}']").uncheck()
        expect(drawer.locator(f"input[name=accounts][value='{value}']:checked")).to_have_count(0)
        page.wait_for_load_state("networkidle")


def _publish_all(person: Desk) -> None:
    """Choose all rows, see the refusal with its reason and the bytes, publish the rest."""
    page = person.page
    rows = page.locator("#results tr[data-row]")
    expect(rows).to_have_count(COUNT)
    page.locator("[data-select-page]").first.check()
    expect(page.locator("[data-bulk-count]")).to_have_text(f"{COUNT} selected")
    _open_drawer(person)
    drawer = page.locator("#drawer")
    expect(drawer.get_by_text("Would be refused")).to_have_count(1)
    expect(drawer.get_by_text(f"Category {BRANCH} is not one")).to_be_visible()
    drawer.get_by_role("button", name="Bytes").click()
    expect(drawer.get_by_label("Bytes that would be sent")).to_contain_text("27060-")
    drawer.get_by_test_id("publish-now").click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("#run-progress")).to_contain_text(f"{COUNT - 1} created")
    expect(page.locator("header.bar")).to_contain_text("done")


def _mend(person: Desk, sku: str) -> None:
    """Open the refused part's drawer, follow its link to the field, type, publish."""
    page = person.page
    _search(person, sku)
    page.locator("#results tr[data-row]").locator("a.ti").click()
    page.get_by_role("heading", level=1, name=sku).wait_for()
    _open_drawer(person)
    page.locator("#drawer").get_by_role("link", name="Fix").click()
    page.wait_for_url("**tab=details**")
    page.wait_for_load_state()
    field = page.get_by_label("Category").first
    with page.expect_response(lambda answer: "/field/" in answer.url) as saved:
        field.fill(ALTERNATORS)
        field.press("Tab")
    assert saved.value.status == 200, saved.value.text()
    _open_drawer(person)
    expect(page.locator("#drawer").get_by_text("Would be refused")).to_have_count(0)
    page.locator("#drawer").get_by_test_id("publish-now").click()
    page.wait_for_url("**/runs/**")
    expect(page.locator("#run-progress")).to_contain_text("1 created")


def _buy_and_ask_back(person: Desk, shop: str, sku: str) -> str:
    """A buyer on the marketplace's own pages: buys, pays later, asks to cancel; the number."""
    page = person.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{shop}/shop?q={sku}")
    page.get_by_test_id("listing").first.click()
    page.get_by_test_id("buy").click()
    number = page.get_by_test_id("order-id").inner_text()
    expect(page.get_by_test_id("payment")).to_have_text("PAID")
    page.get_by_test_id("cancel").click()
    page.get_by_text("IN_PROGRESS").wait_for()
    page.close()
    return number


def _let_go(person: Desk, shop: str) -> None:
    """The seller on the marketplace's own page: approves that the buyer cancels."""
    page = person.context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{shop}/seller/{SELLER}")
    page.get_by_test_id("approve").click()
    page.get_by_text("Nobody waits for an answer").wait_for()
    page.close()


@pytest.mark.smoke
def test_twenty_are_published_one_is_mended_one_is_sold_and_comes_back(
    system: System, chromium: Browser, tmp_path: Path
) -> None:
    # given
    api = Api(system)
    skus = _parts(api, tmp_path)
    with desk(chromium, system) as person:
        person.sign_in("manager")
        # when they are previewed and published, and the refused one is mended by its link
        _search(person, PREFIX)
        _publish_all(person)
        assert system.quantity_there(skus[-1]) is None
        _mend(person, skus[-1])
        # then all are live with one piece
        assert [system.quantity_there(sku) for sku in skus] == [1] * COUNT
        # when one is bought and the buyer wants to give it back
        number = _buy_and_ask_back(person, system.sandbox, skus[0])
        wait_for("the order", lambda: order_of(api, number))
        wait_for("quantity 0 there", lambda: system.quantity_there(skus[0]) == 0)
        _let_go(person, system.sandbox)
        # then the piece is back on the marketplace
        wait_for("the piece to be back", lambda: system.quantity_there(skus[0]) == 1, seconds=180)


@pytest.mark.smoke
def test_an_expired_account_is_mended_by_one_click(system: System, chromium: Browser) -> None:
    # given the seller changed the password
    system.control("change_password", seller=SELLER)
    system.control("expire_tokens", seller=SELLER)
    api = Api(system)
    account = next(
        one for one in api.get("/api/channels")["channels"] if one["accountName"] == SELLER
    )
    api.post(f"/api/channels/{account['id']}/test")
    with desk(chromium, system) as person:
        page = person.page
        person.sign_in("manager")
        person.go("Channels")
        card = page.get_by_test_id("account").filter(has_text=SELLER)
        expect(card).to_contain_text("Nothing is sent there until someone signs in again")
        # when
        button = card.get_by_role("link", name=re.compile("^Sign in again")).first
        person.sign_in_there(button, SELLER)
        # then
        card = page.get_by_test_id("account").filter(has_text=SELLER)
        expect(card).to_contain_text("Connected")
