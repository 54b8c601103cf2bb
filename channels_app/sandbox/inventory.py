"""Inventory items: put, get, list, delete, in bulk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from channels_app.sandbox import listings, publish_checks
from channels_app.sandbox.errors import ApiError, Json, err
from channels_app.sandbox.http import Response, Route, check_shape, empty, reply
from channels_app.sandbox.inventory_rules import (
    ITEM_SPEC,
    READ,
    WRITE,
    WRITE_TEXT,
    check_item,
    check_sku,
    item_of,
    note_write,
    paging,
    raise_lag,
    stale,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels_app.sandbox.http import Context

MOST_ROWS = 25
# wire fields that are not part of the stored item
_OUTER = ("sku", "locale")


def _shown(context: Context, sku: str, item: Json) -> Json:
    row = context.db.one(
        "SELECT locale FROM items WHERE user_id = ? AND sku = ?", context.user_id, sku
    )
    return {**item, "sku": sku, "locale": row["locale"] if row else "en_US"}


def store_item(context: Context, sku: str, body: Json, locale: str) -> tuple[bool, list[Json]]:
    """Create or wholly replace the item; a live listing follows.

    Returns (created, warnings). Raises ApiError, also when a live listing could not carry
    the new data; nothing is changed then.
    """
    check_sku(sku)
    warnings = check_item(body)
    raise_lag(context, "createOrReplaceInventoryItem", sku)
    before = item_of(context.db, context.user_id, sku)
    data = {key: value for key, value in body.items() if key not in _OUTER and value is not None}
    if warnings:
        data.pop("conditionDescription", None)
    for offer in listings.live_offers(context.db, context.user_id, sku):
        problems = publish_checks.check_live(context, offer, data)
        if problems:
            raise ApiError(400, problems)
    context.db.run(
        "INSERT INTO items VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET locale = ?, data = ?",
        context.user_id,
        sku,
        locale,
        json.dumps(data),
        locale,
        json.dumps(data),
    )
    note_write(context, sku, before)
    if before != data:
        listings.revise(context.db, context.user_id, sku)
    return before is None, warnings


def put(context: Context) -> Response:
    """createOrReplaceInventoryItem: 204, or 200/201 when there are warnings."""
    locale = context.request.headers["content-language"].replace("-", "_")
    created, warnings = store_item(context, context.params["sku"], context.body, locale)
    if warnings:
        return reply({"warnings": warnings}, 201 if created else 200)
    return empty()


def get(context: Context) -> Response:
    """getInventoryItem."""
    sku = context.params["sku"]
    item = item_of(context.db, context.user_id, sku)
    if item is None:
        raise err(25710)
    old = stale(context, "getInventoryItem", sku)
    return reply(_shown(context, sku, old or item))


def list_all(context: Context) -> Response:
    """getInventoryItems; `offset` is a page number."""
    rows = context.db.all(
        "SELECT sku, locale, data FROM items WHERE user_id = ? ORDER BY rowid", context.user_id
    )
    items = [
        {**json.loads(row["data"]), "sku": row["sku"], "locale": row["locale"]} for row in rows
    ]
    return reply(paging(context, items, "inventoryItems", default=25, most=200))


def delete(context: Context) -> Response:
    """deleteInventoryItem: ends live listings, deletes the offers."""
    sku = context.params["sku"]
    if item_of(context.db, context.user_id, sku) is None:
        raise err(25710)
    listings.remove_item(context.db, context.user_id, sku)
    return empty()


def rows_of(context: Context, *, too_many: int) -> list[Json]:
    """Return the rows of a bulk body; raises when there are none or more than 25."""
    rows = context.body.get("requests")
    if not rows:
        raise err(25709, "Invalid value for requests.")
    if len(rows) > MOST_ROWS:
        raise err(too_many)
    return list(rows)


def no_twins(rows: list[Json], key: Callable[[Json], Any], error_id: int) -> None:
    """Raise the error when two rows have the same key."""
    keys = [key(row) for row in rows]
    if len(set(keys)) < len(keys):
        raise err(error_id)


def bulk_reply(responses: list[Json]) -> Response:
    """Answer 200 when every row went well, else 207."""
    good = all(row["statusCode"] < 400 for row in responses)
    return reply({"responses": responses}, 200 if good else 207)


def each(context: Context, key: Json, work: Callable[[], tuple[int, Json]]) -> Json:
    """Run one row on its own: what it raises undoes that row and stands in its answer."""
    context.db.run("SAVEPOINT bulk_row")
    try:
        status, more = work()
    except ApiError as error:
        context.db.run("ROLLBACK TO bulk_row")
        status, more = error.status, {"errors": error.errors}
    context.db.run("RELEASE bulk_row")
    return {**key, "statusCode": status, "errors": [], "warnings": [], **more}


def bulk_put(context: Context) -> Response:
    """bulkCreateOrReplaceInventoryItem: 25 rows, each on its own."""
    rows = rows_of(context, too_many=25727)
    if any(not row.get("sku") or not row.get("locale") for row in rows):
        raise err(25733)
    no_twins(rows, lambda row: row["sku"], 25728)

    def put_row(row: Json) -> tuple[int, Json]:
        check_shape(row, ITEM_SPEC, "")
        created, warnings = store_item(context, row["sku"], row, row["locale"])
        return (201 if created else 200), {"warnings": warnings}

    out = [
        each(
            context,
            {"sku": row["sku"], "locale": row["locale"]},
            lambda row=row: put_row(row),  # type: ignore[misc]
        )
        for row in rows
    ]
    return bulk_reply(out)


def bulk_get(context: Context) -> Response:
    """bulkGetInventoryItem: 25 rows."""
    rows = rows_of(context, too_many=25727)
    no_twins(rows, lambda row: row.get("sku"), 25734)
    out = []
    for row in rows:
        sku = row.get("sku") or ""
        item = item_of(context.db, context.user_id, sku)
        if item is None:
            missing = err(25710)
            out.append({"sku": sku, "statusCode": 404, "errors": missing.errors, "warnings": []})
        else:
            shown = _shown(context, sku, item)
            out.append({"sku": sku, "statusCode": 200, "inventoryItem": shown, "errors": []})
    return bulk_reply(out)


_BASE = "/sell/inventory/v1/inventory_item"
_LOOSE: Json = {"requests": [{"sku": str, "locale": str}]}
ROUTES = [
    Route(
        name="createOrReplaceInventoryItem",
        method="PUT",
        pattern=_BASE + "/{sku}",
        handler=put,
        spec=ITEM_SPEC,
        **WRITE_TEXT,
    ),
    Route(name="getInventoryItem", method="GET", pattern=_BASE + "/{sku}", handler=get, **READ),
    Route(name="getInventoryItems", method="GET", pattern=_BASE, handler=list_all, **READ),
    Route(
        name="deleteInventoryItem",
        method="DELETE",
        pattern=_BASE + "/{sku}",
        handler=delete,
        **WRITE,
    ),
    Route(
        name="bulkCreateOrReplaceInventoryItem",
        method="POST",
        pattern="/sell/inventory/v1/bulk_create_or_replace_inventory_item",
        handler=bulk_put,
        spec=_LOOSE,
        **WRITE_TEXT,
    ),
    Route(
        name="bulkGetInventoryItem",
        method="POST",
        pattern="/sell/inventory/v1/bulk_get_inventory_item",
        handler=bulk_get,
        spec=_LOOSE,
        **READ,
    ),
]
