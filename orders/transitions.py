"""The one table of an order's moves."""

from __future__ import annotations

from collections.abc import Mapping

from orders.enums import OrderStatus
from realtrack.core.errors import IllegalTransition

S = OrderStatus

TRANSITIONS: Mapping[OrderStatus, tuple[OrderStatus, ...]] = {
    S.PENDING: (S.CONFIRMED, S.CANCELLED),
    S.CONFIRMED: (S.PROCESSING, S.CANCELLED),
    S.PROCESSING: (S.SHIPPED, S.CANCELLED),
    S.SHIPPED: (S.DELIVERED, S.DISPUTED),
    S.DELIVERED: (S.COMPLETED, S.REFUND_REQUESTED, S.DISPUTED),
    S.COMPLETED: (S.REFUND_REQUESTED,),
    # A refused refund leads back to completed.
    S.REFUND_REQUESTED: (S.REFUNDED, S.COMPLETED),
    S.CANCELLED: (),
    S.REFUNDED: (),
    S.DISPUTED: (S.REFUNDED, S.COMPLETED),
}


def allowed_from(status: str) -> tuple[OrderStatus, ...]:
    """Where an order of this status may go."""
    return TRANSITIONS[OrderStatus(status)]


def check(before: str, after: str) -> None:
    """Raise IllegalTransition, with the moves that there are, unless the table has this one."""
    allowed = allowed_from(before)
    if after not in allowed:
        words = ", ".join(one.value for one in allowed) or "nothing: it has ended"
        raise IllegalTransition(
            f"An order that is {OrderStatus(before).value} cannot become"
            f" {OrderStatus(after).value}; it may become {words}.",
            extra={
                "from": OrderStatus(before).value,
                "to": OrderStatus(after).value,
                "allowed": [one.value for one in allowed],
            },
        )
