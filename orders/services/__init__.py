"""Every write to orders."""

from __future__ import annotations

from orders.services.buyers import buyer_erase, buyers_rotate, order_buyer_view
from orders.services.importing import order_import
from orders.services.manual import ManualLine, ManualOrder, order_create
from orders.services.matching import order_line_match
from orders.services.moving import (
    order_cancel,
    order_pack,
    order_ship,
    order_transition,
    orders_complete,
)
from orders.services.refunding import order_refund_record
from orders.services.telling import shipment_tell

__all__ = [
    "ManualLine",
    "ManualOrder",
    "buyer_erase",
    "buyers_rotate",
    "order_buyer_view",
    "order_cancel",
    "order_create",
    "order_import",
    "order_line_match",
    "order_pack",
    "order_refund_record",
    "order_ship",
    "order_transition",
    "orders_complete",
    "shipment_tell",
]
