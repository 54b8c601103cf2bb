"""Changes of state of a locked order, written with their effect on stock and their event.

The callers decide that the move is allowed; these write it, so that a person's move and the
marketplace's news do the same.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from channels_app.enums import CancelState, PaymentState
from orders import events
from orders.enums import OrderStatus
from orders.models import Order, OrderItem
from orders.services import stock
from orders.services.facts import line_facts, order_facts
from realtrack.core.actors import Actor
from realtrack.core.events import emit

_PAID = (PaymentState.PAID, PaymentState.PARTIALLY_REFUNDED, PaymentState.REFUNDED)


def save(order: Order, *names: str) -> None:
    """Store those columns with a new version."""
    order.version += 1
    order.save(update_fields=[*names, "version", "updated_at"])


def paid_write(
    order: Order, items: Sequence[OrderItem], *, paid_at: datetime.datetime, actor: Actor
) -> None:
    """Paid: the lines are sold through the ledger, the order is to be picked."""
    order.paid_at = paid_at
    if order.payment_state not in _PAID:
        order.payment_state = PaymentState.PAID
    before = order.status
    if order.status == OrderStatus.PENDING:
        order.status = OrderStatus.CONFIRMED
    save(order, "paid_at", "payment_state", "status")
    stock.lines_sell(order, items, actor=actor)
    emit(
        events.OrderPaid(
            **line_facts(order, items), paid_at=paid_at, changes=_changes(before, order)
        ),
        actor=actor,
    )


def cancel_write(
    order: Order,
    items: Sequence[OrderItem],
    *,
    reason: str,
    cancelled_at: datetime.datetime,
    actor: Actor,
) -> None:
    """Cancelled before it left: what it held or took is back on the shelf."""
    before = order.status
    order.status = OrderStatus.CANCELLED
    order.cancel_state = CancelState.CANCELLED
    order.cancelled_at = cancelled_at
    order.cancel_reason = reason
    save(order, "status", "cancel_state", "cancelled_at", "cancel_reason")
    stock.lines_put_back(order, items, reason=reason or "Order cancelled", actor=actor)
    emit(
        events.OrderCancelled(
            **line_facts(order, items),
            was_paid=order.paid_at is not None,
            reason=reason,
            changes=_changes(before, order),
        ),
        actor=actor,
    )


def shipped_write(
    order: Order,
    items: Sequence[OrderItem],
    *,
    shipped_at: datetime.datetime,
    carrier: str,
    tracking_number: str,
    by_marketplace: bool,
    actor: Actor,
) -> None:
    """It left: lines are fulfilled, what was sold twice is settled from what arrived since."""
    before = order.status
    order.status = OrderStatus.SHIPPED
    order.shipped_at = shipped_at
    order.tracking_carrier = carrier or order.tracking_carrier
    order.tracking_number = tracking_number or order.tracking_number
    # What the marketplace says itself need not be told.
    order.shipment_told_at = shipped_at if by_marketplace else None
    save(
        order,
        "status", "shipped_at", "tracking_carrier", "tracking_number", "shipment_told_at",
    )  # fmt: skip
    order.items.update(fulfilled=True)
    stock.lines_settle(order, items, actor=actor)
    emit(
        events.OrderShipped(
            **order_facts(order),
            carrier=order.tracking_carrier,
            tracking_number=order.tracking_number,
            shipped_at=shipped_at,
            by_marketplace=by_marketplace,
            changes=_changes(before, order),
        ),
        actor=actor,
    )


def _changes(before: str, order: Order) -> dict[str, list[str]]:
    """Old and new status for the log; nothing where it stayed."""
    old, new = OrderStatus(before).value, OrderStatus(order.status).value
    return {} if old == new else {"status": [old, new]}
