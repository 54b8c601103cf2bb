"""The catalog by hand in a real browser: search, bulk edit, undo, two tabs, what is typed and kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from listings.models import CatalogPreference, EditDraft, Listing
from listings.selectors import address
from tests.listings.factories import make_listing
from tests.people import browser_of
from tests.web.shots import LOOKS, Look, page_opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, WebSocketRoute
    from pytest_django.live_server_helper import LiveServer

# No workers are needed: what is looked at is pages, their scripts and what they store.
pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PATIENCE_MS = 15_000  # a machine that runs other tests answers late
DESK, PHONE = LOOKS[0], Look(width=390, theme="light")


@pytest.fixture
def cookies(live_server: LiveServer) -> list[dict[str, Any]]:
    client = browser_of("manager")
    return [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in client.cookies.items()
    ]


class Socket:
    """The notifications socket, answered by the test."""

    def __init__(self) -> None:
        self.routes: list[WebSocketRoute] = []

    def opened(self, route: WebSocketRoute) -> None:
        self.routes.append(route)

    def say(self, **message: object) -> None:
        for route in self.routes:
            route.send(json.dumps(message))


@pytest.fixture
def socket() -> Socket:
    return Socket()


@pytest.fixture
def page(
    live_server: LiveServer, chromium: Browser, cookies: list[dict[str, Any]], socket: Socket
) -> Iterator[Page]:
    del live_server
    with page_opened(chromium, DESK, cookies=cookies) as opened:
        opened.context.route_web_socket("**/ws/notifications/", socket.opened)
        opened.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        yield opened


def prices(*skus: str) -> list[str]:
    found = dict(Listing.objects.values_list("custom_label_sku", "start_price"))
    return [str(found[sku]) for sku in skus]


def test_search_bulk_edit_preview_apply_undo(page: Page, live_server: LiveServer) -> None:
    # given
    for n in range(3):
        make_listing(title=f"Left headlight {n}", custom_label_sku=f"H-{n}", start_price="10")
    make_listing(title="Mirror", custom_label_sku="M-1", start_price="10")
    page.goto(f"{live_server.url}/listings/")
    # when: search by the key, choose all, edit
    page.keyboard.press("/")
    page.keyboard.type("headlight")
    expect(page.locator("#rows tbody tr")).to_have_count(3)
    expect(page).to_have_url(re.compile(r"q=headlight"))
    page.locator("#page-title").click()
    page.locator("[data-select-page]").check()
    expect(page.locator("[data-bulk-count]")).to_have_text("3 selected")
    page.keyboard.press("e")
    drawer = page.locator("#drawer [data-drawer]")
    drawer.locator("#bulk-how").select_option("replace")
    drawer.locator("#bulk-find").fill("Left")
    drawer.locator("#bulk-value").fill("Right")
    # then: the preview says what will happen, and nothing has
    expect(drawer.locator("#bulk-preview")).to_contain_text("3 will change")
    expect(drawer.locator("#bulk-preview .new").first).to_contain_text("Right headlight")
    assert Listing.objects.filter(title__startswith="Left").count() == 3
    # when: apply
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("3 parts changed.")
    expect(page.locator("#rows")).to_contain_text("Right headlight 0")
    assert Listing.objects.filter(title__startswith="Right headlight").count() == 3
    # when: undo by its key
    page.keyboard.press("z")
    # then: as before, and the list stays the one that was searched
    expect(page.locator("#rows")).to_contain_text("Left headlight 0")
    assert Listing.objects.filter(title__startswith="Left headlight").count() == 3
    expect(page.locator("#rows tbody tr")).to_have_count(3)


def test_a_price_is_typed_into_its_row_and_enter_goes_down(
    page: Page, live_server: LiveServer
) -> None:
    # given
    make_listing(title="Second", custom_label_sku="B", start_price="20")
    make_listing(title="First", custom_label_sku="A", start_price="10")
    page.goto(f"{live_server.url}/listings/")
    cells = page.locator('#rows [data-cell="start_price"]')
    # when
    cells.first.click()
    page.keyboard.type("12.5")
    page.keyboard.press("Enter")
    # then: saved, and the cell below is open
    field = page.locator("input.cell-i")
    expect(field).to_have_value("20.00")
    assert prices("A", "B") == ["12.50", "20.00"]
    # when: a fault stays where it is typed
    field.fill("cheap")
    field.press("Enter")
    expect(page.locator(".cell-fault")).to_have_text("Type a number, such as 6.2.")
    assert prices("B") == ["20.00"]
    # when: Escape puts back
    field.press("Escape")
    expect(page.locator("input.cell-i")).to_have_count(0)
    expect(cells.nth(1)).to_have_text("20.00")
    expect(cells.nth(1)).to_be_focused()


def test_conflict_of_two_tabs_merges_what_does_not_collide(
    page: Page, live_server: LiveServer
) -> None:
    # given: two tabs on one part
    listing = make_listing(title="Base", start_price="10", c_brand="Denso")
    address = f"{live_server.url}/listings/{listing.pk}/edit/"
    other = page.context.new_page()
    page.goto(address)
    other.goto(address)
    # when: the other tab saves the title and the brand, this one the price and then the title
    _type(other, "Title", "Theirs")
    _type(other, "Brand", "Bosch")
    _type(page, "Price, USD", "12")
    # then: what does not collide is merged by itself, and shown
    listing.refresh_from_db()
    assert (listing.title, str(listing.start_price), listing.c_brand) == (
        "Theirs",
        "12.00",
        "Bosch",
    )
    expect(page.get_by_label("Title")).to_have_value("Theirs")
    expect(page.locator("#listing-version")).to_have_value("4")
    # when: the same field from both
    page.get_by_label("Title").fill("Mine")
    _type(other, "Title", "Theirs again")
    page.get_by_label("Title").press("Tab")
    dialog = page.locator("dialog[data-conflict]")
    expect(dialog).to_be_visible()
    expect(dialog.locator(".pick.base")).to_contain_text("Theirs")
    expect(dialog.locator("[data-pick=theirs]")).to_contain_text("Theirs again")
    expect(dialog.locator("[data-pick=yours]")).to_contain_text("Mine")
    assert Listing.objects.get(pk=listing.pk).title == "Theirs again"
    page.keyboard.press("2")
    dialog.get_by_role("button", name=re.compile("Save as version")).click()
    # then
    expect(page.get_by_label("Title")).to_have_value("Mine")
    listing.refresh_from_db()
    assert (listing.title, listing.c_brand) == ("Mine", "Bosch")


def test_practice_05_live_updates_never_reset_what_is_typed(
    page: Page, live_server: LiveServer, socket: Socket
) -> None:
    # given: a price half typed in a row of the list
    listing = make_listing(title="Mirror", start_price="10")
    page.goto(f"{live_server.url}/listings/")
    page.locator('[data-cell="start_price"]').click()
    page.keyboard.type("12.")
    # when: the list learns of a change elsewhere and fetches itself
    with page.expect_response(lambda answer: "/listings/" in answer.url):
        socket.say(type="changed", what="listings")
        page.evaluate("() => document.body.dispatchEvent(new CustomEvent('changed:listings'))")
    page.keyboard.type("75")
    # then: what was typed is there, and is stored
    expect(page.locator("input.cell-i")).to_have_value("12.75")
    with page.expect_response(lambda answer: "/cell/" in answer.url):
        page.keyboard.press("Enter")
    assert str(Listing.objects.get(pk=listing.pk).start_price) == "12.75"
    # The save is told like any other's change; a list that was on its way before it is renewed.
    page.evaluate("() => document.body.dispatchEvent(new CustomEvent('changed:listings'))")
    expect(page.locator('[data-cell="start_price"]')).to_have_text("12.75")


def test_what_is_typed_survives_a_closed_tab(page: Page, live_server: LiveServer) -> None:
    # given
    tab = page.context.new_page()
    tab.goto(f"{live_server.url}/listings/new/")
    with tab.expect_response(re.compile("/new/draft/")):
        tab.get_by_label("Title").fill("Half typed")
    # when: closed without a save, and opened again
    tab.close()
    page.goto(f"{live_server.url}/listings/new/")
    # then
    expect(page.get_by_label("Title")).to_have_value("Half typed")
    expect(page.locator("#main")).to_contain_text("Your draft is back.")
    page.get_by_role("button", name=re.compile("Make draft")).click()
    page.wait_for_url("**/edit/")
    assert Listing.objects.get().title == "Half typed"
    assert not EditDraft.objects.exists()


def test_description_is_written_as_text_and_shown_as_buyers_see_it(
    page: Page, live_server: LiveServer
) -> None:
    # given
    listing = make_listing(title="Mirror", description="<p>Clean.</p>")
    page.goto(f"{live_server.url}/listings/{listing.pk}/edit/")
    text = page.locator("[data-editor-page]")
    # when
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+b")
    page.keyboard.type("Bolts <included>")
    page.get_by_role("button", name="See it as buyers do").click()
    # then
    frame = page.frame_locator("iframe.desc-f")
    expect(frame.locator("b")).to_have_text("Bolts <included>")
    assert Listing.objects.get(pk=listing.pk).description == (
        "<p>Clean.</p><p><b>Bolts &lt;included&gt;</b></p>"
    )


def test_columns_and_cards_are_kept_for_the_person(page: Page, live_server: LiveServer) -> None:
    # given
    make_listing(title="Mirror", c_brand="Denso", start_price="10")
    page.goto(f"{live_server.url}/listings/?q=mirror")
    # when: one column more, in front
    page.locator("#catalog-look").click()
    drawer = page.locator("#drawer [data-drawer]")
    drawer.get_by_label("Brand", exact=True).check()
    drawer.get_by_label("Bin", exact=True).uncheck()
    drawer.get_by_role("button", name="Keep").click()
    # then: the address with its words is loaded anew
    expect(page.locator("#rows thead")).to_contain_text("Brand")
    expect(page.locator("#rows thead")).not_to_contain_text("Bin")
    expect(page).to_have_url(re.compile("q=mirror"))
    # when
    page.get_by_role("button", name="Cards").click()
    # then
    expect(page.locator(".tiles .pc")).to_have_count(1)
    kept = CatalogPreference.objects.get()
    assert (kept.view, kept.columns[0], "brand" in kept.columns) == ("cards", "free", True)
    assert violations(page) == []


def test_phone_narrows_in_a_sheet_and_finds_the_way_back(
    live_server: LiveServer, chromium: Browser, cookies: list[dict[str, Any]]
) -> None:
    # given
    make_listing(title="Mirror", c_brand="Denso")
    make_listing(title="Headlight", c_brand="Hella")
    with page_opened(chromium, PHONE, cookies=cookies) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{live_server.url}/listings/")
        # when
        page.locator("#narrow-open").click()
        sheet = page.locator("#sheet-form")
        sheet.get_by_label("Hella").check()
        expect(sheet.get_by_role("button", name="Show 1 part")).to_be_visible()
        sheet.get_by_role("button", name="Show 1 part").click()
        # then
        expect(page.locator(".cards-m .cm-w")).to_have_count(1)
        page.locator(".cards-m a.cm").click()
        back = page.get_by_role("link", name="Back to Catalog")
        expect(back).to_be_visible()
        back.click()
        expect(page.locator(".cards-m .cm-w")).to_have_count(1)  # the filter is still there
        expect(page).to_have_url(re.compile("brand=Hella"))
        assert violations(page) == []


def test_practice_48_filters_order_and_page_survive_a_look_at_a_part(
    page: Page, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: the second page of a narrowed, ordered list
    monkeypatch.setattr(address, "PAGE", 1)
    for number in range(3):
        make_listing(title=f"Lamp {number}", c_brand="Hella", start_price=str(10 + number))
    make_listing(title="Mirror", c_brand="Denso", start_price="99")
    page.goto(f"{live_server.url}/listings/?brand=Hella&sort=-price")
    expect(page.locator("tr[data-row]")).to_contain_text("Lamp 2")
    page.locator("a[rel=next]").click()
    expect(page.locator("tr[data-row]")).to_contain_text("Lamp 1")
    kept = page.url
    # when: a part is opened, and the list again
    page.locator("tr[data-row]").get_by_role("link", name="Lamp 1").click()
    expect(page).to_have_url(re.compile("/edit/"))
    page.locator("a.crumb", has_text="Catalog").click()
    # then
    expect(page).to_have_url(kept)
    expect(page.locator("tr[data-row]")).to_contain_text("Lamp 1")
    assert "brand=Hella" in kept
    assert "sort=-price" in kept
    assert "page=n." in kept


def _type(page: Page, label: str, value: str) -> None:
    field = page.get_by_label(label, exact=False).first
    with page.expect_response(re.compile("/field/")):
        field.fill(value)
        field.press("Tab")
