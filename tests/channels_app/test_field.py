"""Faults that users met in other programs (rows of the field list), each as a test of its name."""

from __future__ import annotations

import datetime
import io
import json
import random
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from PIL import Image

from channels_app import services
from channels_app.adapters.base import ChannelError, Picture, RawOrder
from channels_app.adapters.ebay import client
from channels_app.adapters.ebay.payload import CONDITIONS
from channels_app.enums import ConnectionStatus, OwedKind, SyncStatus
from channels_app.models import (
    ChannelConnection,
    ChannelDrift,
    ChannelListing,
    ChannelOrder,
    ChannelOwed,
    ChannelPicture,
    ChannelWebhookLog,
)
from channels_app.services.inputs import sellable
from channels_app.services.preview import publish_preview
from inventory import selectors as stock
from inventory.services import stock_adjust, stock_reserve
from listings.models import Listing
from listings.services import listing_update
from realtrack.core.models import AuditLog
from settings_app.services import setting_set
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain, make_due
from tests.channels_app.test_publish import live_on, requests, start

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks

    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Three pieces, live."""
    found = make_listing(stock=3)
    start(account, found)
    drain()
    found.refresh_from_db()
    return found


def writes(ebay: SandboxServer) -> int:
    """How many calls that write were received for listings."""
    rows = ebay.control("requests", limit=1000)["requests"]
    return sum(
        row["method"] in {"PUT", "POST", "DELETE"} and "/sell/inventory/" in row["path"]
        for row in rows
    )


def test_field_06_what_is_pushed_is_free_stock_less_the_buffer(
    account: ChannelConnection,
    ebay: SandboxServer,
    part: Listing,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    # given one of three is held by an unpaid order, and one piece is kept back
    stock_reserve(
        listing_id=part.pk, quantity=1, key="reserve:test", actor=person(),
        expires_at=timezone.now() + datetime.timedelta(hours=1),
    )  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        setting_set(category="marketplace", key="stock_buffer", value=1, actor=person())
    services.owed_write([part.pk], OwedKind.QUANTITY)
    # when
    drain()
    # then
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert shown["quantity"] == 1
    assert sellable([part.pk])[part.pk] == 1


def test_field_08_an_unknown_quantity_is_not_sent(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given only the price is owed
    listing_update(
        listing_id=part.pk, data={"start_price": "99.00"}, version=part.version, actor=person()
    )
    ChannelOwed.objects.exclude(kind=OwedKind.PRICE).delete()
    # when
    drain()
    # then the call holds no quantity anywhere, and what was shown stays
    body = json.loads(requests(ebay, "bulkUpdatePriceQuantity")[-1]["body"])
    (row,) = body["requests"]
    assert "shipToLocationAvailability" not in row
    assert "availableQuantity" not in row["offers"][0]
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert (shown["quantity"], shown["status"]) == (3, "ACTIVE")


def test_field_09_stock_is_never_invented(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given a part that nobody counted
    part = make_listing(stock=0)
    # when
    start(account, part)
    drain()
    # then
    row = ChannelListing.objects.get()
    assert row.sync_status == SyncStatus.ERROR
    assert "stock" in row.last_sync_error.lower()
    assert live_on(ebay, part.custom_label_sku) == []


def test_field_10_an_ended_listing_puts_nothing_back(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given one is sold here and the listing ends on the web site
    stock_adjust(listing_id=part.pk, change=-1, actor=person(), reason="sold at the desk")
    drain()
    (shown,) = live_on(ebay, part.custom_label_sku)
    ebay.control("end_listing", listing_id=shown["listing_id"])
    before = stock.available([part.pk])[part.pk]
    # when it is held against the marketplace
    services.drift_check(connection_id=account.pk)
    # then it is known to have ended, and our stock is as it was
    assert ChannelListing.objects.get().sync_status == SyncStatus.ENDED
    assert stock.available([part.pk])[part.pk] == before == 2


def test_field_11_and_12_poison_records_are_parked_and_the_rest_passes(
    account: ChannelConnection, ebay: SandboxServer, part: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given sixty orders that nobody can read come before a good one
    good = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1)["orderId"])
    from channels_app.adapters.ebay import orders

    real = orders.fetch_all

    def poisoned(session: Any, *, since: datetime.datetime) -> Any:
        for number in range(60):
            yield RawOrder(
                external_order_id=f"bad-{number}", modified_at=timezone.now(), body={"lines": 1}
            )
        yield from real(session, since=since)

    monkeypatch.setattr(orders, "fetch_all", poisoned)
    # when
    cursor = account.orders_cursor
    services.orders_poll(connection_id=account.pk)
    # then the good one is in, the bad ones are shown, and the cursor has moved on
    assert ChannelOrder.objects.get(external_order_id=good).state == "received"
    assert ChannelOrder.objects.filter(state="parked").count() == 60
    account.refresh_from_db()
    assert cursor is not None
    assert account.orders_cursor is not None
    assert account.orders_cursor > cursor


def test_field_13_the_cursor_moves_only_after_all_was_stored(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given the network breaks while orders are read
    account.refresh_from_db()
    cursor = account.orders_cursor
    number = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1)["orderId"])
    ebay.control("fault", route="getOrders", times=5, drop=True)
    services.orders_poll(connection_id=account.pk)
    account.refresh_from_db()
    assert account.orders_cursor == cursor
    # when it is back, twice
    ebay.control("clear_faults")
    from realtrack.core import http

    http.circuit_close(f"ebay:{account.pk}")
    services.orders_poll(connection_id=account.pk)
    services.orders_poll(connection_id=account.pk)
    # then the order is here, once
    assert ChannelOrder.objects.filter(external_order_id=number).count() == 1
    assert AuditLog.objects.filter(event="channel.order_received").count() == 1


def test_field_14_paid_may_be_seen_before_created(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given an order that was made unpaid and is paid before anyone looked
    number = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1, pay=False)["orderId"])
    ebay.control("pay", order_id=number)
    # when only the poll finds it, then an older state arrives late
    services.orders_poll(connection_id=account.pk)
    row = ChannelOrder.objects.get(external_order_id=number)
    old = RawOrder(
        external_order_id=number,
        modified_at=row.external_modified_at - datetime.timedelta(minutes=1),
        body={"orderId": number, "orderPaymentStatus": "PENDING"},
    )
    services.order_store(connection=account, raw=old, source="late")
    # then the newest state stays
    from channels_app.selectors import channel_order_get

    row.refresh_from_db()
    assert (row.revision, row.state) == (1, "received")
    assert channel_order_get(row.pk).payment == "paid"


def test_field_15_a_missing_right_is_named_and_each_listing_tells_its_last_sync(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given the account may read listings and no orders any more
    ebay.control("fault", route="getOrders", times=3, status=403, body={
        "errors": [{"errorId": 1100, "domain": "ACCESS", "message": "Access denied"}]
    })  # fmt: skip
    # when
    checks = {one.name: one.ok for one in services.connection_test(connection_id=account.pk)}
    # then
    assert checks["Listings"] is True
    assert checks["Orders"] is False
    row = ChannelListing.objects.get()
    assert row.confirmed_quantity == 3
    assert row.last_synced_at is not None


def test_field_16_the_same_notification_several_times_is_one(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given
    number = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1)["orderId"])
    row = services.order_fetch(
        connection_id=account.pk, external_order_id=number, source="notification"
    )
    # when it is fetched again and again
    for _ in range(3):
        services.order_fetch(
            connection_id=account.pk, external_order_id=number, source="notification"
        )
    # then it was told once
    row.refresh_from_db()
    assert row.revision == 1
    assert AuditLog.objects.filter(event="channel.order_received").count() == 1


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


def test_field_23_a_revoked_sign_in_is_told_and_jobs_go_on_after_it(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given
    ebay.control("change_password", seller=ebay.seller)
    ebay.control("expire_tokens", seller=ebay.seller)
    stock_adjust(listing_id=part.pk, change=-1, actor=person(), reason="sold at the desk")
    drain()
    account.refresh_from_db()
    assert account.status == ConnectionStatus.EXPIRED
    assert AuditLog.objects.filter(event="channel.failed").count() == 1
    # when somebody signs in again
    from channels_app.management.commands.connect_sandbox import connect
    from tests.channels_app.factories import make_user

    connect(user=make_user(), seller=ebay.seller)
    drain()
    # then what was owed went out by itself
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert shown["quantity"] == 2
    # when the sign-in ends within the month
    ends = timezone.now() + datetime.timedelta(days=20)
    ChannelConnection.objects.update(refresh_token_expires_at=ends)
    from channels_app.services.maintenance import sign_in_ends_warn

    # then somebody is told once, with the date
    assert (sign_in_ends_warn(), sign_in_ends_warn()) == (1, 0)
    told = AuditLog.objects.filter(event="channel.failed").latest("created_at")
    assert f"The sign-in ends on {ends:%d %b %Y}" in told.metadata["reason"]


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


def test_field_31_conditions_go_by_code() -> None:
    # given what eBay's conditions mean (contract, section 4.6)
    assert CONDITIONS["4000"] == "USED_VERY_GOOD"
    assert CONDITIONS["5000"] == "USED_GOOD"
    assert CONDITIONS["3000"] == "USED_EXCELLENT"
    assert CONDITIONS["2500"] == "SELLER_REFURBISHED"
    assert len(set(CONDITIONS.values())) == len(CONDITIONS) == 14


def test_field_32_edits_made_there_are_shown_and_the_owner_decides(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given the seller changes price and title behind our back
    row = ChannelListing.objects.get()
    _edit_there(account, row, price="150.00", title="Cheaper headlight")
    # when it is held against the marketplace
    found = services.drift_check(connection_id=account.pk)
    # then both are shown with both values, and nothing was sent
    assert found == 2
    drifts = {one.field: one for one in ChannelDrift.objects.all()}
    assert {name: (one.ours, one.theirs) for name, one in drifts.items()} == {
        "price": ("164.00", "150.00"),
        "title": (part.title, "Cheaper headlight"),
    }
    assert drain() == 0
    # when one is kept as it is there and the other sent again
    services.drift_close(drift_id=drifts["price"].pk, keep="theirs", actor=person())
    services.drift_close(drift_id=drifts["title"].pk, keep="ours", actor=person())
    make_due()
    drain()
    # then the chosen one wins, and the part itself was not written
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert Decimal(str(shown["price"])) == Decimal("150.00")
    item = client.user_call(
        services.session_of(account), "inventory", "GET",
        f"/sell/inventory/v1/inventory_item/{part.custom_label_sku}",
    ).body  # fmt: skip
    assert item["product"]["title"] == part.title
    part.refresh_from_db()
    assert part.start_price == Decimal("164.00")
    assert services.drift_check(connection_id=account.pk) == 0


def test_differences_of_quantity_are_always_ours_and_a_sale_on_its_way_is_none(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given a piece is bought there and its order is not here yet
    ebay.control("buy", sku=part.custom_label_sku, quantity=1)
    # when
    found = services.drift_check(connection_id=account.pk)
    # then the order was taken in first; what differs is sent once the sale is counted
    assert ChannelOrder.objects.count() == 1
    assert found in {0, 1}
    drift = ChannelDrift.objects.filter(field="quantity").first()
    assert drift is None or drift.outcome == "ours"


def _edit_there(account: ChannelConnection, row: ChannelListing, *, price: str, title: str) -> None:
    """Change a live listing with the seller's own token, as another program would."""
    session = services.session_of(account)
    path = f"/sell/inventory/v1/inventory_item/{row.external_sku}"
    item = dict(client.user_call(session, "inventory", "GET", path).body)
    item["product"] = {**item["product"], "title": title}
    item.pop("sku", None)
    item.pop("locale", None)
    client.user_call(session, "inventory", "PUT", path, json=item)
    client.user_call(
        session, "inventory", "POST", "/sell/inventory/v1/bulk_update_price_quantity",
        json={"requests": [{"sku": row.external_sku, "offers": [
            {"offerId": row.offer_id, "price": {"value": price, "currency": "USD"}}]}]},
    )  # fmt: skip


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


