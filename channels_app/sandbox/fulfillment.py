"""Fulfillment API, writing: shipping and refunds."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from channels_app.sandbox import checkout
from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.http import Response, Route, reply
from channels_app.sandbox.inventory_rules import MONEY
from channels_app.sandbox.orders import PATH, READ, WRITE, order_row
from channels_app.sandbox.store import moment_of

if TYPE_CHECKING:
    from channels_app.sandbox.http import Context
    from channels_app.sandbox.inventory_rules import RouteOptions

_TRACKING = re.compile(r"^[A-Za-z0-9]{1,50}$")
NO_TRACKING = "999"
REASONS = frozenset(
    {
        "BUYER_CANCEL",
        "SELLER_CANCEL",
        "ITEM_NOT_RECEIVED",
        "BUYER_RETURN",
        "ITEM_NOT_AS_DESCRIBED",
        "OTHER_ADJUSTMENT",
        "SHIPPING_DISCOUNT",
    }
)
SHIP_SPEC: Json = {
    "lineItems": [{"lineItemId": str, "quantity": int}],
    "shippedDate": str,
    "shippingCarrierCode": str,
    "trackingNumber": str,
}
REFUND_SPEC: Json = {
    "reasonForRefund": REASONS,
    "comment": str,
    "orderLevelRefundAmount": MONEY,
    "refundItems": [{"lineItemId": str, "legacyReference": dict, "refundAmount": MONEY}],
}


def _lines_to_ship(body: Json, order: Json) -> list[Json]:
    known = {line["lineItemId"]: line for line in order["lineItems"]}
    wanted = body.get("lineItems") or [
        {"lineItemId": key, "quantity": line["quantity"]} for key, line in known.items()
    ]
    ids = [row.get("lineItemId") for row in wanted]
    if len(set(ids)) < len(ids):
        raise err(32210)
    out = []
    for row in wanted:
        line = known.get(row.get("lineItemId") or "")
        if line is None:
            raise err(32200)
        quantity = row.get("quantity") or line["quantity"]
        if not 1 <= quantity <= line["quantity"]:
            raise err(32600, "Invalid input data. The quantity is not the line item's.")
        out.append({"lineItemId": line["lineItemId"], "quantity": quantity})
    return out


def _check_tracking(body: Json) -> str:
    tracking, carrier = body.get("trackingNumber") or "", body.get("shippingCarrierCode") or ""
    if bool(tracking) != bool(carrier) or (tracking and not _TRACKING.match(tracking)):
        raise err(32300)
    return tracking


def ship(context: Context) -> Response:
    """createShippingFulfillment: 201 with Location; all lines shipped makes it FULFILLED."""
    row = order_row(context)
    order: Json = json.loads(row["data"])
    tracking = _check_tracking(context.body)
    lines = _lines_to_ship(context.body, order)
    shipped = context.body.get("shippedDate") or context.db.stamp()
    try:
        moment_of(shipped)
    except ValueError as error:
        raise err(32500) from error
    number = tracking or NO_TRACKING
    data: Json = {"fulfillmentId": number, "shippedDate": shipped, "lineItems": lines}
    if tracking:
        data["shipmentTrackingNumber"] = tracking
        data["shippingCarrierCode"] = context.body["shippingCarrierCode"]
    context.db.run(
        "INSERT OR REPLACE INTO fulfillments VALUES (?, ?, ?)",
        row["order_id"],
        number,
        json.dumps(data),
    )
    where = f"{context.base}{PATH}/{row['order_id']}/shipping_fulfillment/{number}"
    if where not in order["fulfillmentHrefs"]:
        order["fulfillmentHrefs"].append(where)
    _move_on(context, order)
    return reply({}, 201, {"location": where})


def _move_on(context: Context, order: Json) -> None:
    sent: dict[str, int] = {}
    for row in context.db.all("SELECT data FROM fulfillments WHERE order_id = ?", order["orderId"]):
        for line in json.loads(row["data"])["lineItems"]:
            sent[line["lineItemId"]] = sent.get(line["lineItemId"], 0) + line["quantity"]
    for line in order["lineItems"]:
        done = sent.get(line["lineItemId"], 0)
        if done >= line["quantity"]:
            line["lineItemFulfillmentStatus"] = "FULFILLED"
        elif done:
            line["lineItemFulfillmentStatus"] = "IN_PROGRESS"
    states = {line["lineItemFulfillmentStatus"] for line in order["lineItems"]}
    if states == {"FULFILLED"}:
        order["orderFulfillmentStatus"] = "FULFILLED"
    elif states != {"NOT_STARTED"}:
        order["orderFulfillmentStatus"] = "IN_PROGRESS"
    checkout.save(context.db, order)


def list_shipped(context: Context) -> Response:
    """getShippingFulfillments."""
    row = order_row(context)
    rows = context.db.all(
        "SELECT data FROM fulfillments WHERE order_id = ? ORDER BY rowid", row["order_id"]
    )
    found = [json.loads(one["data"]) for one in rows]
    return reply({"total": len(found), "fulfillments": found})


def _amount(given: Json | None, currency: str) -> Decimal:
    if given and given.get("currency") not in (None, currency):
        raise err(34909)
    try:
        value = Decimal(str((given or {}).get("value")))
    except InvalidOperation as error:
        raise err(34907) from error
    if not value.is_finite() or value <= 0 or value != value.quantize(Decimal("0.01")):
        raise err(34907)
    return value


def _line_left(order: Json, line_item_id: str) -> Decimal:
    line = next((row for row in order["lineItems"] if row["lineItemId"] == line_item_id), None)
    if line is None:
        raise err(34914)
    gone = sum((Decimal(row["amount"]["value"]) for row in line["refunds"]), start=Decimal(0))
    return Decimal(line["total"]["value"]) - gone


def refund(context: Context) -> Response:
    """issueRefund: answers PENDING; the refund is REFUNDED on the next tick."""
    order: Json = json.loads(order_row(context, missing=34913)["data"])
    body = context.body
    if not body.get("reasonForRefund"):
        raise err(34903)
    whole, items = body.get("orderLevelRefundAmount"), body.get("refundItems") or []
    if bool(whole) == bool(items):
        raise err(34905)
    if order["orderPaymentStatus"] == "FULLY_REFUNDED":
        raise err(34917)
    if any(row["refundStatus"] == "PENDING" for row in order["paymentSummary"]["refunds"]):
        raise err(34922)
    currency = order["pricingSummary"]["total"]["currency"]
    amounts: list[tuple[str | None, Decimal]] = []
    if whole:
        amounts.append((None, _amount(whole, currency)))
    for item in items:
        line_id = item.get("lineItemId") or ""
        amount = _amount(item.get("refundAmount"), currency)
        if amount > _line_left(order, line_id):
            raise err(34924)
        amounts.append((line_id, amount))
    left = Decimal(order["pricingSummary"]["total"]["value"]) - checkout.refunded(order)
    if sum(amount for _, amount in amounts) > left:
        raise err(34915)
    ids = [
        checkout.start_refund(context.db, order, amount, line_item_id=line_id)
        for line_id, amount in amounts
    ]
    return reply({"refundId": ids[0], "refundStatus": "PENDING"})


_SHIPPING = PATH + "/{orderId}/shipping_fulfillment"
_REFUND: RouteOptions = {
    **READ,
    "scopes": ("/sell.finances",),
    "resource": "sell.fulfillment.refund",
}
ROUTES = [
    Route(
        name="createShippingFulfillment",
        method="POST",
        pattern=_SHIPPING,
        handler=ship,
        spec=SHIP_SPEC,
        **WRITE,
    ),
    Route(
        name="getShippingFulfillments",
        method="GET",
        pattern=_SHIPPING,
        handler=list_shipped,
        **READ,
    ),
    Route(
        name="issueRefund",
        method="POST",
        pattern=PATH + "/{orderId}/issue_refund",
        handler=refund,
        spec=REFUND_SPEC,
        **_REFUND,
    ),
]
