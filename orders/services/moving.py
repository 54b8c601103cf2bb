"""The moves that people make."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone

from orders import events, transitions
from orders.enums import OrderStatus
from orders.locks import order_locked
from orders.models import Order, OrderItem
from orders.services.facts import order_facts
from orders.services.states import cancel_write, paid_write, save, shipped_write
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, IllegalTransition, InvalidInput
from realtrack.core.events import emit


def order_transition(
    *,
    order_id: uuid.UUID,
    to: str,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
) -> Order:
    """Move the order under its lock; the status that it has already is no move.

    One transaction with the effect on stock and the event. Raises IllegalTransition with the
    allowed moves, InvalidInput, VersionConflict, NotFound; then nothing is changed.
    """
    if to not in OrderStatus.values:
        raise InvalidInput(fields={"status": f"Choose one of {', '.join(OrderStatus.values)}."})
    with transaction.atomic():
        order = order_locked(order_id, version=version)
        if order.status == to:
            return order
        transitions.check(order.status, to)
        _MOVES[OrderStatus(to)](order, list(order.items.all()), reason, actor)
    return order


def order_pack(*, order_id: uuid.UUID, actor: Actor, version: int | None = None) -> Order:
    """Note that the parts are in the parcel; packed already is no change.

    Raises IllegalTransition unless the order is in work, NotFound.
    """
    with transaction.atomic():
        order = order_locked(order_id, version=version)
        if order.status != OrderStatus.PROCESSING:
            raise IllegalTransition(
                "Only an order in work can be packed.",
                extra={"allowed": [one.value for one in transitions.allowed_from(order.status)]},
            )
        if order.packed_at is None:
            order.packed_at = timezone.now()
            save(order, "packed_at")
            emit(events.OrderPacked(**order_facts(order)), actor=actor)
    return order


def order_ship(
    *,
    order_id: uuid.UUID,
    actor: Actor,
    tracking_number: str = "",
    carrier: str = "",
    shipping_method: str = "",
    version: int | None = None,
) -> Order:
    """Ship a paid order with its number, or correct the number of a shipped one.

    A paid order that was not picked yet is shipped all the same. The marketplace is owed carrier
    and number by the event. Raises IllegalTransition where it is unpaid or has ended,
    InvalidInput, NotFound.
    """
    tracking_number = _clean(tracking_number, 100, "tracking_number")
    carrier = _clean(carrier, 50, "tracking_carrier")
    with transaction.atomic():
        order = order_locked(order_id, version=version)
        if shipping_method:
            order.shipping_method = _clean(shipping_method, 100, "shipping_method")
            save(order, "shipping_method")
        if order.status in {OrderStatus.SHIPPED, OrderStatus.DELIVERED}:
            _tracking_change(order, tracking_number, carrier, actor)
            return order
        if order.status != OrderStatus.CONFIRMED:
            transitions.check(order.status, OrderStatus.SHIPPED)
        shipped_write(
            order,
            list(order.items.all()),
            shipped_at=timezone.now(),
            carrier=carrier,
            tracking_number=tracking_number,
            by_marketplace=False,
            actor=actor,
        )
    return order


def order_cancel(
    *, order_id: uuid.UUID, actor: Actor, reason: str = "", version: int | None = None
) -> Order:
    """Cancel an order that has not left; what it held or took goes back. As `order_transition`."""
    return order_transition(
        order_id=order_id, to=OrderStatus.CANCELLED, reason=reason, version=version, actor=actor
    )


def orders_complete(*, actor: Actor, days: int = 14, limit: int = 500) -> int:
    """Complete what was delivered more than `days` days ago; returns how many."""
    before = timezone.now() - datetime.timedelta(days=days)
    due = Order.objects.filter(status=OrderStatus.DELIVERED, delivered_at__lt=before)
    done = 0
    for order_id in list(due.order_by("delivered_at").values_list("pk", flat=True)[:limit]):
        try:
            order_transition(order_id=order_id, to=OrderStatus.COMPLETED, actor=actor)
        except Conflict:
            # Moved on by somebody since it was found due.
            continue
        done += 1
    return done


def _tracking_change(order: Order, tracking_number: str, carrier: str, actor: Actor) -> None:
    number = tracking_number or order.tracking_number
    company = carrier or order.tracking_carrier
    if (number, company) == (order.tracking_number, order.tracking_carrier):
        return
    changes = {
        "tracking_number": [order.tracking_number, number],
        "tracking_carrier": [order.tracking_carrier, company],
    }
    order.tracking_number, order.tracking_carrier = number, company
    order.shipment_told_at, order.shipment_error = None, ""
    save(order, "tracking_number", "tracking_carrier", "shipment_told_at", "shipment_error")
    emit(
        events.OrderTrackingChanged(
            **order_facts(order), carrier=company, tracking_number=number, changes=changes
        ),
        actor=actor,
    )


def _clean(text: str, longest: int, name: str) -> str:
    text = " ".join(text.split())
    if len(text) > longest or not text.isprintable():
        raise InvalidInput(fields={name: f"At most {longest} letters and digits."})
    return text


Move = Callable[[Order, Sequence[OrderItem], str, Actor], None]


def _confirm(order: Order, items: Sequence[OrderItem], reason: str, actor: Actor) -> None:
    del reason
    paid_write(order, items, paid_at=timezone.now(), actor=actor)


def _cancel(order: Order, items: Sequence[OrderItem], reason: str, actor: Actor) -> None:
    cancel_write(order, items, reason=reason, cancelled_at=timezone.now(), actor=actor)


def _ship(order: Order, items: Sequence[OrderItem], reason: str, actor: Actor) -> None:
    del reason
    shipped_write(
        order,
        items,
        shipped_at=timezone.now(),
        carrier="",
        tracking_number="",
        by_marketplace=False,
        actor=actor,
    )


def _simple(
    status: OrderStatus, stamp: str, event: type[events.OrderEvent], *, tells_reason: bool = False
) -> Move:
    """A move that sets the status, notes its time and tells it."""

    def move(order: Order, items: Sequence[OrderItem], reason: str, actor: Actor) -> None:
        del items
        before = order.status
        order.status = status
        names = ["status"]
        if stamp:
            setattr(order, stamp, timezone.now())
            names.append(stamp)
        save(order, *names)
        more = {"reason": reason} if tells_reason else {}
        changes = {"status": [OrderStatus(before).value, status.value]}
        emit(event(**order_facts(order), **more, changes=changes), actor=actor)  # type: ignore[arg-type]  # the reason, where the event has one

    return move


def _refund(order: Order, items: Sequence[OrderItem], reason: str, actor: Actor) -> None:
    """The money is back: all that was not given back before."""
    del items
    before = order.status
    amount = order.total_amount - order.refund_amount
    order.status = OrderStatus.REFUNDED
    order.refund_amount = order.total_amount
    order.refund_reason = reason or order.refund_reason
    order.refunded_at = timezone.now()
    save(order, "status", "refund_amount", "refund_reason", "refunded_at")
    emit(
        events.OrderRefunded(
            **order_facts(order),
            amount=amount,
            refunded=order.refund_amount,
            changes={"status": [OrderStatus(before).value, OrderStatus.REFUNDED.value]},
        ),
        actor=actor,
    )


_MOVES: dict[OrderStatus, Move] = {
    OrderStatus.CONFIRMED: _confirm,
    OrderStatus.PROCESSING: _simple(OrderStatus.PROCESSING, "picked_at", events.OrderPicked),
    OrderStatus.SHIPPED: _ship,
    OrderStatus.DELIVERED: _simple(OrderStatus.DELIVERED, "delivered_at", events.OrderDelivered),
    OrderStatus.COMPLETED: _simple(OrderStatus.COMPLETED, "completed_at", events.OrderCompleted),
    OrderStatus.CANCELLED: _cancel,
    OrderStatus.REFUND_REQUESTED: _simple(
        OrderStatus.REFUND_REQUESTED, "", events.OrderRefundRequested, tells_reason=True
    ),
    OrderStatus.REFUNDED: _refund,
    OrderStatus.DISPUTED: _simple(
        OrderStatus.DISPUTED, "", events.OrderDisputed, tells_reason=True
    ),
}
