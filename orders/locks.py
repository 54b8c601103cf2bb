"""Locked reads of orders. Order across apps: docs/locks.md."""

from __future__ import annotations

import uuid

from orders.models import Order
from realtrack.core.errors import NotFound


def order_locked(order_id: uuid.UUID) -> Order:
    """The order, locked until the transaction ends; its lines are guarded by it. NotFound."""
    order = (
        Order.objects.filter(pk=order_id)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("connection")
        .first()
    )
    if order is None:
        raise NotFound("This order does not exist.")
    return order


def order_locked_by_external(connection_id: uuid.UUID, external_order_id: str) -> Order:
    """The same by account and the marketplace's number."""
    order = (
        Order.objects.filter(connection_id=connection_id, external_order_id=external_order_id)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("connection")
        .first()
    )
    if order is None:
        raise NotFound("This order does not exist.")
    return order
