"""Notification API: config, topics, destinations, subscriptions, public keys."""

from __future__ import annotations

import ipaddress
import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from channels_app.sandbox import delivery, notify
from channels_app.sandbox.errors import Json, err
from channels_app.sandbox.gate import SCOPE
from channels_app.sandbox.http import ChallengeNeededError, Response, empty, reply
from channels_app.sandbox.topics import TOPICS

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context

PATH = "/commerce/notification/v1"
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{32,80}$")
_MAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def put_config(context: Context) -> Response:
    """updateConfig."""
    mail = context.body.get("alertEmail") or ""
    if not _MAIL.match(mail):
        raise err(195025)
    context.db.run("INSERT OR REPLACE INTO configs VALUES (?, ?)", context.client_id, mail)
    return empty()


def get_config(context: Context) -> Response:
    """getConfig."""
    row = context.db.one("SELECT * FROM configs WHERE client_id = ?", context.client_id)
    if row is None:
        raise err(195026)
    return reply({"alertEmail": row["email"]})


def _page(context: Context, rows: list[Json], name: str) -> Response:
    query = context.query
    limit, start = query.get("limit", "20"), query.get("continuation_token", "0")
    if not limit.isdigit() or not 10 <= int(limit) <= 100:
        raise err(195004)
    if not start.isdigit() or int(start) > len(rows):
        raise err(195005)
    end = int(start) + int(limit)
    out: Json = {
        name: rows[int(start) : end],
        "href": context.base + context.request.path,
        "limit": int(limit),
        "total": len(rows),
    }
    if end < len(rows):
        out["next"] = f"{out['href']}?" + urlencode({"limit": limit, "continuation_token": end})
    return reply(out)


def list_topics(context: Context) -> Response:
    """getTopics."""
    return _page(context, [topic.shown() for topic in TOPICS.values()], "topics")


def get_topic(context: Context) -> Response:
    """getTopic."""
    topic = TOPICS.get(context.params["id"])
    if topic is None:
        raise err(195002)
    return reply(topic.shown())


def _endpoint_allowed(endpoint: str) -> bool:
    """eBay takes https only; this marketplace also takes http to this machine."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        return True
    try:
        near = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        near = False
    return parts.scheme == "http" and near


def _checked(context: Context) -> tuple[str, str, str, str]:
    """Return (name, status, endpoint, token) of a destination's body, or raise."""
    body = context.body
    config = body.get("deliveryConfig") or {}
    name, status = body.get("name") or "", body.get("status") or ""
    endpoint, token = config.get("endpoint") or "", config.get("verificationToken") or ""
    if not 1 <= len(name) <= 64:
        raise err(195016)
    if not _endpoint_allowed(endpoint):
        raise err(195017)
    if status not in ("ENABLED", "DISABLED"):
        raise err(195018)
    if not _TOKEN.match(token):
        raise err(195019)
    return name, status, endpoint, token


def _challenge(context: Context, endpoint: str, token: str) -> None:
    if context.challenge_passed is None:
        raise ChallengeNeededError(endpoint, token)
    if not context.challenge_passed:
        raise err(195020)


def create_destination(context: Context) -> Response:
    """createDestination: the endpoint is asked the challenge before anything is stored."""
    db = context.db
    if not db.one("SELECT 1 FROM configs WHERE client_id = ?", context.client_id):
        raise err(195003)
    name, status, endpoint, token = _checked(context)
    twin = "SELECT 1 FROM destinations WHERE client_id = ? AND endpoint = ?"
    if db.one(twin, context.client_id, endpoint):
        raise err(195021)
    _challenge(context, endpoint, token)
    key = str(uuid.uuid4())
    db.run(
        "INSERT INTO destinations VALUES (?, ?, ?, ?, ?, ?, NULL)",
        key,
        context.client_id,
        name,
        status,
        endpoint,
        token,
    )
    return reply({}, 201, {"location": f"{context.base}{PATH}/destination/{key}"})


def _destination(context: Context) -> sqlite3.Row:
    row = context.db.one(
        "SELECT * FROM destinations WHERE destination_id = ? AND client_id = ?",
        context.params["id"],
        context.client_id,
    )
    if row is None:
        raise err(195022)
    return row


def _shown(row: sqlite3.Row) -> Json:
    return {
        "destinationId": row["destination_id"],
        "name": row["name"],
        "status": row["status"],
        "deliveryConfig": {"endpoint": row["endpoint"], "verificationToken": row["token"]},
    }


def list_destinations(context: Context) -> Response:
    """getDestinations."""
    rows = context.db.all(
        "SELECT * FROM destinations WHERE client_id = ? ORDER BY rowid", context.client_id
    )
    return _page(context, [_shown(row) for row in rows], "destinations")


def get_destination(context: Context) -> Response:
    """getDestination."""
    return reply(_shown(_destination(context)))


def put_destination(context: Context) -> Response:
    """updateDestination: asks the challenge again; lifts MARKED_DOWN."""
    row = _destination(context)
    name, status, endpoint, token = _checked(context)
    _challenge(context, endpoint, token)
    context.db.run(
        "UPDATE destinations SET name = ?, status = ?, endpoint = ?, token = ?, "
        "failing_since = NULL WHERE destination_id = ?",
        name,
        status,
        endpoint,
        token,
        row["destination_id"],
    )
    return empty()


def delete_destination(context: Context) -> Response:
    """deleteDestination: 409 while a subscription uses it."""
    row = _destination(context)
    used = "SELECT 1 FROM subscriptions WHERE destination_id = ?"
    if context.db.one(used, row["destination_id"]):
        raise err(195024)
    context.db.run("DELETE FROM destinations WHERE destination_id = ?", row["destination_id"])
    return empty()


