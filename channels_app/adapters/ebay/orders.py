"""eBay's orders: read, put into our words, tell that they were shipped."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from channels_app.adapters.base import (
    ChannelError,
    FoundContext,
    RawOrder,
    SellerMustFix,
    Session,
    Shipment,
)
from channels_app.adapters.ebay.client import in_path, last_part, user_call
from channels_app.enums import CancelState, FulfilmentState, PaymentState
from channels_app.found_orders import (
    FoundAddress,
    FoundBuyer,
    FoundLine,
    FoundOrder,
    FoundRefund,
)

ORDER = "/sell/fulfillment/v1/order"
PAGE = 200
MOST_PAGES = 200
# No answer goes back further than two years.
OLDEST = datetime.timedelta(days=729)
_PAYMENTS: Mapping[str, PaymentState] = {
    "PENDING": PaymentState.PENDING,
    "PAID": PaymentState.PAID,
    "FAILED": PaymentState.FAILED,
    "PARTIALLY_REFUNDED": PaymentState.PARTIALLY_REFUNDED,
    "FULLY_REFUNDED": PaymentState.REFUNDED,
}
_FULFILMENTS: Mapping[str, FulfilmentState] = {
    "NOT_STARTED": FulfilmentState.NOT_STARTED,
    "IN_PROGRESS": FulfilmentState.IN_PROGRESS,
    "FULFILLED": FulfilmentState.FULFILLED,
}
_CANCELS: Mapping[str, CancelState] = {
    "NONE_REQUESTED": CancelState.NONE,
    "IN_PROGRESS": CancelState.REQUESTED,
    "CANCELED": CancelState.CANCELLED,
}


def fetch_all(session: Session, *, since: datetime.datetime) -> Iterator[RawOrder]:
    """Yield the orders changed since then, each once; pages may repeat rows."""
    start = max(since, timezone.now() - OLDEST)
    moment = start.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{start.microsecond // 1000:03d}Z"
    )
    query = {"filter": f"lastmodifieddate:[{moment}..]", "limit": str(PAGE)}
    seen: set[str] = set()
    for page in range(MOST_PAGES):
        # Here `offset` counts orders, not pages.
        query["offset"] = str(page * PAGE)
        body = user_call(session, "fulfillment", "GET", ORDER, params=query).body
        for row in body.get("orders") or ():
            raw = raw_order(row)
            if raw.external_order_id in seen:
                continue
            seen.add(raw.external_order_id)
            # Lists leave the cancellation's details out.
            state = (row.get("cancelStatus") or {}).get("cancelState")
            is_cancelled = state not in {None, "NONE_REQUESTED"}
            yield fetch_one(session, raw.external_order_id) if is_cancelled else raw
        if not body.get("next"):
            return


def fetch_one(session: Session, external_order_id: str) -> RawOrder:
    """Read one order."""
    path = f"{ORDER}/{in_path(external_order_id)}"
    return raw_order(user_call(session, "fulfillment", "GET", path).body)


def raw_order(body: Mapping[str, Any]) -> RawOrder:
    """Take out what the inbox is indexed by; a body without it is kept and parked later."""
    order_id = str(body.get("orderId") or "")
    buyer = body.get("buyer") or {}
    total = (body.get("pricingSummary") or {}).get("total") or {}
    return RawOrder(
        external_order_id=order_id,
        modified_at=_moment(body.get("lastModifiedDate")) or timezone.now(),
        body=body,
        buyer_key=str(buyer.get("username") or ""),
        index={
            "lines": len(body.get("lineItems") or ()),
            "payment": body.get("orderPaymentStatus") or "",
            "fulfilment": body.get("orderFulfillmentStatus") or "",
            "total": f"{total.get('value', '')} {total.get('currency', '')}".strip(),
        },
    )


def read_order(body: Mapping[str, Any], context: FoundContext) -> FoundOrder:
    """Put an order into our words; ValueError or KeyError if it is not what eBay documents."""
    pricing = body["pricingSummary"]
    payment = _PAYMENTS[str(body["orderPaymentStatus"])]
    cancel = body.get("cancelStatus") or {}
    requests = cancel.get("cancelRequests") or ()
    step, pickup = _shipping(body.get("fulfillmentStartInstructions") or ())
    ship_to = _address(step.get("shipTo") or {})
    lines = tuple(_line(row) for row in body["lineItems"])
    if not lines:
        message = "an order without lines"
        raise ValueError(message)
    ordered = _moment(body["creationDate"])
    modified = _moment(body["lastModifiedDate"])
    if ordered is None or modified is None:
        message = "an order without dates"
        raise ValueError(message)
    due = [line.ship_by for line in lines if line.ship_by]
    return FoundOrder(
        inbox_id=context.inbox_id,
        connection_id=context.connection_id,
        channel=context.channel,
        site=context.site,
        account_name=context.account_name,
        external_order_id=str(body["orderId"]),
        ordered_at=ordered,
        modified_at=modified,
        payment=payment,
        paid_at=_paid_at(body) if payment is not PaymentState.PENDING else None,
        fulfilment=_FULFILMENTS[str(body["orderFulfillmentStatus"])],
        cancel=_CANCELS[str(cancel.get("cancelState") or "NONE_REQUESTED")],
        cancel_reason=str(requests[0].get("cancelReason") or "") if requests else "",
        currency=str(pricing["total"]["currency"]),
        subtotal=_amount(pricing.get("priceSubtotal")),
        discount=abs(_amount(pricing.get("priceDiscount"))),
        shipping=_amount(pricing.get("deliveryCost"))
        - abs(_amount(pricing.get("deliveryDiscount"))),
        tax=_amount(pricing.get("tax")),
        total=_amount(pricing["total"]),
        fee=_amount(body.get("totalMarketplaceFee")),
        buyer=_buyer(body, ship_to),
        ship_to=ship_to,
        is_pickup=pickup,
        ship_by=min(due) if due else None,
        carrier=str(step.get("shippingCarrierCode") or ""),
        shipping_service=str(step.get("shippingServiceCode") or ""),
        lines=lines,
        refunds=tuple(_refunds(body)),
    )


def _moment(text: object) -> datetime.datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None


def _amount(money: Mapping[str, Any] | None) -> Decimal:
    """A money object as Decimal with two decimals; eBay writes "25.0"."""
    if not money:
        return Decimal("0.00")
    return Decimal(str(money["value"])).quantize(Decimal("0.01"))


def _shipping(instructions: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], bool]:
    """The SHIP_TO step, wherever it stands in the list; and whether the buyer fetches it."""
    for one in instructions:
        if one.get("fulfillmentInstructionsType") == "SHIP_TO":
            return one.get("shippingStep") or {}, False
    pickup = any(
        one.get("fulfillmentInstructionsType") == "PREPARE_FOR_PICKUP" for one in instructions
    )
    return {}, pickup


def _address(ship_to: Mapping[str, Any]) -> FoundAddress:
    address = ship_to.get("contactAddress") or {}
    return FoundAddress(
        name=str(ship_to.get("fullName") or ""),
        line1=str(address.get("addressLine1") or ""),
        line2=str(address.get("addressLine2") or ""),
        city=str(address.get("city") or ""),
        region=str(address.get("stateOrProvince") or ""),
        postal_code=str(address.get("postalCode") or ""),
        country=str(address.get("countryCode") or ""),
        phone=str((ship_to.get("primaryPhone") or {}).get("phoneNumber") or ""),
        email=str(ship_to.get("email") or ""),
    )


def _buyer(body: Mapping[str, Any], ship_to: FoundAddress) -> FoundBuyer:
    buyer = body.get("buyer") or {}
    known = buyer.get("buyerRegistrationAddress") or {}
    return FoundBuyer(
        username=str(buyer.get("username") or ""),
        name=str(known.get("fullName") or ship_to.name),
        email=str(known.get("email") or ship_to.email),
        phone=str((known.get("primaryPhone") or {}).get("phoneNumber") or ship_to.phone),
        note=str(body.get("buyerCheckoutNotes") or ""),
    )


def _line(row: Mapping[str, Any]) -> FoundLine:
    quantity = int(row["quantity"])
    if quantity < 1:
        message = "a line without a quantity"
        raise ValueError(message)
    # eBay's lineItemCost is the unit price times the quantity, before discounts.
    total = _amount(row["lineItemCost"])
    after = row.get("discountedLineItemCost")
    return FoundLine(
        external_line_id=str(row["lineItemId"]),
        external_listing_id=str(row.get("legacyItemId") or ""),
        external_variation_id=str(row.get("legacyVariationId") or ""),
        sku=str(row.get("sku") or ""),
        title=str(row.get("title") or ""),
        quantity=quantity,
        unit_price=(total / quantity).quantize(Decimal("0.01")),
        total=total,
        discount=total - _amount(after) if after else Decimal("0.00"),
        shipping=_amount((row.get("deliveryCost") or {}).get("shippingCost")),
        tax=_sum(one.get("amount") for one in row.get("taxes") or ()),
        refunded=_sum(one.get("amount") for one in row.get("refunds") or ()),
        ship_by=_moment((row.get("lineItemFulfillmentInstructions") or {}).get("shipByDate")),
        vehicle={
            str(one.get("propertyName")): str(one.get("propertyValue"))
            for one in row.get("compatibilityProperties") or ()
        },
    )


def _sum(rows: Iterator[Any]) -> Decimal:
    return sum((_amount(row) for row in rows), Decimal("0.00"))


def _paid_at(body: Mapping[str, Any]) -> datetime.datetime | None:
    payments = (body.get("paymentSummary") or {}).get("payments") or ()
    moments = [
        moment
        for one in payments
        if one.get("paymentStatus") == "PAID" and (moment := _moment(one.get("paymentDate")))
    ]
    return max(moments) if moments else None


def _refunds(body: Mapping[str, Any]) -> Iterator[FoundRefund]:
    for row in (body.get("paymentSummary") or {}).get("refunds") or ():
        yield FoundRefund(
            external_id=str(row.get("refundId") or row.get("refundReferenceId") or ""),
            amount=_amount(row.get("amount")),
            at=_moment(row.get("refundDate")),
            is_done=row.get("refundStatus") == "REFUNDED",
        )


def ship(session: Session, shipment: Shipment) -> str:
    """Tell eBay that lines went out; a repeat with the same tracking number is told only once."""
    tracking = re.sub(r"[\s\-]", "", shipment.tracking_number)
    if bool(tracking) != bool(shipment.carrier):
        raise ChannelError(
            SellerMustFix(
                field="trackingNumber",
                reason="eBay takes carrier and tracking number only together.",
            )
        )
    if tracking and not (tracking.isascii() and tracking.isalnum()):
        raise ChannelError(
            SellerMustFix(
                field="trackingNumber",
                reason="eBay takes tracking numbers of letters and digits only.",
            )
        )
    path = f"{ORDER}/{in_path(shipment.external_order_id)}/shipping_fulfillment"
    told = user_call(session, "fulfillment", "GET", path).body.get("fulfillments") or ()
    for one in told:
        lines = {str(row["lineItemId"]) for row in one.get("lineItems") or ()}
        same_number = tracking and one.get("shipmentTrackingNumber") == tracking
        if same_number or (not tracking and lines >= set(shipment.lines)):
            return str(one.get("fulfillmentId") or "")
    body: dict[str, Any] = {
        "lineItems": [
            {"lineItemId": line, "quantity": quantity} for line, quantity in shipment.lines.items()
        ],
        "shippedDate": shipment.shipped_at.astimezone(datetime.UTC).strftime(
            "%Y-%m-%dT%H:%M:%S.000Z"
        ),
    }
    if tracking:
        body |= {"shippingCarrierCode": shipment.carrier, "trackingNumber": tracking}
    return last_part(user_call(session, "fulfillment", "POST", path, json=body))
