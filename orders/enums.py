"""Closed sets of values of orders."""

from __future__ import annotations

from django.db import models

from channels_app.enums import Channel

# The channel of an order that somebody wrote here: by phone, over the counter, by mail.
MANUAL = "manual"
CHANNELS = (*Channel.choices, (MANUAL, "By hand"))


class OrderStatus(models.TextChoices):
    """Where an order stands; the moves are in `orders.transitions`."""

    PENDING = "pending", "Not paid"
    CONFIRMED = "confirmed", "Paid"
    PROCESSING = "processing", "In work"
    SHIPPED = "shipped", "Shipped"
    DELIVERED = "delivered", "Delivered"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    REFUND_REQUESTED = "refund_requested", "Refund asked for"
    REFUNDED = "refunded", "Refunded"
    DISPUTED = "disputed", "Disputed"


class Step(models.TextChoices):
    """What a person does next; the lanes of the board."""

    PAY = "pay", "Not paid"
    PICK = "pick", "To pick"
    PACK = "pack", "To pack"
    SHIP = "ship", "To ship"
    DONE = "done", "Shipped"
    ENDED = "ended", "Ended"


class LineStock(models.TextChoices):
    """What a line did to the ledger."""

    NONE = "none", "Nothing"
    RESERVED = "reserved", "Reserved"
    SOLD = "sold", "Sold"
    PUT_BACK = "put_back", "Put back"


class Payment(models.TextChoices):
    """How an order by hand was paid."""

    CASH = "cash", "Cash"
    CARD = "card", "Card"
    CHECK = "check", "Check"
    TRANSFER = "transfer", "Bank transfer"
    ACCOUNT = "account", "On account"
    OTHER = "other", "Other"


# The part has left, or nothing is left to do: the stock of such an order is not touched any more.
GONE = (
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
    OrderStatus.COMPLETED,
    OrderStatus.REFUND_REQUESTED,
    OrderStatus.REFUNDED,
    OrderStatus.DISPUTED,
)
OPEN = (OrderStatus.PENDING, OrderStatus.CONFIRMED, OrderStatus.PROCESSING)
TO_SHIP = (OrderStatus.CONFIRMED, OrderStatus.PROCESSING)
