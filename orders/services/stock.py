"""What an order's lines hold and take from the ledger, in the order's own transaction."""

from __future__ import annotations

import contextlib
import datetime
import uuid
from collections.abc import Iterator, Sequence

from django.utils import timezone

from inventory.services import (
    Origin,
    reserve_key,
    sale_key,
    shortage_settle,
    stock_cancel_sale,
    stock_release,
    stock_reserve,
    stock_sell,
)
from orders.enums import MANUAL, LineStock
from orders.models import Order, OrderItem
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from settings_app.selectors import setting_value


def lines_reserve(
    order: Order, items: Sequence[OrderItem], *, actor: Actor, allow_partial: bool = True
) -> None:
    """Hold what unpaid lines want, as far as it is there; asking again changes nothing.

    Without `allow_partial` it raises InsufficientStock where less is free.
    """
    for item, listing_id in _matched(items):
        if item.stock != LineStock.NONE:
            continue
        stock_reserve(
            listing_id=listing_id,
            quantity=item.quantity,
            key=_hold_of(order, item),
            expires_at=_expiry(order),
            allow_partial=allow_partial,
            origin=_origin(order),
            actor=actor,
        )
        _set(item, LineStock.RESERVED, shortfall=0)


def lines_sell(order: Order, items: Sequence[OrderItem], *, actor: Actor) -> None:
    """Sell the lines through the ledger, once each; what is missing is recorded, not refused."""
    for item, listing_id in _matched(items):
        if item.stock not in {LineStock.NONE, LineStock.RESERVED}:
            continue
        result = stock_sell(
            listing_id=listing_id,
            quantity=item.quantity,
            key=_sale_of(order, item),
            reservation_key=_hold_of(order, item),
            origin=_origin(order),
            actor=actor,
        )
        _set(item, LineStock.SOLD, shortfall=result.event.shortfall if result.event else 0)


def lines_put_back(order: Order, items: Sequence[OrderItem], *, reason: str, actor: Actor) -> None:
    """Let go of what lines hold, put back what they took; once each."""
    for item, _ in _matched(items):
        if item.stock == LineStock.RESERVED:
            # Nothing was free when it came: there was nothing to hold.
            with contextlib.suppress(NotFound):
                stock_release(key=_hold_of(order, item), origin=_origin(order, reason), actor=actor)
        elif item.stock == LineStock.SOLD:
            stock_cancel_sale(key=_sale_of(order, item), reason=reason, actor=actor)
        else:
            continue
        _set(item, LineStock.PUT_BACK, shortfall=0)


def lines_settle(order: Order, items: Sequence[OrderItem], *, actor: Actor) -> None:
    """The order left: what its sales lacked came from what arrived since."""
    for item, _ in _matched(items):
        if item.stock == LineStock.SOLD and item.shortfall:
            shortage_settle(key=_sale_of(order, item), actor=actor)


def _matched(items: Sequence[OrderItem]) -> Iterator[tuple[OrderItem, uuid.UUID]]:
    """Matched lines in the order of their listings, so that two orders never wait in a ring."""
    matched = [(item, item.listing_id) for item in items if item.listing_id is not None]
    yield from sorted(matched, key=lambda pair: (pair[1], pair[0].external_line_id))


def _set(item: OrderItem, stock: LineStock, *, shortfall: int) -> None:
    item.stock = stock
    item.shortfall = shortfall
    item.save(update_fields=["stock", "shortfall", "updated_at"])


def _sale_of(order: Order, item: OrderItem) -> str:
    return sale_key(order.connection_id or MANUAL, order.external_order_id, item.external_line_id)


def _hold_of(order: Order, item: OrderItem) -> str:
    return reserve_key(
        order.connection_id or MANUAL, order.external_order_id, item.external_line_id
    )


def _origin(order: Order, reason: str = "") -> Origin:
    return Origin(
        channel=order.channel,
        order_id=order.external_order_id,
        reference=f"order:{order.pk}",
        reason=reason,
    )


def _expiry(order: Order) -> datetime.datetime:
    """When an unpaid order loses its parts: so many hours after it was placed or found."""
    hours = int(setting_value("inventory", "reservation_hours"))
    return max(order.ordered_at, timezone.now()) + datetime.timedelta(hours=hours)
