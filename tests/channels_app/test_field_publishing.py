"""Faults of publishing that users met elsewhere (rows of the field list), by their names."""

from __future__ import annotations

import datetime
import io
import json
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone
from PIL import Image

from channels_app import services
from channels_app.adapters.base import ChannelError, Picture
from channels_app.adapters.ebay.payload import CONDITIONS
from channels_app.enums import SyncStatus
from channels_app.models import (
    ChannelConnection,
    ChannelListing,
    ChannelPicture,
)
from channels_app.services.preview import publish_preview
from listings.models import Listing
from settings_app.services import setting_set
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain, make_due
from tests.channels_app.test_publish import live_on, requests, start

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def test_field_17_a_lost_answer_makes_no_second_listing(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given the answers of both creating calls get lost
    part = make_listing()
    ebay.control("fault", route="createOffer", times=1, drop=True, when="after")
    start(account, part)
    start(account, part)
    drain()
    ebay.control("clear_faults")
    ebay.control("fault", route="publishOffer", times=1, drop=True, when="after")
    make_due()
    drain()
    ebay.control("clear_faults")
    # when
    make_due()
    drain()
    # then
    assert len(live_on(ebay, part.custom_label_sku)) == 1
    assert ChannelListing.objects.get().sync_status == SyncStatus.ACTIVE


def test_field_18_a_plan_and_a_rule_make_no_twins(
    account: ChannelConnection,
    ebay: SandboxServer,
    manager: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    # given ready parts go live by themselves, and one is planned for later by a person
    from django.urls import reverse

    from listings.enums import ListingStatus
    from listings.services import listing_transition
    from tests.channels_app.test_pages import browser

    with django_capture_on_commit_callbacks(execute=True):
        setting_set(category="marketplace", key="ebay_auto_publish", value=True, actor=person())
    part = make_listing()
    later = timezone.localtime(timezone.now() + datetime.timedelta(days=1))
    client = browser(manager)
    client.post(
        reverse("channels:plan"),
        {"ids": [str(part.pk)], "accounts": [str(account.pk)],
         "publish_at": f"{later:%Y-%m-%dT%H:%M}"},
    )  # fmt: skip
    page = client.get(reverse("listings:list"))
    # then who saves the plan is told of the rule
    assert "these wait for their time" in page.content.decode()
    # when it becomes ready
    listing_transition(listing_id=part.pk, to=ListingStatus.READY, actor=person())
    assert services.auto_publish(listing_id=part.pk) == 0
    drain()
    assert live_on(ebay, part.custom_label_sku) == []
    # when its time has come, and the rule is asked again
    ChannelListing.objects.update(publish_at=timezone.now())
    assert services.planned_publish() == 1
    assert services.auto_publish(listing_id=part.pk) == 0
    drain()
    assert services.auto_publish(listing_id=part.pk) == 0
    drain()
    # then it is there once
    assert len(live_on(ebay, part.custom_label_sku)) == 1
    assert len(requests(ebay, "createOffer")) == 1


def test_field_25_and_26_over_the_categorys_limit_the_rest_is_named(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given a category that takes three vehicles, and a part that fits six years
    from channels_app.adapters.base import Vehicle
    from channels_app.adapters.ebay import prepare
    from channels_app.adapters.store import TableStore
    from channels_app.services.inputs import listing_input

    ebay.control("most_vehicles", n=3)
    given = listing_input(make_listing())
    car = Vehicle(year_start=2012, year_end=2017, make="Toyota", model="Camry", notes="LE only")
    wide = replace(given, vehicles=[car])
    # when
    around = prepare.surroundings(
        services.session_of(account), wide, TableStore(), image_urls=(), is_live=False
    )
    # then the newest are sent, with the note of the row, and the others are told
    assert [row["Year"] for row in around.vehicles] == ["2015", "2016", "2017"]
    assert {row["notes"] for row in around.vehicles} == {"LE only"}
    (note,) = [one for one in around.notes if "Left out" in one]
    assert note == (
        "eBay takes 3 vehicles here, the part fits 6."
        " Left out: 2012 Toyota Camry, 2013 Toyota Camry, 2014 Toyota Camry."
    )


def photo(number: int) -> Picture:
    """A picture of its own colour, large enough for eBay."""
    file = io.BytesIO()
    Image.new("RGB", (640, 480), (number * 17 % 255, 90, 120)).save(file, "PNG")
    return Picture(
        content_hash=f"{number:064d}", filename=f"{number}.png", mime_type="image/png",
        read=file.getvalue,
    )  # fmt: skip


def test_field_28_a_photo_that_ebay_let_go_is_uploaded_again(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    from channels_app.adapters.ebay import media
    from channels_app.adapters.store import TableStore

    session = services.session_of(account)
    photos = [photo(1), photo(2)]
    media.picture_urls(session, photos, TableStore())
    assert len(requests(ebay, "createImageFromFile")) == 2
    # when eBay's copy of one ends soon
    ChannelPicture.objects.filter(content_hash=photos[0].content_hash).update(
        expires_at=timezone.now() + datetime.timedelta(hours=2)
    )
    urls = media.picture_urls(session, photos, TableStore())
    # then that one is sent from our original, and hosts are never mixed
    assert len(requests(ebay, "createImageFromFile")) == 3
    assert all(url.startswith("https://i.ebayimg.com/") for url in urls)


def test_field_29_each_photo_is_a_call_of_its_own_and_only_the_failed_is_sent_again(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given twelve photos, of which the eighth meets a fault
    from channels_app.adapters.ebay import media
    from channels_app.adapters.store import TableStore

    photos = [photo(number) for number in range(12)]
    session = services.session_of(account)
    media.picture_urls(session, photos[:7], TableStore())
    ebay.control("fault", route="createImageFromFile", times=2, status=500)
    with pytest.raises(ChannelError):
        media.picture_urls(session, photos, TableStore())
    assert ChannelPicture.objects.count() == 7
    # when
    ebay.control("clear_faults")
    before = len(requests(ebay, "createImageFromFile"))
    urls = media.picture_urls(session, photos, TableStore())
    # then the seven are not sent again, and all are on one host
    assert len(requests(ebay, "createImageFromFile")) - before == 5
    assert {url.partition("/images/")[0].split("/")[2] for url in urls} == {"i.ebayimg.com"}


def test_field_30_who_connects_is_told_where_listings_are_edited(
    account: ChannelConnection, manager: User
) -> None:
    # when
    from django.urls import reverse

    from tests.channels_app.test_pages import browser

    page = browser(manager).get(reverse("channels:detail", args=[account.pk])).content.decode()
    # then
    assert "eBay&#x27;s own app and pages cannot edit them" in page or (
        "eBay's own app and pages cannot edit them" in page
    )


def test_field_31_conditions_go_by_code() -> None:
    # given what eBay's conditions mean (contract, section 4.6)
    assert CONDITIONS["4000"] == "USED_VERY_GOOD"
    assert CONDITIONS["5000"] == "USED_GOOD"
    assert CONDITIONS["3000"] == "USED_EXCELLENT"
    assert CONDITIONS["2500"] == "SELLER_REFURBISHED"
    assert len(set(CONDITIONS.values())) == len(CONDITIONS) == 14


def writes(ebay: SandboxServer) -> int:
    """How many calls that write were received for listings."""
    rows = ebay.control("requests", limit=1000)["requests"]
    return sum(
        row["method"] in {"PUT", "POST", "DELETE"} and "/sell/inventory/" in row["path"]
        for row in rows
    )


def test_preview_is_the_bytes_that_are_sent_and_writes_nothing(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing(stock=2)
    before = writes(ebay)
    # when
    (target,) = publish_preview(listings=[part], connections=[account])
    assert writes(ebay) == before
    start(account, part)
    drain()
    # then what the marketplace received is what was shown
    (item,) = requests(ebay, "createOrReplaceInventoryItem")
    (offer,) = requests(ebay, "createOffer")
    assert json.loads(item["body"]) == target.documents["item"]
    assert json.loads(offer["body"]) == target.documents["offer"]
    # when nothing changed
    sent = writes(ebay)
    (again,) = publish_preview(listings=[part], connections=[account])
    start(account, part)
    drain()
    # then it says so and makes no call that writes
    assert again.outlook == "same"
    assert writes(ebay) == sent


def test_overrides_differ_on_one_account_and_the_part_stays(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # when
    services.override_set(
        listing_id=part.pk, connection_id=account.pk,
        values={"title": "Other words for this account", "start_price": "155"}, actor=person(),
    )  # fmt: skip
    make_due()
    drain()
    # then
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert Decimal(str(shown["price"])) == Decimal("155.00")
    sent = json.loads(requests(ebay, "createOrReplaceInventoryItem")[-1]["body"])
    assert sent["product"]["title"] == "Other words for this account"
    before = part.version
    part.refresh_from_db()
    assert part.version == before
    # when it is taken back
    services.override_set(
        listing_id=part.pk, connection_id=account.pk, values={"title": ""}, actor=person()
    )
    make_due()
    drain()
    # then
    sent = json.loads(requests(ebay, "createOrReplaceInventoryItem")[-1]["body"])
    assert sent["product"]["title"] == part.title
    assert ChannelListing.objects.get().overrides == {"start_price": "155.00"}


def test_a_planned_part_goes_live_at_its_time(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing()
    at = timezone.now() + datetime.timedelta(hours=2)
    services.publish_plan(
        listing_ids=[part.pk], connection_ids=[account.pk], publish_at=at, actor=person()
    )
    assert services.planned_publish() == 0
    drain()
    assert live_on(ebay, part.custom_label_sku) == []
    # when its time has come
    ChannelListing.objects.update(publish_at=timezone.now())
    assert services.planned_publish() == 1
    assert services.planned_publish() == 0
    drain()
    # then
    assert [one["status"] for one in live_on(ebay, part.custom_label_sku)] == ["ACTIVE"]


def test_a_part_that_becomes_ready_goes_live_by_itself_where_switched_on(
    account: ChannelConnection,
    ebay: SandboxServer,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    # given
    from listings.enums import ListingStatus
    from listings.services import listing_transition

    quiet, loud = make_listing(), make_listing()
    listing_transition(listing_id=quiet.pk, to=ListingStatus.READY, actor=person())
    assert services.auto_publish(listing_id=quiet.pk) == 0
    with django_capture_on_commit_callbacks(execute=True):
        setting_set(category="marketplace", key="ebay_auto_publish", value=True, actor=person())
    # when
    listing_transition(listing_id=loud.pk, to=ListingStatus.READY, actor=person())
    assert services.auto_publish(listing_id=loud.pk) == 1
    assert services.auto_publish(listing_id=loud.pk) == 0
    drain()
    # then
    assert live_on(ebay, quiet.custom_label_sku) == []
    assert len(live_on(ebay, loud.custom_label_sku)) == 1
    loud.refresh_from_db()
    assert loud.ebay_listing_id == ChannelListing.objects.get(listing=loud).external_id
