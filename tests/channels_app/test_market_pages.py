"""The local marketplace's own pages: a buyer pays later, filters by car, cancels, gives back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest

from channels_app import services
from channels_app.adapters.base import ListingRef, Vehicle
from channels_app.adapters.ebay import publish as publishing
from channels_app.adapters.store import TableStore
from channels_app.models import ChannelDrift, ChannelOrder
from channels_app.selectors import channel_order_get
from channels_app.services.inputs import listing_input
from tests.channels_app.conformance import Journal
from tests.channels_app.factories import make_listing
from tests.channels_app.test_publish import live_on

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(ebay: SandboxServer) -> httpx.Client:
    """A browser on the marketplace."""
    return httpx.Client(base_url=ebay.base, follow_redirects=True, trust_env=False, timeout=30)


def bought(shop: httpx.Client, ebay: SandboxServer, part: Listing, pay: str) -> str:
    """Buy one on the item's page; returns the order's number."""
    (shown,) = live_on(ebay, part.custom_label_sku)
    page = shop.post(f"/itm/{shown['listing_id']}/buy", data={"quantity": "1", "pay": pay})
    assert page.status_code == 200, page.text
    return page.url.path.rpartition("/")[2]


def payment(account: ChannelConnection, number: str) -> tuple[str, str]:
    """(payment, cancellation) of the order as we know it, after a poll."""
    services.orders_poll(connection_id=account.pk)
    found = channel_order_get(ChannelOrder.objects.get(external_order_id=number).pk)
    return str(found.payment), str(found.cancel)


def test_pay_later_then_pay_then_cancel(
    shop: httpx.Client, account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given
    number = bought(shop, ebay, part, "later")
    assert payment(account, number)[0] == "pending"
    # when
    shop.post(f"/purchases/{number}", data={"do": "pay"})
    assert payment(account, number)[0] == "paid"
    shop.post(f"/purchases/{number}", data={"do": "cancel"})
    desk = shop.get(f"/seller/{ebay.seller}").text
    assert "the buyer wants to cancel" in desk
    shop.post(f"/seller/{ebay.seller}", data={"do": "approve", "id": number})
    # then
    assert "Nobody waits for an answer" in shop.get(f"/seller/{ebay.seller}").text
    assert payment(account, number)[1] == "cancelled"


def test_a_return_is_asked_for_once_shipped_and_refunded(
    shop: httpx.Client, account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given an order that was not shipped
    number = bought(shop, ebay, part, "now")
    early = shop.post(f"/purchases/{number}", data={"do": "return", "reason": "Does not fit"})
    assert (early.status_code, "nothing was shipped yet" in early.text) == (409, True)
    services.orders_poll(connection_id=account.pk)
    line = ebay.control("orders")["orders"][0]["lineItems"][0]["lineItemId"]
    from django.utils import timezone

    services.order_ship(
        connection_id=account.pk, external_order_id=number, lines={line: 1},
        shipped_at=timezone.now(), carrier="UPS", tracking_number="1Z1",
    )  # fmt: skip
    # when it is asked for, twice, and the seller accepts
    shop.post(f"/purchases/{number}", data={"do": "return", "reason": "Does not fit"})
    again = shop.post(f"/purchases/{number}", data={"do": "return", "reason": "Does not fit"})
    assert again.status_code == 409
    desk = shop.get(f"/seller/{ebay.seller}").text
    assert "the buyer wants to return it: Does not fit" in desk
    found = re.search(r'name="id" value="(51\d+)"', desk)
    assert found
    shop.post(f"/seller/{ebay.seller}", data={"do": "accept", "id": found[1]})
    ebay.control("tick")
    # then
    assert "REFUNDED" in shop.get(f"/purchases/{number}").text
    assert payment(account, number)[0] == "refunded"


def test_the_shop_is_filtered_by_car(
    shop: httpx.Client, account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given one part with vehicles and one without
    from dataclasses import replace

    given = listing_input(make_listing(title="Camry headlight that fits"))
    car = Vehicle(year_start=2015, year_end=2016, make="Toyota", model="Camry")
    publishing.publish(
        services.session_of(account), replace(given, vehicles=[car]), ListingRef(sku=given.sku),
        Journal(), TableStore(),
    )  # fmt: skip
    # when
    every = shop.get("/shop").text
    fitting = shop.get("/shop?year=2015&make=toyota&model=camry").text
    other = shop.get("/shop?year=2011&make=Toyota&model=Camry").text
    # then
    assert "2 found" in every
    assert "1 found" in fitting
    assert "Camry headlight that fits" in fitting
    assert "0 found" in other


def test_what_the_seller_changes_there_is_a_difference_here(
    shop: httpx.Client, account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given
    (shown,) = live_on(ebay, part.custom_label_sku)
    number = shown["listing_id"]
    # when
    shop.post(f"/seller/{ebay.seller}", data={"do": "price", "id": number, "price": "120"})
    ebay.control("edit_listing", listing_id=number, title="Words of another program")
    # then
    assert services.drift_check(connection_id=account.pk) == 2
    found = {one.field: one.theirs for one in ChannelDrift.objects.all()}
    assert found == {"price": "120.00", "title": "Words of another program"}
    # when it is no price, or another's listing
    wrong = shop.post(f"/seller/{ebay.seller}", data={"do": "price", "id": number, "price": "x"})
    other = shop.post(f"/seller/{ebay.other_seller}", data={"do": "end", "id": number})
    # then
    assert (wrong.status_code, other.status_code) == (400, 404)
    assert live_on(ebay, part.custom_label_sku)[0]["status"] == "ACTIVE"
    # when it is ended
    shop.post(f"/seller/{ebay.seller}", data={"do": "end", "id": number})
    assert live_on(ebay, part.custom_label_sku)[0]["status"] == "ENDED"
    assert ebay.seller in shop.get("/seller").text
