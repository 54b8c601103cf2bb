"""The buyers' side in plain HTML: search, item, buy, pay, cancel, give back."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from channels_app.sandbox import checkout, desk
from channels_app.sandbox.control_base import ControlError
from channels_app.sandbox.http import Context, Response, Route, page, redirect
from channels_app.sandbox.pages_layout import CSS, layout
from channels_app.sandbox.publish_checks import IMAGE_HOST

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json

MOST_SHOWN = 60
DEFAULT_BUYER = "parts_buyer_77"


def picture_src(url: str) -> str:
    """Return where a page finds a picture: eBay-hosted ones are served from here."""
    parts = urlsplit(url)
    if parts.netloc == IMAGE_HOST:
        pieces = parts.path.split("/")
        return f"/_images/{escape(pieces[-2])}" if len(pieces) > 2 else ""
    return escape(url)


def _price(row: sqlite3.Row) -> str:
    return f"{escape(row['currency'])} {escape(row['price'])}"


def _left(row: sqlite3.Row) -> str:
    if row["status"] == "ENDED":
        return "Ended"
    return f"{row['quantity']} left" if row["quantity"] > 0 else "Out of stock"


def _card(row: sqlite3.Row) -> str:
    pictures = json.loads(row["data"]).get("imageUrls") or []
    image = f'<img src="{picture_src(pictures[0])}" alt="" loading="lazy">' if pictures else ""
    return f"""<a class="card" href="/itm/{row["listing_id"]}" data-testid="listing">{image}
<div>{escape(row["title"])}<p class="price">{_price(row)}</p>
<p class="note">{_left(row)} · {escape(row["username"])}</p></div></a>"""


def _fits(context: Context, row: sqlite3.Row, car: dict[str, str]) -> bool:
    if not car:
        return True
    found = context.db.one(
        "SELECT data FROM compatibility WHERE user_id = ? AND sku = ?", row["user_id"], row["sku"]
    )
    for product in json.loads(found["data"]) if found else []:
        given = {part["name"]: part["value"].lower() for part in product["compatibilityProperties"]}
        if all(given.get(name) == value.lower() for name, value in car.items()):
            return True
    return False


def shop(context: Context) -> Response:
    """Search what is for sale; all words must stand in title, SKU or item specifics."""
    query = context.query.get("q", "").strip()
    car = {
        name: value
        for name in ("Year", "Make", "Model")
        if (value := context.query.get(name.lower(), "").strip())
    }
    rows = context.db.all(
        "SELECT l.*, s.username FROM listings l JOIN sellers s USING (user_id) "
        "WHERE l.status = 'ACTIVE' ORDER BY l.listing_id DESC"
    )
    words = query.lower().split()
    found = [
        row
        for row in rows
        if all(
            word in f"{row['title']} {row['sku']} {row['listing_id']} {row['data']}".lower()
            for word in words
        )
        and _fits(context, row, car)
    ]
    cards = "".join(_card(row) for row in found[:MOST_SHOWN])
    inputs = "".join(
        f'<label>{name}<input name="{name.lower()}" size="8" value="{escape(car.get(name, ""))}">'
        "</label>"
        for name in ("Year", "Make", "Model")
    )
    none = '<p class="none">Nothing is for sale that fits. Publish a listing, or search less.</p>'
    body = f"""<h1>Shop</h1><form class="row" action="/shop">
<input name="q" type="search" aria-label="Search" placeholder="Part, number, seller's SKU"
 value="{escape(query)}">{inputs}<button>Search</button></form>
