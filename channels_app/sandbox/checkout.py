"""What buyers do: buy, pay, ask to cancel; and what eBay does then."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from channels_app.sandbox import legacy, listings, notify
from channels_app.sandbox.buyers import Buyer, buyer_named
from channels_app.sandbox.control_base import ControlError
from channels_app.sandbox.store import stamp

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

FEE = Decimal("0.1235")
REFUND_SECONDS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One line of a cart."""

    listing: sqlite3.Row
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the buyer checks out."""

    buyer: str = ""
    country: str = ""
    paid: bool = True
    pickup: bool = False
    vehicle: dict[str, str] | None = None


def money(value: Decimal, currency: str) -> Json:
    """Write an amount as orders do: "25.0", "12.5", "129.95"."""
    text = f"{value.quantize(Decimal('0.01')):f}"
    return {"value": text.removesuffix("0"), "currency": currency}


def find_listing(db: Db, *, listing_id: str = "", sku: str = "", user_id: str = "") -> sqlite3.Row:
    """Return a live listing by its number or SKU; raises ControlError 404."""
    where = "AND (listing_id = ? OR (sku = ? AND ? != '' AND user_id LIKE ?)) ORDER BY "
    given = (listing_id, sku, sku, user_id or "%")
    row = db.one(
        f"SELECT * FROM listings WHERE status != 'ENDED' {where} status, listing_id DESC",  # noqa: S608 (fixed text)
        *given,
    ) or db.one(f"SELECT * FROM ({legacy.FOR_SALE}) WHERE 1 {where} listing_id", *given)  # noqa: S608 (fixed text)
    if row is None:
        raise ControlError(404, "no live listing of that number or SKU")
    return row


def _take(db: Db, wishes: Sequence[Wish]) -> None:
    for wish in wishes:
        # read again: an earlier line of the same cart may have taken the last piece
        number = wish.listing["listing_id"]
        row = db.one("SELECT * FROM listings WHERE listing_id = ?", number)
        made_elsewhere = row is None
        if row is None:
            row = db.one(f"{legacy.FOR_SALE} AND item_id = ?", number)
        if wish.quantity < 1:
            raise ControlError(400, "the quantity must be at least 1")
        if row is None or row["status"] != "ACTIVE" or row["quantity"] < wish.quantity:
            left = 0 if row is None or row["status"] == "ENDED" else row["quantity"]
            raise ControlError(409, f"sold out: {left} left of {wish.listing['listing_id']}")
        if made_elsewhere:
            legacy.sell(db, row, wish.quantity)
        else:
            listings.sell(db, row, wish.quantity)


def _item_location(db: Db, listing: sqlite3.Row) -> Json:
    key = json.loads(listing["data"]).get("merchantLocationKey", "")
    row = db.one(
        "SELECT data FROM locations WHERE user_id = ? AND key = ?", listing["user_id"], key
    )
    address = (json.loads(row["data"]).get("location") or {}).get("address", {}) if row else {}
    parts = [address.get("city"), address.get("stateOrProvince")]
    return {
        "location": ", ".join(part for part in parts if part),
        "countryCode": address.get("country", "US"),
        "postalCode": address.get("postalCode", ""),
    }


def _times(db: Db) -> Json:
    now = db.now()
    return {
        "minEstimatedDeliveryDate": stamp(now + timedelta(days=3)),
        "maxEstimatedDeliveryDate": stamp(now + timedelta(days=7)),
        "shipByDate": stamp(now + timedelta(days=2)),
        "guaranteedDelivery": False,
    }


def _line(db: Db, wish: Wish, vehicle: dict[str, str] | None) -> Json:
    listing = wish.listing
    cost = Decimal(listing["price"]) * wish.quantity
    currency = listing["currency"]
    market = {"EBAY_MOTORS": "EBAY_MOTORS_US"}.get(listing["market"], listing["market"])
    zero = money(Decimal(0), currency)
    line: Json = {
        "lineItemId": str(db.next_id("line", 10_080_000_000_101)),
        "legacyItemId": listing["listing_id"],
        "sku": listing["sku"],
        "title": listing["title"],
        "lineItemCost": money(cost, currency),
        "quantity": wish.quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": market,
        "purchaseMarketplaceId": market,
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "total": money(cost, currency),
        "deliveryCost": {"shippingCost": zero},
        "appliedPromotions": [],
        "taxes": [{"amount": zero}],
        "refunds": [],
        "properties": {"buyerProtection": True},
        "lineItemFulfillmentInstructions": _times(db),
        "itemLocation": _item_location(db, listing),
    }
    if not line["sku"]:
        # listings made outside the API may have none; the field is absent then
        del line["sku"]
    if vehicle:
        line["compatibilityProperties"] = [
            {"propertyName": name, "propertyDisplayName": name, "propertyValue": value}
            for name, value in vehicle.items()
        ]
    return line


def _instructions(db: Db, buyer: Buyer, wishes: Sequence[Wish], *, pickup: bool) -> Json:
    times = _times(db)
    out: Json = {
        "fulfillmentInstructionsType": "PREPARE_FOR_PICKUP" if pickup else "SHIP_TO",
        "minEstimatedDeliveryDate": times["minEstimatedDeliveryDate"],
        "maxEstimatedDeliveryDate": times["maxEstimatedDeliveryDate"],
        "ebaySupportedFulfillment": False,
    }
    if pickup:
        key = json.loads(wishes[0].listing["data"]).get("merchantLocationKey", "")
        out["pickupStep"] = {"merchantLocationKey": key}
    else:
        out["shippingStep"] = {
            "shipTo": buyer.contact(),
            "shippingCarrierCode": "UPS",
            "shippingServiceCode": "UPSGround",
        }
    return out


def _order_id(db: Db) -> str:
    serial = db.next_id("order", 1)
    # a spread that looks like eBay's and still cannot repeat
    mixed = (serial * 7_919 + 34_567) % 100_000
    return f"{12 + serial // 100_000 % 88:02d}-{mixed:05d}-{serial % 100_000:05d}"


def _document(db: Db, order_id: str, wishes: Sequence[Wish], options: Options) -> Json:
    seller = notify.seller_data(db, wishes[0].listing["user_id"])
    buyer = buyer_named(options.buyer, options.country)
    currency = wishes[0].listing["currency"]
    subtotal = sum(
        (Decimal(wish.listing["price"]) * wish.quantity for wish in wishes), start=Decimal(0)
    )
    fee = (subtotal * FEE).quantize(Decimal("0.01"))
    moment = db.stamp()
    registered = buyer.contact()
    return {
        "orderId": order_id,
        "legacyOrderId": order_id,
        "creationDate": moment,
        "lastModifiedDate": moment,
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PENDING",
        "sellerId": seller["username"],
        "buyer": {
            "username": buyer.username,
            "taxAddress": buyer.tax_address(),
            "buyerRegistrationAddress": registered,
        },
        "pricingSummary": {
            "priceSubtotal": money(subtotal, currency),
            "deliveryCost": money(Decimal(0), currency),
            "total": money(subtotal, currency),
        },
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "paymentSummary": {
            "totalDueSeller": money(subtotal - fee, currency),
            "refunds": [],
            "payments": [],
        },
        "fulfillmentStartInstructions": [_instructions(db, buyer, wishes, pickup=options.pickup)],
        "fulfillmentHrefs": [],
        "lineItems": [_line(db, wish, options.vehicle) for wish in wishes],
        "salesRecordReference": str(db.next_id("record", 1042)),
        "totalFeeBasisAmount": money(subtotal, currency),
        "totalMarketplaceFee": money(fee, currency),
    }


def buy(db: Db, wishes: Sequence[Wish], options: Options) -> Json:
    """Make an order out of a cart of one seller; refuses (409) what is not there any more."""
    if len({wish.listing["user_id"] for wish in wishes}) != 1:
        raise ControlError(400, "an order has lines of one seller")
    _take(db, wishes)
    order_id = _order_id(db)
    order = _document(db, order_id, wishes, options)
    db.run(
        "INSERT INTO orders VALUES (?, ?, ?, ?, ?, 'NOT_STARTED', 'PENDING', ?)",
        order_id,
        wishes[0].listing["user_id"],
        order["buyer"]["username"],
        order["creationDate"],
        order["creationDate"],
        json.dumps(order),
    )
    return pay(db, order_id) if options.paid else order


def load(db: Db, order_id: str) -> tuple[sqlite3.Row, Json]:
    """Return an order's row and document; raises ControlError 404."""
    row = db.one("SELECT * FROM orders WHERE order_id = ?", order_id)
    if row is None:
        raise ControlError(404, f"no order {order_id}")
    return row, json.loads(row["data"])


