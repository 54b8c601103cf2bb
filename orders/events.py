"""What happens to orders, as others learn of it: ids, numbers and words, never a buyer's datum.

`lines` is a list of `{item_id, listing_id, sku, title, quantity, unit_price, total, currency,
shortfall, stock}`; money as strings. An unmatched line has listing_id null.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from realtrack.core.events import DomainEvent

Line = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent(DomainEvent):
    """Base: which order, of which account, and its money."""

    entity_type: ClassVar[str] = "order"

    number: str
    channel: str
    # None: by hand
    connection_id: uuid.UUID | None
    status: str
    currency: str
    total: Decimal
    ordered_at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWithLines(OrderEvent):
    """Base of events by which sales are counted."""

    lines: Sequence[Line]
    subtotal: Decimal
    shipping: Decimal
    tax: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCreated(OrderWithLines):
    """It is new here; `unmatched` lines wait for a person."""

    name: ClassVar[str] = "order.created"

    paid: bool
    unmatched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(OrderWithLines):
    """Paid for the first time: its matched lines were sold through the ledger with this event."""

    name: ClassVar[str] = "order.paid"

    paid_at: datetime.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderWithLines):
    """Ended before it was shipped; what it held or took is back on the shelf."""

    name: ClassVar[str] = "order.cancelled"

    was_paid: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLineMatched(OrderWithLines):
    """A person said which part a line is; `lines` holds this line alone.

    `is_sale` says that the order was paid before, so that the line counts as sold from now on.
    """

    name: ClassVar[str] = "order.line_matched"

    is_sale: bool
    paid_at: datetime.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(OrderEvent):
    """It left. The marketplace is owed carrier and number."""

    name: ClassVar[str] = "order.shipped"

    carrier: str
    tracking_number: str
    shipped_at: datetime.datetime
    by_marketplace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTrackingChanged(OrderEvent):
    """Carrier or number of a shipped order were changed; the marketplace is owed them."""

    name: ClassVar[str] = "order.tracking_changed"

    carrier: str
    tracking_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipmentTold(OrderEvent):
    """The marketplace took carrier and number."""

    name: ClassVar[str] = "order.shipment_told"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipmentRefused(OrderEvent):
    """The marketplace refused carrier or number; somebody must correct them."""

    name: ClassVar[str] = "order.shipment_refused"
    log_only: ClassVar[bool] = True

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPicked(OrderEvent):
    name: ClassVar[str] = "order.picked"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPacked(OrderEvent):
    name: ClassVar[str] = "order.packed"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDelivered(OrderEvent):
    name: ClassVar[str] = "order.delivered"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCompleted(OrderEvent):
    name: ClassVar[str] = "order.completed"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefundRequested(OrderEvent):
    name: ClassVar[str] = "order.refund_requested"

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(OrderEvent):
    """Money went back; `refunded` is the sum so far, `amount` what is new."""

    name: ClassVar[str] = "order.refunded"

    amount: Decimal
    refunded: Decimal
    by_marketplace: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDisputed(OrderEvent):
    name: ClassVar[str] = "order.disputed"

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelRequested(OrderEvent):
    """The buyer wants out; or the marketplace cancelled what was shipped already (`too_late`)."""

    name: ClassVar[str] = "order.cancel_requested"

    reason: str = ""
    too_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUpdated(OrderEvent):
    """The marketplace tells other values; `field_names` names them, buyer data by name only."""

    name: ClassVar[str] = "order.updated"
    log_only: ClassVar[bool] = True

    field_names: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBuyerViewed(OrderEvent):
    """Someone looked at the buyer in the clear."""

    name: ClassVar[str] = "order.buyer_viewed"
    log_only: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBuyerErased(OrderEvent):
    """A marketplace demanded it: the buyer's data are gone from this order."""

    name: ClassVar[str] = "order.buyer_erased"
    log_only: ClassVar[bool] = True
