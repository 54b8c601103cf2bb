"""The control API `/_control/<name>`: JSON in, JSON out, never part of eBay."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from channels_app.sandbox import catalog, checkout, faults, gate, listings, oauth, seeds
from channels_app.sandbox.control_base import (
    Call,
    ControlError,
    find_seller,
    number,
    only,
    text,
)
from channels_app.sandbox.control_legacy import CALLS as LEGACY
from channels_app.sandbox.control_more import CALLS as MORE
from channels_app.sandbox.desk import CALLS as DESK
from channels_app.sandbox.http import Response, Route, reply
from channels_app.sandbox.store import moment_of, stamp

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.http import Context
    from channels_app.sandbox.store import Db


def reset(db: Db, given: Json) -> Json:
    """Forget everything and seed anew."""
    only(given)
    seeds.reset(db)
    return status(db, {})


def seed(db: Db, given: Json) -> Json:
    """Add a seller: {username, user_id?, opted_in?}; without fields only the first-start data."""
    only(given, "username", "user_id", "opted_in")
    seeds.seed(db)
    if given:
        name = text(given, "username")
        if db.one("SELECT 1 FROM sellers WHERE username = ?", name):
            raise ControlError(409, f"seller {name} exists")
        user_id = str(given.get("user_id") or f"sbx{db.next_id('seller', 1000)}")
        seeds.add_seller(db, user_id, name, opted_in=bool(given.get("opted_in", True)))
    return status(db, {})


def status(db: Db, given: Json) -> Json:
    """Tell the time and how much of everything there is."""
    only(given)
    tables = ("items", "offers", "listings", "orders", "deliveries", "requests", "images")
    return {
        "now": db.stamp(),
        "sellers": [dict(row) for row in db.all("SELECT * FROM sellers ORDER BY username")],
        "applications": [
            {key: row[key] for key in ("client_id", "ru_name", "accept_url", "decline_url")}
            for row in db.all("SELECT * FROM applications")
        ],
        "counts": {
            name: db.count(f"SELECT count(*) FROM {name}")  # noqa: S608 (names from above)
            for name in tables
        },
    }


def clock(db: Db, given: Json) -> Json:
    """Set the clock: {at} runs on from there, {advance_seconds}, {frozen: at}, {reset: true}."""
    only(given, "at", "advance_seconds", "frozen", "reset")
    state: Json = db.setting("clock", {})
    now = db.now()
    if given.get("reset"):
        state = {}
    elif given.get("frozen"):
        state = {"frozen": stamp(_moment(given["frozen"]))}
    elif given.get("at"):
        db.set_setting("clock", None)
        state = {"offset": (_moment(given["at"]) - db.now()).total_seconds()}
    elif "advance_seconds" in given:
        seconds = float(given["advance_seconds"])
        if "frozen" in state:
            state = {"frozen": stamp(now + timedelta(seconds=seconds))}
        else:
            state = {"offset": float(state.get("offset", 0)) + seconds}
    db.set_setting("clock", state or None)
    checkout.settle_refunds(db)
    return {"now": db.stamp()}


def _moment(value: object) -> Any:
    try:
        return moment_of(str(value))
    except ValueError as error:
        raise ControlError(400, f"{value} is no ISO moment with a zone") from error


def application(db: Db, given: Json) -> Json:
    """Set an application's URLs: {client_id?, accept_url?, decline_url?, scopes?}."""
    only(given, "client_id", "accept_url", "decline_url", "scopes")
    client_id = str(given.get("client_id") or seeds.CLIENT_ID)
    accept = given.get("accept_url")
    if accept:
        db.run(
            "UPDATE applications SET accept_url = ?, decline_url = ? WHERE client_id = ?",
            accept,
            given.get("decline_url") or accept,
            client_id,
        )
    elif given.get("decline_url"):
        db.run(
            "UPDATE applications SET decline_url = ? WHERE client_id = ?",
            given["decline_url"],
            client_id,
        )
    if given.get("scopes"):
        db.run("UPDATE applications SET scopes = ? WHERE client_id = ?", given["scopes"], client_id)
    row = db.one("SELECT * FROM applications WHERE client_id = ?", client_id)
    if row is None:
        raise ControlError(404, "no such application")
    return {key: row[key] for key in ("client_id", "ru_name", "accept_url", "decline_url")}