def save(db: Db, order: Json) -> None:
    """Store a changed order; every change moves lastModifiedDate."""
    order["lastModifiedDate"] = db.stamp()
    db.run(
        "UPDATE orders SET data = ?, modified = ?, fulfillment = ?, payment = ? WHERE order_id = ?",
        json.dumps(order),
        order["lastModifiedDate"],
        order["orderFulfillmentStatus"],
        order["orderPaymentStatus"],
        order["orderId"],
    )


def pay(db: Db, order_id: str) -> Json:
    """Pay an order: PENDING becomes PAID and ORDER_CONFIRMATION goes out."""
    row, order = load(db, order_id)
    if order["orderPaymentStatus"] != "PENDING":
        raise ControlError(409, f"the order is {order['orderPaymentStatus']}")
    if order["cancelStatus"]["cancelState"] == "CANCELED":
        raise ControlError(409, "the order is canceled")
    order["orderPaymentStatus"] = "PAID"
    payment = {
        "paymentMethod": "EBAY",
        "paymentReferenceId": f"{db.next_id('payment', 420_004)}_S",
        "paymentDate": db.stamp(),
        "amount": order["paymentSummary"]["totalDueSeller"],
        "paymentStatus": "PAID",
    }
    order["paymentSummary"]["payments"] = [payment]
    save(db, order)
    notify.queue(
        db, "ORDER_CONFIRMATION", notify.order_data(db, row["user_id"], order), row["user_id"]
    )
    return order


