"""Control calls about listings made elsewhere, Trading and Feed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from channels_app.sandbox import legacy
from channels_app.sandbox.control_base import Call, ControlError, find_seller, number, only, text

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

_SHARES = ("no_sku", "duplicate_sku", "no_policies", "auction", "variations", "compat", "sold")
_COLUMNS = {"title", "price", "quantity", "sold", "sku", "category_id", "tracking", "condition_id"}
_DATA = {"aspects", "imageUrls", "compatibility", "variations", "description", "policies"}


def seed_legacy(db: Db, given: Json) -> Json:
    """Make n listings from a fixed seed: {seller, n, seed?, share_no_sku?, share_sold?, …}."""
    only(given, "seller", "n", "seed", *(f"share_{name}" for name in _SHARES))
    chosen = {name: float(given[f"share_{name}"]) for name in _SHARES if f"share_{name}" in given}
    user_id = find_seller(db, given)["user_id"]
    shares = legacy.Shares(**chosen)
    ids = legacy.seed(db, user_id, number(given, "n", 1), number(given, "seed", 1), shares)
    return {"item_ids": ids}


def add_legacy(db: Db, given: Json) -> Json:
    """The seller lists on the web site: {seller, title, sku?, price?, quantity?, …}."""
    known = {"seller", "title", "market", "format", "postal_code", "city", "country"}
    only(given, *known, *_COLUMNS, *_DATA)
    text(given, "title")
    user_id = find_seller(db, given)["user_id"]
    return {"item_id": legacy.add(db, user_id, given, db.stamp())}


def _item_id(db: Db, given: Json) -> str:
    item_id = text(given, "item_id")
    if not db.one("SELECT 1 FROM legacy WHERE item_id = ?", item_id):
        raise ControlError(404, f"no listing {item_id}")
    return item_id


def edit_legacy(db: Db, given: Json) -> Json:
    """The seller edits on the web site: {item_id, and any of the columns}."""
    only(given, "item_id", *_COLUMNS, *_DATA)
    item_id = _item_id(db, given)
    fields = {name: given[name] for name in _COLUMNS if name in given}
    row = db.one("SELECT data FROM legacy WHERE item_id = ?", item_id)
    data = json.loads(row["data"]) if row else {}
    data.update({name: given[name] for name in _DATA if name in given})
    legacy.change(db, item_id, **fields, data=json.dumps(data))
    return {"item_id": item_id}


def end_legacy(db: Db, given: Json) -> Json:
    """The seller ends a listing on the web site: {item_id}."""
    only(given, "item_id")
    item_id = _item_id(db, given)
    legacy.end(db, item_id)
    return {"item_id": item_id}


def legacy_dump(db: Db, given: Json) -> Json:
    """Return the listings made elsewhere: {seller, limit?}."""
    only(given, "seller", "limit")
    rows = db.all(
        "SELECT * FROM legacy WHERE user_id = ? ORDER BY item_id LIMIT ?",
        find_seller(db, given)["user_id"],
        number(given, "limit", 1000),
    )
    return {"listings": [{**dict(row), "data": json.loads(row["data"])} for row in rows]}


def feed(db: Db, given: Json) -> Json:
    """Choose how Feed behaves: {delay?, format? gzip|zip|plain|cut, outcome?, empty?,
    quantity_total?}; no fields = as at the start."""
    only(given, "delay", "format", "outcome", "empty", "quantity_total")
    if given.get("format") not in (None, "gzip", "zip", "plain", "cut"):
        raise ControlError(400, "format is gzip, zip, plain or cut")
    db.set_setting("feed", given or None)
    return {"feed": given}


def trading_down(db: Db, given: Json) -> Json:
    """Answer Trading with an HTML page: {http: 503}; http 0 ends it."""
    only(given, "http")
    status = number(given, "http", 503)
    db.set_setting("trading_down", {"http": status} if status else None)
    return {"http": status}


def compat_list_missing(db: Db, given: Json) -> Json:
    """GetItem gives the count of vehicles without their list: {on}."""
    only(given, "on")
    on = given.get("on", True) in (True, "on", "true", "1")
    db.set_setting("compat_list_missing", on or None)
    return {"on": on}


def trading_after_migration(db: Db, given: Json) -> Json:
    """{mode: stale} lets Trading pass for migrated listings and changes nothing; strict ends it."""
    only(given, "mode")
    mode = text(given, "mode")
    db.set_setting("trading_after_migration", "stale" if mode == "stale" else None)
    return {"mode": mode}


CALLS: dict[str, Call] = {
    "seed_legacy": seed_legacy,
    "add_legacy": add_legacy,
    "edit_legacy": edit_legacy,
    "end_legacy": end_legacy,
    "legacy": legacy_dump,
    "feed": feed,
    "trading_down": trading_down,
    "compat_list_missing": compat_list_missing,
    "trading_after_migration": trading_after_migration,
}
