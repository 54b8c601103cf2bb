"""Which vehicles an inventory item fits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox import vehicles
from channels_app.sandbox.errors import Json, entry, err
from channels_app.sandbox.http import Response, Route, empty, reply
from channels_app.sandbox.inventory_rules import READ, WRITE, WRITE_TEXT, item_of, note_write

if TYPE_CHECKING:
    from channels_app.sandbox.http import Context

MOST_VEHICLES = 3_000
SPEC: Json = {
    "compatibleProducts": [
        {
            "compatibilityProperties": [{"name": str, "value": str}],
            "productFamilyProperties": dict.fromkeys(
                ("engine", "make", "model", "trim", "year"), str
            ),
            "notes": str,
        }
    ]
}


def _check_vehicle(product: Json) -> str | None:
    """Return the description of a vehicle that nobody knows; raises for a malformed one."""
    properties = product.get("compatibilityProperties") or []
    if product.get("productFamilyProperties"):
        raise err(25742)
    if len(properties) > len(vehicles.PROPERTIES):
        raise err(25739)
    if not properties or len(product.get("notes") or "") > 500:
        raise err(25023)
    given = {}
    for row in properties:
        name, value = row.get("name") or "", row.get("value") or ""
        if not 1 <= len(name) <= 40:
            raise err(25740)
        if not 1 <= len(value) <= 200:
            raise err(25741)
        if name not in vehicles.PROPERTIES:
            raise err(25023, f"Invalid compatibility information. Unknown property {name}.")
        given[name] = value
    if not {"Year", "Make", "Model"} <= set(given):
        raise err(25023, "Invalid compatibility information. Year, Make and Model are needed.")
    if vehicles.known(given["Year"], given["Make"], given["Model"]):
        return None
    return f"{given['Year']} {given['Make']} {given['Model']}"


def put(context: Context) -> Response:
    """Replace the list; unknown vehicles give a warning, or 25023 by the control."""
    sku = context.params["sku"]
    if item_of(context.db, context.user_id, sku) is None:
        raise err(25702)
    products = context.body.get("compatibleProducts") or []
    most = context.db.setting("most_vehicles", MOST_VEHICLES)
    if len(products) > most:
        raise err(25023, f"Invalid compatibility information. {most} vehicles at most.")
    unknown = [name for product in products if (name := _check_vehicle(product))]
    if unknown and context.db.setting("strict_compatibility", default=False):
        raise err(25023, params={"vehicle": unknown[0]})
    context.db.run(
        "INSERT OR REPLACE INTO compatibility VALUES (?, ?, ?)",
        context.user_id,
        sku,
        json.dumps(products),
    )
    note_write(context, sku, item_of(context.db, context.user_id, sku))
    if unknown:
        text = f"Invalid compatibility information. Unknown vehicle {unknown[0]}."
        warning = entry(25023, text, {"count": str(len(unknown))}, category="APPLICATION")
        return reply({"warnings": [warning]})
    return empty()


def _stored(context: Context) -> list[Json]:
    row = context.db.one(
        "SELECT data FROM compatibility WHERE user_id = ? AND sku = ?",
        context.user_id,
        context.params["sku"],
    )
    if row is None:
        raise err(25710)
    products: list[Json] = json.loads(row["data"])
    return products


def get(context: Context) -> Response:
    """Return the list; none is 404 25710."""
    return reply({"compatibleProducts": _stored(context), "sku": context.params["sku"]})


def delete(context: Context) -> Response:
    """Drop the list; none is 404 25710."""
    _stored(context)
    context.db.run(
        "DELETE FROM compatibility WHERE user_id = ? AND sku = ?",
        context.user_id,
        context.params["sku"],
    )
    return empty()


_PATH = "/sell/inventory/v1/inventory_item/{sku}/product_compatibility"
ROUTES = [
    Route(
        name="createOrReplaceProductCompatibility",
        method="PUT",
        pattern=_PATH,
        handler=put,
        spec=SPEC,
        **WRITE_TEXT,
    ),
    Route(name="getProductCompatibility", method="GET", pattern=_PATH, handler=get, **READ),
    Route(
        name="deleteProductCompatibility", method="DELETE", pattern=_PATH, handler=delete, **WRITE
    ),
]