def test_a_day_replayed_in_random_order_and_doubled_changes_nothing(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given a day of sales, told by notifications
    from realtrack.core import crypto

    logs = []
    for number in range(3):
        order = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1)["orderId"])
        body = json.dumps(
            {
                "metadata": {"topic": "ORDER_CONFIRMATION"},
                "notification": {
                    "notificationId": f"n-{number}",
                    "data": {
                        "user": {"userId": account.marketplace_account_id},
                        "order": {"orderId": order, "orderLineItems": []},
                    },
                },
            }
        ).encode()
        log = ChannelWebhookLog(
            channel="ebay", connection=account, event_id=f"n-{number}",
            event_type="ORDER_CONFIRMATION", next_attempt=timezone.now(),
        )  # fmt: skip
        log.body = crypto.encrypt_bytes(body, aad=log.body_aad)
        log.save(force_insert=True)
        logs.append(log)
        assert services.webhook_process(log_id=log.pk)
    before = list(ChannelOrder.objects.order_by("pk").values_list("payload_hash", "revision"))
    told = AuditLog.objects.filter(event="channel.order_received").count()
    # when dry, then for real, in any order and twice
    words = services.webhook_replay(log_id=logs[0].pk, dry=True)
    days = logs * 2
    random.Random(7).shuffle(days)
    for log in days:
        services.webhook_replay(log_id=log.pk, dry=False)
    # then orders are byte for byte the same, and nobody was told again
    assert words.endswith("is here in its newest state: nothing would change.")
    after = list(ChannelOrder.objects.order_by("pk").values_list("payload_hash", "revision"))
    assert after == before
    assert AuditLog.objects.filter(event="channel.order_received").count() == told


