"""What publishing demands of item, offer and account: every failure in one list."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from channels_app.sandbox import catalog
from channels_app.sandbox.errors import Json, entry
from channels_app.sandbox.inventory_rules import CONDITIONS, item_of, item_quantity

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context

# offer marketplace -> (category tree, currency, country group of its policies)
MARKETS = {
    "EBAY_US": ("0", "USD", "US"),
    "EBAY_MOTORS": ("100", "USD", "US"),
    "EBAY_CA": ("2", "CAD", "CA"),
    "EBAY_GB": ("3", "GBP", "GB"),
    "EBAY_AU": ("15", "AUD", "AU"),
    "EBAY_FR": ("71", "EUR", "FR"),
    "EBAY_DE": ("77", "EUR", "DE"),
}
IMAGE_HOST = "i.ebayimg.com"
USER_ERROR = "A user error has occurred. "
_NEW_KINDS = {"NEW", "NEW_OTHER"}
_POLICIES = (
    ("fulfillmentPolicyId", "fulfillment", 25007),
    ("paymentPolicyId", "payment", 25008),
    ("returnPolicyId", "return", 25009),
)


def missing_aspect(name: str) -> Json:
    """Return the 25002 of a required item specific that is not there."""
    short = f"The item specific {name} is missing."
    long = f"{short} Add {name} to this listing, enter a valid value, and then try again."
    return entry(25002, USER_ERROR + long, {"0": short, "1": long, "2": name})


def _account(context: Context, terms: Json) -> list[Json]:
    db, out = context.db, []
    seller = db.one("SELECT opted_in FROM sellers WHERE user_id = ?", context.user_id)
    if seller is None or not seller["opted_in"]:
        out.append(entry(20403, "User is not eligible for Business Policy"))
    key = terms.get("merchantLocationKey")
    sql = "SELECT * FROM locations WHERE user_id = ? AND key = ?"
    row = db.one(sql, context.user_id, key or "")
    if row is None:
        text = "No <Item.Country> exists or <Item.Country> is specified as an empty tag in the "
        out.append(entry(25002, USER_ERROR + text + "request.", {"0": "Item.Country"}))
    elif row["status"] != "ENABLED":
        out.append(entry(25012))
    return out


def bad_price(price: Json, currency: str) -> bool:
    """Tell whether a price is no positive amount with two decimals in the site's currency."""
    try:
        value = Decimal(str(price.get("value")))
    except InvalidOperation:
        return True
    if not value.is_finite():
        return True
    exponent = value.as_tuple().exponent
    return (
        value <= 0
        or (isinstance(exponent, int) and exponent < -2)
        or (price.get("currency") != currency)
    )


def _terms(offer: sqlite3.Row, terms: Json, item: Json, *, live: bool) -> list[Json]:
    out = []
    quantity, limit = item_quantity(item), terms.get("availableQuantity")
    shown = quantity if limit is None else min(quantity, limit)
    if shown < 1 and not live:
        out.append(entry(25004))
    price = (terms.get("pricingSummary") or {}).get("price") or {}
    if bad_price(price, MARKETS[offer["market"]][1]):
        out.append(entry(25003))
    return out


def _category(
    context: Context, offer: sqlite3.Row, terms: Json, item: Json
) -> tuple[list[Json], catalog.Category | None]:
    tree = MARKETS[offer["market"]][0]
    category = catalog.find(context.db, tree, terms.get("categoryId") or "")
    sticky = context.db.setting("sticky_category", [])
    if category is None or not category.leaf or offer["offer_id"] in sticky:
        return [entry(25005)], None
    allowed = [row["conditionId"] for row in category.conditions]
    if CONDITIONS.get(item.get("condition") or "") not in allowed:
        return [entry(25021)], category
    return [], category


def _texts(terms: Json, item: Json) -> list[Json]:
    product, out = item.get("product") or {}, []
    title = product.get("title") or ""
    if not title:
        out.append(entry(25002, USER_ERROR + "The title is missing.", {"0": "Item.Title"}))
    elif len(title) > 80:
        out.append(entry(25016, "The title value is invalid: 80 characters at most."))
    if not (terms.get("listingDescription") or product.get("description")):
        text = "The description is missing."
        out.append(entry(25002, USER_ERROR + text, {"0": "Item.Description"}))
    return out


def _aspects(category: catalog.Category, item: Json) -> list[Json]:
    product: Json = item.get("product") or {}
    out: list[Json] = []
    given: dict[str, list[str]] = dict(product.get("aspects") or {})
    # brand and mpn of the product count as the aspects of that meaning
    if product.get("brand"):
        given.setdefault("Brand", [product["brand"]])
    if product.get("mpn"):
        given.setdefault("Manufacturer Part Number", [product["mpn"]])
    out += [
        missing_aspect(wanted.name)
        for wanted in category.aspects
        if wanted.required and not any(value.strip() for value in given.get(wanted.name) or [])
    ]
    known = {row.name: row for row in category.aspects}
    for name, values in given.items():
        aspect = known.get(name)
        longest = aspect.longest if aspect else 65
        if any(len(value) > longest for value in values):
            text = f"The value of {name} is too long: {longest} characters at most."
            out.append(entry(25002, USER_ERROR + text, {"0": text, "1": str(longest), "2": name}))
        elif aspect and aspect.selection_only and not set(values) <= set(aspect.values):
            text = f"The value of {name} is not one of the allowed values."
            out.append(entry(25002, USER_ERROR + text, {"0": text, "1": text, "2": name}))
    return out