<p class="note">{len(found)} found</p>
<div class="grid">{cards}</div>{"" if cards else none}"""
    return page(layout("Shop", body))


def _listing(context: Context) -> sqlite3.Row | None:
    return context.db.one(
        "SELECT l.*, s.username FROM listings l JOIN sellers s USING (user_id) "
        "WHERE l.listing_id = ?",
        context.params["id"],
    )


def _specifics(data: Json) -> str:
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(', '.join(values))}</td></tr>"
        for name, values in (data.get("aspects") or {}).items()
    )
    condition = escape(str(data.get("condition", "")).replace("_", " ").capitalize())
    return f"<table><tr><th>Condition</th><td>{condition}</td></tr>{rows}</table>"


def _vehicles(context: Context, row: sqlite3.Row) -> str:
    found = context.db.one(
        "SELECT data FROM compatibility WHERE user_id = ? AND sku = ?", row["user_id"], row["sku"]
    )
    products = json.loads(found["data"]) if found else []
    lines = "".join(
        "<li>"
        + escape(" ".join(part["value"] for part in product["compatibilityProperties"]))
        + "</li>"
        for product in products[:100]
    )
    return f"<h2>Fits {len(products)} vehicles</h2><ul>{lines}</ul>" if lines else ""


def item(context: Context) -> Response:
    """One listing, with the form to buy it."""
    row = _listing(context)
    if row is None:
        return page(layout("Not found", '<p class="none">There is no such item.</p>'), 404)
    data = json.loads(row["data"])
    photos = "".join(
        f'<img src="{picture_src(url)}" alt="{escape(row["title"])}">'
        for url in data.get("imageUrls") or []
    )
    if row["status"] == "ACTIVE":
        form = f"""<form method="post" action="/itm/{row["listing_id"]}/buy">
<p class="row"><label>Quantity<input name="quantity" type="number" min="1" value="1"
 max="{row["quantity"]}"></label>
<label>Your name here<input name="buyer" value="{DEFAULT_BUYER}"></label></p>
<p class="row"><button name="pay" value="now" data-testid="buy">Buy and pay</button>
<button name="pay" value="later" class="plain" data-testid="buy-later">Buy, pay later</button>
</p></form>"""
    else:
        form = '<p class="warn" data-testid="unavailable">This item cannot be bought now.</p>'
    body = f"""<div class="two"><div class="photos">{photos}</div><div>
<h1>{escape(row["title"])}</h1><p class="price">{_price(row)}</p>
<p><span data-testid="quantity-left">{_left(row)}</span> · {row["sold"]} sold ·
seller {escape(row["username"])}</p>{form}<h2>Item specifics</h2>{_specifics(data)}
<p class="note">Item number {row["listing_id"]} · SKU {escape(row["sku"])}</p></div></div>
{_vehicles(context, row)}<h2>Description</h2>
<iframe sandbox title="Description" srcdoc="{escape(str(data.get("description", "")))}"></iframe>"""
    return page(layout(row["title"], body))


def _refused(title: str, error: ControlError, back: str) -> Response:
    body = f"""<h1>{escape(title)}</h1><p class="warn" data-testid="refused">{escape(error.text)}
</p><p><a href="{escape(back)}">Back</a></p>"""
    return page(layout(title, body), error.status)


def buy(context: Context) -> Response:
    """Buy from the item page."""
    form, where = context.request.form(), f"/itm/{context.params['id']}"
    context.db.run("SAVEPOINT buy")
    try:
        listing = checkout.find_listing(context.db, listing_id=context.params["id"])
        text = form.get("quantity", "1")
        wish = checkout.Wish(listing=listing, quantity=int(text) if text.isdigit() else 0)
        options = checkout.Options(
            buyer=form.get("buyer", "").strip()[:64] or DEFAULT_BUYER,
            paid=form.get("pay") != "later",
        )
        order = checkout.buy(context.db, [wish], options)
    except ControlError as error:
        context.db.run("ROLLBACK TO buy")
        return _refused("Not bought", error, where)
    return redirect(f"/purchases/{order['orderId']}", 303)


def purchases(context: Context) -> Response:
    """The newest orders."""
    rows = context.db.all("SELECT * FROM orders ORDER BY created DESC, rowid DESC LIMIT 100")
    lines = "".join(
        f'<tr><td><a href="/purchases/{row["order_id"]}">{row["order_id"]}</a></td>'
        f"<td>{escape(row['buyer'])}</td><td>{row['payment']}</td><td>{row['fulfillment']}</td>"
        f"<td>{row['created'][:19].replace('T', ' ')}</td></tr>"
        for row in rows
    )
    table = f"""<div class="wide"><table><tr><th>Order</th><th>Buyer</th><th>Payment</th>
