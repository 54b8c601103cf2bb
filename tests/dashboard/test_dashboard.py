from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from channels_app.enums import CancelState, PaymentState
from channels_app.found_orders import FoundOrder
from dashboard import selectors, services, today
from dashboard.models import DashboardMetric, SalesRecord, SalesRefund
from dashboard.period import Period, last_days
from dashboard.tasks import recompute_summary
from notifications.models import Notification
from orders.models import Order
from orders.services import order_import
from realtrack.core import dispatcher
from realtrack.core.actors import Actor
from settings_app.services import setting_set
from tests.inventory.factories import part
from tests.orders.factories import account, found_order, later, line
from tests.people import api_of, browser_of

pytestmark = pytest.mark.django_db(transaction=True)
EBAY = Actor.marketplace("eBay yard")


def _take(found: FoundOrder) -> Order:
    order: Order = order_import(found_order=found, connection_id=found.connection_id, actor=EBAY)[0]
    while dispatcher.dispatch_due():
        pass
    return order


def _now(found: FoundOrder) -> FoundOrder:
    import dataclasses

    return dataclasses.replace(
        found, ordered_at=timezone.now(), paid_at=timezone.now() if found.paid_at else None
    )


def _sold(**more: Any) -> tuple[Any, Any, FoundOrder, Order]:
    one, two = part(quantity=1), part(quantity=5)
    found = _now(
        found_order(
            account(),
            [line(one, number=1, price="60.00"), line(two, number=2, quantity=2, price="20.00")],
            payment=PaymentState.PAID,
            **more,
        )
    )
    return one, two, found, _take(found)


def test_a_paid_order_becomes_a_record_per_line_and_the_fee_is_shared_to_the_cent() -> None:
    _sold()
    rows = list(SalesRecord.objects.order_by("sale_price"))
    assert [(row.quantity_sold, row.sale_price) for row in rows] == [
        (2, Decimal("40.00")), (1, Decimal("60.00")),
    ]  # fmt: skip
    assert sum(row.marketplace_fee for row in rows) == Decimal("11.31")
    assert all(row.net_revenue == row.sale_price - row.marketplace_fee for row in rows)


def test_the_same_news_twice_counts_once() -> None:
    _, _, found, order = _sold()
    _take(later(found, 5))
    services.sales_record(
        order_id=order.pk, channel="ebay", currency="USD", fee=Decimal(0), sold_at=timezone.now(),
        lines=[
            {"item_id": str(item.pk), "listing_id": str(item.listing_id), "quantity": item.quantity,
             "total": str(item.total_price)}
            for item in order.items.all()
        ],
    )  # fmt: skip
    assert SalesRecord.objects.count() == 2


def test_a_cancelled_order_leaves_the_sums() -> None:
    _, _, found, _ = _sold()
    assert selectors.sales_sum(last_days(1)).revenue == Decimal("100.00")
    _take(later(found, 5, cancel=CancelState.CANCELLED))
    assert selectors.sales_sum(last_days(1)).lines == 0
    assert SalesRecord.objects.filter(reversed_at__isnull=False).count() == 2


def test_an_unpaid_order_is_no_sale() -> None:
    _take(_now(found_order(account(), [line(part(quantity=1))])))
    assert SalesRecord.objects.count() == 0


def test_refunds_are_taken_from_the_net_of_their_day_once() -> None:
    _, _, _, order = _sold()
    for _ in range(2):
        services.refund_record(
            event_id=order.pk, order_id=order.pk, channel="ebay", amount=Decimal("15.00"),
            currency="USD", at=timezone.now(),
        )  # fmt: skip
    sums = selectors.sales_sum(last_days(1))
    assert SalesRefund.objects.count() == 1
    assert sums.refunded == Decimal("15.00")
    assert sums.net == Decimal("100.00") - sums.fees - Decimal("15.00")


