"""Figures of the business. All sums are made by PostgreSQL."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DecimalField, F, Q, Sum, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from channels_app.enums import SyncStatus
from channels_app.models import ChannelConnection, ChannelListing
from dashboard import services
from dashboard.models import DashboardMetric, SalesRecord, SalesRefund
from dashboard.period import Period, business_zone, last_days
from inventory.models import InventoryLedger
from inventory.selectors import default_threshold
from listings.models import Listing

SUMMARY_KEY = "dashboard:summary"
# A page may show figures this old; a request that finds older ones computes them.
FRESH = datetime.timedelta(seconds=60)
OVERSTOCK_PIECES = 20
_ZERO = Value(Decimal("0.00"), output_field=DecimalField(max_digits=12, decimal_places=2))


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesSum:
    """What was sold in a period; `refunded` is what went back in it."""

    lines: int
    pieces: int
    revenue: Decimal
    fees: Decimal
    refunded: Decimal

    @property
    def net(self) -> Decimal:
        return self.revenue - self.fees - self.refunded

    @property
    def average(self) -> Decimal:
        return (self.revenue / self.lines).quantize(Decimal("0.01")) if self.lines else Decimal(0)


def _sales(period: Period) -> Any:
    return SalesRecord.objects.filter(
        sold_at__gte=period.start, sold_at__lt=period.end, reversed_at__isnull=True
    )


def sales_sum(period: Period) -> SalesSum:
    """Return the sums of a period."""
    found = _sales(period).aggregate(
        lines=Count("id"),
        pieces=Coalesce(Sum("quantity_sold"), 0),
        revenue=Coalesce(Sum("sale_price"), _ZERO),
        fees=Coalesce(Sum("marketplace_fee"), _ZERO),
    )
    refunded = SalesRefund.objects.filter(
        refunded_at__gte=period.start, refunded_at__lt=period.end
    ).aggregate(sum=Coalesce(Sum("amount"), _ZERO))["sum"]
    return SalesSum(**found, refunded=refunded)


def summary_compute() -> dict[str, Any]:
    """Return the summary of the last 30 days as the API gives it."""
    statuses = dict(Listing.objects.order_by().values_list("status").annotate(n=Count("id")))
    sums = sales_sum(last_days(30))
    live = (
        ChannelListing.objects.filter(is_live=True)
        .order_by()
        .values_list("connection__channel")
        .annotate(n=Count("id"))
    )
    return {
        "total_listings": sum(statuses.values()),
        "active_listings": statuses.get("published", 0),
        "total_sales": sums.lines,
        "revenue": str(sums.revenue),
        "avg_price": str(sums.average),
        "channel_breakdown": [{"channel": channel, "count": count} for channel, count in live],
        "computed_at": timezone.now().isoformat(),
    }


def summary() -> dict[str, Any]:
    """Return the kept summary while it is fresh, else a new one."""
    row = DashboardMetric.objects.filter(metric_key=SUMMARY_KEY).first()
    if row is not None and timezone.now() - row.computed_at < FRESH:
        kept: dict[str, Any] = row.metric_value
        return kept
    fresh = summary_compute()
    services.metric_keep(key=SUMMARY_KEY, value=fresh)
    return fresh


def sales(period: Period) -> dict[str, Any]:
    """Return sales by day (days without any included), by channel, and the best sellers."""
    zone = business_zone()
    by_day = {
        row["day"]: row
        for row in _sales(period)
        .annotate(day=TruncDate("sold_at", tzinfo=zone))
        .order_by()
        .values("day")
        .annotate(count=Count("id"), revenue=Sum("sale_price"))
    }
    first = period.start.astimezone(zone).date()
    days = [first + datetime.timedelta(days=n) for n in range((period.end - period.start).days)]
    return {
        "sales_by_day": [
            {
                "date": day.isoformat(),
                "count": by_day[day]["count"] if day in by_day else 0,
                "revenue": str(by_day[day]["revenue"] if day in by_day else Decimal("0.00")),
            }
            for day in days
        ],
        "sales_by_channel": [
            {"channel": row["channel"], "count": row["count"], "revenue": str(row["revenue"])}
            for row in _sales(period)
            .order_by()
            .values("channel")
            .annotate(count=Count("id"), revenue=Sum("sale_price"))
            .order_by("-revenue")
        ],
        "top_items": [
            {
                "listing_id": str(row["listing_id"]),
                "title": row["listing__title"],
                "sku": row["listing__custom_label_sku"],
                "quantity": row["quantity"],
                "revenue": str(row["revenue"]),
            }
            for row in _sales(period)
            .order_by()
            .values("listing_id", "listing__title", "listing__custom_label_sku")
            .annotate(quantity=Sum("quantity_sold"), revenue=Sum("sale_price"))
            .order_by("-revenue", "listing_id")[:10]
        ],
    }


def kpis() -> dict[str, Any]:
    """Return catalog size, published, sold, days to sell, and the share of orders refunded."""
    statuses = dict(Listing.objects.order_by().values_list("status").annotate(n=Count("id")))
    period = last_days(90)
    orders = _sales(period).order_by().values("order_id").distinct().count()
    refunded = (
        SalesRefund.objects.filter(refunded_at__gte=period.start, refunded_at__lt=period.end)
        .order_by()
        .values("order_id")
        .distinct()
        .count()
    )
    days = _sales(period).aggregate(days=Avg("days_listed"))["days"]
    return {
        "catalog_size": sum(statuses.values()),
        "published_count": statuses.get("published", 0),
        "sold_count": statuses.get("sold", 0),
        "avg_days_to_sell": round(float(days), 1) if days is not None else None,
        "return_rate": round(refunded / orders, 4) if orders else 0.0,
    }


def channel_health() -> list[dict[str, Any]]:
    """Return each account with its state, last sync, refused and live listings."""
    rows = ChannelConnection.objects.annotate(
        live=Count("channel_listings", filter=Q(channel_listings__is_live=True), distinct=True),
        errors=Count(
            "channel_listings",
            filter=Q(channel_listings__sync_status__in=[SyncStatus.ERROR, SyncStatus.OUT_OF_SYNC]),
            distinct=True,
        ),
    ).order_by("channel", "marketplace_account_name")
    return [
        {
            "name": row.marketplace_account_name or row.marketplace_account_id,
            "channel": row.channel,
            "status": row.status,
            "last_sync": row.last_sync_at,
            "error_count": row.errors,
            "listing_count": row.live,
        }
        for row in rows
    ]


def inventory_alerts(*, limit: int = 20) -> dict[str, list[Mapping[str, Any]]]:
    """Return what is low, what ran out, and of what there is too much."""
    threshold = Coalesce(F("low_stock_threshold"), Value(default_threshold()))
    rows = (
        InventoryLedger.objects.filter(listing__deleted_at__isnull=True)
        .exclude(listing__status="archived")
        .select_related("listing")
    )
    return {
        "low_stock": [
            _alert(row)
            for row in rows.filter(
                quantity_available__gt=0, quantity_available__lte=threshold
            ).order_by("quantity_available", "-updated_at")[:limit]
        ],
        "out_of_stock": [
            _alert(row)
            for row in rows.filter(quantity_available__lte=0).order_by("-updated_at")[:limit]
        ],
        "overstock": [
            _alert(row)
            for row in rows.filter(quantity_available__gte=OVERSTOCK_PIECES).order_by(
                "-quantity_available"
            )[:limit]
        ],
    }


def _alert(row: InventoryLedger) -> Mapping[str, Any]:
    return {
        "listing_id": str(row.listing_id),
        "sku": row.listing.custom_label_sku,
        "title": row.listing.title,
        "available": row.quantity_available,
        "total": row.quantity_total,
    }