<th>Shipping</th><th>Bought (UTC)</th></tr>{lines}</table></div>"""
    none = '<p class="none">Nobody has bought anything yet. <a href="/shop">To the shop</a></p>'
    return page(layout("Purchases", "<h1>Purchases</h1>" + (table if lines else none)))


def _actions(context: Context, order: Json) -> str:
    buttons = []
    asked = desk.returns_of(context.db, order["orderId"])
    if order["orderPaymentStatus"] == "PENDING":
        buttons.append('<button name="do" value="pay" data-testid="pay">Pay now</button>')
    open_state = order["cancelStatus"]["cancelState"]
    if open_state == "NONE_REQUESTED" and order["orderFulfillmentStatus"] != "FULFILLED":
        buttons.append(
            '<button name="do" value="cancel" class="plain" data-testid="cancel">'
            "Ask to cancel</button>"
        )
    is_paid = order["orderPaymentStatus"] in ("PAID", "PARTIALLY_REFUNDED")
    is_open = any(row["state"] == "OPEN" for row in asked)
    if order["orderFulfillmentStatus"] == "FULFILLED" and is_paid and not is_open:
        reasons = "".join(f"<option>{reason}</option>" for reason in desk.REASONS)
        buttons.append(
            f'<label>Why<select name="reason">{reasons}</select></label>'
            '<button name="do" value="return" class="plain" data-testid="return">'
            "Ask for a return</button>"
        )
    action = f"/purchases/{order['orderId']}"
    return f'<form method="post" action="{action}" class="row">{"".join(buttons)}</form>'


def _returns(context: Context, order: Json) -> str:
    return "".join(
        f'<p>Return: <b data-testid="return-state">{row["state"]}</b> · {escape(row["reason"])}</p>'
        for row in desk.returns_of(context.db, order["orderId"])
    )


def purchase(context: Context) -> Response:
    """One order as its buyer sees it."""
    try:
        _, order = checkout.load(context.db, context.params["id"])
    except ControlError as error:
        return _refused("Not found", error, "/purchases")
    lines = "".join(
        f'<tr><td><a href="/itm/{line["legacyItemId"]}">{escape(line["title"])}</a></td>'
        f"<td>{line['quantity']}</td><td>{line['lineItemCost']['value']}</td>"
        f"<td>{line['lineItemFulfillmentStatus']}</td></tr>"
        for line in order["lineItems"]
    )
    total = order["pricingSummary"]["total"]
    body = f"""<h1>Order <span data-testid="order-id">{order["orderId"]}</span></h1>
<p>Payment: <b data-testid="payment">{order["orderPaymentStatus"]}</b> · shipping:
<b>{order["orderFulfillmentStatus"]}</b> · cancellation:
<b>{order["cancelStatus"]["cancelState"]}</b></p>
<div class="wide"><table><tr><th>Item</th><th>Quantity</th><th>Price</th><th>Shipping</th></tr>
{lines}</table></div><p class="price">{escape(total["currency"])} {total["value"]}</p>
{_returns(context, order)}{_actions(context, order)}"""
    return page(layout(f"Order {order['orderId']}", body))


def act(context: Context) -> Response:
    """Pay an order, ask to cancel it or to give it back, from its page."""
    order_id, form = context.params["id"], context.request.form()
    action = form.get("do")
    try:
        if action == "pay":
            checkout.pay(context.db, order_id)
        elif action == "return":
            desk.ask_return(context.db, order_id, form.get("reason", "")[:80])
        else:
            checkout.request_cancel(context.db, order_id, reason="", initiator="BUYER")
    except ControlError as error:
        return _refused("Not done", error, f"/purchases/{order_id}")
    return redirect(f"/purchases/{order_id}", 303)


def image(context: Context) -> Response:
    """Serve an eBay-hosted picture."""
    row = context.db.one("SELECT * FROM images WHERE image_id = ?", context.params["id"])
    if row is None:
        return Response(404, b"Not found", {"content-type": "text/plain"})
    return Response(200, row["data"], {"content-type": row["type"]})


def style(context: Context) -> Response:
    """Serve the style sheet."""
    del context
    return Response(200, CSS.encode(), {"content-type": "text/css; charset=utf-8"})


def home(context: Context) -> Response:
    """Send to the shop."""
    del context
    return redirect("/shop")


_PAGES = (
    ("home", "GET", "/", home),
    ("shop", "GET", "/shop", shop),
    ("item", "GET", "/itm/{id}", item),
    ("buyItem", "POST", "/itm/{id}/buy", buy),
    ("purchases", "GET", "/purchases", purchases),
    ("purchase", "GET", "/purchases/{id}", purchase),
    ("purchaseAction", "POST", "/purchases/{id}", act),
    ("image", "GET", "/_images/{id}", image),
    ("style", "GET", "/_static/site.css", style),
)
ROUTES = [
    Route(name=name, method=method, pattern=path, handler=handler)
    for name, method, path, handler in _PAGES
]