def consent(db: Db, given: Json) -> Json:
    """Agree as a seller without a browser: {seller, scope?, client_id?} gives {code}."""
    only(given, "seller", "scope", "client_id")
    seller = find_seller(db, given)
    scope = str(given.get("scope") or "") or " ".join(
        f"{gate.SCOPE}{name}"
        for name in (
            "",
            "/sell.inventory",
            "/sell.account",
            "/sell.fulfillment",
            "/sell.finances",
            "/commerce.identity.readonly",
            "/commerce.notification.subscription",
        )
    )
    client_id = str(given.get("client_id") or seeds.CLIENT_ID)
    return {"code": oauth.grant_code(db, client_id, seller["user_id"], scope), "scope": scope}


def fault(db: Db, given: Json) -> Json:
    """Spoil the next calls: {route, times?, status?, body?, headers?, delay_ms?, drop?,
    truncate?, html?, when?: before|after}. `route` is a call name, a path prefix or `*`."""
    data = {key: value for key, value in given.items() if key not in ("route", "times")}
    try:
        faults.from_json("new", data)
    except (ValueError, AttributeError) as error:
        raise ControlError(400, str(error)) from error
    db.run(
        "INSERT INTO faults (route, remaining, data) VALUES (?, ?, ?)",
        text(given, "route"),
        number(given, "times", 1),
        json.dumps(data),
    )
    return {"faults": [dict(row) for row in db.all("SELECT * FROM faults WHERE remaining > 0")]}


def clear_faults(db: Db, given: Json) -> Json:
    """Call off all faults."""
    only(given)
    return {"removed": db.run("DELETE FROM faults")}


def limit(db: Db, given: Json) -> Json:
    """Set or spend a day's limit: {resource, limit?, spend?, client_id?}."""
    only(given, "resource", "limit", "spend", "client_id")
    resource = text(given, "resource")
    client_id = str(given.get("client_id") or seeds.CLIENT_ID)
    if given.get("limit") is not None:
        count = number(given, "limit", 0)
        db.run("INSERT OR REPLACE INTO limits VALUES (?, ?)", resource, count)
    if given.get("spend"):
        left = gate.limit_of(db, resource) - gate.used_of(db, client_id, resource)
        gate.spend(db, client_id, resource, max(0, min(number(given, "spend", 0), left)))
    used = gate.used_of(db, client_id, resource)
    return {"resource": resource, "limit": gate.limit_of(db, resource), "used": used}


def listing_dump(db: Db, given: Json) -> Json:
    """Return every listing with its quantity: {seller?, sku?, status?}."""
    only(given, "seller", "sku", "status")
    user_id = find_seller(db, given)["user_id"] if given.get("seller") else None
    rows = db.all("SELECT * FROM listings ORDER BY listing_id")
    names = {row["user_id"]: row["username"] for row in db.all("SELECT * FROM sellers")}
    out = []
    for row in rows:
        wanted = (
            user_id in (None, row["user_id"])
            and given.get("sku") in (None, row["sku"])
            and given.get("status") in (None, row["status"])
        )
        if wanted:
            shown = {key: row[key] for key in row.keys() if key not in ("data", "user_id")}  # noqa: SIM118 (a Row iterates over its values)
            shown["seller"] = names.get(row["user_id"], "")
            out.append({**shown, **json.loads(row["data"])})
    return {"listings": out}


