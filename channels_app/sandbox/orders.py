"""Fulfillment API, reading: getOrders with filters and paging, getOrder."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from channels_app.sandbox import checkout
from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.http import Response, Route, reply
from channels_app.sandbox.store import moment_of, stamp

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.inventory_rules import RouteOptions

READ: RouteOptions = {
    "token": "user",
    "scopes": ("/sell.fulfillment", "/sell.fulfillment.readonly"),
    "resource": "sell.fulfillment",
    "languages": "",
}
WRITE: RouteOptions = {**READ, "scopes": ("/sell.fulfillment",)}
PATH = "/sell/fulfillment/v1/order"
_FILTER = re.compile(r"(\w+):(\[[^\]]*\]|\{[^}]*\})")
_TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$")
_STATUSES = ({"NOT_STARTED", "IN_PROGRESS"}, {"FULFILLED", "IN_PROGRESS"})
PRIVATE_AFTER = timedelta(days=90)
_YEARS = timedelta(days=731)


def _time(text: str, now: datetime) -> datetime:
    if not _TIME.match(text):
        raise err(30810)
    try:
        moment = moment_of(text)
    except ValueError as error:
        raise err(30810) from error
    # a client's clock may run a little ahead of ours
    if moment > now + timedelta(minutes=5):
        raise err(30850)
    return moment


def _range(value: str, now: datetime) -> tuple[str, str]:
    if not value.startswith("[") or ".." not in value:
        raise err(30800)
    first, _, last = value[1:-1].partition("..")
    if not first:
        raise err(30820)
    start = _time(first, now)
    end = _time(last, now) if last else now
    if start >= end:
        raise err(30840)
    if now - start > _YEARS:
        raise err(30830)
    return stamp(start), stamp(end)


def _where(context: Context) -> tuple[str, list[str]]:
    """Turn the filter into SQL; without one the last 90 days count."""
    now, text = context.db.now(), context.query.get("filter", "")
    found = dict(_FILTER.findall(text))
    rest = _FILTER.sub("", text).replace(",", "").strip()
    if rest:
        raise err(30800)
    unknown = set(found) - {"creationdate", "lastmodifieddate", "orderfulfillmentstatus"}
    if unknown:
        raise err(30700)
    sql, values = "", []
    if "creationdate" in found:
        sql, values = " AND created BETWEEN ? AND ?", [*_range(found["creationdate"], now)]
    elif "lastmodifieddate" in found:
        sql, values = " AND modified BETWEEN ? AND ?", [*_range(found["lastmodifieddate"], now)]
    else:
        sql, values = " AND created >= ?", [stamp(now - PRIVATE_AFTER)]
    if "orderfulfillmentstatus" in found:
        chosen = set(found["orderfulfillmentstatus"].strip("{}").split("|"))
        if chosen not in _STATUSES:
            raise err(30800)
        sql += " AND fulfillment IN (?, ?)"
        values += sorted(chosen)
    return sql, values


def _number(context: Context, name: str, default: int, error_id: int) -> int:
    text = context.query.get(name, str(default))
    if not text.isdigit():
        raise err(error_id)
    return int(text)


def _check_groups(context: Context) -> None:
    groups = context.query.get("fieldGroups")
    if groups is not None and groups != "TAX_BREAKDOWN":
        raise err(32800)


def shown(row: sqlite3.Row, now: datetime) -> Json:
    """Return the order as it stands; the buyer's street, name, phone, mail go after 90 days."""
    order: Json = json.loads(row["data"])
    if now - moment_of(row["created"]) < PRIVATE_AFTER:
        return order
    places = [order["buyer"].get("buyerRegistrationAddress") or {}]
    places += [
        (step.get("shippingStep") or {}).get("shipTo") or {}
        for step in order["fulfillmentStartInstructions"]
    ]
    for place in places:
        for name in ("fullName", "primaryPhone", "email"):
            place.pop(name, None)
        for name in ("addressLine1", "addressLine2"):
            (place.get("contactAddress") or {}).pop(name, None)
    return order


def list_orders(context: Context) -> Response:
    """getOrders: `offset` counts orders; cancelRequests are always empty here."""
    checkout.settle_refunds(context.db)
    _check_groups(context)
    limit = _number(context, "limit", 50, 31100)
    offset = _number(context, "offset", 0, 31000)
    if not 1 <= limit <= 200:
        raise err(31100)
    ids = [part.strip() for part in context.query.get("orderIds", "").split(",") if part.strip()]
    if len(ids) > 50:
        raise err(30900)
    where, values = _where(context) if not ids else ("", [])
    rows = context.db.all(
        f"SELECT * FROM orders WHERE user_id = ?{where} ORDER BY created, order_id",  # noqa: S608 (built from fixed text)
        context.user_id,
        *values,
    )
    if ids:
        rows = [row for row in rows if row["order_id"] in ids]
    now = context.db.now()
    orders = []
    for row in rows[offset : offset + limit]:
        order = shown(row, now)
        order["cancelStatus"]["cancelRequests"] = []
        orders.append(order)

    def link(start: int) -> str:
        query = {**context.query, "limit": str(limit), "offset": str(start)}
        return f"{context.base}{PATH}?{urlencode(query)}"

    out: Json = {"href": link(offset), "total": len(rows), "limit": limit, "offset": offset}
    if offset + limit < len(rows):
        out["next"] = link(offset + limit)
    if offset:
        out["prev"] = link(max(0, offset - limit))
    return reply({**out, "orders": orders})


def order_row(context: Context, missing: int = 32100) -> sqlite3.Row:
    """Return the seller's order of the path; raises 404."""
    checkout.settle_refunds(context.db)
    row = context.db.one(
        "SELECT * FROM orders WHERE order_id = ? AND user_id = ?",
        context.params["orderId"],
        context.user_id,
    )
    if row is None:
        raise err(missing)
    return row


def get_order(context: Context) -> Response:
    """getOrder."""
    _check_groups(context)
    return reply(shown(order_row(context), context.db.now()))


ROUTES = [
    Route(name="getOrders", method="GET", pattern=PATH, handler=list_orders, **READ),
    Route(name="getOrder", method="GET", pattern=PATH + "/{orderId}", handler=get_order, **READ),
]
