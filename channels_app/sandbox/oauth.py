"""OAuth: the consent page's decision, the token endpoint, and whose token it is."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

from channels_app.sandbox import pages_consent
from channels_app.sandbox.errors import err
from channels_app.sandbox.gate import SCOPE, spend
from channels_app.sandbox.http import Response, Route, page, redirect, reply
from channels_app.sandbox.store import moment_of, stamp

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.store import Db

CODE_SECONDS = 299
ACCESS_SECONDS = 7_200
REFRESH_SECONDS = 47_304_000  # 547.5 days
BAD_SCOPE = (
    "The requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client"
)


def _oauth_error(status: int, code: str, text: str) -> Response:
    return reply({"error": code, "error_description": text}, status)


def _consent_error(code: str, text: str) -> Response:
    return reply({"error_id": code, "error_description": text, "http_status_code": 400}, 400)


def _application(db: Db, client_id: str) -> sqlite3.Row | None:
    return db.one("SELECT * FROM applications WHERE client_id = ?", client_id)


def _with_query(url: str, query: str) -> str:
    return url + ("&" if "?" in url else "?") + query


def _check_consent(context: Context, given: dict[str, str]) -> sqlite3.Row | Response:
    app = _application(context.db, given.get("client_id", ""))
    if (
        app is None
        or given.get("redirect_uri") != app["ru_name"]
        or given.get("response_type") != "code"
    ):
        return _consent_error("invalid_request", "Input request parameters are invalid.")
    scopes = given.get("scope", "").split()
    if not scopes or not set(scopes) <= set(app["scopes"].split()):
        return _consent_error("invalid_scope", BAD_SCOPE)
    return app


def authorize(context: Context) -> Response:
    """Show the consent page; refuses an unknown client, RuName or scope with eBay's 400."""
    given = context.query
    checked = _check_consent(context, given)
    if isinstance(checked, Response):
        return checked
    sellers = context.db.all("SELECT username FROM sellers ORDER BY username")
    names = [row["username"] for row in sellers]
    return page(pages_consent.consent(given, names))


def consent(context: Context) -> Response:
    """Take the seller's decision and send the browser back to the application."""
    given = context.request.form()
    checked = _check_consent(context, given)
    if isinstance(checked, Response):
        return checked
    state = quote(given.get("state", ""), safe="")
    if given.get("decision") != "agree":
        query = f"error=access_denied&state={state}"
        return redirect(_with_query(checked["decline_url"], query))
    seller = context.db.one("SELECT * FROM sellers WHERE username = ?", given.get("seller", ""))
    if seller is None:
        return _consent_error("invalid_request", "Input request parameters are invalid.")
    code = grant_code(context.db, checked["client_id"], seller["user_id"], given["scope"])
    query = f"state={state}&code={quote(code, safe='')}&expires_in={CODE_SECONDS}"
    return redirect(_with_query(checked["accept_url"], query))


def grant_code(db: Db, client_id: str, user_id: str, scopes: str) -> str:
    """Make a single-use code that lives 299 s."""
    code = "v^1.1#i^1#" + secrets.token_urlsafe(48)
    until = stamp(db.now() + timedelta(seconds=CODE_SECONDS))
    db.run("INSERT INTO codes VALUES (?, ?, ?, ?, ?, 0)", code, client_id, user_id, scopes, until)
    return code


def issue_access(db: Db, client_id: str, user_id: str | None, scopes: str) -> str:
    """Make an access token of 7,200 s; without a user it is an application token."""
    token = "v^1.1#i^1#p^3#" + secrets.token_urlsafe(60)
    until = stamp(db.now() + timedelta(seconds=ACCESS_SECONDS))
    db.run("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, 0)", token, client_id, user_id, scopes, until)
    return token


def _basic(context: Context) -> sqlite3.Row | None:
    kind, _, value = context.request.headers.get("authorization", "").partition(" ")
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    app = _application(context.db, client_id)
    if kind.lower() != "basic" or app is None or not secrets.compare_digest(app["secret"], secret):
        return None
    return app