def _pictures(context: Context, item: Json) -> list[Json]:
    urls = (item.get("product") or {}).get("imageUrls") or []
    out = []
    if any(urlsplit(url).scheme != "https" or not urlsplit(url).netloc for url in urls):
        out.append(entry(25015))
    if not 1 <= len(urls) <= 24:
        out.append(entry(25014, "Invalid pictures. A listing has 1 to 24 pictures."))
    hosted = [url for url in urls if urlsplit(url).netloc == IMAGE_HOST]
    if hosted and len(hosted) < len(urls):
        out.append(entry(25014, "Invalid pictures. Self hosted and eBay pictures are mixed."))
    for url in hosted:
        row = context.db.one("SELECT user_id FROM images WHERE url = ?", url)
        if row is None or row["user_id"] != context.user_id:
            out.append(entry(25014, "Invalid pictures. A picture is not this seller's."))
            break
    return out


def _policies(context: Context, offer: sqlite3.Row, terms: Json, item: Json) -> list[Json]:
    chosen, out = terms.get("listingPolicies") or {}, []
    group = MARKETS[offer["market"]][2]
    for field, kind, error_id in _POLICIES:
        row = context.db.one(
            "SELECT data FROM policies WHERE policy_id = ? AND user_id = ? AND kind = ? "
            "AND market = ?",
            chosen.get(field) or "",
            context.user_id,
            kind,
            group,
        )
        if row is None:
            out.append(entry(error_id))
            continue
        policy = json.loads(row["data"])
        if kind == "return" and not _returns_allowed(context, terms, item, policy):
            text = "Invalid return policy. New parts over $10 need 30 days of free returns."
            out.append(entry(25009, text))
    return out


def _returns_allowed(context: Context, terms: Json, item: Json, policy: Json) -> bool:
    if not context.db.setting("free_returns_rule", default=False):
        return True
    category = catalog.find(context.db, "100", terms.get("categoryId") or "")
    price = (terms.get("pricingSummary") or {}).get("price") or {}
    exempt = category is None or category.free_of_return_rule
    if exempt or item.get("condition") not in _NEW_KINDS or float(price.get("value") or 0) <= 10:
        return True
    days = (policy.get("returnPeriod") or {}).get("value") or 0
    return policy.get("returnShippingCostPayer") == "SELLER" and days >= 30


def _format(context: Context, offer: sqlite3.Row, terms: Json) -> list[Json]:
    out = []
    if offer["format"] == "FIXED_PRICE" and terms.get("listingDuration") != "GTC":
        out.append(entry(25016, "The listingDuration value is invalid: GTC for fixed price."))
    chosen = (terms.get("listingPolicies") or {}).get("bestOfferTerms") or {}
    markets = context.db.count(
        "SELECT count(DISTINCT market) FROM offers WHERE user_id = ? AND sku = ?",
        offer["user_id"],
        offer["sku"],
    )
    if chosen.get("bestOfferEnabled") and markets > 1:
        text = "Best Offer is not available for a SKU offered on several marketplaces."
        out.append(entry(25002, USER_ERROR + text, {"0": "bestOfferTerms"}))
    return out


def check(
    context: Context, offer: sqlite3.Row, terms: Json, item: Json | None, *, live: bool = False
) -> list[Json]:
    """Return every reason why the offer cannot be (or stay) published; [] = it can."""
    out = _account(context, terms)
    if item is None:
        return [*out, entry(25702)]
    out += _terms(offer, terms, item, live=live)
    problems, category = _category(context, offer, terms, item)
    out += problems + _texts(terms, item)
    if category is not None:
        out += _aspects(category, item)
    return [
        *out,
        *_pictures(context, item),
        *_policies(context, offer, terms, item),
        *_format(context, offer, terms),
    ]


def check_live(context: Context, offer: sqlite3.Row, item: Json) -> list[Json]:
    """Return why a live listing could not carry the new item data."""
    problems = check(context, offer, json.loads(offer["data"]), item, live=True)
    if item_quantity(item) == 0 and not zero_allowed(context):
        problems.append(entry(25004, "Invalid quantity. Out-of-stock control is off."))
    return problems


def zero_allowed(context: Context) -> bool:
    """Tell whether the seller's live listings may stand at quantity 0."""
    row = context.db.one("SELECT out_of_stock FROM sellers WHERE user_id = ?", context.user_id)
    return row is not None and bool(row["out_of_stock"])


def check_offer(context: Context, offer: sqlite3.Row) -> list[Json]:
    """Return why the stored offer cannot be published."""
    item = item_of(context.db, offer["user_id"], offer["sku"])
    return check(context, offer, json.loads(offer["data"]), item)
