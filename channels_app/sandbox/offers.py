"""Offers: create, read, replace, delete, publish, withdraw, in bulk; price and quantity."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox import listings, publish_checks
from channels_app.sandbox.errors import ApiError, Json, bad_value, entry, err
from channels_app.sandbox.http import Response, Route, check_shape, empty, reply
from channels_app.sandbox.inventory import bulk_reply, each, no_twins, rows_of
from channels_app.sandbox.inventory_rules import (
    MONEY,
    READ,
    WRITE,
    WRITE_TEXT,
    check_sku,
    item_of,
    note_write,
    paging,
    raise_lag,
    stale,
)

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context

OFFER_SPEC: Json = {
    "sku": str,
    "marketplaceId": frozenset(publish_checks.MARKETS),
    "format": frozenset({"FIXED_PRICE", "AUCTION"}),
    "availableQuantity": int,
    "categoryId": str,
    "secondaryCategoryId": str,
    "listingDescription": str,
    "listingDuration": frozenset(
        {"GTC", "DAYS_1", "DAYS_3", "DAYS_5", "DAYS_7", "DAYS_10", "DAYS_21", "DAYS_30"}
    ),
    "merchantLocationKey": str,
    "includeCatalogProductDetails": bool,
    "hideBuyerDetails": bool,
    "quantityLimitPerBuyer": int,
    "storeCategoryNames": [str],
    "pricingSummary": {"price": MONEY},
    "listingPolicies": {
        "fulfillmentPolicyId": str,
        "paymentPolicyId": str,
        "returnPolicyId": str,
        "bestOfferTerms": {
            "bestOfferEnabled": bool,
            "autoAcceptPrice": MONEY,
            "autoDeclinePrice": MONEY,
        },
        "productCompliancePolicyIds": [str],
    },
}
# fixed when the offer is made
_FIXED = ("sku", "marketplaceId", "format")
# made by eBay, never taken from a body
_DERIVED = ("offerId", "status", "listing")


def shown(context: Context, row: sqlite3.Row) -> Json:
    """Return the offer as getOffer does."""
    terms = json.loads(row["data"])
    out: Json = {
        "sku": row["sku"],
        "marketplaceId": row["market"],
        "format": row["format"],
        **terms,
        "offerId": row["offer_id"],
        "status": row["status"],
        "hideBuyerDetails": terms.get("hideBuyerDetails", False),
    }
    if row["listing_id"]:
        listing = context.db.one("SELECT * FROM listings WHERE listing_id = ?", row["listing_id"])
        if listing is not None:
            out["listing"] = {
                "listingId": listing["listing_id"],
                "listingStatus": listing["status"],
                "soldQuantity": listing["sold"],
            }
    return out


def _check_terms(body: Json) -> None:
    if len(body.get("listingDescription") or "") > 500_000:
        raise bad_value("listingDescription")
    if len(body.get("merchantLocationKey") or "") > 36:
        raise bad_value("merchantLocationKey")
    if (body.get("availableQuantity") or 0) < 0:
        raise bad_value("availableQuantity")


def create_offer(context: Context, body: Json) -> str:
    """Store a new offer and return its id; one per SKU, marketplace and format."""
    for name in _FIXED:
        if not body.get(name):
            raise bad_value(name)
    sku = check_sku(body["sku"])
    _check_terms(body)
    if item_of(context.db, context.user_id, sku) is None:
        raise err(25702)
    key = (context.user_id, sku, body["marketplaceId"], body["format"])
    twin = context.db.one(
        "SELECT offer_id FROM offers WHERE user_id = ? AND sku = ? AND market = ? AND format = ?",
        *key,
    )
    if twin is not None:
        text = "A user error has occurred. Offer entity already exists."
        raise err(25002, text, {"offerId": twin["offer_id"]})
    offer_id = str(context.db.next_id("offer", 9_200_000_017))
    context.db.run(
        "INSERT INTO offers VALUES (?, ?, ?, ?, ?, 'UNPUBLISHED', NULL, ?)",
        offer_id,
        *key,
        json.dumps(_stored(body)),
    )
    note_write(context, offer_id, None)
    return offer_id


def _stored(body: Json) -> Json:
    return {
        key: value
        for key, value in body.items()
        if key not in _FIXED and key not in _DERIVED and value is not None
    }


def create(context: Context) -> Response:
    """createOffer."""
    return reply({"offerId": create_offer(context, context.body), "warnings": []}, 201)


def list_by_sku(context: Context) -> Response:
    """getOffers: by SKU only; a SKU without offers is 404 25713, not an empty list."""
    sku = check_sku(context.query.get("sku"))
    market, kind = context.query.get("marketplace_id"), context.query.get("format")
    rows = [
        row
        for row in context.db.all(
            "SELECT * FROM offers WHERE user_id = ? AND sku = ? ORDER BY offer_id",
            context.user_id,
            sku,
        )
        if market in (None, row["market"]) and kind in (None, row["format"])
    ]
    if not rows:
        raise err(25713)
    offers = [shown(context, row) for row in rows]
    return reply(paging(context, offers, "offers", default=100, most=100))


def get(context: Context) -> Response:
    """getOffer."""
    row = listings.offer_row(context.db, context.user_id, context.params["offerId"])
    return reply(stale(context, "getOffer", row["offer_id"]) or shown(context, row))


def replace(context: Context) -> Response:
    """updateOffer: whole replacement; a live listing follows and publish rules apply."""
    row = listings.offer_row(context.db, context.user_id, context.params["offerId"])
    body = context.body
    raise_lag(context, "updateOffer", row["offer_id"], row["sku"])
    _check_terms(body)
    live = row["status"] == "PUBLISHED"
    if live:
        item = item_of(context.db, context.user_id, row["sku"])
        problems = publish_checks.check(context, row, body, item, live=True)
        if body.get("availableQuantity") == 0 and not publish_checks.zero_allowed(context):
            problems.append(entry(25004, "Invalid quantity. Out-of-stock control is off."))
        if problems:
            raise ApiError(400, problems)
    before = shown(context, row)
    context.db.run(
        "UPDATE offers SET data = ? WHERE offer_id = ?", json.dumps(_stored(body)), row["offer_id"]
    )
    note_write(context, row["offer_id"], before)
    if live:
        listings.revise(context.db, context.user_id, row["sku"])
    return empty()


def delete(context: Context) -> Response:
    """deleteOffer: ends the listing."""
    row = listings.offer_row(context.db, context.user_id, context.params["offerId"])
    listings.remove_offer(context.db, row)
    return empty()


def publish_offer(context: Context, offer_id: str) -> Json:
    """Publish; publishing what is published answers the same listing with warning 25402."""
    row = listings.offer_row(context.db, context.user_id, offer_id)
    if row["status"] == "PUBLISHED":
        text = "System warning. The offer is already published."
        return {
            "listingId": row["listing_id"],
            "warnings": [entry(25402, text, category="APPLICATION")],
        }
    raise_lag(context, "publishOffer", row["offer_id"], row["sku"])
    problems = publish_checks.check_offer(context, row)
    if problems:
        raise ApiError(400, problems)
    return {"listingId": listings.start(context.db, row), "warnings": []}


def publish(context: Context) -> Response:
    """publishOffer."""
    return reply(publish_offer(context, context.params["offerId"]))


def withdraw(context: Context) -> Response:
    """withdrawOffer: the listing ends, the offer stays. Not published: 200 without an id."""
    row = listings.offer_row(context.db, context.user_id, context.params["offerId"])
    if row["status"] != "PUBLISHED":
        return reply({})
    listings.end(context.db, row)
    return reply({"listingId": row["listing_id"]})


def bulk_create(context: Context) -> Response:
    """bulkCreateOffer."""
    rows = rows_of(context, too_many=25730)
    no_twins(rows, lambda row: tuple(row.get(name) for name in _FIXED), 25729)
    out = []
    for row in rows:
        key = {name: row.get(name) for name in _FIXED}

        def make(row: Json = row) -> tuple[int, Json]:
            check_shape(row, OFFER_SPEC, "")
            return 200, {"offerId": create_offer(context, row)}

        out.append(each(context, key, make))
    return bulk_reply(out)


def bulk_publish(context: Context) -> Response:
    """bulkPublishOffer."""
    rows = rows_of(context, too_many=25730)
    no_twins(rows, lambda row: row.get("offerId"), 25731)
    out = []
    for row in rows:
        offer_id = row.get("offerId") or ""

        def make(offer_id: str = offer_id) -> tuple[int, Json]:
            return 200, publish_offer(context, offer_id)

        out.append(each(context, {"offerId": offer_id}, make))
    return bulk_reply(out)


def fees(context: Context) -> Response:
    """getListingFees: unpublished offers only."""
    summaries: dict[str, Json] = {}
    for row in context.body.get("offers") or []:
        offer = context.db.one(
            "SELECT * FROM offers WHERE offer_id = ? AND user_id = ? AND status = 'UNPUBLISHED'",
            row.get("offerId") or "",
            context.user_id,
        )
        if offer is None:
            raise err(25754)
        amount = {"value": "0.0", "currency": publish_checks.MARKETS[offer["market"]][1]}
        fee = {"feeType": "InsertionFee", "amount": amount}
        summaries[offer["market"]] = {"marketplaceId": offer["market"], "fees": [fee]}
    return reply({"feeSummaries": list(summaries.values())})


_BASE = "/sell/inventory/v1/offer"
_ONE = _BASE + "/{offerId}"
_ROWS: Json = {"requests": [{"offerId": str}]}
ROUTES = [
    Route(
        name="getListingFees",
        method="POST",
        pattern=_BASE + "/get_listing_fees",
        handler=fees,
        spec={"offers": [{"offerId": str}]},
        **READ,
    ),
    Route(
        name="createOffer",
        method="POST",
        pattern=_BASE,
        handler=create,
        spec=OFFER_SPEC,
        **WRITE_TEXT,
    ),
    Route(name="getOffers", method="GET", pattern=_BASE, handler=list_by_sku, **READ),
    Route(name="getOffer", method="GET", pattern=_ONE, handler=get, **READ),
    Route(
        name="updateOffer",
        method="PUT",
        pattern=_ONE,
        handler=replace,
        spec=OFFER_SPEC,
        **WRITE_TEXT,
    ),
    Route(name="deleteOffer", method="DELETE", pattern=_ONE, handler=delete, **WRITE),
    Route(
        name="publishOffer",
        method="POST",
        pattern=_ONE + "/publish",
        handler=publish,
        needs_body=True,
        **WRITE,
    ),
    Route(
        name="withdrawOffer",
        method="POST",
        pattern=_ONE + "/withdraw",
        handler=withdraw,
        needs_body=True,
        **WRITE,
    ),
    Route(
        name="bulkCreateOffer",
        method="POST",
        pattern="/sell/inventory/v1/bulk_create_offer",
        handler=bulk_create,
        spec={"requests": [{"sku": str}]},
        **WRITE_TEXT,
    ),
    Route(
        name="bulkPublishOffer",
        method="POST",
        pattern="/sell/inventory/v1/bulk_publish_offer",
        handler=bulk_publish,
        spec=_ROWS,
        **WRITE,
    ),
]
