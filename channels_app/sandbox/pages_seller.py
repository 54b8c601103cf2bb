"""The seller's own pages in plain HTML: what is listed, what was sold, what waits for an answer."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

from channels_app.sandbox import checkout, desk, listings
from channels_app.sandbox.control_base import ControlError
from channels_app.sandbox.http import Context, Response, Route, page, redirect
from channels_app.sandbox.pages_layout import layout

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db

MOST_SHOWN = 100


def sellers(context: Context) -> Response:
    """Every seller of this marketplace."""
    rows = context.db.all(
        "SELECT s.username, sum(l.status = 'ACTIVE') AS live FROM sellers s "
        "LEFT JOIN listings l USING (user_id) GROUP BY s.username ORDER BY s.username"
    )
    lines = "".join(
        f'<li><a href="/seller/{quote(row["username"])}">{escape(row["username"])}</a> '
        f'<span class="note">{row["live"] or 0} live</span></li>'
        for row in rows
    )
    return page(layout("Sellers", f"<h1>Sellers</h1><ul>{lines}</ul>"))


def seller(context: Context) -> Response:
    """One seller's desk."""
    row = _seller(context)
    if row is None:
        return page(layout("Not found", '<p class="none">There is no such seller.</p>'), 404)
    name, db = row["username"], context.db
    waiting = _waiting(db, row)
    none = '<p class="note">Nobody waits for an answer.</p>'
    body = f"""<h1>{escape(name)}</h1><h2>To answer</h2>{waiting or none}
<h2>Sold</h2>{_orders(db, row)}<h2>Listed</h2>{_listings(db, row)}"""
    return page(layout(name, body))


def _seller(context: Context) -> sqlite3.Row | None:
    return context.db.one(
        "SELECT * FROM sellers WHERE username = ?", context.params.get("name", "")
    )


def _form(row: sqlite3.Row, found: str, *buttons: tuple[str, str, str], extra: str = "") -> str:
    """A form about one thing; each button is (what it does, its words, its class)."""
    inner = "".join(
        f'<button name="do" value="{does}" class="{kind}" data-testid="{does}">{words}</button>'
        for does, words, kind in buttons
    )
    action = f"/seller/{quote(row['username'])}"
    return (
        f'<form method="post" action="{action}" class="row">'
        f'<input type="hidden" name="id" value="{escape(found)}">{extra}{inner}</form>'
    )


def _waiting(db: Db, row: sqlite3.Row) -> str:
    """Cancellations and returns that buyers asked for."""
    found = []
    for one in db.all("SELECT data FROM orders WHERE user_id = ? ORDER BY created", row["user_id"]):
        order: Json = json.loads(one["data"])
        number = order["orderId"]
        link = f'<a href="/purchases/{number}">{number}</a>'
        if order["cancelStatus"]["cancelState"] == "IN_PROGRESS":
            buttons = (("approve", "Approve", ""), ("reject", "Reject", "plain"))
            found.append(f"<p>{link}: the buyer wants to cancel</p>{_form(row, number, *buttons)}")
        for asked in desk.returns_of(db, number):
            if asked["state"] == "OPEN":
                buttons = (("accept", "Accept, refund", ""), ("decline", "Decline", "plain"))
                form = _form(row, asked["return_id"], *buttons)
                reason = escape(asked["reason"])
                found.append(f"<p>{link}: the buyer wants to return it: {reason}</p>{form}")
    return "".join(f'<section class="warn">{one}</section>' for one in found)


def _orders(db: Db, row: sqlite3.Row) -> str:
    rows = db.all(
        "SELECT * FROM orders WHERE user_id = ? ORDER BY created DESC, rowid DESC LIMIT ?",
        row["user_id"],
        MOST_SHOWN,
    )
    lines = "".join(
        f'<tr><td><a href="/purchases/{one["order_id"]}">{one["order_id"]}</a></td>'
        f"<td>{escape(one['buyer'])}</td><td>{one['payment']}</td><td>{one['fulfillment']}</td></tr>"
        for one in rows
    )
    if not lines:
        return '<p class="note">Nothing yet.</p>'
    return f"""<div class="wide"><table><tr><th>Order</th><th>Buyer</th><th>Payment</th>
<th>Shipping</th></tr>{lines}</table></div>"""


def _listings(db: Db, row: sqlite3.Row) -> str:
    rows = db.all(
        "SELECT * FROM listings WHERE user_id = ? ORDER BY status, listing_id DESC LIMIT ?",
        row["user_id"],
        MOST_SHOWN,
    )
    lines = []
    for one in rows:
        number = one["listing_id"]
        actions = ""
        if one["status"] != "ENDED":
            price = (
                f'<label>Price<input name="price" size="8" value="{escape(one["price"])}"></label>'
            )
            buttons = (("price", "Change", "plain"), ("end", "End", "plain"))
            actions = _form(row, number, *buttons, extra=price)
        lines.append(
            f'<tr><td><a href="/itm/{number}">{escape(one["title"])}</a>{actions}</td>'
            f"<td>{escape(one['sku'])}</td><td>{one['status']}</td><td>{one['quantity']}</td>"
            f"<td>{one['sold']}</td></tr>"
        )
    if not lines:
        return '<p class="note">Nothing yet.</p>'
    return f"""<div class="wide"><table><tr><th>Item</th><th>SKU</th><th>State</th><th>Left</th>
<th>Sold</th></tr>{"".join(lines)}</table></div>"""


def act(context: Context) -> Response:
    """Do what a button of the desk says."""
    row = _seller(context)
    if row is None:
        return page(layout("Not found", '<p class="none">There is no such seller.</p>'), 404)
    where = f"/seller/{quote(row['username'])}"
    form = context.request.form()
    context.db.run("SAVEPOINT desk")
    try:
        _do(context.db, row["user_id"], form)
    except ControlError as error:
        context.db.run("ROLLBACK TO desk")
        body = f"""<h1>Not done</h1><p class="warn" data-testid="refused">{escape(error.text)}</p>
<p><a href="{where}">Back</a></p>"""
        return page(layout("Not done", body), error.status)
    return redirect(where, 303)


def _do(db: Db, user_id: str, form: dict[str, str]) -> None:
    does, found = form.get("do", ""), form.get("id", "")
    if does in ("approve", "reject"):
        _own(db, user_id, found)
        checkout.decide_cancel(db, found, approve=does == "approve")
    elif does in ("accept", "decline"):
        asked = db.one("SELECT order_id FROM returns WHERE return_id = ?", found)
        _own(db, user_id, asked["order_id"] if asked else "")
        desk.decide_return(db, found, accept=does == "accept")
    elif does in ("price", "end"):
        offer = db.one("SELECT * FROM offers WHERE listing_id = ? AND user_id = ?", found, user_id)
        if offer is None:
            raise ControlError(404, "no live listing of that number")
        if does == "end":
            listings.end(db, offer)
        else:
            desk.edit_listing(db, found, price=form.get("price", "").strip() or "0")
    else:
        raise ControlError(400, "there is no such button")


def _own(db: Db, user_id: str, order_id: str) -> None:
    row, _ = checkout.load(db, order_id)
    if row["user_id"] != user_id:
        raise ControlError(404, f"no order {order_id}")


_PAGES = (
    ("sellers", "GET", "/seller", sellers),
    ("seller", "GET", "/seller/{name}", seller),
    ("sellerAction", "POST", "/seller/{name}", act),
)
ROUTES = [
    Route(name=name, method=method, pattern=path, handler=handler)
    for name, method, path, handler in _PAGES
]
