"""An order by hand in a real browser: a scanned part, sums while typing, the order, its papers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from inventory.selectors import stock_of
from orders.models import Order
from tests.inventory.factories import part
from tests.people import browser_of
from tests.web.shots import LOOKS, Look, page_opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PATIENCE_MS = 60_000  # a machine that runs other tests answers late
DESK, PHONE = LOOKS[0], Look(width=390, theme="dark")


def _picture(page: Page, name: str) -> None:
    """Keep a picture where somebody asks for it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_a_counter_sale_from_the_scan_to_the_receipt(
    live_server: LiveServer, chromium: Browser
) -> None:
    # given
    listing = part(quantity=3, sku="RT-000123")
    other = part(quantity=1, title="2015 Toyota Camry Left Mirror 87940-06926", start_price="45.00")
    client = browser_of("user")
    cookies = [
        {"name": name, "value": morsel.value, "url": live_server.url}
        for name, morsel in client.cookies.items()
    ]
    with page_opened(chromium, DESK, cookies=cookies) as page:
        page.context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        page.goto(f"{live_server.url}/orders/new/")
        search = page.locator("#part-q")
        # when: a scanner types the label and presses Enter, twice
        for pieces in ("1", "2"):
            search.fill("RT-000123")
            search.press("Enter")
            expect(page.locator("#new-lines input[name=quantity]")).to_have_value(pieces)
            expect(search).to_have_value("")
        # and another part is searched and added by its button
        search.press_sequentially("mirror")
        page.get_by_role("button", name=f"Add {other.custom_label_sku}").click()
        expect(page.locator("#new-lines input[name=quantity]")).to_have_count(2)
        # then the sums follow what is typed, and what is short is said
        expect(page.locator("#new-sums")).to_contain_text("243.34 USD")
        page.locator("#new-lines input[name=price]").first.fill("80")
        page.locator("#new-lines input[name=price]").first.press("Tab")
        expect(page.locator("#new-sums")).to_contain_text("221.91 USD")
        page.get_by_label("Name", exact=True).fill("Dana Example")
        page.get_by_label("Paid", exact=True).check()
        _picture(page, "new-order")
        assert violations(page) == []
        # when
        page.keyboard.press("Control+Enter")
        # then
        expect(page.locator("#toasts")).to_contain_text("is written.")
        order = Order.objects.get()
        assert (order.status, str(order.total_amount)) == ("confirmed", "221.91")
        assert stock_of([listing.pk])[listing.pk].total == 1
        _picture(page, "order")
        page.get_by_role("link", name="Receipt").click()
        expect(page.locator(".sheet-x")).to_contain_text("221.91 USD")
        _picture(page, "receipt")
        assert violations(page) == []
    with page_opened(chromium, PHONE, cookies=cookies) as page:
        for name, path in (("new", "new/"), ("slip", f"{order.pk}/papers/invoice/")):
            page.goto(f"{live_server.url}/orders/{path}")
            wide = page.evaluate("() => document.documentElement.scrollWidth")
            assert wide <= PHONE.width, f"{name} is {wide} px wide"
            assert violations(page) == []
            _picture(page, f"phone-{name}")
