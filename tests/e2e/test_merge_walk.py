"""Two parts made one in a real browser, and a template looked at before it is filled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, expect

from listings.models import Listing, ListingMerge
from tests.e2e.test_catalog_walk import DESK, PATIENCE_MS, PHONE, cookies
from tests.listings.factories import make_listing
from tests.web.shots import page_opened, violations

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
__all__ = ["cookies"]  # the fixture


def _wide(page: Page) -> int:
    """How many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_two_ticked_parts_are_merged_side_by_side_and_taken_back(
    live_server: LiveServer, chromium: Browser, cookies: list[dict[str, Any]]
) -> None:
    # given
    kept = make_listing(title="Left mirror", custom_label_sku="KEPT", start_price="50")
    gone = make_listing(
        title="Mirror LH", custom_label_sku="GONE", start_price="40", c_brand="Toyota",
        description="<p>" + "A long text of the seller. " * 30 + "</p>",
    )  # fmt: skip
    address = f"{live_server.url}/listings/merge/?kept={kept.pk}&gone={gone.pk}"
    with page_opened(chromium, PHONE, cookies=cookies) as phone:
        phone.set_default_timeout(PATIENCE_MS)
        phone.goto(address)
        expect(phone.get_by_role("button", name="Merge into KEPT")).to_be_visible()
        assert violations(phone) == []
        assert _wide(phone) <= 0
    with page_opened(chromium, DESK, cookies=cookies) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{live_server.url}/listings/?sort=price")
        merge = page.get_by_role("button", name="Merge", exact=True)
        # when: one is ticked, then the other
        page.locator("tr[data-row] input[aria-label='Select GONE']").check()
        expect(page.get_by_role("button", name=re.compile("^Edit"))).to_be_visible()
        expect(merge).to_be_hidden()
        page.locator("tr[data-row] input[aria-label='Select KEPT']").check()
        merge.click()
        # then
        expect(page).to_have_url(re.compile("/listings/merge/"))
        assert violations(page) == []
        # when: the other way round than it was ticked, with the other's title
        if page.get_by_role("button", name="Merge into GONE").is_visible():
            page.get_by_role("link", name="Keep KEPT instead").click()
        page.locator("input[name='from:title'][value=gone]").check()
        page.get_by_role("button", name="Merge into KEPT").click()
        expect(page).to_have_url(re.compile(f"/listings/{kept.pk}/edit/"))
        expect(page.get_by_text("GONE is merged into KEPT.").first).to_be_visible()
        kept.refresh_from_db()
        gone.refresh_from_db()
        assert (kept.title, kept.c_brand, gone.status) == ("Mirror LH", "Toyota", "archived")
        # when
        page.locator("#toasts [data-undo]").click()
        told = page.get_by_text("GONE is a part of its own again.").first
        expect(told).to_be_visible(timeout=PATIENCE_MS)
        # then
        assert ListingMerge.objects.get().undone_at is not None
        assert Listing.objects.get(pk=kept.pk).title == "Left mirror"


def test_a_template_is_looked_at_before_it_is_filled(
    live_server: LiveServer, chromium: Browser, cookies: list[dict[str, Any]]
) -> None:
    # given
    make_listing(title="Mirror", custom_label_sku="M-1", c_brand="Denso")
    content = b"Info;Version=1\n*Action(SiteID=US);CustomLabel;*Title;*C:Material;Sparkle\n"
    with page_opened(chromium, PHONE, cookies=cookies) as page:
        page.set_default_timeout(PATIENCE_MS)
        page.goto(f"{live_server.url}/listings/export/template/?brand=Denso")
        page.set_input_files(
            "#template-file", {"name": "fx.csv", "mimeType": "text/csv", "buffer": content}
        )
        # when
        page.get_by_role("button", name="Look first").click()
        # then
        outcome = page.locator("#template-outcome")
        expect(outcome).to_contain_text("1 part fit")
        expect(outcome).to_contain_text("*C:Material is demanded and empty for 1 part")
        expect(outcome).to_contain_text("Sparkle")
        assert violations(page) == []
        assert _wide(page) <= 0
        # when
        with page.expect_download() as started:
            page.get_by_role("button", name="Fill and download").click()
        # then
        assert started.value.suggested_filename == "fx-filled.csv"
