"""What is checked before a call runs, in eBay's order: limit, token, scope, headers, JSON."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from channels_app.sandbox.errors import ApiError, bad_value, entry, err
from channels_app.sandbox.http import Response, check_shape
from channels_app.sandbox.store import moment_of

if TYPE_CHECKING:
    from channels_app.sandbox.http import Context, Route
    from channels_app.sandbox.store import Db

SCOPE = "https://api.ebay.com/oauth/api_scope"
# calls per application and day
LIMITS = {
    "sell.inventory": 2_000_000,
    "sell.fulfillment": 100_000,
    "sell.fulfillment.refund": 100_000,
    "sell.account": 25_000,
    "sell.metadata": 5_000,
    "sell.feed": 100_000,
    "commerce.taxonomy": 5_000,
    "commerce.identity": 5_000,
    "commerce.notification": 10_000,
    "commerce.media": 1_000_000,
    "developer.analytics": 5_000,
    "oauth.client_credentials": 1_000,
    "oauth.authorization_code": 10_000,
    "oauth.refresh_token": 50_000,
    "trading": 5_000,
}
_LOCALE = re.compile(
    r"^(en-US|en-GB|en-CA|en-AU|en-IE|en-IN|de-DE|de-AT|de-CH|fr-FR|fr-CA|fr-BE|es-ES|it-IT"
    r"|nl-NL|nl-BE|pl-PL|zh-HK|zh-CN)$"
)


def day_of(db: Db) -> str:
    """Return the day that limits count in: eBay's midnight is 08:00 UTC (Pacific standard)."""
    return (db.now() - timedelta(hours=8)).date().isoformat()


def limit_of(db: Db, resource: str) -> int:
    """Return how many calls a day the resource allows."""
    row = db.one("SELECT n FROM limits WHERE resource = ?", resource)
    return LIMITS.get(resource, 5_000) if row is None else int(row["n"])


def used_of(db: Db, client_id: str, resource: str) -> int:
    """Return how many calls of today are spent."""
    row = db.one(
        "SELECT n FROM counters WHERE client_id = ? AND resource = ? AND day = ?",
        client_id,
        resource,
        day_of(db),
    )
    return 0 if row is None else int(row["n"])


def spend(db: Db, client_id: str, resource: str, calls: int = 1) -> None:
    """Count calls; raises 429 2001 once the day's limit is used up."""
    if used_of(db, client_id, resource) + calls > limit_of(db, resource):
        raise err(2001)
    db.run(
        "INSERT INTO counters VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + ?",
        client_id,
        resource,
        day_of(db),
        calls,
        calls,
    )


def bearer(context: Context) -> str:
    """Return the token of the Authorization header, or an empty string."""
    kind, _, token = context.request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _authorize(context: Context, route: Route) -> None:
    db = context.db
    row = db.one("SELECT * FROM tokens WHERE token = ?", bearer(context))
    if row is not None and route.resource:
        spend(db, row["client_id"], route.resource)
    if route.token == "none":  # noqa: S105 (a kind of token)
        return
    if "authorization" not in context.request.headers:
        raise err(1002)
    if row is None or row["revoked"] or moment_of(row["expires_at"]) <= db.now():
        raise err(1001)
    context.client_id = row["client_id"]
    context.user_id = row["user_id"] or ""
    context.scopes = frozenset(row["scopes"].split())
    kind = "user" if context.user_id else "app"
    if route.token not in ("any", kind):
        raise err(1100)
    if route.scopes and not context.scopes & {SCOPE + scope for scope in route.scopes}:
        raise err(1100)


def _check_languages(context: Context, route: Route) -> None:
    if not route.languages:
        return
    headers = context.request.headers
    accept = headers.get("accept-language", "").split(",")[0].split(";")[0].strip()
    if not _LOCALE.match(accept):
        raise bad_value("header Accept-Language")
    if route.languages == "both" and not _LOCALE.match(headers.get("content-language", "")):
        raise bad_value("header Content-Language")


def open_gate(context: Context, route: Route) -> Response | None:
    """Check everything that comes before the business rules; None lets the call through."""
    _authorize(context, route)
    _check_languages(context, route)
    if route.needs_body and not context.request.body:
        return Response(411, b"Length Required", {"content-type": "text/plain"})
    if route.spec is not None:
        context.body = context.request.json()
        check_shape(context.body, route.spec, "")
        if context.body is None:
            raise ApiError(
                400, [entry(2004, params={"reason": "Could not serialize field [body]"})]
            )
    return None


def unknown_path(context: Context) -> ApiError:
    """Return the answer to a path that no API has; without a good token that comes first."""
    row = context.db.one("SELECT * FROM tokens WHERE token = ?", bearer(context))
    if "authorization" not in context.request.headers:
        return err(1002)
    if row is None or row["revoked"] or moment_of(row["expires_at"]) <= context.db.now():
        return err(1001)
    return err(2002)
