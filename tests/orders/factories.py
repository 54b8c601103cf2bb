"""Accounts and orders as a marketplace tells them."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import uuid
from collections.abc import Sequence
from decimal import Decimal

from channels_app.enums import CancelState, FulfilmentState, PaymentState
from channels_app.found_orders import FoundAddress, FoundBuyer, FoundLine, FoundOrder
from channels_app.models import ChannelConnection
from listings.models import Listing

_numbers = itertools.count(1)
AT = datetime.datetime(2026, 11, 9, 15, 4, 5, tzinfo=datetime.UTC)
BUYER = FoundBuyer(
    username="parts_buyer_77",
    name="Dana Example",
    email="dana@example.com",
    phone="6145550123",
    note="Ring twice",
)
SHIP_TO = FoundAddress(
    name="Dana Example",
    line1="455 Oak Ave",
    line2="Unit 3",
    city="Columbus",
    region="OH",
    postal_code="43215",
    country="US",
    phone="6145550123",
    email="dana@example.com",
)


def account(channel: str = "ebay") -> ChannelConnection:
    """A connected account."""
    number = next(_numbers)
    return ChannelConnection.objects.create(
        channel=channel,
        marketplace_account_id=f"account-{number}",
        marketplace_account_name=f"yard-{number}",
        marketplace_site_id="EBAY_MOTORS_US",
    )


def line(
    listing: Listing | None = None, *, number: int = 1, quantity: int = 1, price: str = "89.90"
) -> FoundLine:
    """A line of that part, or an unmatched one."""
    return FoundLine(
        external_line_id=f"line-{number}",
        external_listing_id=f"20600000{number:04d}",
        sku=listing.custom_label_sku if listing else f"UNKNOWN-{number}",
        title=listing.title if listing else "Some mirror",
        quantity=quantity,
        unit_price=Decimal(price),
        total=Decimal(price) * quantity,
        listing_id=listing.pk if listing else None,
        ship_by=AT + datetime.timedelta(days=2),
        vehicle={"Year": "2019", "Make": "Toyota", "Model": "Camry"},
    )


def found_order(
    connection: ChannelConnection,
    lines: Sequence[FoundLine],
    *,
    payment: PaymentState = PaymentState.PENDING,
    cancel: CancelState = CancelState.NONE,
    fulfilment: FulfilmentState = FulfilmentState.NOT_STARTED,
    number: str = "",
    minutes: int = 0,
) -> FoundOrder:
    """An order `minutes` after it was placed."""
    subtotal = sum((one.total for one in lines), Decimal(0))
    paid = payment not in {PaymentState.PENDING, PaymentState.FAILED}
    return FoundOrder(
        inbox_id=uuid.uuid4(),
        connection_id=connection.pk,
        channel=connection.channel,
        site=connection.marketplace_site_id,
        account_name=connection.marketplace_account_name,
        external_order_id=number or f"12-{next(_numbers):05d}-89012",
        ordered_at=AT,
        modified_at=AT + datetime.timedelta(minutes=minutes),
        payment=payment,
        paid_at=AT if paid else None,
        fulfilment=fulfilment,
        cancel=cancel,
        currency="USD",
        subtotal=subtotal,
        shipping=Decimal("12.50"),
        total=subtotal + Decimal("12.50"),
        fee=Decimal("11.31"),
        buyer=BUYER,
        ship_to=SHIP_TO,
        ship_by=AT + datetime.timedelta(days=2),
        shipping_service="UPSGround",
        lines=tuple(lines),
    )


def later(order: FoundOrder, minutes: int, **changes: object) -> FoundOrder:
    """The same order as the marketplace tells it some minutes on."""
    at = order.modified_at + datetime.timedelta(minutes=minutes)
    return dataclasses.replace(order, modified_at=at, **changes)  # type: ignore[arg-type]