def test_an_old_revocation_replayed_does_not_end_a_new_sign_in(
    account: ChannelConnection,
) -> None:
    # given a revocation from before the present sign-in
    from realtrack.core import crypto

    body = json.dumps(
        {
            "metadata": {"topic": "AUTHORIZATION_REVOCATION"},
            "notification": {
                "notificationId": "r-1",
                "data": {"user": {"userId": account.marketplace_account_id}},
            },
        }
    ).encode()
    log = ChannelWebhookLog(
        channel="ebay", connection=account, event_id="r-1",
        event_type="AUTHORIZATION_REVOCATION",
    )  # fmt: skip
    log.body = crypto.encrypt_bytes(body, aad=log.body_aad)
    log.save(force_insert=True)
    old = timezone.now() - datetime.timedelta(days=3)
    ChannelWebhookLog.objects.update(received_at=old)
    # when
    outcome = services.webhook_replay(log_id=log.pk, dry=False)
    # then
    account.refresh_from_db()
    assert account.status == ConnectionStatus.ACTIVE
    assert outcome == "The account was signed in again since; nothing to do."


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


def test_an_oversell_ends_everywhere_at_once(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given
    from channels_app.handlers import stock_oversold
    from inventory.services import stock_sell
    from realtrack.core.events import envelope_of

    stock_sell(listing_id=part.pk, quantity=5, key="sale:oversold", actor=person())
    log = AuditLog.objects.get(event="inventory.oversold")
    # when
    stock_oversold(envelope_of(log))
    drain()
    # then
    assert [one["status"] for one in live_on(ebay, part.custom_label_sku)] == ["ENDED"]


def test_limits_leave_calls_for_orders_and_close_for_everyone(
    account: ChannelConnection, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a budget of twenty calls that comes back slowly
    from channels_app.adapters.ebay import budget
    from channels_app.adapters.ebay.budget import Purpose, spending
    from channels_app.adapters.ebay.config import Budget

    monkeypatch.setattr(budget, "BUDGETS", {"inventory": Budget(0.001, 20)})
    monkeypatch.setattr(budget, "PATIENCE_SECONDS", 0.0)

    def spend(purpose: Purpose) -> int:
        count = 0
        with spending(purpose):
            try:
                while True:
                    budget.take("inventory", "x")
                    count += 1
            except ChannelError:
                return count

    # when publishing takes all it may, then stock, then orders
    found = [spend(one) for one in (Purpose.PUBLISH, Purpose.STOCK, Purpose.ORDERS)]
    # then
    assert found == [17, 2, 1]
    # when eBay refuses, nobody calls until it opens
    monkeypatch.setattr(budget, "BUDGETS", {"inventory": Budget(100, 200)})
    budget.refused("inventory", "x", seconds=30)
    with pytest.raises(ChannelError):
        budget.take("inventory", "y")
    (state,) = budget.state()
    assert state.closed_until is not None
