"""Categories that a marketplace proposes: on the part's page and on the finishing line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from channels_app.models import ChannelCache, ChannelConnection
from channels_app.services.categories import categories_proposed
from listings.selectors.evidence import fixes_for
from realtrack.core import registry
from tests.channels_app.factories import make_listing
from tests.channels_app.test_pages import browser
from tests.channels_app.test_publish import requests

if TYPE_CHECKING:
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def test_the_type_of_a_part_proposes_a_category_asked_once(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    parts = [make_listing(category_id="", c_type="Alternator") for _ in range(3)]
    # when
    found = [categories_proposed(one.pk) for one in parts]
    # then
    assert registry.category_proposers.get("channels_app") is categories_proposed
    assert [rows[0]["id"] for rows in found] == ["33550"] * 3
    assert found[0][0]["name"] == "Alternators & Generators"
    assert "Parts & Accessories" in str(found[0][0]["path"])
    assert len(requests(ebay, "getCategorySuggestions")) == 1


def test_what_own_parts_say_goes_before_what_the_marketplace_says(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given a part of the same type that a person put elsewhere
    make_listing(category_id="33576", c_type="Alternator", c_manufacturer_part_number="A-1")
    part = make_listing(category_id="", c_type="Alternator", c_manufacturer_part_number="A-2")
    # when
    found = fixes_for(part, user=manager)
    # then
    assert found["category_id"] == "33576"
    assert requests(ebay, "getCategorySuggestions") == []


def test_the_parts_page_offers_it_by_name_and_a_click_takes_it(
    account: ChannelConnection, manager: User
) -> None:
    # given
    part = make_listing(category_id="", c_type="Starter Motor")
    client = browser(manager)
    # when
    page = client.get(reverse("listings:edit", args=[part.pk])).content.decode()
    # then
    assert "Use Starters (33576)" in page
    # when
    answer = client.post(
        reverse("listings:field", args=[part.pk]),
        {"category_id": "33576", "version": part.version},
        headers={"HX-Request": "true"},
    )
    # then
    assert answer.status_code == 200
    part.refresh_from_db()
    assert part.category_id == "33576"


def test_a_marketplace_that_is_away_keeps_no_page_waiting(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given
    ChannelCache.objects.all().delete()
    ebay.control("fault", route="/commerce/taxonomy", times=50, status=503)
    part = make_listing(category_id="", c_type="Alternator")
    # when it is asked, at the first try, and left alone after that
    assert categories_proposed(part.pk) == []
    asked = len(requests(ebay, "getDefaultCategoryTreeId"))
    assert categories_proposed(part.pk) == []
    # then
    assert asked == len(requests(ebay, "getDefaultCategoryTreeId")) == 1
    page = browser(manager).get(reverse("listings:edit", args=[part.pk]))
    assert page.status_code == 200
    assert "Category is missing" in page.content.decode()


def test_without_an_account_nothing_is_proposed() -> None:
    assert categories_proposed(make_listing(category_id="").pk) == []
