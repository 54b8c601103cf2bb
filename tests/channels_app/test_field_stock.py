"""Faults of stock and prices that users met elsewhere (rows of the field list), by their names."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from channels_app import services
from channels_app.adapters.base import ChannelError
from channels_app.adapters.ebay import client
from channels_app.enums import OwedKind, SyncStatus
from channels_app.models import (
    ChannelConnection,
    ChannelDrift,
    ChannelListing,
    ChannelOrder,
    ChannelOwed,
)
from channels_app.services.inputs import sellable
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

    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


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
