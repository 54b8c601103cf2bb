"""The inbox, limits, differences, policies, categories and listings made elsewhere, as pages."""

from __future__ import annotations

import json
import re
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from channels_app import services
from channels_app.models import (
    ChannelCategory,
    ChannelConnection,
    ChannelListing,
    ChannelOrder,
    ForeignListing,
)
from channels_app.services import replaying
from tests.channels_app.factories import make_listing, make_user, person
from tests.channels_app.helpers import drain
from tests.channels_app.test_pages import browser

if TYPE_CHECKING:
    from listings.models import Listing
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def run_of(answer: Any) -> uuid.UUID:
    """The run that an answer leads to."""
    return uuid.UUID(answer["Location"].rstrip("/").rpartition("/")[2])


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Two pieces, live."""
    found = make_listing(stock=2)
    services.listing_publish(listing_ids=[found.pk], connection_ids=[account.pk], actor=person())
    drain()
    return found


@pytest.fixture
def order(account: ChannelConnection, ebay: SandboxServer, part: Listing) -> ChannelOrder:
    """A sale that was polled."""
    ebay.control("buy", sku=part.custom_label_sku, quantity=1, buyer="jane_doe_77")
    services.orders_poll(connection_id=account.pk)
    return ChannelOrder.objects.get()


def test_every_new_page_opens_for_who_may_look(
    account: ChannelConnection, manager: User, order: ChannelOrder
) -> None:
    # given
    viewer = browser(make_user("viewer"))
    urls = [
        reverse("channels:inbox"),
        reverse("channels:inbox") + "?kind=orders",
        reverse("channels:inbox-order", args=[order.pk]),
        reverse("channels:limits"),
        reverse("channels:drift"),
        reverse("channels:policies"),
        reverse("channels:categories"),
        reverse("channels:elsewhere", args=[account.pk]),
        reverse("channels:sync"),
    ]
    # when
    found = {url: viewer.get(url).status_code for url in urls}
    managed = {url: browser(manager).get(url).status_code for url in urls}
    # then
    assert found == dict.fromkeys(urls, 200)
    assert managed == dict.fromkeys(urls, 200)


def test_the_inbox_shows_an_order_without_its_buyer(manager: User, order: ChannelOrder) -> None:
    # when
    page = browser(manager).get(reverse("channels:inbox-order", args=[order.pk])).content.decode()
    # then
    assert order.external_order_id in page
    assert "jane_doe_77" not in page
    assert replaying.MASK in page
    body = json.loads(replaying.order_body(order))
    assert body["buyer"]["username"] == replaying.MASK
    assert body["lineItems"][0]["sku"]


def test_policies_are_set_by_name_for_several_accounts_at_once(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given two accounts whose policies of one name have different ids
    from channels_app.management.commands.connect_sandbox import connect

    other = connect(user=manager, seller=ebay.other_seller)
    for one in (account, other):
        one.refresh_from_db()
        one.settings["policies"] = {}
        one.save()
    client = browser(manager)
    # when
    client.post(
        reverse("channels:policies-choose"),
        {"ids": [account.pk, other.pk], "name_fulfillment": "ground  2 DAYS"},
    )
    answer = client.get(reverse("channels:policies"))
    # then each has its own id, and only what was named is set
    chosen = {}
    for one in (account, other):
        one.refresh_from_db()
        chosen[one.pk] = one.settings["policies"]["fulfillment"]
        assert set(one.settings["policies"]) == {"fulfillment"}
        assert chosen[one.pk] in {row["id"] for row in one.options["kinds"]["fulfillment"]}
    assert len(set(chosen.values())) == 2
    assert "kept for 2 of 2 accounts" in answer.content.decode()
    # when one account lacks the name
    other.options["kinds"]["return"] = []
    other.save()
    name = account.options["kinds"]["return"][0]["name"]
    client.post(
        reverse("channels:policies-choose"),
        {"ids": [account.pk, other.pk], "name_return": name, "name_payment": "Pay at once"},
    )
    answer = client.get(reverse("channels:policies"))
    # then it says so and nothing of it was written
    assert f"has no return policy named “{name}”" in answer.content.decode()
    other.refresh_from_db()
    assert set(other.settings["policies"]) == {"fulfillment"}
    account.refresh_from_db()
    assert set(account.settings["policies"]) == {"fulfillment", "return", "payment"}


def test_limits_page_tells_used_left_and_until(
    account: ChannelConnection, ebay: SandboxServer, manager: User, part: Listing
) -> None:
    # given
    ebay.control("limits", resource="sell.inventory", limit=2_000_000, spend=1_500_000)
    client = browser(manager)
    # when
    client.post(reverse("channels:limits-ask"))
    page = client.get(reverse("channels:limits")).content.decode()
    # then
    row = re.search(r"<tr[^>]*><td>inventory.*?</tr>", page, re.DOTALL)
    assert row is not None
    assert "2,000,000" in row[0]
    assert re.search(r"1,500,\d\d\d</td>", row[0])
    assert re.search(r"499,\d\d\d</td>", row[0])
    assert "counted here" not in row[0]


def test_a_renamed_category_is_shown_and_taken_by_a_click(
    account: ChannelConnection, ebay: SandboxServer, manager: User, part: Listing
) -> None:
    # given
    from channels_app.models import ChannelCache

    ebay.control("category_drift", id="33710", rename="Headlights for Boats")
    ChannelCache.objects.all().delete()
    client = browser(manager)
    # when
    client.post(reverse("channels:categories-verify"))
    page = client.get(reverse("channels:categories")).content.decode()
    # then
    assert "is “Headlights for Boats” now" in page
    row = ChannelCategory.objects.get(category_id="33710")
    client.post(reverse("channels:category-accept", args=[row.pk]))
    row.refresh_from_db()
    assert (row.name, row.drift) == ("Headlights for Boats", "")


def test_categories_are_found_by_words(
    account: ChannelConnection, manager: User, ebay: SandboxServer
) -> None:
    # when
    page = browser(manager).get(reverse("channels:categories") + "?q=alternator").content.decode()
    # then
    assert "Alternators &amp; Generators" in page
    assert "Parts &amp; Accessories" in page


def test_elsewhere_is_read_and_adopted_by_clicking(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given
    ebay.control("add_legacy", seller=ebay.seller, title="Door mirror", price="20", quantity=1)
    client = browser(manager)
    # when
    answer = client.post(reverse("channels:elsewhere-read", args=[account.pk]))
    services.foreign_read(run_id=run_of(answer))
    page = client.get(reverse("channels:elsewhere", args=[account.pk])).content.decode()
    assert "Door mirror" in page
    one = ForeignListing.objects.get()
    answer = client.post(reverse("channels:elsewhere-adopt", args=[account.pk]), {"ids": [one.pk]})
    services.adopt_work(run_id=run_of(answer))
    # then
    assert ChannelListing.objects.get().external_id == one.external_id
    # when
    client.post(reverse("channels:elsewhere-dismiss", args=[account.pk]), {"ids": [one.pk]})
    # then
    assert ForeignListing.objects.get().is_dismissed
