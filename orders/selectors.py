"""Every read of orders that is more than a row by its key."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.expressions import Combinable
from django.utils import timezone

from orders.enums import OPEN, TO_SHIP, OrderStatus, Step
from orders.models import Order, OrderItem
from realtrack.core import crypto
from realtrack.core.errors import NotFound
from realtrack.core.models import AuditLog
from settings_app.enums import UserRole
from settings_app.models import User

STEPS: dict[str, Q] = {
    Step.PAY: Q(status=OrderStatus.PENDING),
    Step.PICK: Q(status=OrderStatus.CONFIRMED),
    Step.PACK: Q(status=OrderStatus.PROCESSING, packed_at__isnull=True),
    Step.SHIP: Q(status=OrderStatus.PROCESSING, packed_at__isnull=False),
    Step.DONE: ~Q(status__in=[*OPEN, OrderStatus.CANCELLED]),
    Step.ENDED: Q(status=OrderStatus.CANCELLED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What a list of orders is narrowed by; empty means all."""

    status: Sequence[str] = ()
    step: str = ""
    channel: str = ""
    connection_id: uuid.UUID | None = None
    since: datetime.datetime | None = None
    until: datetime.datetime | None = None
    words: str = ""
    late: bool = False
    unmatched: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSum:
    """Orders that wait for work: how many, how many late, what they are worth by currency."""

    count: int
    late: int
    worth: Sequence[tuple[str, Decimal]]


def visible_to(user: User) -> QuerySet[Order]:
    """Orders of which at least one line is visible to the person; unmatched lines are for all."""
    rows = Order.objects.all()
    if user.role == UserRole.ADMIN:
        return rows
    mine = OrderItem.objects.filter(order=OuterRef("pk")).filter(
        Q(listing__isnull=True)
        | Q(listing__team__isnull=True)
        | Q(listing__team__in=user.teams.all())
    )
    return rows.filter(Exists(mine))


def order_list(*, user: User, search: Search | None = None) -> QuerySet[Order]:
    """Orders with their account, newest first; by number, handle, SKU or whole e-mail address."""
    asked = search or Search()
    rows = visible_to(user).select_related("connection")
    if asked.status:
        rows = rows.filter(status__in=asked.status)
    if asked.step in STEPS:
        rows = rows.filter(STEPS[asked.step])
    if asked.channel:
        rows = rows.filter(channel=asked.channel)
    if asked.connection_id:
        rows = rows.filter(connection_id=asked.connection_id)
    if asked.since:
        rows = rows.filter(ordered_at__gte=asked.since)
    if asked.until:
        rows = rows.filter(ordered_at__lt=asked.until)
    if asked.late:
        rows = rows.filter(status__in=TO_SHIP, ship_by__lt=timezone.now())
    if asked.unmatched:
        rows = rows.filter(Exists(_lines().filter(listing__isnull=True)))
    if asked.short:
        rows = rows.filter(Exists(_lines().filter(shortfall__gt=0)))
    if asked.words:
        rows = rows.filter(_matches(asked.words.strip()))
    return rows.order_by("-ordered_at", "-id")


def by_urgency(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The same orders in the order of work: what must leave first comes first."""
    return orders.order_by(F("ship_by").asc(nulls_last=True), "ordered_at", "id")


def order_get(order_id: uuid.UUID, *, user: User) -> Order:
    """The order with account and lines, if this person may see it; raises NotFound."""
    order = (
        visible_to(user)
        .select_related("connection")
        .prefetch_related("items__listing__place", "items__listing__search")
        .filter(pk=order_id)
        .first()
    )
    if order is None:
        raise NotFound("This order does not exist.")
    return order


def item_get(item_id: uuid.UUID, *, user: User, order_id: uuid.UUID | None = None) -> OrderItem:
    """The line (of that order), if this person may see its order; raises NotFound."""
    rows = OrderItem.objects.select_related("order", "order__connection")
    if order_id is not None:
        rows = rows.filter(order=order_id)
    item = rows.filter(pk=item_id, order__in=visible_to(user)).first()
    if item is None:
        raise NotFound("This line does not exist.")
    return item


def order_stats(*, user: User) -> dict[str, int]:
    """How many orders have each status; all statuses are named."""
    counts = dict.fromkeys(OrderStatus.values, 0)
    rows = visible_to(user).order_by().values_list("status").annotate(number=Count("pk"))
    counts.update(dict(rows))
    return counts


def step_counts(*, user: User) -> dict[str, int]:
    """How many orders wait at each step."""
    counts = visible_to(user).aggregate(
        **{step: Count("pk", filter=condition) for step, condition in STEPS.items()}
    )
    return {str(step): int(number) for step, number in counts.items()}


def open_sum(*, user: User) -> OpenSum:
    """What waits for work, for the first page."""
    rows = visible_to(user).filter(status__in=OPEN)
    worth = rows.order_by().values_list("currency").annotate(sum=Sum("total_amount"))
    return OpenSum(
        count=rows.count(),
        late=rows.filter(status__in=TO_SHIP, ship_by__lt=timezone.now()).count(),
        worth=[(currency, amount) for currency, amount in worth],
    )


def unmatched_items(*, user: User) -> QuerySet[OrderItem]:
    """Lines of not cancelled orders that match no part, newest order first."""
    rows = OrderItem.objects.filter(listing__isnull=True, order__in=visible_to(user))
    rows = rows.exclude(order__status=OrderStatus.CANCELLED)
    return rows.select_related("order", "order__connection").order_by("-order__ordered_at", "id")


def items_waiting_for(
    *, connection_id: uuid.UUID, external_item_id: str, sku: str
) -> list[uuid.UUID]:
    """Unmatched lines of an account that name this item or, failing an item, this SKU."""
    named = Q(pk__in=[])
    if external_item_id:
        named |= Q(external_item_id=external_item_id)
    if sku:
        named |= Q(sku=sku)
    rows = OrderItem.objects.filter(named, listing__isnull=True, order__connection=connection_id)
    rows = rows.exclude(order__status=OrderStatus.CANCELLED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def timeline(order: Order, *, limit: int = 100) -> list[AuditLog]:
    """What happened to the order, newest first, from the one log."""
    rows = AuditLog.objects.filter(
        entity_type="order", entity_id=str(order.pk), created_at__gte=order.created_at
    )
    return list(rows.order_by("-created_at", "-id")[:limit])


def nav_counts(user: User) -> dict[str, int]:
    """Orders that wait to be picked, packed or shipped."""
    return {"orders": visible_to(user).filter(status__in=TO_SHIP).count()}


def _lines() -> QuerySet[OrderItem]:
    return OrderItem.objects.filter(order=OuterRef("pk"))


def _matches(words: str) -> Q | Combinable:
    if "@" in words:
        return Q(buyer_email_hash=crypto.keyed_hash(words))
    return (
        Q(external_order_id__icontains=words)
        | Q(buyer_username__iexact=words)
        | Q(tracking_number__iexact=words)
        | Exists(_lines().filter(sku__iexact=words))
    )