def requests(db: Db, given: Json) -> Json:
    """Return the calls received, oldest first: {route?, after_id?, limit?}; secrets left out."""
    only(given, "route", "after_id", "limit")
    rows = db.all(
        "SELECT * FROM requests WHERE id > ? AND (? = '' OR route = ?) ORDER BY id LIMIT ?",
        number(given, "after_id", 0),
        given.get("route") or "",
        given.get("route") or "",
        number(given, "limit", 1000),
    )
    return {"requests": [{**dict(row), "headers": json.loads(row["headers"])} for row in rows]}


def end_listing(db: Db, given: Json) -> Json:
    """End a listing as the seller does on the web site: {listing_id}."""
    only(given, "listing_id")
    offer = db.one("SELECT * FROM offers WHERE listing_id = ?", text(given, "listing_id"))
    if offer is None:
        raise ControlError(404, "no live listing of that number")
    listings.end(db, offer)
    return {"ended": given["listing_id"]}


def category_drift(db: Db, given: Json) -> Json:
    """Change the tree: {id, rename: name} | {id, split: [names]} | {id, merge: other id}."""
    only(given, "id", "tree", "rename", "split", "merge")
    tree, category_id = str(given.get("tree") or "100"), text(given, "id")
    found = catalog.find(db, tree, category_id)
    if found is None:
        raise ControlError(404, "no such category")
    where = "WHERE tree = ? AND category_id = ?"
    made: list[str] = []
    if given.get("rename"):
        sql = f"UPDATE categories SET name = ? {where}"  # noqa: S608 (fixed text)
        db.run(sql, given["rename"], tree, category_id)
    elif given.get("split"):
        row = db.one(f"SELECT data FROM categories {where}", tree, category_id)  # noqa: S608 (fixed)
        for name in given["split"]:
            made.append(str(db.next_id("category", 262_500)))
            catalog.add(db, (tree, made[-1]), name, category_id, json.loads(row["data"]))  # type: ignore[index]
    elif given.get("merge"):
        db.run(f"DELETE FROM categories {where}", tree, category_id)  # noqa: S608 (fixed text)
    drift = db.setting("tree_drift", {})
    drift[tree] = int(drift.get(tree, 0)) + 1
    db.set_setting("tree_drift", drift)
    return {"tree": tree, "version": catalog.version(db, tree), "new": made}


CALLS: dict[str, Call] = {
    "reset": reset,
    "seed": seed,
    "status": status,
    "clock": clock,
    "application": application,
    "consent": consent,
    "fault": fault,
    "inject": fault,
    "clear_faults": clear_faults,
    "limits": limit,
    "spend": limit,
    "listings": listing_dump,
    "requests": requests,
    "end_listing": end_listing,
    "category_drift": category_drift,
    **MORE,
    **DESK,
    **LEGACY,
}


# a page of another site can make a browser GET an address, so GET changes nothing
READS = {"status", "listings", "orders", "requests", "legacy"}


def _run(context: Context) -> Response:
    name, body = context.params["name"], context.request.body or b"{}"
    call = CALLS.get(name)
    if call is None:
        reason = f"no control named {name}; known: {', '.join(sorted(CALLS))}"
        raise ControlError(404, reason)
    if context.request.method == "GET" and name not in READS:
        reason = f"{name} must be a POST"
        raise ControlError(405, reason)
    given = dict(context.query) if context.request.method == "GET" else json.loads(body)
    if not isinstance(given, dict):
        reason = "the body is no JSON object"
        raise ControlError(400, reason)
    return reply(call(context.db, given))


def dispatch(context: Context) -> Response:
    """Run one control call by its name; what a refused one wrote is undone."""
    context.db.run("SAVEPOINT control")
    try:
        return _run(context)
    except (ControlError, ValueError, TypeError) as error:
        context.db.run("ROLLBACK TO control")
        status = error.status if isinstance(error, ControlError) else 400
        return reply({"error": str(error)}, status)


ROUTES = [
    Route(
        name="control",
        method=method,
        pattern="/_control/{name}",
        handler=dispatch,
        control=True,
    )
    for method in ("GET", "POST")
]