def test_figures_over_the_api() -> None:
    one, _, _, _ = _sold()
    client = api_of("viewer")
    summary = client.get("/api/dashboard/summary").json()
    assert (summary["totalListings"], summary["totalSales"], summary["revenue"]) == (2, 2, "100.00")
    sales = client.get("/api/dashboard/sales?days=7").json()
    assert len(sales["salesByDay"]) == 7
    assert sales["salesByDay"][-1]["revenue"] == "100.00"
    assert sales["salesByChannel"] == [{"channel": "ebay", "count": 2, "revenue": "100.00"}]
    assert sales["topItems"][0]["sku"] == one.custom_label_sku
    kpis = client.get("/api/dashboard/kpis").json()
    assert (kpis["catalogSize"], kpis["returnRate"]) == (2, 0.0)
    channels = client.get("/api/dashboard/channel-health").json()["channels"]
    assert (channels[0]["status"], channels[0]["listingCount"]) == ("active", 0)
    alerts = client.get("/api/dashboard/inventory-alerts").json()
    assert [row["sku"] for row in alerts["outOfStock"]] == [one.custom_label_sku]
    feed = client.get("/api/dashboard/activity").json()["recentActivity"]
    assert any("received order" in row["text"] for row in feed)
    assert client.get("/api/dashboard/sales?days=0").status_code == 400


def test_the_log_over_the_api_is_filtered_and_paged() -> None:
    _, _, _, order = _sold()
    client = api_of("manager")
    found = client.get(f"/api/audit-logs?entity=order&entityId={order.pk}&limit=1").json()
    assert (found["total"], found["limit"], len(found["auditLogs"])) == (2, 1, 1)
    events = {
        row["event"]
        for row in client.get(f"/api/audit-logs?entityId={order.pk}").json()["auditLogs"]
    }
    assert events == {"order.created", "order.paid"}
    later_on = (timezone.now() + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert client.get(f"/api/audit-logs?since={later_on}").json()["total"] == 0


def test_the_log_and_the_notifications_hold_no_buyer() -> None:
    _sold()
    text = api_of("admin").get("/api/audit-logs?limit=200").content.decode()
    text += " ".join(f"{note.title} {note.body}" for note in Notification.objects.all())
    for datum in ("Dana", "dana@example.com", "455 Oak", "6145550123", "43215"):
        assert datum not in text


def test_the_summary_is_kept_and_renewed() -> None:
    _sold()
    recompute_summary()
    kept = DashboardMetric.objects.get()
    assert selectors.summary() == kept.metric_value
    kept.computed_at = timezone.now() - selectors.FRESH * 2
    kept.metric_value = {}
    kept.save()
    assert selectors.summary()["total_sales"] == 2


def test_the_first_page_shows_what_needs_someone() -> None:
    # given an order that is late, a part that ran out, and a line nobody knows
    one, _, found, _ = _sold()
    _take(_now(found_order(account(), [line(number=9)])))
    page = browser_of("viewer").get("/").content.decode()
    assert "late to ship" in page
    assert "orders to match" in page
    assert found.external_order_id in page
    assert one.title in page
    assert "received order" in page
    part_of = browser_of("viewer").get("/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part_of
    assert 'id="today"' in part_of


def test_the_first_page_of_a_fresh_installation_says_what_to_do() -> None:
    page = browser_of("user").get("/").content.decode()
    assert "No open orders" in page
    assert "Nothing ran out today." in page


@pytest.mark.parametrize("days", ["7", "30", "90", "365", "abc"])
def test_the_dashboard_opens_for_every_period(days: str) -> None:
    _sold()
    page = browser_of("viewer").get(f"/dashboard/?days={days}").content.decode()
    assert "100.00" in page
    assert 'data-table="sales-by-day"' in page


def test_activity_pages() -> None:
    _sold()
    client = browser_of("viewer")
    assert "sold" in client.get("/activity/").content.decode()
    assert client.get("/activity/?page=99").status_code == 200


def test_days_are_the_businesss_days() -> None:
    setting_set(
        category="general", key="timezone", value="Pacific/Auckland", actor=Actor.system("test")
    )
    period = last_days(1)
    assert period.start.utcoffset() in {datetime.timedelta(hours=12), datetime.timedelta(hours=13)}
    assert (period.start.hour, period.start.minute) == (0, 0)
    before = Period(start=period.start, end=period.end).before
    assert before.end == period.start


def test_lanes_follow_the_next_step() -> None:
    _sold()
    counts = {lane.step.value: lane.count for lane in today.lanes()}
    assert counts == {"pay": 0, "pick": 1, "pack": 0, "ship": 0}
