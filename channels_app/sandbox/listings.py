"""Live listings: what follows from item and offer, how they start, change, sell out and end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.gate import day_of
from channels_app.sandbox.inventory_rules import item_of, item_quantity, set_item_quantity

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.store import Db

REVISIONS_A_DAY = 250


def offer_row(db: Db, user_id: str, offer_id: str) -> sqlite3.Row:
    """Return the seller's offer; raises 404 25713."""
    row = db.one("SELECT * FROM offers WHERE offer_id = ? AND user_id = ?", offer_id, user_id)
    if row is None:
        raise err(25713)
    return row


def live_offers(db: Db, user_id: str, sku: str) -> list[sqlite3.Row]:
    """Return the published offers of a SKU."""
    return db.all(
        "SELECT * FROM offers WHERE user_id = ? AND sku = ? AND status = 'PUBLISHED'", user_id, sku
    )


def shown_quantity(db: Db, offer: sqlite3.Row) -> int:
    """Return what buyers see: the smaller of the item's quantity and the offer's."""
    quantity = item_quantity(item_of(db, offer["user_id"], offer["sku"]) or {})
    limit = json.loads(offer["data"]).get("availableQuantity")
    return quantity if limit is None else min(quantity, int(limit))


def _snapshot(db: Db, offer: sqlite3.Row) -> Json:
    item = item_of(db, offer["user_id"], offer["sku"]) or {}
    terms = json.loads(offer["data"])
    price = (terms.get("pricingSummary") or {}).get("price") or {}
    product = item.get("product") or {}
    return {
        "title": product.get("title", ""),
        "price": price.get("value", "0"),
        "currency": price.get("currency", "USD"),
        "category_id": terms.get("categoryId", ""),
        "quantity": shown_quantity(db, offer),
        "data": {
            "description": terms.get("listingDescription") or product.get("description", ""),
            "imageUrls": product.get("imageUrls", []),
            "aspects": product.get("aspects", {}),
            "condition": item.get("condition", ""),
            "conditionDescription": item.get("conditionDescription", ""),
            "merchantLocationKey": terms.get("merchantLocationKey", ""),
            "listingPolicies": terms.get("listingPolicies", {}),
        },
    }


def start(db: Db, offer: sqlite3.Row) -> str:
    """Make the offer's listing; returns its new 12-digit number."""
    listing_id = str(db.next_id("listing", 206_000_000_017))
    shot = _snapshot(db, offer)
    db.run(
        "INSERT INTO listings VALUES (?, ?, ?, ?, ?, ?, 'ACTIVE', ?, ?, ?, ?, 0, ?, NULL, ?, ?)",
        listing_id,
        offer["user_id"],
        offer["offer_id"],
        offer["sku"],
        offer["market"],
        shot["category_id"],
        shot["title"],
        shot["price"],
        shot["currency"],
        shot["quantity"],
        db.stamp(),
        json.dumps(shot["data"]),
        db.stamp(),
    )
    db.run(
        "UPDATE offers SET status = 'PUBLISHED', listing_id = ? WHERE offer_id = ?",
        listing_id,
        offer["offer_id"],
    )
    return listing_id


def refresh(db: Db, offer: sqlite3.Row) -> bool:
    """Carry item and offer over to the live listing; returns whether anything changed."""
    shot = _snapshot(db, offer)
    status = "ACTIVE" if shot["quantity"] > 0 else "OUT_OF_STOCK"
    before = db.one("SELECT * FROM listings WHERE listing_id = ?", offer["listing_id"])
    data = json.dumps(shot["data"])
    after = (
        shot["title"],
        shot["price"],
        shot["currency"],
        shot["category_id"],
        shot["quantity"],
        data,
        status,
    )
    names = ("title", "price", "currency", "category_id", "quantity", "data", "status")
    if before is None or tuple(before[name] for name in names) == after:
        return False
    db.run(
        "UPDATE listings SET title = ?, price = ?, currency = ?, category_id = ?, quantity = ?, "
        "data = ?, status = ?, modified = ? WHERE listing_id = ?",
        *after,
        db.stamp(),
        offer["listing_id"],
    )
    return True


def count_revision(db: Db, listing_id: str) -> None:
    """Count a revision by the seller; raises 25019 after 250 of a day."""
    db.run(
        "INSERT INTO revisions VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1",
        listing_id,
        day_of(db),
    )
    done = db.count(
        "SELECT n FROM revisions WHERE listing_id = ? AND day = ?", listing_id, day_of(db)
    )
    if done > REVISIONS_A_DAY:
        text = "Cannot revise listing. The listing was revised 250 times today."
        raise err(25019, text, {"listingId": listing_id})


def revise(db: Db, user_id: str, sku: str) -> None:
    """Let every live listing of the SKU follow a write of the seller."""
    for offer in live_offers(db, user_id, sku):
        if refresh(db, offer):
            count_revision(db, offer["listing_id"])


def end(db: Db, offer: sqlite3.Row) -> None:
    """End the offer's listing; the offer lives on, unpublished."""
    refresh(db, offer)
    db.run(
        "UPDATE listings SET status = 'ENDED', ended_at = ?, modified = ? WHERE listing_id = ?",
        db.stamp(),
        db.stamp(),
        offer["listing_id"],
    )
    db.run(
        "UPDATE offers SET status = 'UNPUBLISHED', listing_id = NULL WHERE offer_id = ?",
        offer["offer_id"],
    )


def remove_offer(db: Db, offer: sqlite3.Row) -> None:
    """Delete the offer and end its listing."""
    if offer["status"] == "PUBLISHED":
        end(db, offer)
    db.run("DELETE FROM offers WHERE offer_id = ?", offer["offer_id"])


def remove_item(db: Db, user_id: str, sku: str) -> None:
    """Delete the item with its offers and compatibility; ends its listings."""
    for offer in db.all("SELECT * FROM offers WHERE user_id = ? AND sku = ?", user_id, sku):
        remove_offer(db, offer)
    db.run("DELETE FROM compatibility WHERE user_id = ? AND sku = ?", user_id, sku)
    db.run("DELETE FROM items WHERE user_id = ? AND sku = ?", user_id, sku)


def sell(db: Db, listing: sqlite3.Row, quantity: int) -> None:
    """Take pieces out of item and offer and count them as sold; the caller checked stock."""
    user_id, sku = listing["user_id"], listing["sku"]
    offer = db.one("SELECT * FROM offers WHERE offer_id = ?", listing["offer_id"])
    if offer is None:
        return
    left = item_quantity(item_of(db, user_id, sku) or {}) - quantity
    set_item_quantity(db, user_id, sku, left)
    terms = json.loads(offer["data"])
    if terms.get("availableQuantity") is not None:
        terms["availableQuantity"] -= quantity
        db.run(
            "UPDATE offers SET data = ? WHERE offer_id = ?", json.dumps(terms), offer["offer_id"]
        )
    db.run(
        "UPDATE listings SET sold = sold + ? WHERE listing_id = ?", quantity, listing["listing_id"]
    )
    for live in live_offers(db, user_id, sku):
        refresh(db, live)
