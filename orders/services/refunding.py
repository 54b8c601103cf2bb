"""Money that went back, as a person notes it."""

from __future__ import annotations

import uuid
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from orders import events
from orders.enums import LineStock, OrderStatus
from orders.locks import order_locked
from orders.models import Order
from orders.services import stock
from orders.services.facts import order_facts
from orders.services.states import save
from orders.transitions import allowed_from
from realtrack.core.actors import Actor
from realtrack.core.errors import IllegalTransition, InvalidInput
from realtrack.core.events import emit

_REFUNDABLE = (
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
    OrderStatus.REFUND_REQUESTED,
    OrderStatus.DISPUTED,
)


def order_refund_record(
    *,
    order_id: uuid.UUID,
    amount: Decimal,
    restock: bool,
    actor: Actor,
    reason: str = "",
    version: int | None = None,
) -> Order:
    """Note a refund that was given at the marketplace; all of the total ends the order.

    `restock` says whether what was sold goes back on the shelf. One transaction. Raises
    IllegalTransition unless the order was delivered, InvalidInput beyond what was paid, NotFound.
    """
    if amount <= 0:
        raise InvalidInput(fields={"amount": "Type an amount above 0."})
    with transaction.atomic():
        order = order_locked(order_id, version=version)
        if order.status not in _REFUNDABLE:
            raise IllegalTransition(
                "Only an order that was delivered can be refunded; cancel it before that.",
                extra={"allowed": [one.value for one in allowed_from(order.status)]},
            )
        left = order.total_amount - order.refund_amount
        if amount > left:
            raise InvalidInput(fields={"amount": f"At most {left} {order.currency} is left."})
        before = order.status
        order.refund_amount += amount
        order.refund_reason = reason or order.refund_reason
        order.refunded_at = timezone.now()
        order.status = OrderStatus.REFUNDED if amount == left else OrderStatus.REFUND_REQUESTED
        save(order, "refund_amount", "refund_reason", "refunded_at", "status")
        if restock:
            items = list(order.items.filter(stock=LineStock.SOLD))
            stock.lines_put_back(order, items, reason=reason or "Refunded", actor=actor)
        emit(
            events.OrderRefunded(
                **order_facts(order),
                amount=amount,
                refunded=order.refund_amount,
                changes={"status": [OrderStatus(before).value, OrderStatus(order.status).value]},
                metadata={"restock": restock, "reason": reason},
            ),
            actor=actor,
        )
    return order
