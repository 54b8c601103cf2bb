from __future__ import annotations

import pytest
from django.urls import reverse

from channels_app.enums import PaymentState
from inventory.selectors import stock_of
from inventory.services import place_set
from orders.models import Order
from orders.services import order_import
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog
from tests.inventory.factories import SYSTEM, part
from tests.orders.factories import account, found_order, line
from tests.people import browser_of

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def order_of(*lines: object, payment: PaymentState = PaymentState.PAID) -> Order:
    found = found_order(account(), lines or [line(part(quantity=2))], payment=payment)  # type: ignore[arg-type]
    return order_import(
        found_order=found, connection_id=found.connection_id, actor=Actor.marketplace("eBay yard")
    )[0]


def test_the_list_by_step() -> None:
    # given
    paid, unpaid = order_of(), order_of(payment=PaymentState.PENDING)
    browser = browser_of("viewer")
    # when
    everything = browser.get("/orders/").content.decode()
    to_pick = browser.get("/orders/?step=pick", headers=HTMX).content.decode()
    late = browser.get("/orders/?late=1&channel=ebay&since=2026-11-01").content.decode()
    # then
    for order in (paid, unpaid):
        assert order.external_order_id in everything
    assert paid.external_order_id in to_pick
    assert unpaid.external_order_id not in to_pick
    assert "<html" not in to_pick
    assert paid.external_order_id in late
    assert unpaid.external_order_id not in late
    assert "Dana" not in everything


def test_an_order_shows_its_next_step_bin_and_a_masked_buyer() -> None:
    # given
    listing = part(quantity=1)
    place_set(listing_id=listing.pk, bin_code="B-04-2", actor=SYSTEM)
    order = order_of(line(listing))
    # when
    text = browser_of("user").get(reverse("orders:detail", args=[order.pk])).content.decode()
    # then
    assert "B-04-2" in text
    assert "Picked" in text
    assert "Show buyer" in text
    for secret in ("Dana", "Oak Ave", "dana@"):
        assert secret not in text
    assert not AuditLog.objects.filter(event="order.buyer_viewed").exists()


def test_the_buyer_is_shown_on_demand_logged_and_not_to_viewers() -> None:
    # given
    order = order_of()
    path = reverse("orders:buyer", args=[order.pk])
    # when
    shown = browser_of("user").post(path, headers=HTMX)
    refused = browser_of("viewer").post(path, headers=HTMX)
    # then
    assert "455 Oak Ave" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert refused.status_code == 403
    assert AuditLog.objects.filter(event="order.buyer_viewed").count() == 1


def test_an_order_is_worked_from_button_to_button() -> None:
    # given
    order = order_of()
    browser = browser_of("user")
    move, page = (reverse(f"orders:{name}", args=[order.pk]) for name in ("move", "detail"))
    # when / then
    for to, button in (("processing", "Packed"), ("packed", 'form="ship-form"')):
        order.refresh_from_db()
        answer = browser.post(move, {"to": to, "version": order.version})
        assert (answer.status_code, answer["Location"]) == (303, page)
        assert button in browser.get(page).content.decode()
    browser.post(
        reverse("orders:ship", args=[order.pk]),
        {"tracking_carrier": "UPS", "tracking_number": "1Z999"},
    )
    order.refresh_from_db()
    assert (order.status, order.tracking_number) == ("shipped", "1Z999")
    text = browser.get(page).content.decode()
    assert "shipped with UPS 1Z999" in text


def test_an_illegal_or_stale_step_is_told_on_the_page() -> None:
    # given
    order = order_of()
    browser = browser_of("user")
    move = reverse("orders:move", args=[order.pk])
    # when
    illegal = browser.post(move, {"to": "delivered", "version": order.version})
    stale = browser.post(move, {"to": "processing", "version": order.version + 5})
    nonsense = browser.post(move, {"to": "lost"})
    # then
    assert (illegal.status_code, stale.status_code, nonsense.status_code) == (409, 409, 422)
    assert "it may become processing, cancelled" in illegal.content.decode()
    assert Order.objects.get().status == "confirmed"


def test_cancelling_from_the_page_gives_back() -> None:
    # given
    listing = part(quantity=1)
    order = order_of(line(listing))
    # when
    browser_of("user").post(
        reverse("orders:move", args=[order.pk]),
        {"to": "cancelled", "version": order.version, "reason": "Broken"},
    )
    # then
    assert Order.objects.get().status == "cancelled"
    assert stock_of([listing.pk])[listing.pk].free == 1


def test_a_line_without_part_is_found_and_matched() -> None:
    # given
    listing = part(quantity=1, title="Ford F-150 Left Power Mirror", sku="MIR-1")
    order = order_of(line(None))
    item = order.items.get()
    browser = browser_of("user")
    # when
    waiting = browser.get("/orders/unmatched/").content.decode()
    found = browser.get(
        reverse("orders:candidates", args=[item.pk]), {"q": "mirror"}
    ).content.decode()
    wrong = browser.post(reverse("orders:match", args=[item.pk]), {"sku": "NONE"})
    browser.post(reverse("orders:match", args=[item.pk]), {"listing_id": str(listing.pk)})
    # then
    assert order.external_order_id in waiting
    assert "MIR-1" in found
    assert wrong.status_code == 303
    assert stock_of([listing.pk])[listing.pk].total == 0
    assert "Every line has its part" in browser.get("/orders/unmatched/").content.decode()


def test_chosen_orders_are_picked_and_the_others_counted() -> None:
    # given
    paid, unpaid = order_of(), order_of(payment=PaymentState.PENDING)
    # when
    browser = browser_of("user")
    browser.post(reverse("orders:pick"), {"ids": [str(paid.pk), str(unpaid.pk), "nonsense"]})
    answer = browser.get("/orders/")
    # then
    assert "1 picked. 1 not to be picked and left." in answer.content.decode()
    assert set(Order.objects.values_list("status", flat=True)) == {"processing", "pending"}
