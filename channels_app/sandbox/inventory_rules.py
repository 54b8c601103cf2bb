"""What the calls of the Inventory API share: shapes, item rules, paging, lag after a write."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import urlencode

from channels_app.sandbox.errors import ApiError, Json, bad_value, entry, err
from channels_app.sandbox.store import moment_of

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.store import Db


class RouteOptions(TypedDict):
    """The part of a Route that all calls of one API share."""

    token: str
    scopes: tuple[str, ...]
    resource: str
    languages: str


READ: RouteOptions = {
    "token": "user",
    "scopes": ("/sell.inventory", "/sell.inventory.readonly"),
    "resource": "sell.inventory",
    "languages": "accept",
}
WRITE: RouteOptions = {**READ, "scopes": ("/sell.inventory",)}
WRITE_TEXT: RouteOptions = {**WRITE, "languages": "both"}

CONDITIONS = {
    "NEW": "1000",
    "NEW_OTHER": "1500",
    "NEW_WITH_DEFECTS": "1750",
    "CERTIFIED_REFURBISHED": "2000",
    "EXCELLENT_REFURBISHED": "2010",
    "VERY_GOOD_REFURBISHED": "2020",
    "GOOD_REFURBISHED": "2030",
    "SELLER_REFURBISHED": "2500",
    "LIKE_NEW": "2750",
    "USED_EXCELLENT": "3000",
    "USED_VERY_GOOD": "4000",
    "USED_GOOD": "5000",
    "USED_ACCEPTABLE": "6000",
    "FOR_PARTS_OR_NOT_WORKING": "7000",
}
MONEY: Json = {"value": str, "currency": str}
ITEM_SPEC: Json = {
    "availability": {"shipToLocationAvailability": {"quantity": int}},
    "condition": frozenset(CONDITIONS),
    "conditionDescription": str,
    "packageWeightAndSize": {
        "packageType": str,
        "weight": {"value": float, "unit": frozenset({"POUND", "OUNCE", "KILOGRAM", "GRAM"})},
        "dimensions": {
            "length": float,
            "width": float,
            "height": float,
            "unit": frozenset({"INCH", "FEET", "CENTIMETER", "METER"}),
        },
    },
    "product": {
        "title": str,
        "description": str,
        "aspects": {"*": [str]},
        "brand": str,
        "mpn": str,
        "upc": [str],
        "ean": [str],
        "epid": str,
        "imageUrls": [str],
        "subtitle": str,
    },
}
SKU = re.compile(r"^[A-Za-z0-9_.-]{1,50}$")


def check_sku(sku: object) -> str:
    """Return the SKU; raises 25707 for what eBay cannot take as one."""
    if not isinstance(sku, str) or not SKU.match(sku):
        raise err(25707)
    return sku


def _whole(container: Json, names: tuple[str, ...]) -> bool:
    return all(container.get(name) is not None for name in names)


def check_item(body: Json) -> list[Json]:
    """Apply the few rules of createOrReplaceInventoryItem; returns warnings, raises ApiError."""
    product = body.get("product") or {}
    availability = (body.get("availability") or {}).get("shipToLocationAvailability") or {}
    if (availability.get("quantity") or 0) < 0:
        raise bad_value("availability.shipToLocationAvailability.quantity")
    for name, longest in (("title", 80), ("brand", 65), ("mpn", 65)):
        if len(product.get(name) or "") > longest:
            field = f"product.{name}"
            raise bad_value(field)
    if len(product.get("description") or "") > 4000:
        raise err(25016, "The product.description value is invalid: 4000 characters at most.")
    if len(body.get("conditionDescription") or "") > 1000:
        raise bad_value("conditionDescription")
    if product.get("imageUrls") == []:
        raise err(25717, params={"text1": "imageUrls"})
    package = body.get("packageWeightAndSize") or {}
    weight, size = package.get("weight"), package.get("dimensions")
    if weight is not None and (not _whole(weight, ("value", "unit")) or weight["value"] <= 0):
        raise err(25715)
    if size is not None and not _whole(size, ("length", "width", "height", "unit")):
        raise err(25715)
    if body.get("condition") == "NEW" and body.get("conditionDescription"):
        text = "conditionDescription is not applicable for the condition and has been dropped."
        return [entry(25030, text, category="APPLICATION")]
    return []


def item_of(db: Db, user_id: str, sku: str) -> Json | None:
    """Return the stored item, or None."""
    row = db.one("SELECT data FROM items WHERE user_id = ? AND sku = ?", user_id, sku)
    return None if row is None else json.loads(row["data"])


def item_quantity(item: Json) -> int:
    """Return the quantity of an item; one without availability has none."""
    availability = (item.get("availability") or {}).get("shipToLocationAvailability") or {}
    return int(availability.get("quantity") or 0)


def set_item_quantity(db: Db, user_id: str, sku: str, quantity: int) -> None:
    """Write the quantity into the stored item."""
    item = item_of(db, user_id, sku) or {}
    item.setdefault("availability", {})["shipToLocationAvailability"] = {"quantity": quantity}
    db.run(
        "UPDATE items SET data = ? WHERE user_id = ? AND sku = ?", json.dumps(item), user_id, sku
    )


def paging(context: Context, rows: list[Json], name: str, *, default: int, most: int) -> Json:
    """Cut out the page asked for. `offset` is a page number here; raises 25706."""
    query = context.query
    try:
        limit, offset = int(query.get("limit", default)), int(query.get("offset", 0))
    except ValueError as error:
        raise err(25706) from error
    if not 1 <= limit <= most or offset < 0:
        raise err(25706)
    start = offset * limit
    # the oddity of the policy lists can be switched on here as well
    if start >= len(rows) and rows and name in context.db.setting("page_repeat", []):
        start = 0
    path = context.request.path
    page = rows[start : start + limit]

    def link(number: int) -> str:
        return f"{path}?" + urlencode({**query, "limit": limit, "offset": number})

    out: Json = {"href": link(offset), "total": len(rows), "size": len(page), "limit": limit}
    if start + limit < len(rows):
        out["next"] = context.base + link(offset + 1)
    if offset:
        out["prev"] = context.base + link(offset - 1)
    out[name] = page
    return out


def note_write(context: Context, key: str, previous: Any) -> None:
    """Remember our own write, for the lag that eBay shows after one."""
    context.db.run(
        "INSERT OR REPLACE INTO writes VALUES (?, ?, ?)",
        f"{context.user_id}/{key}",
        context.db.stamp(),
        json.dumps(previous),
    )


def _lagging(context: Context, route: str, key: str) -> tuple[Json, sqlite3.Row] | None:
    lag: Json | None = context.db.setting("lag", {}).get(route)
    if lag is None:
        return None
    row = context.db.one("SELECT * FROM writes WHERE key = ?", f"{context.user_id}/{key}")
    if row is None:
        return None
    until = moment_of(row["at"]) + timedelta(seconds=float(lag["seconds"]))
    return (lag, row) if context.db.now() < until else None


_LAG_TEXTS = {
    25604: "Input error. Availability not found.",
    25016: "A field value is invalid. The availability is not yet known.",
    25019: "Cannot revise listing. Cannot revise, try again later.",
}


def raise_lag(context: Context, route: str, *keys: str) -> None:
    """Raise the error of a lagging route when one of the keys was written just before."""
    for key in keys:
        if found := _lagging(context, route, key):
            number = int(found[0].get("error", 25604))
            raise ApiError(400, [entry(number, _LAG_TEXTS.get(number))])


def stale(context: Context, route: str, key: str) -> Any:
    """Return what a lagging read still shows: the value before our last write, or None."""
    found = _lagging(context, route, key)
    return None if found is None else json.loads(found[1]["previous"])
