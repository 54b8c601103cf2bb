"""What was sold, for apps below: by listing, and by type of part. Filled into the registry."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from statistics import median

from django.db.models import F, Sum
from django.db.models.functions import Lower
from django.utils import timezone

from listings.models import Listing
from orders.enums import LineStock, OrderStatus
from orders.models import OrderItem
from realtrack.core.registry import PartSales, TypeHistory

# So many of the latest sales of a type tell its price; older ones tell of other times.
_LATEST = 50
_CENT = Decimal("0.01")
_A_YEAR = datetime.timedelta(days=365)


def part_sales(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, PartSales]:
    """Return the sales of each listing that has any: prices without shipping and tax."""
    rows = (
        OrderItem.objects.filter(listing_id__in=listing_ids, stock=LineStock.SOLD)
        .exclude(order__status=OrderStatus.CANCELLED)
        .values("listing_id")
        .annotate(
            pieces=Sum("quantity"),
            revenue=Sum(F("total_price") - F("discount")),
            refunded=Sum("refund_amount"),
        )
    )
    return {
        row["listing_id"]: PartSales(
            quantity=row["pieces"], revenue=row["revenue"], refunded=row["refunded"]
        )
        for row in rows
    }


def type_histories(part_types: Sequence[str]) -> dict[str, TypeHistory]:
    """Return how parts of these types sold: the median price and days, of the latest sales."""
    wanted = {name.casefold() for name in part_types}
    rows = (
        OrderItem.objects.filter(stock=LineStock.SOLD, listing__isnull=False)
        .exclude(order__status__in=(OrderStatus.CANCELLED, OrderStatus.REFUNDED))
        .annotate(type=Lower("listing__c_type"))
        .filter(type__in=wanted)
        .order_by("-order__ordered_at")
        .values_list("type", "unit_price", "order__ordered_at", "listing__published_at")
    )
    found: dict[str, list[tuple[Decimal, int | None]]] = defaultdict(list)
    for name, price, ordered_at, published_at in rows[: _LATEST * len(wanted)]:
        days = max((ordered_at - published_at).days, 0) if published_at else None
        if len(found[name]) < _LATEST:
            found[name].append((price, days))
    return {
        name: TypeHistory(
            count=len(sales),
            median_price=median(price for price, _ in sales).quantize(_CENT),
            median_days=_middle([days for _, days in sales if days is not None]),
        )
        for name, sales in found.items()
    }


def sold_prices(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Decimal]]:
    """Return, for each listing, what we sold parts of its number for in the last year."""
    numbers = dict(
        Listing.all_objects.filter(pk__in=listing_ids)
        .exclude(mpn_normalised="")
        .values_list("pk", "mpn_normalised")
    )
    rows = (
        OrderItem.objects.filter(
            stock=LineStock.SOLD,
            listing__mpn_normalised__in=set(numbers.values()),
            order__ordered_at__gt=timezone.now() - _A_YEAR,
        )
        .exclude(order__status__in=(OrderStatus.CANCELLED, OrderStatus.REFUNDED))
        .order_by("-order__ordered_at", "pk")
        .values_list("listing__mpn_normalised", "unit_price")
    )
    by_number: dict[str, list[Decimal]] = defaultdict(list)
    for number, price in rows:
        if len(by_number[number]) < _LATEST:
            by_number[number].append(price)
    return {key: list(by_number.get(number, ())) for key, number in numbers.items()}


def _middle(days: Sequence[int]) -> int | None:
    return round(median(days)) if days else None
