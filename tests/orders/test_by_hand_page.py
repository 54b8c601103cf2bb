"""The page of an order by hand."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from inventory.selectors import stock_of
from orders.models import Order
from orders.services import ManualLine, ManualOrder, order_create
from realtrack.core.models import AuditLog
from tests.inventory.factories import SYSTEM, part
from tests.people import browser_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def typed(*lines: tuple[Any, str, str], **more: str) -> dict[str, Any]:
    return {
        "key": "page-1",
        "line": [str(listing.pk) for listing, _, _ in lines],
        "quantity": [quantity for _, quantity, _ in lines],
        "price": [price for _, _, price in lines],
        **more,
    }


def test_a_part_is_found_added_counted_and_written() -> None:
    # given
    listing = part(quantity=3)
    browser = browser_of("user")
    page = browser.get("/orders/new/").content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    # when: found with its stock, added by a click and once more by its scanned SKU
    found = browser.get(f"/orders/new/parts/?q={listing.custom_label_sku}").content.decode()
    added = browser.post("/orders/new/lines/", typed(add=str(listing.pk)), headers=HTMX)
    again = browser.post(
        "/orders/new/lines/",
        typed((listing, "1", "89.90"), q=listing.custom_label_sku.lower()),
        headers=HTMX,
    ).content.decode()
    sums = browser.post("/orders/new/sums/", typed((listing, "2", "100.00")), headers=HTMX)
    done = browser.post(
        "/orders/new/",
        typed((listing, "2", "100.00"), buyer_name="Dana", paid="true", key=key.group(1)),
    )
    # then
    assert "3 free" in found
    assert "<html" not in added.content.decode()
    assert 'name="price" inputmode="decimal" value="89.90"' in added.content.decode()
    assert 'name="quantity" inputmode="numeric" value="2"' in again
    assert "216.50 USD" in sums.content.decode()
    order = Order.objects.get()
    assert (done.status_code, done["Location"]) == (
        303, reverse("orders:detail", args=[order.pk]),
    )  # fmt: skip
    assert (order.status, str(order.total_amount)) == ("confirmed", "216.50")
    assert stock_of([listing.pk])[listing.pk].total == 1
    shown = browser.get(done["Location"]).content.decode()
    for words in ("By hand", order.external_order_id, "8.25 %"):
        assert words in shown or words in browser.get("/orders/").content.decode()


def test_what_is_wrong_is_said_at_its_place_and_nothing_is_written() -> None:
    # given
    listing = part(quantity=1)
    browser = browser_of("user")
    # when
    short = browser.post("/orders/new/", typed((listing, "2", "5.00"), buyer_name="Dana"))
    wrong = browser.post(
        "/orders/new/", typed((listing, "1", "five"), buyer_email="no mail", shipping_cost="x")
    )
    none = browser.post("/orders/new/", typed())
    # then
    assert (short.status_code, wrong.status_code, none.status_code) == (422, 422, 422)
    assert "1 free, 2 asked." in short.content.decode()
    assert 'value="Dana"' in short.content.decode()
    assert "Type a price such as 89.90." in wrong.content.decode()
    assert wrong.content.decode().count('aria-invalid="true"') == 4
    assert "Add a part." in none.content.decode()
    assert not Order.objects.exists()


def test_a_line_is_removed_and_a_double_click_writes_once() -> None:
    # given
    first, second = part(quantity=5), part(quantity=5)
    browser = browser_of("user")
    # when
    left = browser.post(
        "/orders/new/lines/", typed((first, "1", "1"), (second, "1", "1"), remove="0"), headers=HTMX
    ).content.decode()
    for _ in range(2):
        browser.post("/orders/new/", typed((second, "1", "10.00"), key="twice"))
    # then
    assert first.custom_label_sku not in left
    assert second.custom_label_sku in left
    assert Order.objects.count() == 1


def test_a_repeat_customers_order_starts_with_his_address_and_the_look_is_logged() -> None:
    # given
    before, _ = order_create(
        asked=ManualOrder(
            lines=[ManualLine(listing_id=part(quantity=1).pk, quantity=1)],
            buyer={"buyer_name": "Dana Example", "shipping_address_1": "455 Oak Ave"},
        ),
        key="before", actor=SYSTEM,
    )  # fmt: skip
    # when
    answer = browser_of("user").get(f"/orders/new/?from={before.pk}")
    # then
    assert 'value="455 Oak Ave"' in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    assert AuditLog.objects.filter(event="order.buyer_viewed", entity_id=str(before.pk)).exists()
    assert browser_of("viewer").get("/orders/new/").status_code == 403


def test_an_unpaid_order_by_hand_is_marked_paid_by_its_button() -> None:
    # given
    order, _ = order_create(
        asked=ManualOrder(lines=[ManualLine(listing_id=part(quantity=1).pk, quantity=1)]),
        key="unpaid", actor=SYSTEM,
    )  # fmt: skip
    browser = browser_of("user")
    page = browser.get(reverse("orders:detail", args=[order.pk])).content.decode()
    assert 'name="to" value="confirmed"' in page
    assert "Marketplace fee" not in page
    # when
    browser.post(
        reverse("orders:move", args=[order.pk]), {"to": "confirmed", "version": order.version}
    )
    # then
    assert Order.objects.get().status == "confirmed"
