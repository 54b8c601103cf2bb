"""Control calls about orders, tokens, odd behaviour and notifications."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

from channels_app.sandbox import checkout, notify, oauth, seeds
from channels_app.sandbox.control_base import Call, ControlError, find_seller, number, only, text
from channels_app.sandbox.topics import TOPICS

if TYPE_CHECKING:
    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db


def buy(db: Db, given: Json) -> Json:
    """Buy: {sku | listing_id, quantity?, seller?} or {lines: [...]}; {buyer?, country?, pay?,
    pickup?, vehicle?}. 409 when it is sold out."""
    only(
        given,
        "sku",
        "listing_id",
        "quantity",
        "seller",
        "lines",
        "buyer",
        "country",
        "pay",
        "pickup",
        "vehicle",
    )
    user_id = find_seller(db, given)["user_id"] if given.get("seller") else ""
    wishes = []
    for line in given.get("lines") or [given]:
        listing = checkout.find_listing(
            db,
            listing_id=str(line.get("listing_id") or ""),
            sku=str(line.get("sku") or ""),
            user_id=user_id,
        )
        wishes.append(checkout.Wish(listing=listing, quantity=number(line, "quantity", 1)))
    options = checkout.Options(
        buyer=str(given.get("buyer") or ""),
        country=str(given.get("country") or ""),
        paid=bool(given.get("pay", True)),
        pickup=bool(given.get("pickup")),
        vehicle=given.get("vehicle"),
    )
    order = checkout.buy(db, wishes, options)
    return {"orderId": order["orderId"], "order": order}


def pay(db: Db, given: Json) -> Json:
    """Pay a pending order {order_id}; with {fail: true} the payment fails."""
    only(given, "order_id", "fail")
    order_id = text(given, "order_id")
    if given.get("fail"):
        return {"order": checkout.fail_payment(db, order_id)}
    return {"order": checkout.pay(db, order_id)}


def request_cancel(db: Db, given: Json) -> Json:
    """Ask for a cancellation: {order_id, reason?, initiator?}."""
    only(given, "order_id", "reason", "initiator")
    order = checkout.request_cancel(
        db,
        text(given, "order_id"),
        reason=str(given.get("reason") or ""),
        initiator=str(given.get("initiator") or ""),
    )
    return {"order": order}


def approve_cancel(db: Db, given: Json) -> Json:
    """Approve the open cancellation request: {order_id}."""
    only(given, "order_id")
    return {"order": checkout.decide_cancel(db, text(given, "order_id"), approve=True)}


def reject_cancel(db: Db, given: Json) -> Json:
    """Reject the open cancellation request: {order_id}."""
    only(given, "order_id")
    return {"order": checkout.decide_cancel(db, text(given, "order_id"), approve=False)}


def refund(db: Db, given: Json) -> Json:
    """Refund as eBay: {order_id, amount?}; at once, the rest of the order by default."""
    only(given, "order_id", "amount")
    _, order = checkout.load(db, text(given, "order_id"))
    if order["orderPaymentStatus"] not in ("PAID", "PARTIALLY_REFUNDED"):
        raise ControlError(409, f"the order is {order['orderPaymentStatus']}")
    left = Decimal(order["pricingSummary"]["total"]["value"]) - checkout.refunded(order)
    amount = Decimal(str(given.get("amount") or left))
    if not 0 < amount <= left:
        raise ControlError(409, f"{left} can be refunded")
    checkout.start_refund(db, order, amount, line_item_id=None)
    checkout.settle_refunds(db, at_once=True)
    return {"order": checkout.load(db, order["orderId"])[1]}


def orders(db: Db, given: Json) -> Json:
    """Return every order, oldest first: {seller?}."""
    only(given, "seller")
    user_id = find_seller(db, given)["user_id"] if given.get("seller") else "%"
    rows = db.all("SELECT data FROM orders WHERE user_id LIKE ? ORDER BY created, rowid", user_id)
    return {"orders": [json.loads(row["data"]) for row in rows]}


def tick(db: Db, given: Json) -> Json:
    """Complete pending refunds now."""
    only(given)
    return {"settled": checkout.settle_refunds(db, at_once=True)}


def change_password(db: Db, given: Json) -> Json:
    """The seller changes the password: refresh tokens end, access tokens run out. {seller}."""
    only(given, "seller")
    seller = find_seller(db, given)
    return {"revoked": oauth.revoke(db, seller["user_id"], access_too=False)}


def revoke_consent(db: Db, given: Json) -> Json:
    """The seller takes the consent back: all tokens end, AUTHORIZATION_REVOCATION goes out."""
    only(given, "seller")
    seller = find_seller(db, given)
    revoked = oauth.revoke(db, seller["user_id"], access_too=True)
    data = {**notify.seller_data(db, seller["user_id"])}
    # the real shape is documented nowhere: the seller stands at both places others use
    data["user"] = notify.seller_data(db, seller["user_id"])
    return {
        "revoked": revoked,
        "notifications": notify.queue(db, "AUTHORIZATION_REVOCATION", data, seller["user_id"]),
    }


def expire_tokens(db: Db, given: Json) -> Json:
    """End access tokens before their time: {seller?}; {refresh: true} ends refresh tokens too."""
    only(given, "seller", "refresh")
    user_id = find_seller(db, given)["user_id"] if given.get("seller") else "%"
    moment = db.stamp()
    ended = db.run(
        "UPDATE tokens SET expires_at = ? WHERE coalesce(user_id, '') LIKE ?", moment, user_id
    )
    if given.get("refresh"):
        ended += db.run(
            "UPDATE refresh_tokens SET expires_at = ? WHERE user_id LIKE ?", moment, user_id
        )
    return {"ended": ended}


def send_notification(db: Db, given: Json) -> Json:
    """Send a notification: {topic, seller?, order_id?, data?, username?, user_id?,
    bad_signature?, wrong_kid?, duplicate?, rotate_key?}."""
    flags = ("bad_signature", "wrong_kid", "duplicate")
    only(given, "topic", "seller", "order_id", "data", "username", "user_id", "rotate_key", *flags)
    topic = text(given, "topic")
    if topic not in TOPICS:
        raise ControlError(404, f"no topic {topic}")
    if given.get("rotate_key"):
        seeds.new_signing_key(db)
    user_id = find_seller(db, given)["user_id"] if given.get("seller") else ""
    data = given.get("data")
    if given.get("order_id"):
        row, order = checkout.load(db, given["order_id"])
        user_id = row["user_id"]
        data = data or notify.order_data(db, user_id, order)
    if data is None and topic == "MARKETPLACE_ACCOUNT_DELETION":
        name = text(given, "username")
        data = notify.deletion_data(name, str(given.get("user_id") or f"id-{name}"))
    if data is None:
        data = {"user": notify.seller_data(db, user_id)}
    options = {name: True for name in flags if given.get(name)}
    return {"notifications": notify.queue(db, topic, data, user_id, options)}


def rotate_key(db: Db, given: Json) -> Json:
    """Sign with a new key from now on; the old one is still served."""
    only(given)
    return {"kid": seeds.new_signing_key(db)}


def notifications(db: Db, given: Json) -> Json:
    """Return what became of each notification; {pauses: [s, s]} sets the time between tries."""
    only(given, "topic", "pauses")
    if given.get("pauses") is not None:
        db.set_setting("delivery_pauses", [float(pause) for pause in given["pauses"]])
    rows = db.all(
        "SELECT * FROM deliveries WHERE ? IN ('', topic) ORDER BY id", given.get("topic") or ""
    )
    names = ("notification_id", "topic", "status", "attempts", "last_answer")
    return {"notifications": [{name: row[name] for name in names} for row in rows]}


def lag(db: Db, given: Json) -> Json:
    """Lag after our own writes: {route, seconds, error?}; seconds 0 ends it."""
    only(given, "route", "seconds", "error")
    state = db.setting("lag", {})
    route = text(given, "route")
    state.pop(route, None)
    if float(given.get("seconds") or 0) > 0:
        state[route] = {
            "seconds": float(given["seconds"]),
            "error": number(given, "error", 25604),
        }
    db.set_setting("lag", state or None)
    return {"lag": state}


def sticky_category(db: Db, given: Json) -> Json:
    """Let an unpublished offer keep answering 25005: {offerId}."""
    only(given, "offerId", "offer_id")
    offer_id = str(given.get("offerId") or given.get("offer_id") or "")
    if not offer_id:
        raise ControlError(400, "field offerId is needed")
    state = [*db.setting("sticky_category", []), offer_id]
    db.set_setting("sticky_category", state)
    return {"sticky": state}


def page_repeat(db: Db, given: Json) -> Json:
    """Choose the lists that give page 1 again at their end: {lists: [policies, offers,
    inventoryItems]}."""
    only(given, "lists")
    lists = given.get("lists")
    if not isinstance(lists, list):
        raise ControlError(400, "field lists is needed")
    db.set_setting("page_repeat", lists)
    return {"lists": lists}


def language(db: Db, given: Json) -> Json:
    """Set the language of a seller's error texts: {seller, language}."""
    only(given, "seller", "language")
    seller = find_seller(db, given)
    db.run(
        "UPDATE sellers SET language = ? WHERE user_id = ?",
        text(given, "language"),
        seller["user_id"],
    )
    return {"seller": seller["username"], "language": given["language"]}


