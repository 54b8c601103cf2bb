from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from channels_app import services
from tests.channels_app.factories import make_listing, make_user, person
from tests.channels_app.helpers import drain

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_channels_without_an_account_says_what_to_do(manager: User) -> None:
    # when
    page = browser(manager).get(reverse("channels:index")).content.decode()
    # then
    assert "No account yet" in page
    assert reverse("channels:connect", args=["ebay"]) in page
    assert "Shopify is not available yet" in page


def test_every_page_of_an_account_opens(account: ChannelConnection, manager: User) -> None:
    # given
    client = browser(manager)
    part = make_listing()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    drain()
    # when
    pages = {
        name: client.get(url)
        for name, url in {
            "index": reverse("channels:index"),
            "detail": reverse("channels:detail", args=[account.pk]),
            "sync": reverse("channels:sync"),
            "panel": reverse("channels:panel", args=[part.pk]),
        }.items()
    }
    # then
    assert {name: answer.status_code for name, answer in pages.items()} == dict.fromkeys(pages, 200)
    assert "mhn-auto-parts" in pages["index"].content.decode()
    assert part.custom_label_sku in pages["detail"].content.decode()
    assert "Live" in pages["panel"].content.decode()


def test_drawer_groups_refusals_and_a_fix_mends_one(
    account: ChannelConnection, manager: User
) -> None:
    # given
    good = make_listing()
    bad = make_listing(c_manufacturer_part_number="")
    client = browser(manager)
    ids = [str(good.pk), str(bad.pk)]
    # when
    drawer = client.post(reverse("channels:publish"), {"ids": ids}, headers=HTMX).content.decode()
    # then
    assert "New listing" in drawer
    assert "Would be refused" in drawer
    assert "Manufacturer Part Number is missing" in drawer
    assert "Publish 1 target" in drawer
    # when the offered value is taken
    fixed = client.post(
        reverse("channels:publish"),
        {
            "ids": ids,
            "step": "fix",
            "listing": str(bad.pk),
            "field": "c_manufacturer_part_number",
            "value": "Does Not Apply",
        },
        headers=HTMX,
    ).content.decode()
    # then
    assert "Would be refused" not in fixed
    assert "Publish 2 targets" in fixed
    bad.refresh_from_db()
    assert bad.c_manufacturer_part_number == "Does Not Apply"


def test_drawer_publishes_and_leads_to_the_run(
    account: ChannelConnection, manager: User, ebay: SandboxServer
) -> None:
    # given
    part = make_listing()
    client = browser(manager)
    # when
    answer = client.post(
        reverse("channels:publish"),
        {"ids": [str(part.pk)], "accounts": [str(account.pk)], "step": "publish"},
        headers=HTMX,
    )
    drain()
    # then
    assert answer.headers["HX-Redirect"].startswith("/runs/")
    part.refresh_from_db()
    assert part.status == "published"


def test_drawer_shows_what_differs_from_what_is_live(
    account: ChannelConnection, manager: User
) -> None:
    # given
    part = make_listing()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    drain()
    from listings.services import listing_update

    part.refresh_from_db()
    listing_update(
        listing_id=part.pk,
        data={"title": "2015-2017 Toyota Camry Right Headlight 81150-06D50 Used"},
        version=part.version,
        actor=person(manager),
    )
    # when
    client = browser(manager)
    fields = client.post(
        reverse("channels:publish"), {"ids": [str(part.pk)]}, headers=HTMX
    ).content.decode()
    raw = client.post(
        reverse("channels:publish"), {"ids": [str(part.pk)], "view": "bytes"}, headers=HTMX
    ).content.decode()
    # then
    assert '<span class="old">Left</span>' in fields
    assert '<span class="new">Right</span>' in fields
    assert "1 field changes" in fields
    assert "PUT inventory item" in raw
    assert 'class="d"' in raw
    assert 'class="a"' in raw


def test_viewer_sees_no_button_that_is_not_his(account: ChannelConnection) -> None:
    # given
    client = browser(make_user("viewer"))
    # when
    page = client.get(reverse("channels:detail", args=[account.pk])).content.decode()
    refused = client.post(reverse("channels:disconnect", args=[account.pk]))
    # then
    assert "Disconnect" not in page
    assert refused.status_code == 403


def test_location_form_says_what_is_missing(account: ChannelConnection, manager: User) -> None:
    # when
    answer = browser(manager).post(
        reverse("channels:location", args=[account.pk]),
        {"name": "Second yard", "country": "US"},
    )
    # then
    assert answer.status_code == 422
    assert "postal code" in answer.content.decode()
