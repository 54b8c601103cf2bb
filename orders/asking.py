"""From what a person or a client sent to what the service takes; for API and pages alike."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from listings.models import Listing
from orders.services.manual import ManualLine, ManualOrder
from orders.sums import Freight, SumLine
from realtrack.core.errors import InvalidInput
from settings_app.models import User

BUYER_FIELDS = (
    "buyer_name", "buyer_email", "buyer_phone", "buyer_note", "shipping_name",
    "shipping_address_1", "shipping_address_2", "shipping_city", "shipping_state", "shipping_zip",
    "shipping_country",
)  # fmt: skip


def lines_of(sent: Sequence[Mapping[str, Any]], *, user: User) -> list[SumLine]:
    """Return the lines with the parts that this person may see, by id or SKU.

    Raises InvalidInput naming what is no part, or a part without a price where none was sent.
    """
    mine = Listing.objects.visible_to(user)
    by_id = mine.in_bulk([one["listing_id"] for one in sent if one.get("listing_id")])
    skus = [one["sku"].strip() for one in sent if one.get("sku")]
    by_sku = {part.custom_label_sku: part for part in mine.filter(custom_label_sku__in=skus)}
    found: list[SumLine] = []
    for one in sent:
        key: uuid.UUID | None = one.get("listing_id")
        part = by_id.get(key) if key else by_sku.get(one.get("sku", "").strip())
        if part is None:
            raise InvalidInput(fields={"lines": f"There is no part {key or one.get('sku')}."})
        price: Decimal | None = one.get("unit_price")
        if price is None:
            price = part.start_price
        if price is None:
            raise InvalidInput(fields={"lines": f"{part.custom_label_sku} has no price. Type one."})
        found.append(SumLine(listing=part, quantity=one["quantity"], unit_price=price))
    return found


def freight_of(sent: Mapping[str, Any]) -> Freight:
    """Return how the parcel goes; the state is the one that it goes to."""
    buyer = sent.get("buyer") or {}
    return Freight(
        profile_id=sent.get("shipping_profile_id"),
        cost=sent.get("shipping_cost"),
        weight=sent.get("weight"),
        state=buyer.get("shipping_state", "").strip(),
        country=buyer.get("shipping_country", "") or "US",
        is_pickup=sent.get("is_pickup", False),
    )


def order_of(sent: Mapping[str, Any], lines: Sequence[SumLine]) -> ManualOrder:
    """Return the whole order as the service takes it."""
    buyer = {name: str(value).strip() for name, value in (sent.get("buyer") or {}).items()}
    if "shipping_country" in buyer:
        buyer["shipping_country"] = buyer["shipping_country"].upper()
    return ManualOrder(
        lines=[
            ManualLine(
                listing_id=line.listing.pk,
                quantity=line.quantity,
                # Not the part's price of now: a repeat after a change of price is the same order.
                unit_price=one.get("unit_price"),
            )
            for one, line in zip(sent["lines"], lines, strict=True)
        ],
        freight=freight_of(sent),
        buyer={name: value for name, value in buyer.items() if value},
        shipping_method=sent.get("shipping_method", ""),
        payment_method=sent.get("payment_method", ""),
        is_paid=sent.get("paid", False),
        is_handed_over=sent.get("handed_over", False),
    )
