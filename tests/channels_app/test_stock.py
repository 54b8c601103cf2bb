from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone

from channels_app import services
from channels_app.adapters.ebay import client
from channels_app.enums import OwedKind, SyncStatus
from channels_app.models import ChannelListing, ChannelOwed
from channels_app.services.preview import Outlook, publish_preview
from inventory.services import stock_adjust, stock_reserve, stock_set
from listings.services import listing_delete, listing_update
from realtrack.core.models import AuditLog
from settings_app.services import setting_set
from tests.channels_app.factories import make_listing, make_user, person
from tests.channels_app.helpers import drain, make_due

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def part(account: ChannelConnection) -> Listing:
    """Five pieces, live."""
    found = make_listing(stock=5)
    services.listing_publish(listing_ids=[found.pk], connection_ids=[account.pk], actor=person())
    drain()
    found.refresh_from_db()
    return found


def shown(ebay: SandboxServer, part: Listing) -> dict[str, Any]:
    (row,) = ebay.control("listings", sku=part.custom_label_sku)["listings"]
    return dict(row)


def pushes(ebay: SandboxServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ebay.control("requests", route="bulkUpdatePriceQuantity")[
        "requests"
    ]
    return found


def take(part: Listing, count: int) -> None:
    stock_adjust(listing_id=part.pk, change=-count, actor=person(), reason="sold at the desk")


def test_the_present_absolute_quantity_is_sent(part: Listing, ebay: SandboxServer) -> None:
    # when
    take(part, 2)
    drain()
    # then
    assert shown(ebay, part)["quantity"] == 3
    row = ChannelListing.objects.get()
    assert (row.confirmed_quantity, row.sync_status) == (3, SyncStatus.ACTIVE)
    owed = ChannelOwed.objects.get(kind=OwedKind.QUANTITY)
    assert owed.desired_version == owed.confirmed_version
    assert AuditLog.objects.filter(event="channel_listing.quantity_pushed").count() == 1


def test_the_preview_takes_what_was_sent_since_as_live(
    part: Listing, account: ChannelConnection
) -> None:
    # given
    take(part, 2)
    drain()
    # when
    (found,) = publish_preview(listings=[part], connections=[account])
    # then
    assert (found.outlook, list(found.changed)) == (Outlook.SAME, [])


def test_many_changes_are_one_call_with_the_last_value(part: Listing, ebay: SandboxServer) -> None:
    # when
    for _ in range(4):
        take(part, 1)
    drain()
    # then
    (sent,) = pushes(ebay)
    (request,) = json.loads(sent["body"])["requests"]
    assert request["shipToLocationAvailability"] == {"quantity": 1}
    assert request["offers"][0]["availableQuantity"] == 1


def test_practice_26_zero_stays_zero(part: Listing, ebay: SandboxServer) -> None:
    # when
    take(part, 5)
    drain()
    services.sync_request()
    drain()
    # then
    found = shown(ebay, part)
    assert (found["quantity"], found["status"]) == (0, "OUT_OF_STOCK")
    assert ChannelListing.objects.get().confirmed_quantity == 0


def test_zero_without_out_of_stock_control_ends_the_listing(
    part: Listing, ebay: SandboxServer
) -> None:
    # given
    ebay.control("out_of_stock", seller=ebay.seller, on=False)
    # when
    take(part, 5)
    drain()
    # then
    assert shown(ebay, part)["status"] == "ENDED"
    row = ChannelListing.objects.get()
    assert (row.sync_status, row.is_live) == (SyncStatus.ENDED, False)
    assert not [one for one in ChannelOwed.objects.all() if one.is_owed]


@pytest.mark.django_db(transaction=True)
def test_reserved_pieces_and_the_buffer_are_not_offered(part: Listing, ebay: SandboxServer) -> None:
    # given
    setting_set(
        category="marketplace", key="stock_buffer", value=1, actor=person(make_user("admin"))
    )
    # when
    stock_reserve(listing_id=part.pk, quantity=2, key="reserve:test", actor=person())
    drain()
    # then
    assert shown(ebay, part)["quantity"] == 2


def test_a_price_goes_with_its_quantity_untouched(part: Listing, ebay: SandboxServer) -> None:
    # when
    listing_update(
        listing_id=part.pk, data={"start_price": "150.00"}, version=part.version, actor=person()
    )
    drain()
    # then
    (sent,) = pushes(ebay)
    (request,) = json.loads(sent["body"])["requests"]
    assert "shipToLocationAvailability" not in request
    assert request["offers"][0]["price"] == {"value": "150.00", "currency": "USD"}
    row = ChannelListing.objects.get()
    assert (str(row.confirmed_price), row.confirmed_quantity) == ("150.00", 5)


FAULTS: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "429": {"status": 429, "headers": {"retry-after": "2"}},
    "html": {"html": True, "status": 502},
    "drop": {"drop": True},
}