def out_of_stock(db: Db, given: Json) -> Json:
    """Switch a seller's out-of-stock control: {seller, on: true|false}."""
    only(given, "seller", "on")
    seller = find_seller(db, given)
    on = given.get("on") in (True, "on", "true", "1")
    db.run("UPDATE sellers SET out_of_stock = ? WHERE user_id = ?", int(on), seller["user_id"])
    return {"seller": seller["username"], "on": on}


def opted_in(db: Db, given: Json) -> Json:
    """Opt a seller in to business policies or out: {seller, on}."""
    only(given, "seller", "on")
    seller = find_seller(db, given)
    on = given.get("on") in (True, "on", "true", "1")
    db.run("UPDATE sellers SET opted_in = ? WHERE user_id = ?", int(on), seller["user_id"])
    return {"seller": seller["username"], "on": on}


def noise(db: Db, given: Json) -> Json:
    """A bad day, as shares from 0 to 1: {errors?, lost?, doubled?} of calls and notifications."""
    only(given, "errors", "lost", "doubled")
    shares = {name: float(value) for name, value in given.items()}
    if any(not 0 <= value <= 1 for value in shares.values()):
        raise ControlError(400, "shares lie between 0 and 1")
    db.set_setting("noise", shares or None)
    return {"noise": shares}


