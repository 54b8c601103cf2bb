"""Which notifications arise, and for whom they are queued."""

from __future__ import annotations

import base64
import json
import random
import uuid
from typing import TYPE_CHECKING

from channels_app.sandbox.topics import TOPICS

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db


def envelope(db: Db, topic: str, schema_version: str, data: Json) -> Json:
    """Build a notification; the courier fills in the try and the publishing time."""
    moment = db.stamp()
    return {
        "metadata": {"topic": topic, "schemaVersion": schema_version, "deprecated": False},
        "notification": {
            "notificationId": f"{uuid.uuid4()}_{uuid.uuid4()}",
            "eventDate": moment,
            "publishDate": moment,
            "publishAttemptCount": 1,
            "data": data,
        },
    }


def _insert(db: Db, subscription: sqlite3.Row, note: Json, options: Json) -> None:
    db.run(
        "INSERT INTO deliveries (notification_id, topic, destination_id, body, options, attempts, "
        "status, next_at) VALUES (?, ?, ?, ?, ?, 0, 'PENDING', 0)",
        note["notification"]["notificationId"],
        note["metadata"]["topic"],
        subscription["destination_id"],
        json.dumps(note),
        json.dumps(options),
    )


def queue(db: Db, topic: str, data: Json, user_id: str, options: Json | None = None) -> list[str]:
    """Queue a notification for every subscription that should get it; returns their ids.

    A topic for users goes to the seller's own subscription, one for applications to all.
    """
    scope = TOPICS[topic].scope
    rows = db.all("SELECT * FROM subscriptions WHERE topic = ? AND status = 'ENABLED'", topic)
    out: list[str] = []
    for row in rows:
        if scope == "USER" and row["user_id"] != user_id:
            continue
        queue_for(db, row, data, options, out)
    return out


def queue_for(
    db: Db, subscription: sqlite3.Row, data: Json, options: Json | None, out: list[str]
) -> None:
    """Queue a notification for one subscription (twice when a duplicate is asked for)."""
    chosen = options or {}
    note = envelope(db, subscription["topic"], subscription["schema_version"], data)
    noise = db.setting("noise", {})
    if random.random() < float(noise.get("lost", 0)):  # noqa: S311 (no secret)
        return
    doubled = random.random() < float(noise.get("doubled", 0))  # noqa: S311 (no secret)
    for _ in range(2 if doubled or chosen.get("duplicate") else 1):
        _insert(db, subscription, note, chosen)
        out.append(note["notification"]["notificationId"])


def seller_data(db: Db, user_id: str) -> Json:
    """Return the {userId, username} of a seller."""
    row = db.one("SELECT * FROM sellers WHERE user_id = ?", user_id)
    return {"userId": user_id, "username": row["username"] if row else ""}


def order_data(db: Db, user_id: str, order: Json) -> Json:
    """Return the data of ORDER_CONFIRMATION."""
    lines = [
        {
            "orderLineItemId": line["lineItemId"],
            "listingId": line["legacyItemId"],
            "quantity": line["quantity"],
        }
        for line in order["lineItems"]
    ]
    return {
        "user": seller_data(db, user_id),
        "order": {"orderId": order["orderId"], "orderLineItems": lines},
    }


def deletion_data(username: str, user_id: str) -> Json:
    """Return the data of MARKETPLACE_ACCOUNT_DELETION."""
    token = base64.b64encode(f"eias-{user_id}-{username}".encode()).decode()
    return {"username": username, "userId": user_id, "eiasToken": token}