def _from_code(context: Context, app: sqlite3.Row, form: dict[str, str]) -> Response:
    db = context.db
    row = db.one("SELECT * FROM codes WHERE code = ?", form.get("code", ""))
    if (
        row is None
        or row["used"]
        or row["client_id"] != app["client_id"]
        or form.get("redirect_uri") != app["ru_name"]
        or moment_of(row["expires_at"]) <= db.now()
    ):
        text = "the provided authorization grant code is invalid or was issued to another client"
        return _oauth_error(400, "invalid_grant", text)
    db.run("UPDATE codes SET used = 1 WHERE code = ?", row["code"])
    refresh = "v^1.1#i^1#r^1#" + secrets.token_urlsafe(60)
    until = stamp(db.now() + timedelta(seconds=REFRESH_SECONDS))
    owner = (app["client_id"], row["user_id"], row["scopes"])
    db.run("INSERT INTO refresh_tokens VALUES (?, ?, ?, ?, ?, 0)", refresh, *owner, until)
    return reply(
        {
            "access_token": issue_access(db, *owner),
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "token_type": "User Access Token",
        }
    )


def _from_refresh(context: Context, app: sqlite3.Row, form: dict[str, str]) -> Response:
    db = context.db
    row = db.one("SELECT * FROM refresh_tokens WHERE token = ?", form.get("refresh_token", ""))
    if (
        row is None
        or row["revoked"]
        or row["client_id"] != app["client_id"]
        or moment_of(row["expires_at"]) <= db.now()
    ):
        text = "the provided authorization refresh token is invalid or was issued to another client"
        return _oauth_error(400, "invalid_grant", text)
    scopes = form.get("scope", "") or row["scopes"]
    if not set(scopes.split()) <= set(row["scopes"].split()):
        return _oauth_error(400, "invalid_scope", BAD_SCOPE)
    return reply(
        {
            "access_token": issue_access(db, app["client_id"], row["user_id"], scopes),
            "expires_in": ACCESS_SECONDS,
            "token_type": "User Access Token",
        }
    )


def _for_application(context: Context, app: sqlite3.Row, form: dict[str, str]) -> Response:
    # an application token can be had for the base scope alone
    if form.get("scope", SCOPE) != SCOPE:
        return _oauth_error(400, "invalid_scope", BAD_SCOPE)
    return reply(
        {
            "access_token": issue_access(context.db, app["client_id"], None, SCOPE),
            "expires_in": ACCESS_SECONDS,
            "token_type": "Application Access Token",
        }
    )


_GRANTS = {
    "authorization_code": _from_code,
    "refresh_token": _from_refresh,
    "client_credentials": _for_application,
}


def token(context: Context) -> Response:
    """Answer the token endpoint; errors come in the OAuth shape."""
    form = context.request.form()
    app = _basic(context)
    grant = form.get("grant_type", "")
    if app is None:
        return _oauth_error(401, "invalid_client", "client authentication failed")
    if not grant:
        return _oauth_error(400, "invalid_request", "grant_type is missing")
    if grant not in _GRANTS:
        return _oauth_error(400, "unsupported_grant_type", "grant type is not supported")
    spend(context.db, app["client_id"], f"oauth.{grant}")
    return _GRANTS[grant](context, app, form)


def seller_of(context: Context) -> sqlite3.Row:
    """Return the seller of the user token; raises 1001 when the account has gone."""
    row = context.db.one("SELECT * FROM sellers WHERE user_id = ?", context.user_id)
    if row is None:
        raise err(1001)
    return row


def identity(context: Context) -> Response:
    """Answer Identity's getUser."""
    seller = seller_of(context)
    return reply(
        {
            "userId": seller["user_id"],
            "username": seller["username"],
            "accountType": "BUSINESS",
            "registrationMarketplaceId": "EBAY_US",
        }
    )


def revoke(db: Db, user_id: str, *, access_too: bool) -> int:
    """Void a seller's refresh tokens (and access tokens); returns how many were live."""
    live = db.run(
        "UPDATE refresh_tokens SET revoked = 1 WHERE user_id = ? AND NOT revoked", user_id
    )
    if access_too:
        db.run("UPDATE tokens SET revoked = 1 WHERE user_id = ?", user_id)
    return live


ROUTES = [
    Route(name="authorize", method="GET", pattern="/oauth2/authorize", handler=authorize),
    Route(name="consent", method="POST", pattern="/oauth2/consent", handler=consent),
    Route(name="token", method="POST", pattern="/identity/v1/oauth2/token", handler=token),
    Route(
        name="getUser",
        method="GET",
        pattern="/commerce/identity/v1/user/",
        handler=identity,
        token="user",  # noqa: S106 (a kind of token)
        scopes=("/commerce.identity.readonly",),
        resource="commerce.identity",
    ),
]
