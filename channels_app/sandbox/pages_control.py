"""The control page: what is here, and buttons for the control calls used most."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from channels_app.sandbox import control, gate, seeds
from channels_app.sandbox.control_base import ControlError
from channels_app.sandbox.http import Context, Response, Route, page, redirect
from channels_app.sandbox.pages_layout import layout

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

_FAULTS: dict[str, dict[str, object]] = {
    "500 answer": {"status": 500, "body": {"errors": [{"errorId": 2003, "domain": "ACCESS"}]}},
    "429 answer": {
        "status": 429,
        "body": {"errors": [{"errorId": 2001, "domain": "ACCESS"}]},
        "headers": {"retry-after": "5"},
    },
    "HTML page": {"html": True},
    "cut JSON": {"truncate": True},
    "10 s delay": {"delay_ms": 10_000},
    "dropped line": {"drop": True},
    "done, but line dropped": {"drop": True, "when": "after"},
}


def _table(heads: tuple[str, ...], rows: Iterable[Iterable[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return '<p class="note">None.</p>'
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _button(call: str, label: str, **fields: str) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in fields.items()
    )
    return (
        f'<form method="post" action="/control/{call}">{hidden}'
        f'<button class="plain">{escape(label)}</button></form>'
    )


def _listings(rows: list[sqlite3.Row]) -> str:
    return _table(
        ("Item", "Title", "SKU", "Seller", "Status", "Left", "Sold", ""),
        (
            (
                f'<a href="/itm/{row["listing_id"]}">{row["listing_id"]}</a>',
                escape(row["title"]),
                escape(row["sku"]),
                escape(row["username"]),
                row["status"],
                str(row["quantity"]),
                str(row["sold"]),
                _button("buy", "Buy one", listing_id=row["listing_id"])
                if row["status"] == "ACTIVE"
                else "",
            )
            for row in rows
        ),
    )


def _orders(rows: list[sqlite3.Row]) -> str:
    def actions(row: sqlite3.Row) -> str:
        order = json.loads(row["data"])
        state, out = order["cancelStatus"]["cancelState"], ""
        if row["payment"] == "PENDING":
            out += _button("pay", "Pay", order_id=row["order_id"])
        if state == "NONE_REQUESTED":
            out += _button("request_cancel", "Ask to cancel", order_id=row["order_id"])
        if state == "IN_PROGRESS":
            out += _button("approve_cancel", "Approve", order_id=row["order_id"])
            out += _button("reject_cancel", "Reject", order_id=row["order_id"])
        if row["payment"] in ("PAID", "PARTIALLY_REFUNDED"):
            out += _button("refund", "Refund", order_id=row["order_id"])
        return f'<div class="row">{out}</div>'

    return _table(
        ("Order", "Buyer", "Payment", "Shipping", ""),
        (
            (
                f'<a href="/purchases/{row["order_id"]}">{row["order_id"]}</a>',
                escape(row["buyer"]),
                row["payment"],
                row["fulfillment"],
                actions(row),
            )
            for row in rows
        ),
    )


def _faults(context: Context) -> str:
    options = "".join(f"<option>{escape(name)}</option>" for name in _FAULTS)
    waiting = context.db.all("SELECT * FROM faults WHERE remaining > 0")
    rows = ((escape(r["route"]), str(r["remaining"]), escape(r["data"])) for r in waiting)
    return f"""<form method="post" action="/control/fault" class="row">
<label>Call (or * or a path)<input name="route" value="*" required></label>
<label>How<select name="kind">{options}</select></label>
<label>Times<input name="times" type="number" value="1" min="1"></label>
<button>Spoil</button></form>{_table(("Call", "Left", "How"), rows)}
{_button("clear_faults", "Call off all")}"""


def _sellers(context: Context) -> str:
    return _table(
        ("Seller", "User id", "Language", ""),
        (
            (
                escape(row["username"]),
                escape(row["user_id"]),
                row["language"],
                '<div class="row">'
                + _button("change_password", "Change password", seller=row["username"])
                + _button("revoke_consent", "Revoke consent", seller=row["username"])
                + _button("expire_tokens", "Expire tokens", seller=row["username"])
                + "</div>",
            )
            for row in context.db.all("SELECT * FROM sellers ORDER BY username")
        ),
    )


def _limits(context: Context) -> str:
    db = context.db
    return _table(
        ("API", "Used today", "Limit"),
        (
            (
                name,
                str(gate.used_of(db, seeds.CLIENT_ID, name)),
                str(gate.limit_of(db, name)),
            )
            for name in gate.LIMITS
        ),
    )


def _recent(context: Context) -> str:
    notes = context.db.all("SELECT * FROM deliveries ORDER BY id DESC LIMIT 20")
    calls = context.db.all("SELECT * FROM requests ORDER BY id DESC LIMIT 40")
    told = _table(
        ("Topic", "Status", "Tries", "Last answer"),
        (
            (row["topic"], row["status"], str(row["attempts"]), escape(row["last_answer"] or ""))
            for row in notes
        ),
    )
    asked = _table(
        ("Time", "Call", "Path", "Status"),
        (
            (row["at"][11:19], row["route"], escape(row["path"]), str(row["status"]))
            for row in calls
        ),
    )
    return f"<h2>Notifications sent</h2>{told}<h2>Calls received</h2>{asked}"


def show(context: Context) -> Response:
    """The control page."""
    db = context.db
    listings = db.all(
        "SELECT l.*, s.username FROM listings l JOIN sellers s USING (user_id) "
        "ORDER BY l.listing_id DESC LIMIT 50"
    )
    orders = db.all("SELECT * FROM orders ORDER BY created DESC, rowid DESC LIMIT 50")
    body = f"""<h1>Control</h1><p class="note">Marketplace time {db.stamp()}. Everything here can
also be done by <code>POST /_control/&lt;name&gt;</code>.</p>
<form method="post" action="/control/clock" class="row"><label>Move the clock by seconds
<input name="advance_seconds" type="number" value="3600"></label><button>Move</button></form>
{_button("clock", "Back to real time", reset="1")}
<h2>Sellers</h2>{_sellers(context)}<h2>Listings</h2>{_listings(listings)}
<h2>Orders</h2>{_orders(orders)}<h2>Faults</h2>{_faults(context)}
<h2>Limits</h2>{_limits(context)}{_recent(context)}"""
    return page(layout("Control", body))


def act(context: Context) -> Response:
    """Make a control call from the page."""
    form, name = context.request.form(), context.params["name"]
    given: dict[str, object] = dict(form)
    if name == "fault":
        given = {**_FAULTS.get(str(given.pop("kind", "")), {}), **given}
    call = control.CALLS.get(name)
    context.db.run("SAVEPOINT page_control")
    try:
        if call is None:
            return page(layout("Not found", '<p class="none">No such control.</p>'), 404)
        call(context.db, given)
    except ControlError as error:
        context.db.run("ROLLBACK TO page_control")
        body = f'<p class="warn">{escape(error.text)}</p><p><a href="/control">Back</a></p>'
        return page(layout("Not done", body), error.status)
    return redirect("/control", 303)


ROUTES = [
    Route(name="controlPage", method="GET", pattern="/control", handler=show, control=True),
    Route(name="controlAct", method="POST", pattern="/control/{name}", handler=act, control=True),
]
