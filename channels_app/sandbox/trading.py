"""The Trading API's one address: which call, whose token, how many calls are left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from channels_app.sandbox import gate, legacy, trading_reads, trading_writes
from channels_app.sandbox.errors import ApiError
from channels_app.sandbox.http import Response, Route, page
from channels_app.sandbox.store import moment_of
from channels_app.sandbox.trading_base import Answer, Caller
from channels_app.sandbox.trading_xml import TradingError, answer, leaf, parse, text

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.store import Db

WINDOW = 15  # seconds


@dataclass(frozen=True, slots=True)
class _Call:
    run: Callable[[Caller], Answer]
    # calls per 15 s and seller; 0 = not limited
    burst: int = 0


CALLS = {
    "GetSellerList": _Call(trading_reads.get_seller_list, 300),
    "GetMyeBaySelling": _Call(trading_reads.get_my_ebay_selling, 300),
    "GetSellerEvents": _Call(trading_reads.get_seller_events, 1_000),
    "GetItem": _Call(trading_reads.get_item),
    "GetUserPreferences": _Call(trading_reads.get_user_preferences),
    "GetApiAccessRules": _Call(trading_reads.get_api_access_rules),
    "ReviseInventoryStatus": _Call(trading_writes.revise_inventory_status, 6_000),
    "ReviseFixedPriceItem": _Call(trading_writes.revise_fixed_price_item),
    "EndFixedPriceItem": _Call(trading_writes.end_fixed_price_item),
    "EndItems": _Call(trading_writes.end_items),
}


def _seller(context: Context) -> tuple[str, str]:
    """Return (client id, user id) of the token, or raise the token's error."""
    token = context.request.headers.get("x-ebay-api-iaf-token", "")
    if not token:
        raise TradingError(930, "Auth token is missing.")
    row = context.db.one("SELECT * FROM tokens WHERE token = ?", token)
    if row is None:
        raise TradingError(21916984, "Invalid IAF token. IAF token supplied is invalid.")
    if row["revoked"] or not row["user_id"]:
        raise TradingError(931, "Auth token is invalid.")
    if moment_of(row["expires_at"]) <= context.db.now():
        raise TradingError(21917053, "IAF token supplied is expired.")
    return row["client_id"], row["user_id"]


def _spend(db: Db, client_id: str, user_id: str, name: str) -> None:
    try:
        gate.spend(db, client_id, "trading")
        gate.spend(db, client_id, f"trading.{name}")
    except ApiError as error:
        msg = "Call usage limit has been reached."
        raise TradingError(518, msg) from error
    most = CALLS[name].burst
    if not most:
        return
    window = f"window {int(db.now().timestamp()) // WINDOW}"
    resource = f"burst.{name}"
    db.run(
        "INSERT INTO counters VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1",
        user_id,
        resource,
        window,
    )
    old = "DELETE FROM counters WHERE client_id = ? AND resource = ? AND day != ?"
    db.run(old, user_id, resource, window)
    done = db.count(
        "SELECT n FROM counters WHERE client_id = ? AND resource = ?", user_id, resource
    )
    if done > most:
        raise TradingError(10007, "Internal error to the application: too many calls.")


def _run(context: Context, name: str) -> tuple[Answer, str]:
    headers, db = context.request.headers, context.db
    if name not in CALLS:
        raise TradingError(2, "Unsupported API call.")
    for header in ("x-ebay-api-siteid", "x-ebay-api-compatibility-level"):
        if not headers.get(header, "").isdigit():
            raise TradingError(10012, f"Invalid value for header {header.upper()}.", header)
    client_id, user_id = _seller(context)
    context.user_id = user_id
    _spend(db, client_id, user_id, name)
    root = parse(context.request.body, name)
    legacy.renew(db)
    caller = Caller(db=db, user_id=user_id, client_id=client_id, root=root)
    correlation = text(root, "MessageID")
    return CALLS[name].run(caller), leaf("CorrelationID", correlation) if correlation else ""


def dispatch(context: Context) -> Response:
    """Answer any Trading call; business and token errors come with HTTP 200."""
    db = context.db
    down = db.setting("trading_down")
    if down:
        html = "<html><body><h1>Service unavailable</h1></body></html>"
        return page(html, int(down.get("http") or 503))
    name = context.request.headers.get("x-ebay-api-call-name", "")
    seller = "SELECT language FROM sellers WHERE user_id = ?"
    try:
        done, correlation = _run(context, name)
    except TradingError as error:
        row = db.one(seller, context.user_id)
        return answer(
            name or "Error",
            "Failure",
            db.stamp(),
            [error.xml(row["language"] if row else "en-US")],
        )
    row = db.one(seller, context.user_id)
    errors = [error.xml(row["language"] if row else "en-US") for error in done.errors]
    return answer(name, done.ack, db.stamp(), [correlation, *errors, *done.parts])


ROUTES = [Route(name="trading", method="POST", pattern="/ws/api.dll", handler=dispatch)]
