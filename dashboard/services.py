"""Writes of sales records and computed figures; called by handlers and tasks."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from dashboard.models import DashboardMetric, SalesRecord, SalesRefund
from listings.models import Listing
from realtrack.core.events import plain

CENT = Decimal("0.01")


def sales_record(
    *,
    order_id: uuid.UUID,
    channel: str,
    currency: str,
    lines: Sequence[Mapping[str, Any]],
    fee: Decimal,
    sold_at: datetime.datetime,
) -> int:
    """Record the matched lines of a paid order, each once whatever comes twice; return how many.

    The marketplace's fee is shared out by price; the last line takes the cent that is left over.
    """
    matched = [line for line in lines if line.get("listing_id")]
    whole = sum((Decimal(str(line["total"])) for line in lines), Decimal(0))
    published = dict(
        Listing.all_objects.filter(pk__in=[line["listing_id"] for line in matched]).values_list(
            "pk", "published_at"
        )
    )
    left = fee
    count = 0
    with transaction.atomic():
        for position, line in enumerate(matched, start=1):
            total = Decimal(str(line["total"]))
            is_last = position == len(matched) == len(lines)
            share = left if is_last else _share(fee, total, whole)
            left -= share
            since = published.get(uuid.UUID(str(line["listing_id"])))
            _, created = SalesRecord.objects.update_or_create(
                order_item_id=line["item_id"],
                defaults={
                    "order_id": order_id, "listing_id": line["listing_id"], "channel": channel,
                    "quantity_sold": line["quantity"], "sale_price": total, "currency": currency,
                    "marketplace_fee": share, "net_revenue": total - share, "sold_at": sold_at,
                    "days_listed": max(0, (sold_at - since).days) if since else None,
                },
            )  # fmt: skip
            count += created
    return count


def _share(fee: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    return (fee * part / whole).quantize(CENT, ROUND_HALF_UP) if whole else Decimal("0.00")


def sales_reverse(*, order_id: uuid.UUID, at: datetime.datetime) -> int:
    """Take the sales of a cancelled order out of the sums; return how many lines."""
    return SalesRecord.objects.filter(order_id=order_id, reversed_at__isnull=True).update(
        reversed_at=at
    )


def refund_record(
    *,
    event_id: uuid.UUID,
    order_id: uuid.UUID,
    channel: str,
    amount: Decimal,
    currency: str,
    at: datetime.datetime,
) -> None:
    """Record money that went back, once per event."""
    SalesRefund.objects.get_or_create(
        event_id=event_id,
        defaults={
            "order_id": order_id, "channel": channel, "amount": amount, "currency": currency,
            "refunded_at": at,
        },
    )  # fmt: skip


def metric_keep(*, key: str, value: Any) -> DashboardMetric:
    """Keep a computed figure with its time."""
    row, _ = DashboardMetric.objects.update_or_create(
        metric_key=key, defaults={"metric_value": plain(value), "computed_at": timezone.now()}
    )
    return row
