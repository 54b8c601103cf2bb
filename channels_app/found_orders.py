"""An order as a marketplace tells it, in our words: what `orders` takes over.

`channels_app.selectors.channel_order_get(id)` returns it for the id that the event
`channel.order_received` carries. It is the marketplace's newest state, not a difference: read it
again after each event and bring the order to that state.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from channels_app.enums import CancelState, FulfilmentState, PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAddress:
    """Where it goes. Marketplaces drop name, street, phone and mail some time after the sale."""

    name: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundBuyer:
    """Who bought. `username` may be a name or an id that never changes; buyer data throughout."""

    username: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRefund:
    """Money that went back, as the marketplace books it."""

    external_id: str
    amount: Decimal
    at: datetime.datetime | None
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLine:
    """One line. `total` is price times quantity before discount, shipping and tax.

    `listing_id` is ours where the item or, failing that, the SKU is known; None means unmatched.
    `vehicle` is the buyer's car as the marketplace names it, such as {"Year": "2019", …}.
    """

    external_line_id: str
    external_listing_id: str
    external_variation_id: str = ""
    sku: str = ""
    title: str = ""
    quantity: int
    unit_price: Decimal
    total: Decimal
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    listing_id: uuid.UUID | None = None
    channel_listing_id: uuid.UUID | None = None
    ship_by: datetime.datetime | None = None
    vehicle: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrder:
    """An order found on a marketplace. Unique by (connection_id, external_order_id)."""

    inbox_id: uuid.UUID
    connection_id: uuid.UUID
    channel: str
    site: str
    account_name: str
    external_order_id: str
    ordered_at: datetime.datetime
    modified_at: datetime.datetime
    payment: PaymentState
    paid_at: datetime.datetime | None
    fulfilment: FulfilmentState
    cancel: CancelState
    cancel_reason: str = ""
    currency: str
    subtotal: Decimal
    discount: Decimal = Decimal(0)
    shipping: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    total: Decimal
    fee: Decimal = Decimal(0)
    buyer: FoundBuyer
    ship_to: FoundAddress
    is_pickup: bool = False
    ship_by: datetime.datetime | None = None
    carrier: str = ""
    shipping_service: str = ""
    lines: tuple[FoundLine, ...]
    refunds: tuple[FoundRefund, ...] = ()
    url: str = ""

    @property
    def is_paid(self) -> bool:
        """True once the buyer has paid, also where some or all of it went back since."""
        return self.payment in {
            PaymentState.PAID,
            PaymentState.PARTIALLY_REFUNDED,
            PaymentState.REFUNDED,
        }