@pytest.mark.parametrize("name", FAULTS)
def test_owed_quantity_heals_when_ebay_is_back(
    part: Listing, ebay: SandboxServer, name: str
) -> None:
    # given
    ebay.control("fault", route="bulkUpdatePriceQuantity", times=1, **FAULTS[name])
    take(part, 1)
    # when
    drain()
    # then
    owed = ChannelOwed.objects.get(kind=OwedKind.QUANTITY)
    assert owed.is_owed
    assert (owed.attempts, owed.last_error_kind) == (1, "try_again")
    assert owed.next_attempt is not None
    assert owed.next_attempt > timezone.now()
    assert ChannelListing.objects.get().sync_status == SyncStatus.ACTIVE
    # when, after another sale
    take(part, 1)
    make_due()
    drain()
    # then
    assert shown(ebay, part)["quantity"] == 3
    owed.refresh_from_db()
    assert (owed.is_owed, owed.last_error) == (False, "")


def test_newer_change_during_a_push_stays_owed(
    part: Listing, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a piece goes while the first push is on its way
    real = client.user_call

    def selling(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr("channels_app.adapters.ebay.stock.user_call", real)
        take(part, 1)
        return real(*args, **more)

    take(part, 1)
    monkeypatch.setattr("channels_app.adapters.ebay.stock.user_call", selling)
    # when
    drain()
    # then
    assert len(pushes(ebay)) == 2
    assert shown(ebay, part)["quantity"] == 3


def test_owed_rows_fall_with_their_transaction(part: Listing) -> None:
    # when
    with transaction.atomic():
        take(part, 1)
        transaction.set_rollback(True)
    # then
    assert not [one for one in ChannelOwed.objects.all() if one.is_owed]


def test_batches_hold_25_listings(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    parts = [make_listing(stock=2) for _ in range(26)]
    services.listing_publish(
        listing_ids=[one.pk for one in parts], connection_ids=[account.pk], actor=person()
    )
    drain()
    # when
    for one in parts:
        stock_set(listing_id=one.pk, quantity=1, actor=person())
    drain()
    # then
    sizes = [len(json.loads(one["body"])["requests"]) for one in pushes(ebay)]
    assert sizes == [25, 1]
    rows = ebay.control("listings")["listings"]
    assert {row["quantity"] for row in rows} == {1}


def test_ended_on_ebay_is_noticed(part: Listing, ebay: SandboxServer) -> None:
    # given the seller deleted it on the web site
    ebay.control("end_listing", listing_id=ChannelListing.objects.get().external_id)
    from channels_app.adapters.registry import adapter_for
    from channels_app.services.inputs import ref_of

    row = ChannelListing.objects.select_related("connection", "listing").get()
    (status,) = adapter_for("ebay").inventory_status(
        services.session_of(row.connection), [ref_of(row)]
    )
    # then
    assert status.is_live is False


def test_trashed_part_is_taken_off(part: Listing, ebay: SandboxServer) -> None:
    # when
    listing_delete(listing_id=part.pk, actor=person(), version=part.version)
    drain()
    # then
    assert shown(ebay, part)["status"] == "ENDED"
    assert ChannelListing.objects.get().sync_status == SyncStatus.ENDED


def test_owed_for_over_an_hour_is_out_of_sync_and_heals(part: Listing, ebay: SandboxServer) -> None:
    # given
    ebay.control("fault", route="bulkUpdatePriceQuantity", times=1, status=500)
    take(part, 1)
    drain()
    ChannelOwed.objects.filter(kind="quantity").update(
        owed_since=timezone.now() - datetime.timedelta(hours=2)
    )
    # when
    count = services.out_of_sync_mark()
    # then
    assert count == 1
    assert ChannelListing.objects.get().sync_status == SyncStatus.OUT_OF_SYNC
    assert AuditLog.objects.filter(event="channel_listing.out_of_sync").count() == 1
    part.search.refresh_from_db()
    assert part.search.channel_states == {"ebay": "drift"}
    # when
    make_due()
    drain()
    # then
    assert ChannelListing.objects.get().sync_status == SyncStatus.ACTIVE