def fail_payment(db: Db, order_id: str) -> Json:
    """Let the payment of a pending order fail."""
    _, order = load(db, order_id)
    if order["orderPaymentStatus"] != "PENDING":
        raise ControlError(409, f"the order is {order['orderPaymentStatus']}")
    order["orderPaymentStatus"] = "FAILED"
    save(db, order)
    return order


def request_cancel(db: Db, order_id: str, *, reason: str, initiator: str) -> Json:
    """Open a cancellation request."""
    _, order = load(db, order_id)
    status = order["cancelStatus"]
    if status["cancelState"] != "NONE_REQUESTED":
        raise ControlError(409, f"the cancellation is {status['cancelState']}")
    if order["orderFulfillmentStatus"] == "FULFILLED":
        raise ControlError(409, "the order is shipped")
    status["cancelState"] = "IN_PROGRESS"
    status["cancelRequests"].append(
        {
            "cancelRequestId": str(db.next_id("cancel", 5_300_000_001)),
            "cancelReason": reason or "BUYER_CANCEL",
            "cancelInitiator": initiator or "BUYER",
            "cancelRequestState": "REQUESTED",
            "cancelRequestedDate": db.stamp(),
        }
    )
    save(db, order)
    return order


def decide_cancel(db: Db, order_id: str, *, approve: bool) -> Json:
    """Approve the open request (a paid order is refunded) or reject it."""
    _, order = load(db, order_id)
    status = order["cancelStatus"]
    if status["cancelState"] != "IN_PROGRESS":
        raise ControlError(409, "there is no open cancellation request")
    request = status["cancelRequests"][-1]
    request["cancelCompletedDate"] = db.stamp()
    request["cancelRequestState"] = "COMPLETED" if approve else "REJECTED"
    status["cancelState"] = "CANCELED" if approve else "NONE_REQUESTED"
    if approve:
        status["cancelledDate"] = request["cancelCompletedDate"]
    save(db, order)
    if approve and order["orderPaymentStatus"] in ("PAID", "PARTIALLY_REFUNDED"):
        left = Decimal(order["pricingSummary"]["total"]["value"]) - refunded(order)
        if left > 0:
            start_refund(db, order, left, line_item_id=None)
    return order


def refunded(order: Json) -> Decimal:
    """Return what was refunded or is on its way."""
    rows = order["paymentSummary"]["refunds"]
    return sum((Decimal(row["amount"]["value"]) for row in rows), start=Decimal(0))


def start_refund(db: Db, order: Json, amount: Decimal, *, line_item_id: str | None) -> str:
    """Book a refund as PENDING; it is REFUNDED on the next tick."""
    refund_id = str(db.next_id("refund", 5_000_000_001))
    due = stamp(db.now() + timedelta(seconds=REFUND_SECONDS))
    currency = order["pricingSummary"]["total"]["currency"]
    shown = {
        "refundId": refund_id,
        "refundDate": db.stamp(),
        "amount": money(amount, currency),
        "refundStatus": "PENDING",
        "refundReferenceId": refund_id,
    }
    order["paymentSummary"]["refunds"].append(shown)
    if line_item_id:
        for line in order["lineItems"]:
            if line["lineItemId"] == line_item_id:
                line["refunds"].append({**shown})
    save(db, order)
    db.run(
        "INSERT INTO refunds VALUES (?, ?, ?, ?, 'PENDING', ?)",
        refund_id,
        order["orderId"],
        line_item_id,
        str(amount),
        due,
    )
    return refund_id


def settle_refunds(db: Db, *, at_once: bool = False) -> int:
    """Complete the refunds that are due; returns how many."""
    limit = "9999" if at_once else db.stamp()
    rows = db.all("SELECT * FROM refunds WHERE status = 'PENDING' AND due_at <= ?", limit)
    for row in rows:
        db.run("UPDATE refunds SET status = 'REFUNDED' WHERE refund_id = ?", row["refund_id"])
        _, order = load(db, row["order_id"])
        lines = [refund for line in order["lineItems"] for refund in line["refunds"]]
        for refund in order["paymentSummary"]["refunds"] + lines:
            if refund["refundId"] == row["refund_id"]:
                refund["refundStatus"] = "REFUNDED"
        whole = refunded(order) >= Decimal(order["pricingSummary"]["total"]["value"])
        order["orderPaymentStatus"] = "FULLY_REFUNDED" if whole else "PARTIALLY_REFUNDED"
        save(db, order)
    return len(rows)
