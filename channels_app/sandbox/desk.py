"""What buyers and sellers settle on the marketplace's own pages: returns, and edits of listings.

Returns have no API that an application without a special permit may read: it sees the refund alone.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from channels_app.sandbox import checkout, listings
from channels_app.sandbox.control_base import Call, ControlError, only, text
from channels_app.sandbox.inventory_rules import item_of

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

REASONS = ("Does not fit", "Not as described", "Arrived damaged", "No longer needed")


def returns_of(db: Db, order_id: str) -> list[sqlite3.Row]:
    """Return an order's return requests, oldest first."""
    return db.all("SELECT * FROM returns WHERE order_id = ? ORDER BY created, rowid", order_id)


def ask_return(db: Db, order_id: str, reason: str) -> sqlite3.Row:
    """Ask to give a shipped order back; 409 before it was shipped, or while a request is open."""
    _, order = checkout.load(db, order_id)
    if order["orderFulfillmentStatus"] != "FULFILLED":
        raise ControlError(409, "nothing was shipped yet: ask to cancel instead")
    if order["orderPaymentStatus"] not in ("PAID", "PARTIALLY_REFUNDED"):
        raise ControlError(409, f"the order is {order['orderPaymentStatus']}")
    if any(row["state"] == "OPEN" for row in returns_of(db, order_id)):
        raise ControlError(409, "a return is asked for already")
    return_id = str(db.next_id("return", 5_100_000_001))
    db.run(
        "INSERT INTO returns VALUES (?, ?, ?, 'OPEN', ?)",
        return_id,
        order_id,
        reason or REASONS[0],
        db.stamp(),
    )
    return _return(db, return_id)


def decide_return(db: Db, return_id: str, *, accept: bool) -> sqlite3.Row:
    """Accept a return (what is left of the order is refunded) or decline it."""
    row = _return(db, return_id)
    if row["state"] != "OPEN":
        raise ControlError(409, f"the return is {row['state']}")
    if accept:
        _, order = checkout.load(db, row["order_id"])
        left = Decimal(order["pricingSummary"]["total"]["value"]) - checkout.refunded(order)
        if left > 0:
            checkout.start_refund(db, order, left, line_item_id=None)
    state = "REFUNDED" if accept else "DECLINED"
    db.run("UPDATE returns SET state = ? WHERE return_id = ?", state, return_id)
    return _return(db, return_id)


def _return(db: Db, return_id: str) -> sqlite3.Row:
    row = db.one("SELECT * FROM returns WHERE return_id = ?", return_id)
    if row is None:
        raise ControlError(404, f"no return {return_id}")
    return row


def edit_listing(db: Db, listing_id: str, *, price: str = "", title: str = "") -> sqlite3.Row:
    """Change a live listing as another program of the seller would."""
    offer = db.one("SELECT * FROM offers WHERE listing_id = ?", listing_id)
    if offer is None:
        raise ControlError(404, "no live listing of that number")
    if price:
        _edit_price(db, offer, price)
    item = item_of(db, offer["user_id"], offer["sku"])
    if title and item is not None:
        item["product"] = {**item.get("product", {}), "title": title[:80]}
        db.run(
            "UPDATE items SET data = ? WHERE user_id = ? AND sku = ?",
            json.dumps(item),
            offer["user_id"],
            offer["sku"],
        )
    listings.revise(db, offer["user_id"], offer["sku"])
    found = db.one("SELECT * FROM listings WHERE listing_id = ?", listing_id)
    if found is None:
        raise ControlError(404, "no live listing of that number")
    return found


def _edit_price(db: Db, offer: sqlite3.Row, price: str) -> None:
    try:
        value = Decimal(price)
    except InvalidOperation as error:
        raise ControlError(400, f"{price} is no price") from error
    if not value.is_finite() or value <= 0:
        raise ControlError(400, f"{price} is no price")
    terms = json.loads(offer["data"])
    terms["pricingSummary"]["price"]["value"] = f"{value:.2f}"
    db.run("UPDATE offers SET data = ? WHERE offer_id = ?", json.dumps(terms), offer["offer_id"])


def _ask(db: Db, given: Json) -> Json:
    """Ask to give a shipped order back: {order_id, reason?}."""
    only(given, "order_id", "reason")
    return dict(ask_return(db, text(given, "order_id"), str(given.get("reason") or "")))


def _decide(db: Db, given: Json) -> Json:
    """Accept a return, which refunds it, or decline it: {return_id, accept?}."""
    only(given, "return_id", "accept")
    return dict(decide_return(db, text(given, "return_id"), accept=bool(given.get("accept", True))))


def _edit(db: Db, given: Json) -> Json:
    """Change a live listing as another program would: {listing_id, price?, title?}."""
    only(given, "listing_id", "price", "title")
    row = edit_listing(
        db,
        text(given, "listing_id"),
        price=str(given.get("price") or ""),
        title=str(given.get("title") or ""),
    )
    return {"listing_id": row["listing_id"], "price": row["price"], "title": row["title"]}


CALLS: dict[str, Call] = {"ask_return": _ask, "decide_return": _decide, "edit_listing": _edit}
