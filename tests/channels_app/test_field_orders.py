"""Faults of orders and sign-ins that users met elsewhere (rows of the field list), by their names."""

from __future__ import annotations

import datetime
import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from channels_app import services
from channels_app.adapters.base import RawOrder
from channels_app.enums import ConnectionStatus
from channels_app.models import (
    ChannelConnection,
    ChannelListing,
    ChannelOrder,
    ChannelWebhookLog,
)
from inventory.services import stock_adjust
from listings.models import Listing
from realtrack.core.models import AuditLog
from tests.channels_app.factories import person
from tests.channels_app.helpers import drain
from tests.channels_app.test_publish import live_on

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


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
