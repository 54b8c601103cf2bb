from __future__ import annotations

import uuid

import pytest
from django.urls import reverse

from inventory.models import InventoryEvent, InventoryLedger
from inventory.selectors import bins_of, stock_of
from inventory.services import stock_reserve, stock_sell
from tests.inventory.factories import SYSTEM, part
from tests.people import browser_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_the_list_shows_stock_and_narrows() -> None:
    # given
    full, empty = part(quantity=3, sku="NS-FULL"), part(quantity=0, sku="NS-EMPTY")
    stock_reserve(listing_id=full.pk, quantity=1, key="r", actor=SYSTEM)
    browser = browser_of("viewer")
    # when
    page = browser.get("/inventory/").content.decode()
    out = browser.get("/inventory/?state=out", headers=HTMX).content.decode()
    found = browser.get("/inventory/?q=ns-full").content.decode()
    # then
    assert "NS-FULL" in page
    assert "NS-EMPTY" in page
    assert 'hx-trigger="rt:save"' not in page
    assert "<html" not in out
    assert "NS-EMPTY" in out
    assert "NS-FULL" not in out
    assert "NS-EMPTY" not in found
    assert str(empty.pk) in page


def test_a_count_is_saved_in_its_row_and_can_be_undone() -> None:
    # given
    listing = part(quantity=3)
    ledger = InventoryLedger.objects.get(listing=listing)
    browser = browser_of("user")
    # when
    answer = browser.post(
        reverse("inventory:count", args=[listing.pk]),
        {"quantity": "5", "version": ledger.version},
        headers=HTMX,
    )
    # then
    assert answer.status_code == 200
    assert "stock 3 to 5" in answer["HX-Trigger"]
    assert stock_of([listing.pk])[listing.pk].total == 5
    # when
    event = InventoryEvent.objects.first()
    assert event is not None
    undo = browser.post(reverse("inventory:undo", args=[event.pk]), headers=HTMX)
    again = browser.post(reverse("inventory:undo", args=[event.pk]), headers=HTMX)
    # then
    assert (undo.status_code, again.status_code) == (204, 204)
    assert stock_of([listing.pk])[listing.pk].total == 3


def test_a_stale_or_wrong_count_stays_in_its_row_with_the_reason() -> None:
    # given
    listing = part(quantity=3)
    version = InventoryLedger.objects.get(listing=listing).version
    stock_sell(listing_id=listing.pk, quantity=1, key="s", actor=SYSTEM)
    browser = browser_of("user")
    path = reverse("inventory:count", args=[listing.pk])
    # when
    stale = browser.post(path, {"quantity": "3", "version": version}, headers=HTMX)
    wrong = browser.post(path, {"quantity": "-1", "version": version}, headers=HTMX)
    # then
    assert stale.status_code == 422
    assert "now 2, 2 free" in stale.content.decode()
    assert wrong.status_code == 422
    assert stock_of([listing.pk])[listing.pk].total == 2


def test_bins_and_steps() -> None:
    # given
    listing = part(quantity=1)
    browser = browser_of("user")
    # when
    placed = browser.post(
        reverse("inventory:place", args=[listing.pk]), {"bin_code": "b-04-2"}, headers=HTMX
    )
    wrong = browser.post(
        reverse("inventory:place", args=[listing.pk]), {"bin_code": "<b>"}, headers=HTMX
    )
    less = browser.post(
        reverse("inventory:step", args=[listing.pk]), {"change": "-1"}, headers=HTMX
    )
    too_few = browser.post(
        reverse("inventory:step", args=[listing.pk]), {"change": "-1"}, headers=HTMX
    )
    # then
    assert placed.status_code == 200
    assert wrong.status_code == 422
    assert bins_of([listing.pk]) == {listing.pk: "B-04-2"}
    assert less.status_code == 200
    assert too_few.status_code == 422
    assert stock_of([listing.pk])[listing.pk].total == 0


def test_the_panel_tells_what_happened() -> None:
    # given
    listing = part(quantity=2)
    stock_reserve(listing_id=listing.pk, quantity=1, key="r", actor=SYSTEM)
    stock_sell(listing_id=listing.pk, quantity=2, key="s", actor=SYSTEM)
    browser = browser_of("user")
    # when
    text = browser.get(reverse("inventory:panel", args=[listing.pk])).content.decode()
    # then
    assert "sold 2, 1 missing" in text
    assert "Sold twice." in text
    assert "first stock 2" in text


def test_the_panels_form_counts_once() -> None:
    # given
    listing = part(quantity=1)
    browser = browser_of("user")
    path = reverse("inventory:adjust", args=[listing.pk])
    body = {"change": "2", "reason": "Found", "key": str(uuid.uuid4())}
    # when
    browser.post(path, body, headers=HTMX)
    browser.post(path, body, headers=HTMX)
    wrong = browser.post(path, {"change": "-9", "reason": "x"}, headers=HTMX)
    low = browser.post(
        reverse("inventory:threshold", args=[listing.pk]),
        {"low_stock_threshold": "4"},
        headers=HTMX,
    )
    # then
    assert stock_of([listing.pk])[listing.pk].total == 3
    assert wrong.status_code == 422
    assert "There are only 3." in wrong.content.decode()
    assert low.status_code == 200
    assert stock_of([listing.pk])[listing.pk].threshold == 4


def test_viewers_change_nothing() -> None:
    # given
    listing = part(quantity=1)
    browser = browser_of("viewer")
    # when
    answer = browser.post(
        reverse("inventory:adjust", args=[listing.pk]), {"change": "2"}, headers=HTMX
    )
    # then
    assert answer.status_code == 403
    assert stock_of([listing.pk])[listing.pk].total == 1


def test_chosen_parts_are_checked_and_sent_again() -> None:
    # given
    first, second = part(quantity=1), part(quantity=2)
    browser = browser_of("user")
    path = reverse("inventory:reconcile")
    # when
    browser.post(path, {"ids": [str(first.pk), "nonsense", str(uuid.uuid4())]})
    some = browser.get("/inventory/")
    browser.post(path, {"all": "1", "query": "?q=NS-"})
    every = browser.get("/inventory/")
    # then
    assert "1 checked and sent again. All add up." in some.content.decode()
    assert "2 checked and sent again." in every.content.decode()
    assert InventoryLedger.objects.get(listing=second).last_reconciled_at is not None