def public_key(context: Context) -> Response:
    """getPublicKey: the PEM without line breaks."""
    row = context.db.one("SELECT * FROM signing_keys WHERE kid = ?", context.params["kid"])
    if row is None:
        raise err(195001)
    key = delivery.public_pem(row["pem"])
    return reply({"key": key, "algorithm": "ECDSA", "digest": "SHA1"})


def _check_payload(body: Json, versions: tuple[str, ...]) -> str:
    payload = body.get("payload") or {}
    if payload.get("schemaVersion") not in versions:
        raise err(195008)
    if payload.get("format") != "JSON":
        raise err(195009)
    if payload.get("deliveryProtocol") != "HTTPS":
        raise err(195010)
    return str(payload["schemaVersion"])


def create_subscription(context: Context) -> Response:
    """createSubscription: the kind of token and its scopes must be the topic's."""
    db, body = context.db, context.body
    topic = TOPICS.get(body.get("topicId") or "")
    if topic is None:
        raise err(195027)
    if body.get("status") not in ("ENABLED", "DISABLED"):
        raise err(195006)
    version = _check_payload(body, topic.versions)
    kind = "USER" if context.user_id else "APPLICATION"
    managing = {f"{SCOPE}/commerce.notification.subscription", SCOPE}
    if kind != topic.scope or not context.scopes & set(topic.scopes):
        raise err(195011)
    if not context.scopes & managing:
        raise err(195011)
    if not db.one("SELECT 1 FROM configs WHERE client_id = ?", context.client_id):
        raise err(195003)
    target = db.one(
        "SELECT * FROM destinations WHERE destination_id = ? AND client_id = ?",
        body.get("destinationId") or "",
        context.client_id,
    )
    if target is None:
        raise err(195007)
    if target["status"] != "ENABLED":
        raise err(195015)
    owner = (context.client_id, context.user_id, topic.topic_id)
    twin = "SELECT 1 FROM subscriptions WHERE client_id = ? AND user_id = ? AND topic = ?"
    if db.one(twin, *owner):
        raise err(195012)
    key = str(uuid.uuid4())
    db.run(
        "INSERT INTO subscriptions VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        key,
        *owner,
        body["status"],
        version,
        target["destination_id"],
        db.stamp(),
    )
    return reply({}, 201, {"location": f"{context.base}{PATH}/subscription/{key}"})


def _subscription(context: Context) -> sqlite3.Row:
    row = context.db.one(
        "SELECT * FROM subscriptions WHERE subscription_id = ? AND client_id = ? AND user_id = ?",
        context.params["id"],
        context.client_id,
        context.user_id,
    )
    if row is None:
        raise err(195013)
    return row


def _subscription_shown(row: sqlite3.Row) -> Json:
    return {
        "subscriptionId": row["subscription_id"],
        "topicId": row["topic"],
        "status": row["status"],
        "creationDate": row["created"],
        "payload": {
            "format": "JSON",
            "schemaVersion": row["schema_version"],
            "deliveryProtocol": "HTTPS",
        },
        "destinationId": row["destination_id"],
    }


def list_subscriptions(context: Context) -> Response:
    """getSubscriptions: those of the token's owner."""
    rows = context.db.all(
        "SELECT * FROM subscriptions WHERE client_id = ? AND user_id = ? ORDER BY rowid",
        context.client_id,
        context.user_id,
    )
    return _page(context, [_subscription_shown(row) for row in rows], "subscriptions")


def get_subscription(context: Context) -> Response:
    """getSubscription."""
    return reply(_subscription_shown(_subscription(context)))


def delete_subscription(context: Context) -> Response:
    """deleteSubscription."""
    row = _subscription(context)
    context.db.run("DELETE FROM subscriptions WHERE subscription_id = ?", row["subscription_id"])
    return empty()


def _set_status(context: Context, status: str) -> Response:
    row = _subscription(context)
    if status == "ENABLED":
        target = context.db.one(
            "SELECT status FROM destinations WHERE destination_id = ?", row["destination_id"]
        )
        if target is None or target["status"] != "ENABLED":
            raise err(195015)
    context.db.run(
        "UPDATE subscriptions SET status = ? WHERE subscription_id = ?",
        status,
        row["subscription_id"],
    )
    return empty()


def enable(context: Context) -> Response:
    """enableSubscription."""
    return _set_status(context, "ENABLED")


def disable(context: Context) -> Response:
    """disableSubscription."""
    return _set_status(context, "DISABLED")


def test(context: Context) -> Response:
    """testSubscription: a signed specimen goes to the destination."""
    row = _subscription(context)
    if row["topic"] == "ORDER_CONFIRMATION":
        line = {"orderLineItemId": "0", "listingId": "0", "quantity": 1}
        data: Json = {
            "user": notify.seller_data(context.db, context.user_id),
            "order": {"orderId": "00-00000-00000", "orderLineItems": [line]},
        }
    else:
        data = notify.deletion_data("test_user", "test-user-id")
    notify.queue_for(context.db, row, data, None, [])
    return Response(202)


CONFIG: Json = {"alertEmail": str}
DESTINATION: Json = {
    "name": str,
    "status": str,
    "deliveryConfig": {"endpoint": str, "verificationToken": str},
}
SUBSCRIPTION: Json = {
    "topicId": str,
    "status": str,
    "payload": {"format": str, "schemaVersion": str, "deliveryProtocol": str},
    "destinationId": str,
}
