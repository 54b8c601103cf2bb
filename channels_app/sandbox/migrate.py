"""bulkMigrateListing: hands a listing made elsewhere over to the Inventory API, for good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox import legacy
from channels_app.sandbox.errors import ApiError, Json, entry, err
from channels_app.sandbox.http import Response, Route
from channels_app.sandbox.inventory import bulk_reply, each
from channels_app.sandbox.inventory_rules import CONDITIONS, SKU, WRITE, item_of

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context

MOST_ROWS = 5


def _no(why: str) -> ApiError:
    return err(25718, f"Cannot migrate listing. {why}")


def _candidate(context: Context, listing_id: str) -> sqlite3.Row:
    """Return the listing, or raise 25718 (25707) with the reason why it cannot move."""
    row = context.db.one(
        "SELECT * FROM legacy WHERE item_id = ? AND user_id = ?", listing_id, context.user_id
    )
    if row is None:
        raise _no("The listing is not this seller's.")
    if row["migrated"]:
        raise _no("The listing is in the Inventory API already.")
    data = json.loads(row["data"])
    twins = context.db.count(
        "SELECT count(*) FROM legacy WHERE user_id = ? AND sku = ? AND status = 'Active'",
        context.user_id,
        row["sku"],
    )
    reasons = (
        (row["status"] != "Active", "The listing is not active."),
        (row["format"] != "FixedPriceItem", "The listing is an auction."),
        (not row["sku"], "No SKU."),
        (bool(data["variations"]), "The listing has variations."),
        (twins > 1, "The SKU is on two listings."),
        (not data["policies"] or not data["immediate_pay"], "No business policies."),
        (not data["postal_code"] and not data["city"], "No postal code and no city."),
    )
    for applies, why in reasons:
        if applies:
            raise _no(why)
    if not SKU.match(row["sku"]):
        raise err(25707)
    if item_of(context.db, context.user_id, row["sku"]) is not None:
        raise _no("The SKU is in the Inventory API already.")
    return row


def _location(context: Context, data: Json) -> str:
    key = f"{data['country']}_{data['postal_code'] or data['city']}"
    address = {"country": data["country"], "postalCode": data["postal_code"]}
    if data["city"]:
        address["city"] = data["city"]
    context.db.run(
        "INSERT INTO locations VALUES (?, ?, 'ENABLED', ?) ON CONFLICT DO NOTHING",
        context.user_id,
        key,
        json.dumps({"location": {"address": address}, "name": key}),
    )
    return key


def _store(context: Context, row: sqlite3.Row, data: Json) -> str:
    """Make location, item, compatibility, offer and listing; returns the offer's id."""
    db, left = context.db, row["quantity"] - row["sold"]
    names = {value: key for key, value in CONDITIONS.items()}
    item = {
        "availability": {"shipToLocationAvailability": {"quantity": left}},
        "condition": names.get(row["condition_id"], "USED_EXCELLENT"),
        "product": {
            "title": row["title"],
            "description": data["description"],
            "aspects": data["aspects"],
            "imageUrls": data["imageUrls"],
        },
    }
    owner = (context.user_id, row["sku"])
    db.run("INSERT INTO items VALUES (?, ?, 'en_US', ?)", *owner, json.dumps(item))
    if data["compatibility"]:
        products = [
            {"compatibilityProperties": [{"name": key, "value": car[key]} for key in car]}
            for car in data["compatibility"]
        ]
        db.run("INSERT INTO compatibility VALUES (?, ?, ?)", *owner, json.dumps(products))
    terms = {
        "availableQuantity": left,
        "categoryId": row["category_id"],
        "listingDescription": data["description"],
        "listingDuration": "GTC",
        "merchantLocationKey": _location(context, data),
        "pricingSummary": {"price": {"value": row["price"], "currency": row["currency"]}},
        # eBay's own sandbox gave the offer back without its policies
        "listingPolicies": {},
    }
    offer_id = str(db.next_id("offer", 9_200_000_017))
    db.run(
        "INSERT INTO offers VALUES (?, ?, ?, ?, 'FIXED_PRICE', 'PUBLISHED', ?, ?)",
        offer_id,
        *owner,
        row["market"],
        row["item_id"],
        json.dumps(terms),
    )
    _take_over(context, row, offer_id, {**data, "condition": item["condition"]})
    legacy.change(db, row["item_id"], migrated=1)
    return offer_id


def _take_over(context: Context, row: sqlite3.Row, offer_id: str, data: Json) -> None:
    """Make the listing of the offer under the number that the listing has."""
    left = row["quantity"] - row["sold"]
    context.db.run(
        "INSERT INTO listings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, ?)",
        row["item_id"],
        context.user_id,
        offer_id,
        row["sku"],
        row["market"],
        row["category_id"],
        "ACTIVE" if left > 0 else "OUT_OF_STOCK",
        row["title"],
        row["price"],
        row["currency"],
        left,
        row["sold"],
        row["start_at"],
        json.dumps({**data, "merchantLocationKey": ""}),
        context.db.stamp(),
    )


def _migrate(context: Context, listing_id: str) -> tuple[int, Json]:
    row = _candidate(context, listing_id)
    offer_id = _store(context, row, json.loads(row["data"]))
    return 200, {
        "marketplaceId": row["market"],
        "inventoryItems": [{"sku": row["sku"], "offerId": offer_id}],
    }


def migrate(context: Context) -> Response:
    """Migrate 1 to 5 listings, each on its own."""
    rows = context.body.get("requests") or []
    ids = [str(row.get("listingId") or "") for row in rows]
    if not 1 <= len(ids) <= MOST_ROWS or len(set(ids)) < len(ids):
        raise ApiError(400, [entry(25718, "Cannot migrate listing. 1 to 5 different listings.")])
    out = []
    for listing_id in ids:

        def work(listing_id: str = listing_id) -> tuple[int, Json]:
            return _migrate(context, listing_id)

        out.append(each(context, {"listingId": listing_id}, work))
    return bulk_reply(out)


ROUTES = [
    Route(
        name="bulkMigrateListing",
        method="POST",
        pattern="/sell/inventory/v1/bulk_migrate_listing",
        handler=migrate,
        spec={"requests": [{"listingId": str}]},
        **WRITE,
    )
]
