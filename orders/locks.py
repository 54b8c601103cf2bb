"""Locked reads of orders. Order across apps: docs/locks.md."""

from __future__ import annotations

import uuid

from orders.models import Order
from realtrack.core.errors import NotFound, VersionConflict


def order_locked(order_id: uuid.UUID, *, version: int | None = None) -> Order:
    """The order, locked until the transaction ends; its lines are guarded by it.

    Raises NotFound, VersionConflict where `version` is what the person read and is stale.
    """
    order = (
        Order.objects.filter(pk=order_id)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("connection")
        .first()
    )
    if order is None:
        raise NotFound("This order does not exist.")
    if version is not None and version != order.version:
        raise VersionConflict(
            f"This order changed meanwhile: {order.get_status_display().lower()} now.",
            extra={
                "currentVersion": order.version,
                "yourVersion": version,
                "currentData": {"status": order.status},
                "changes": {},
            },
        )
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
