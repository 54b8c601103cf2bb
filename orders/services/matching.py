"""Which part a line is, where the marketplace's item and SKU did not say."""

from __future__ import annotations

import uuid

from django.db import transaction

from listings.models import Listing
from orders import events
from orders.enums import LineStock, OrderStatus
from orders.locks import order_locked
from orders.models import OrderItem
from orders.services import stock
from orders.services.facts import line_facts
from orders.services.states import save
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.events import emit


def order_line_match(*, item_id: uuid.UUID, listing_id: uuid.UUID, actor: Actor) -> OrderItem:
    """Say which part a line is; an open order then holds or sells it, in the same transaction.

    The same answer again changes nothing. Raises Conflict where it is another part already,
    NotFound.
    """
    found = OrderItem.objects.filter(pk=item_id).only("order_id").first()
    if found is None:
        raise NotFound("This line does not exist.")
    with transaction.atomic():
        order = order_locked(found.order_id)
        item = OrderItem.objects.get(pk=item_id)
        if item.listing_id == listing_id:
            return item
        if item.listing_id is not None:
            raise Conflict("This line is matched to another part already.")
        if not Listing.objects.filter(pk=listing_id).exists():
            raise NotFound("This part does not exist.")
        item.listing_id = listing_id
        item.matched_by = actor.user_id
        item.save(update_fields=["listing", "matched_by", "updated_at"])
        save(order)
        if order.status == OrderStatus.PENDING:
            stock.lines_reserve(order, [item], actor=actor)
        elif order.status != OrderStatus.CANCELLED and order.paid_at is not None:
            stock.lines_sell(order, [item], actor=actor)
        emit(
            events.OrderLineMatched(
                **line_facts(order, [item]),
                is_sale=item.stock == LineStock.SOLD,
                paid_at=order.paid_at,
            ),
            actor=actor,
        )
    return item