def most_vehicles(db: Db, given: Json) -> Json:
    """Set how many vehicles a category takes: {n}."""
    only(given, "n")
    most = number(given, "n", 3_000)
    db.set_setting("most_vehicles", most)
    return {"most": most}


def _switch(name: str) -> Call:
    def call(db: Db, given: Json) -> Json:
        only(given, "on")
        on = given.get("on", True) in (True, "on", "true", "1")
        db.set_setting(name, on or None)
        return {name: on}

    call.__doc__ = f"Switch {name}: {{on}}."
    return call


CALLS: dict[str, Call] = {
    "buy": buy,
    "pay": pay,
    "request_cancel": request_cancel,
    "approve_cancel": approve_cancel,
    "reject_cancel": reject_cancel,
    "refund": refund,
    "orders": orders,
    "tick": tick,
    "change_password": change_password,
    "revoke_consent": revoke_consent,
    "expire_tokens": expire_tokens,
    "send_notification": send_notification,
    "rotate_key": rotate_key,
    "notifications": notifications,
    "lag": lag,
    "sticky_category": sticky_category,
    "page_repeat": page_repeat,
    "language": language,
    "most_vehicles": most_vehicles,
    "noise": noise,
    "out_of_stock": out_of_stock,
    "opted_in": opted_in,
    "free_returns_rule": _switch("free_returns_rule"),
    "partial_apply": _switch("partial_apply"),
    "strict_compatibility": _switch("strict_compatibility"),
    "media_empty_body": _switch("media_empty_body"),
}
