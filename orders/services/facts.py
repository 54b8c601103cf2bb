"""What events tell of an order."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import TypedDict

from orders.models import Order, OrderItem


class OrderFacts(TypedDict):
    """The fields of `OrderEvent`."""

    entity_id: uuid.UUID
    number: str
    channel: str
    connection_id: uuid.UUID | None
    status: str
    currency: str
    total: Decimal
    ordered_at: datetime.datetime


class LineFacts(OrderFacts):
    """The fields of `OrderWithLines`."""

    lines: list[dict[str, object]]
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    fee: Decimal


def order_facts(order: Order) -> OrderFacts:
    """Which order, of which account, and its money."""
    return OrderFacts(
        entity_id=order.pk,
        number=order.external_order_id,
        channel=order.channel,
        connection_id=order.connection_id,
        status=order.status,
        currency=order.currency,
        total=order.total_amount,
        ordered_at=order.ordered_at,
    )


def line_facts(order: Order, items: Sequence[OrderItem]) -> LineFacts:
    """The same with its lines."""
    return LineFacts(
        **order_facts(order),
        lines=[_line(order, item) for item in items],
        subtotal=order.subtotal,
        shipping=order.shipping_cost,
        tax=order.tax_amount,
        fee=order.marketplace_fee,
    )


def _line(order: Order, item: OrderItem) -> dict[str, object]:
    return {
        "item_id": item.pk,
        "listing_id": item.listing_id,
        "sku": item.sku,
        "title": item.title,
        "quantity": item.quantity,
        "unit_price": item.unit_price,
        "total": item.total_price,
        "currency": order.currency,
        "shortfall": item.shortfall,
        "stock": item.stock,
    }
