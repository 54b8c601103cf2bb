"""Inventory locations of a seller."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.http import Response, Route, empty, reply
from channels_app.sandbox.inventory_rules import READ, WRITE, paging

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context

_ADDRESS = dict.fromkeys(
    ("addressLine1", "addressLine2", "city", "stateOrProvince", "postalCode", "country", "county"),
    str,
)
SPEC: Json = {
    "location": {"address": _ADDRESS},
    "name": str,
    "locationTypes": [frozenset({"STORE", "WAREHOUSE", "FULFILLMENT_CENTER"})],
    "merchantLocationStatus": frozenset({"ENABLED", "DISABLED"}),
    "phone": str,
}


def _location(context: Context) -> sqlite3.Row:
    row = context.db.one(
        "SELECT * FROM locations WHERE user_id = ? AND key = ?",
        context.user_id,
        context.params["key"],
    )
    if row is None:
        raise err(25805)
    return row


def _shown(row: sqlite3.Row) -> Json:
    data: Json = json.loads(row["data"])
    return {
        **data,
        "merchantLocationKey": row["key"],
        "merchantLocationStatus": row["status"],
        "locationTypes": data.get("locationTypes") or ["WAREHOUSE"],
    }


def create(context: Context) -> Response:
    """Make a location; 409 25803 when the key exists."""
    key, body = context.params["key"], context.body
    address = (body.get("location") or {}).get("address") or {}
    if not address.get("country"):
        raise err(25801, "Missing field. location.address.country")
    by_city = address.get("city") and address.get("stateOrProvince")
    if not address.get("postalCode") and not by_city:
        raise err(25801, "Missing field. postalCode, or city and stateOrProvince")
    if len(key) > 36 or len(body.get("phone") or "") > 36:
        raise err(25800, "Invalid field. merchantLocationKey or phone is longer than 36")
    taken = context.db.one(
        "SELECT 1 FROM locations WHERE user_id = ? AND key = ?", context.user_id, key
    )
    if taken:
        raise err(25803, "merchantLocationKey already exists")
    status = body.get("merchantLocationStatus") or "ENABLED"
    context.db.run(
        "INSERT INTO locations VALUES (?, ?, ?, ?)", context.user_id, key, status, json.dumps(body)
    )
    return empty()


def get(context: Context) -> Response:
    """Return one location."""
    return reply(_shown(_location(context)))


def list_all(context: Context) -> Response:
    """Return the seller's locations, paged."""
    rows = context.db.all("SELECT * FROM locations WHERE user_id = ? ORDER BY key", context.user_id)
    return reply(paging(context, [_shown(row) for row in rows], "locations", default=100, most=100))


def _set_status(context: Context, status: str) -> Response:
    row = _location(context)
    if row["status"] == status:
        raise err(25802, f"Input error. The location is already {status}.")
    context.db.run(
        "UPDATE locations SET status = ? WHERE user_id = ? AND key = ?",
        status,
        context.user_id,
        row["key"],
    )
    return reply({})


def enable(context: Context) -> Response:
    """Enable a location."""
    return _set_status(context, "ENABLED")


def disable(context: Context) -> Response:
    """Disable a location; publishing there fails from now on."""
    return _set_status(context, "DISABLED")


_BASE = "/sell/inventory/v1/location"
ROUTES = [
    Route(
        name="createInventoryLocation",
        method="POST",
        pattern=_BASE + "/{key}",
        handler=create,
        spec=SPEC,
        **WRITE,
    ),
    Route(name="getInventoryLocation", method="GET", pattern=_BASE + "/{key}", handler=get, **READ),
    Route(name="getInventoryLocations", method="GET", pattern=_BASE, handler=list_all, **READ),
    Route(
        name="enableInventoryLocation",
        method="POST",
        pattern=_BASE + "/{key}/enable",
        handler=enable,
        **WRITE,
    ),
    Route(
        name="disableInventoryLocation",
        method="POST",
        pattern=_BASE + "/{key}/disable",
        handler=disable,
        **WRITE,
    ),
]
