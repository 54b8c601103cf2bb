"""bulkUpdatePriceQuantity: the call of stock sync."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox import listings, publish_checks
from channels_app.sandbox.errors import ApiError, Json, bad_value, entry, err
from channels_app.sandbox.http import Response, Route
from channels_app.sandbox.inventory import bulk_reply, each, rows_of
from channels_app.sandbox.inventory_rules import (
    MONEY,
    WRITE,
    item_of,
    note_write,
    raise_lag,
    set_item_quantity,
)

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context

SPEC: Json = {
    "requests": [
        {
            "sku": str,
            "shipToLocationAvailability": {"quantity": int},
            "offers": [{"offerId": str, "availableQuantity": int, "price": MONEY}],
        }
    ]
}
_ZERO = "Invalid quantity. Quantity 0 needs the out-of-stock control."


def _guard_zero(context: Context, quantity: int, *, live: bool) -> bool:
    """Tell whether 25004 is owed although the value is to be applied; raises when not."""
    if quantity < 0:
        raise err(25004)
    if quantity > 0 or not live:
        return False
    if context.db.setting("partial_apply", default=False):
        return True
    if not publish_checks.zero_allowed(context):
        raise err(25004, _ZERO)
    return False


def _item_row(context: Context, sku: str, quantity: int | None) -> bool:
    item = item_of(context.db, context.user_id, sku)
    if item is None:
        raise err(25604, "Input error. SKU not found.")
    if quantity is None:
        return False
    live = bool(listings.live_offers(context.db, context.user_id, sku))
    owed = _guard_zero(context, quantity, live=live)
    note_write(context, sku, item)
    set_item_quantity(context.db, context.user_id, sku, quantity)
    return owed


def _offer_row(context: Context, sku: str, row: Json) -> bool:
    offer: sqlite3.Row = listings.offer_row(context.db, context.user_id, row.get("offerId") or "")
    if offer["sku"] != sku:
        raise err(25713)
    raise_lag(context, "bulkUpdatePriceQuantity", offer["offer_id"], sku)
    terms = json.loads(offer["data"])
    owed = False
    if row.get("availableQuantity") is not None:
        live = offer["status"] == "PUBLISHED"
        owed = _guard_zero(context, row["availableQuantity"], live=live)
        terms["availableQuantity"] = row["availableQuantity"]
    if row.get("price") is not None:
        if publish_checks.bad_price(row["price"], publish_checks.MARKETS[offer["market"]][1]):
            raise err(25003)
        terms.setdefault("pricingSummary", {})["price"] = row["price"]
    context.db.run(
        "UPDATE offers SET data = ? WHERE offer_id = ?", json.dumps(terms), offer["offer_id"]
    )
    return owed


def _row(context: Context, row: Json) -> list[Json]:
    sku = row.get("sku") or ""
    quantity = (row.get("shipToLocationAvailability") or {}).get("quantity")
    owed: list[bool] = []

    def item_part() -> tuple[int, Json]:
        owed.append(_item_row(context, sku, quantity))
        return 200, {}

    first = each(context, {"sku": sku}, item_part)
    # the offers of a row whose item part was refused are not touched
    offers = (row.get("offers") or []) if first["statusCode"] == 200 else []
    out = []
    for offer in offers:

        def offer_part(offer: Json = offer) -> tuple[int, Json]:
            owed.append(_offer_row(context, sku, offer))
            return 200, {}

        out.append(each(context, {"offerId": offer.get("offerId"), "sku": sku}, offer_part))
    if first["statusCode"] == 200:
        try:
            listings.revise(context.db, context.user_id, sku)
        except ApiError as error:
            first = {**first, "statusCode": error.status, "errors": error.errors}
            return [first]
    if any(owed):
        # eBay's own sandbox says no here and has done it all the same
        refused = {"statusCode": 400, "errors": [entry(25004, _ZERO)]}
        return [{**answer, **refused} for answer in (out or [first])]
    return out or [first]


def update(context: Context) -> Response:
    """Set quantities and prices, absolute; each SKU on its own, 25 at most."""
    rows = rows_of(context, too_many=25712)
    if any(not row.get("sku") for row in rows):
        raise bad_value("sku")
    out = []
    for row in rows:
        context.db.run("SAVEPOINT price_row")
        answers = _row(context, row)
        if all(
            answer["statusCode"] >= 400 and answer["errors"][0]["errorId"] == 25019
            for answer in answers
        ):
            context.db.run("ROLLBACK TO price_row")
        context.db.run("RELEASE price_row")
        out += answers
    return bulk_reply(out)


ROUTES = [
    Route(
        name="bulkUpdatePriceQuantity",
        method="POST",
        pattern="/sell/inventory/v1/bulk_update_price_quantity",
        handler=update,
        spec=SPEC,
        **WRITE,
    )
]
