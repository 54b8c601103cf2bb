"""Account API: business policies, programs, privileges."""

from __future__ import annotations

import json
import sqlite3
from functools import partial
from typing import TYPE_CHECKING

from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.http import Response, Route, reply
from channels_app.sandbox.oauth import seller_of
from channels_app.sandbox.publish_checks import MARKETS

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.inventory_rules import RouteOptions

PROGRAM = "SELLING_POLICY_MANAGEMENT"
# Motors and US share their policies; this API says EBAY_MOTORS_US, never EBAY_MOTORS
GROUPS = {"EBAY_MOTORS_US": "US", **{key: row[2] for key, row in MARKETS.items()}}
del GROUPS["EBAY_MOTORS"]
_READ: RouteOptions = {
    "token": "user",
    "scopes": ("/sell.account", "/sell.account.readonly"),
    "resource": "sell.account",
    "languages": "",
}
_WRITE: RouteOptions = {**_READ, "scopes": ("/sell.account",)}


def _group(context: Context, market: object) -> str:
    if not seller_of(context)["opted_in"]:
        raise err(20403, "User is not eligible for Business Policy")
    if not market:
        raise err(20401, "Missing field marketplaceId.")
    if market not in GROUPS:
        raise err(20403, "Invalid marketplaceId.")
    return GROUPS[str(market)]


def _shown(row: sqlite3.Row, market: str) -> Json:
    return {**json.loads(row["data"]), "marketplaceId": market}


def _list(kind: str, context: Context) -> Response:
    market = context.query.get("marketplace_id")
    group = _group(context, market)
    rows = context.db.all(
        "SELECT * FROM policies WHERE user_id = ? AND kind = ? AND market = ? ORDER BY policy_id",
        context.user_id,
        kind,
        group,
    )
    offset, limit = int(context.query.get("offset") or 0), int(context.query.get("limit") or 20)
    lists = context.db.setting("page_repeat", ["policies"])
    # real lists give page 1 again at and beyond the end
    if offset >= len(rows) and "policies" in lists:
        offset = 0
    found = [_shown(row, str(market)) for row in rows[offset : offset + limit]]
    return reply({"total": len(rows), f"{kind}Policies": found})


def _get(kind: str, context: Context) -> Response:
    row = context.db.one(
        "SELECT * FROM policies WHERE policy_id = ? AND user_id = ? AND kind = ?",
        context.params["id"],
        context.user_id,
        kind,
    )
    if row is None:
        raise err(20404)
    return reply(json.loads(row["data"]))


def _by_name(kind: str, context: Context) -> Response:
    market = context.query.get("marketplace_id")
    row = context.db.one(
        "SELECT * FROM policies WHERE user_id = ? AND kind = ? AND market = ? AND name = ?",
        context.user_id,
        kind,
        _group(context, market),
        context.query.get("name", ""),
    )
    if row is None:
        raise err(20404)
    return reply(_shown(row, str(market)))


def _create(kind: str, context: Context) -> Response:
    body = context.body
    group = _group(context, body.get("marketplaceId"))
    if not body.get("name"):
        raise err(20401, "Missing field name.")
    if not body.get("categoryTypes"):
        raise err(20401, "Missing field categoryTypes.")
    if kind == "return" and body.get("returnsAccepted") and not body.get("returnPeriod"):
        raise err(20406, "Missing field returnPeriod.")
    policy_id = str(context.db.next_id("policy", 261_234_567_010))
    data = {f"{kind}PolicyId": policy_id, **body}
    try:
        context.db.run(
            "INSERT INTO policies VALUES (?, ?, ?, ?, ?, ?)",
            policy_id,
            context.user_id,
            kind,
            group,
            body["name"],
            json.dumps(data),
        )
    except sqlite3.IntegrityError as error:
        raise err(20403, "Invalid name. A policy of this name exists.") from error
    return reply(data, 201)


def programs(context: Context) -> Response:
    """getOptedInPrograms."""
    rows = [{"programType": PROGRAM}] if seller_of(context)["opted_in"] else []
    return reply({"programs": rows})


def opt_in(context: Context) -> Response:
    """optInToProgram: 409 25803 when in already."""
    if context.body.get("programType") != PROGRAM:
        raise err(20401, "Missing or invalid programType.")
    if seller_of(context)["opted_in"]:
        raise err(25803, "The program opt-in already exists.")
    context.db.run("UPDATE sellers SET opted_in = 1 WHERE user_id = ?", context.user_id)
    return reply({})


def privilege(context: Context) -> Response:
    """getPrivileges."""
    seller = seller_of(context)
    return reply(
        {
            "sellerRegistrationCompleted": True,
            "sellingLimit": {
                "amount": {"value": seller["limit_amount"], "currency": "USD"},
                "quantity": seller["limit_quantity"],
            },
        }
    )


_BASE = "/sell/account/v1"


def _policy_routes(kind: str) -> list[Route]:
    path, title = f"{_BASE}/{kind}_policy", kind.capitalize()
    reads: list[tuple[str, str, Callable[[str, Context], Response]]] = [
        (f"get{title}Policies", path, _list),
        (f"get{title}PolicyByName", path + "/get_by_policy_name", _by_name),
        (f"get{title}Policy", path + "/{id}", _get),
    ]
    routes = [
        Route(name=name, method="GET", pattern=pattern, handler=partial(work, kind), **_READ)
        for name, pattern, work in reads
    ]
    # only the fulfilment policy is created under a trailing slash
    create_path = path + "/" if kind == "fulfillment" else path
    spec: Json = {"name": str, "marketplaceId": str, "categoryTypes": [{"name": str}]}
    create = Route(
        name=f"create{title}Policy",
        method="POST",
        pattern=create_path,
        handler=partial(_create, kind),
        spec=spec,
        **_WRITE,
    )
    return [*routes, create]


ROUTES = [
    *[route for kind in ("fulfillment", "payment", "return") for route in _policy_routes(kind)],
    Route(
        name="getOptedInPrograms",
        method="GET",
        pattern=_BASE + "/program/get_opted_in_programs",
        handler=programs,
        **_READ,
    ),
    Route(
        name="optInToProgram",
        method="POST",
        pattern=_BASE + "/program/opt_in",
        handler=opt_in,
        spec={"programType": str},
        **_WRITE,
    ),
    Route(
        name="getPrivileges",
        method="GET",
        pattern=_BASE + "/privilege",
        handler=privilege,
        **_READ,
    ),
]
