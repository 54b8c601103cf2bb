"""The first page: what needs someone, orders by step, what ran out, what just happened."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.utils import timezone

from channels_app.enums import SyncStatus
from channels_app.models import ChannelListing
from dashboard import words
from dashboard.period import today_start
from dashboard.words import Sentence
from ingestion.enums import ReviewStatus
from ingestion.models import AiResult
from inventory.models import InventoryLedger
from orders.enums import OPEN, TO_SHIP, Step
from orders.models import Order
from realtrack.core import registry
from realtrack.core.registry import PhotoRef
from realtrack.core.selectors import audit_list
from settings_app.models import User

LANES = (Step.PAY, Step.PICK, Step.PACK, Step.SHIP)
LANE_CARDS = 4
FEED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A figure that someone must act on; `kind` is `r` for a fault, `w` for work."""

    count: int
    label: str
    note: str
    url: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    order: Order
    photo: PhotoRef | None
    title: str
    sku: str
    more: int
    late: bool
    short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    step: Step
    count: int
    cards: Sequence[OrderCard]

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def needs(user: User) -> list[Need]:
    """Return the figures that are not zero, faults first."""
    del user
    now = timezone.now()
    late = Order.objects.filter(status__in=TO_SHIP, ship_by__lt=now).count()
    short = InventoryLedger.objects.filter(quantity_short__gt=0).count()
    unsynced = ChannelListing.objects.filter(
        sync_status__in=[SyncStatus.OUT_OF_SYNC, SyncStatus.ERROR]
    ).count()
    review = AiResult.objects.filter(review_status=ReviewStatus.NEEDS_REVIEW).count()
    unmatched = Order.objects.filter(status__in=OPEN, items__listing__isnull=True).distinct()
    found = [
        Need(count=short, label="sold twice", note="short of stock", url="/inventory/?state=short", kind="r"),
        Need(count=late, label="late to ship", note="past their time", url="/orders/?late=1", kind="r"),
        Need(count=unsynced, label="not in step with eBay", note="refused or waiting", url="/channels/sync/", kind="r"),
        Need(count=unmatched.count(), label="orders to match", note="a line has no part", url="/orders/unmatched/", kind="w"),
        Need(count=review, label="drafts to review", note="read from photos", url="/ingestion/review/", kind="w"),
    ]  # fmt: skip
    return [one for one in found if one.count]


def lanes() -> list[Lane]:
    """Return open orders by their next step, the most urgent first."""
    open_orders = (
        Order.objects.filter(status__in=OPEN)
        .prefetch_related("items__listing")
        .order_by("ship_by", "ordered_at")[:400]
    )
    by_step: dict[Step, list[Order]] = {step: [] for step in LANES}
    for order in open_orders:
        by_step.setdefault(order.step, []).append(order)
    shown = [order for step in LANES for order in by_step[step][:LANE_CARDS]]
    photos = _photos(shown)
    return [
        Lane(
            step=step,
            count=len(by_step[step]),
            cards=[_card(order, photos) for order in by_step[step][:LANE_CARDS]],
        )
        for step in LANES
    ]


def open_sum() -> dict[str, Any]:
    """Return how many orders are open, late, and their worth by currency."""
    found = Order.objects.filter(status__in=OPEN)
    worth = found.order_by().values("currency").annotate(sum=Sum("total_amount"))
    return {
        "open": found.count(),
        "late": found.filter(status__in=TO_SHIP, ship_by__lt=timezone.now()).count(),
        "worth": [(row["sum"] or Decimal(0), row["currency"]) for row in worth],
        "today": Order.objects.filter(ordered_at__gte=today_start()).count(),
    }


def ran_out(*, limit: int = 6) -> list[dict[str, Any]]:
    """Return parts that ran out since the business's day began, newest first."""
    rows = list(
        InventoryLedger.objects.filter(
            quantity_available__lte=0, updated_at__gte=today_start(), listing__deleted_at=None
        )
        .filter(Q(listing__stock_events__created_at__gte=today_start()))
        .select_related("listing")
        .order_by("-updated_at")
        .distinct()[:limit]
    )
    photos = photos_of([row.listing_id for row in rows])
    return [
        {"listing": row.listing, "at": row.updated_at, "short": row.quantity_short,
         "photo": next(iter(photos.get(row.listing_id, ())), None)}
        for row in rows
    ]  # fmt: skip


def feed(*, limit: int = FEED) -> list[Sentence]:
    """Return the last events in words, without the noise."""
    since = timezone.now() - datetime.timedelta(days=30)
    rows = [row for row in audit_list(since=since)[: limit * 6] if not words.is_quiet(row.event)]
    return words.sentences(rows[:limit])


def photos_of(listing_ids: Sequence[Any]) -> dict[Any, Sequence[PhotoRef]]:
    """Return photos of listings through whoever offers them."""
    found: dict[Any, Sequence[PhotoRef]] = {}
    for source in registry.listing_photos.values():
        found.update(source(list(listing_ids)))
    return found


def _photos(orders: Sequence[Order]) -> dict[Any, Sequence[PhotoRef]]:
    return photos_of(
        [item.listing_id for order in orders for item in order.items.all() if item.listing_id]
    )


def _card(order: Order, photos: dict[Any, Sequence[PhotoRef]]) -> OrderCard:
    items = list(order.items.all())
    first = items[0] if items else None
    photo = next(iter(photos.get(first.listing_id, ())), None) if first else None
    return OrderCard(
        order=order,
        photo=photo,
        title=first.title if first else "",
        sku=first.sku if first else "",
        more=max(0, len(items) - 1),
        late=bool(order.ship_by and order.ship_by < timezone.now() and order.status in TO_SHIP),
        short=any(item.shortfall for item in items),
    )
