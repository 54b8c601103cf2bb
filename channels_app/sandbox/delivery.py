"""Notifications on their way out: signing, the challenge, sending with retries."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import secrets
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import httpx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels_app.sandbox.store import moment_of

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.errors import Json
    from channels_app.sandbox.store import Db, Store

log = logging.getLogger("sandbox.delivery")
RECEIVED = {200, 201, 202, 204}
TRIES = 3
# seconds before the 2nd and the 3rd try; the control call `notifications` changes them
PAUSES = (1.0, 3.0)
TIMEOUT = 10.0
DOWN_AFTER = timedelta(hours=24)
AT_ONCE = 16


def compact(data: Json) -> bytes:
    """Return the bytes that are signed and sent."""
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def sign(pem: str, kid: str, body: bytes) -> str:
    """Return the x-ebay-signature header: ECDSA P-256 over SHA-1, DER, wrapped in base64 JSON."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        msg = "the signing key is no EC key"
        raise TypeError(msg)
    signature = key.sign(body, ec.ECDSA(hashes.SHA1()))  # noqa: S303 (eBay's digest)
    head = {
        "alg": "ecdsa",
        "kid": kid,
        "signature": base64.b64encode(signature).decode(),
        "digest": "SHA1",
    }
    return base64.b64encode(json.dumps(head, separators=(",", ":")).encode()).decode()


def public_pem(pem: str) -> str:
    """Return the public key as eBay serves it: a PEM without line breaks."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    text = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return text.decode().replace("\n", "")


async def challenge(endpoint: str, token: str) -> bool:
    """GET the endpoint with a challenge; tells whether the answer is the right hash."""
    code = secrets.token_hex(16)
    wanted = hashlib.sha256((code + token + endpoint).encode()).hexdigest()
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT) as client:
            answer = await client.get(endpoint, params={"challenge_code": code})
            given = answer.json()
    except (httpx.HTTPError, ValueError):
        return False
    return (
        answer.status_code == 200
        and isinstance(given, dict)
        and given.get("challengeResponse") == wanted
    )


def _claim(db: Db, free: int) -> list[tuple[sqlite3.Row, sqlite3.Row | None, sqlite3.Row]]:
    """Take the deliveries that are due; a try counts from here on, whatever becomes of it."""
    rows = db.all(
        "SELECT * FROM deliveries WHERE status = 'PENDING' AND next_at <= ? ORDER BY id LIMIT ?",
        time.time(),
        free,
    )
    key = db.one("SELECT * FROM signing_keys WHERE current ORDER BY created DESC")
    out = []
    for row in rows:
        db.run(
            "UPDATE deliveries SET attempts = attempts + 1, status = 'SENDING' WHERE id = ?",
            row["id"],
        )
        target = db.one(
            "SELECT * FROM destinations WHERE destination_id = ?", row["destination_id"]
        )
        if key is not None:
            out.append((row, target, key))
    return out


def _prepare(row: sqlite3.Row, key: sqlite3.Row, published: str) -> tuple[bytes, str]:
    data = json.loads(row["body"])
    data["notification"]["publishAttemptCount"] = row["attempts"] + 1
    data["notification"]["publishDate"] = published
    body = compact(data)
    options = json.loads(row["options"])
    kid = "00000000-0000-4000-8000-000000000000" if options.get("wrong_kid") else key["kid"]
    signed = body + b" " if options.get("bad_signature") else body
    return body, sign(key["pem"], kid, signed)


def _settle(db: Db, row: sqlite3.Row, answer: str, *, received: bool) -> None:
    tries = row["attempts"] + 1
    unreceived = "FAILED" if tries >= TRIES else "PENDING"
    status = "RECEIVED" if received else unreceived
    pauses = db.setting("delivery_pauses", list(PAUSES))
    pause = pauses[min(tries, len(pauses)) - 1] if pauses else 0
    db.run(
        "UPDATE deliveries SET status = ?, next_at = ?, last_answer = ? WHERE id = ?",
        status,
        time.time() + float(pause),
        answer,
        row["id"],
    )
    _mark_destination(db, row["destination_id"], received=received)


def _mark_destination(db: Db, destination_id: str, *, received: bool) -> None:
    if received:
        db.run(
            "UPDATE destinations SET failing_since = NULL WHERE destination_id = ?", destination_id
        )
        return
    row = db.one("SELECT * FROM destinations WHERE destination_id = ?", destination_id)
    if row is None:
        return
    if row["failing_since"] is None:
        db.run(
            "UPDATE destinations SET failing_since = ? WHERE destination_id = ?",
            db.stamp(),
            destination_id,
        )
    elif db.now() - moment_of(row["failing_since"]) >= DOWN_AFTER:
        db.run(
            "UPDATE destinations SET status = 'MARKED_DOWN' WHERE destination_id = ?",
            destination_id,
        )


async def _deliver(
    store: Store,
    client: httpx.AsyncClient,
    claimed: tuple[sqlite3.Row, sqlite3.Row | None, sqlite3.Row],
) -> None:
    row, target, key = claimed
    if target is None or target["status"] != "ENABLED":
        await store.run(lambda db: _settle(db, row, "destination not enabled", received=False))
        return
    published = await store.run(lambda db: db.stamp())
    body, header = _prepare(row, key, published)
    try:
        answer = await client.post(
            target["endpoint"],
            content=body,
            headers={"content-type": "application/json", "x-ebay-signature": header},
        )
        text, received = str(answer.status_code), answer.status_code in RECEIVED
    except httpx.HTTPError as error:
        text, received = type(error).__name__, False
    await store.run(lambda db: _settle(db, row, text, received=received))


def _recover(db: Db) -> None:
    db.run("UPDATE deliveries SET status = 'PENDING' WHERE status = 'SENDING'")


async def run(store: Store, wake: asyncio.Event) -> None:
    """Send what is due, for ever. Rows survive a kill; a try in flight is made again."""
    await store.run(_recover)
    flying: set[asyncio.Task[None]] = set()
    async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT) as client:
        while True:
            try:
                wake.clear()
                free = AT_ONCE - len(flying)
                claimed = await store.run(partial(_claim, free=free)) if free else []
            except Exception:
                log.exception("claiming deliveries failed; going on")
                claimed = []
            for one in claimed:
                # a slow endpoint holds up only its own notification
                task = asyncio.create_task(_deliver(store, client, one))
                flying.add(task)
                task.add_done_callback(flying.discard)
                task.add_done_callback(lambda _: wake.set())
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(wake.wait(), timeout=0.5)
