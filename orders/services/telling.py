"""Telling the marketplace that an order left."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils import timezone

from channels_app import services as channel_services
from orders import events
from orders.locks import order_locked
from orders.models import Order
from orders.services.facts import order_facts
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.events import emit


def shipment_tell(*, order_id: uuid.UUID, actor: Actor) -> None:
    """Tell carrier and number as they stand now; told already is no call.

    The call is made outside of any transaction. A refusal is kept in the order for a person and is
    final until the number changes. Raises Unavailable and ConnectionUnusable, which are tried
    again, and NotFound.
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound("This order does not exist.")
    if order.shipped_at is None or order.shipment_told_at is not None:
        return
    if order.connection_id is None:
        # By hand: there is nobody to tell.
        return
    lines = dict(order.items.values_list("external_line_id", "quantity"))
    told, error = "", ""
    try:
        told = channel_services.order_ship(
            connection_id=order.connection_id,
            external_order_id=order.external_order_id,
            lines=lines,
            shipped_at=order.shipped_at,
            carrier=order.tracking_carrier,
            tracking_number=order.tracking_number,
        )
    except InvalidInput as refusal:
        error = str(refusal)
    _record(order, told=told, error=error, actor=actor)


def _record(sent: Order, *, told: str, error: str, actor: Actor) -> None:
    with transaction.atomic():
        order = order_locked(sent.pk)
        now = (order.tracking_carrier, order.tracking_number)
        if now != (sent.tracking_carrier, sent.tracking_number):
            # Corrected while we called; the correction's own event tells it.
            return
        if error:
            if order.shipment_error == error:
                return
            order.shipment_error = error
            order.save(update_fields=["shipment_error", "updated_at"])
            emit(events.OrderShipmentRefused(**order_facts(order), reason=error), actor=actor)
            return
        order.shipment_told_at = timezone.now()
        order.shipment_id = told[:100]
        order.shipment_error = ""
        order.save(
            update_fields=["shipment_told_at", "shipment_id", "shipment_error", "updated_at"]
        )
        emit(events.OrderShipmentTold(**order_facts(order)), actor=actor)
