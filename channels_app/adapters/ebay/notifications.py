"""eBay's notifications: the challenge, the signature, their meaning, and subscribing to them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils.dateparse import parse_datetime

from channels_app.adapters.base import ChannelError, Notification, Session, TryAgain
from channels_app.adapters.ebay.client import EbayError, app_call, last_part, user_call
from channels_app.errors import BadSignature
from realtrack.core import redis
from settings_app.selectors import setting_value

_BASE = "/commerce/notification/v1"
_KID = re.compile(r"[0-9a-fA-F-]{16,64}")
# One hour, as eBay's documentation asks; unknown ids are remembered for a minute, so that a flood
# of forged ones does not become a flood of questions.
KEY_SECONDS = 3600
BAD_KEY_SECONDS = 60
ORDER_TOPIC = "ORDER_CONFIRMATION"
APP_TOPICS = ("MARKETPLACE_ACCOUNT_DELETION", "AUTHORIZATION_REVOCATION")
_Key = tuple[ec.EllipticCurvePublicKey, type[hashes.HashAlgorithm]]
_kept_keys: ContextVar[dict[str, _Key] | None] = ContextVar("ebay_kept_keys", default=None)
_DIGESTS: Mapping[str, type[hashes.HashAlgorithm]] = {
    "SHA1": hashes.SHA1,
    "SHA256": hashes.SHA256,
}


def challenge_answer(*, challenge: str, endpoint: str) -> str:
    """Hash challenge, verification token and endpoint, in this order."""
    text = challenge + settings.EBAY_VERIFICATION_TOKEN + endpoint
    return hashlib.sha256(text.encode()).hexdigest()


def verify(*, body: bytes, signature: str) -> None:
    """Raise BadSignature unless eBay signed these bytes; ChannelError when the key cannot be had."""
    try:
        head = json.loads(base64.b64decode(signature, validate=True))
        kid, signed = str(head["kid"]), base64.b64decode(head["signature"], validate=True)
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise BadSignature("The signature header cannot be read.") from error
    if not _KID.fullmatch(kid):
        raise BadSignature("The signature names no key.")
    key, digest = _public_key(kid)
    # The raw bytes; only if those fail, the form in which eBay's own libraries verify.
    if _fits(key, digest, signed, body):
        return
    compact = _compact(body)
    if compact is None or not _fits(key, digest, signed, compact):
        raise BadSignature


def _fits(
    key: ec.EllipticCurvePublicKey, digest: type[hashes.HashAlgorithm], signed: bytes, body: bytes
) -> bool:
    try:
        key.verify(signed, body, ec.ECDSA(digest()))
    except InvalidSignature:
        return False
    return True


def _compact(body: bytes) -> bytes | None:
    """The body as eBay's own libraries write it before they verify it."""
    try:
        return json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False).encode()
    except ValueError:
        return None


@contextmanager
def keys_kept() -> Iterator[None]:
    """Look each key up once in the block."""
    kept = _kept_keys.set({})
    try:
        yield
    finally:
        _kept_keys.reset(kept)


def _public_key(kid: str) -> _Key:
    kept = _kept_keys.get()
    if kept is None:
        return _key_of(kid)
    if kid not in kept:
        kept[kid] = _key_of(kid)
    return kept[kid]


def _key_of(kid: str) -> _Key:
    answer = _key_answer(kid)
    digest = _DIGESTS.get(str(answer.get("digest") or "").replace("-", "").upper())
    # The PEM comes without line breaks; its middle is the DER.
    middle = re.sub(r"-----[A-Z ]+-----|\s", "", str(answer.get("key") or ""))
    try:
        key = serialization.load_der_public_key(base64.b64decode(middle, validate=True))
    except (ValueError, binascii.Error) as error:
        raise BadSignature("eBay's key cannot be read.") from error
    if digest is None or not isinstance(key, ec.EllipticCurvePublicKey):
        raise BadSignature("eBay's key is of a kind that is not known.")
    return key, digest


def _key_answer(kid: str) -> Mapping[str, Any]:
    name = redis.key("ebay-public-key", kid.lower())
    try:
        kept = redis.client().get(name)
    except redis.RedisError:
        kept = None
    if kept == "unknown":
        raise BadSignature("eBay does not know the key that the signature names.")
    if isinstance(kept, str):
        found: Mapping[str, Any] = json.loads(kept)
        return found
    try:
        answer: Mapping[str, Any] = app_call(
            "notification", "GET", f"{_BASE}/public_key/{kid}"
        ).body
    except EbayError as error:
        if error.status in {400, 404}:
            _keep(name, "unknown", BAD_KEY_SECONDS)
            raise BadSignature("eBay does not know the key that the signature names.") from error
        raise
    _keep(name, json.dumps(answer), KEY_SECONDS)
    return answer


def _keep(name: str, value: str, seconds: int) -> None:
    try:
        redis.client().set(name, value, ex=seconds)
    except redis.RedisError:
        # Asked again next time.
        return


def read(body: bytes) -> Notification:
    """Put a verified notification into our words; ValueError if it is none."""
    parsed = json.loads(body)
    if not isinstance(parsed, dict):
        message = "a notification is an object"
        raise TypeError(message)
    topic = str((parsed.get("metadata") or {}).get("topic") or "")
    told = parsed.get("notification") or {}
    event_id = str(told.get("notificationId") or "")
    if not topic or not event_id:
        message = "a notification has a topic and an id"
        raise ValueError(message)
    data = told.get("data") or {}
    user = data.get("user") or {}
    order = data.get("order") or {}
    is_erasure = topic == "MARKETPLACE_ACCOUNT_DELETION"
    return Notification(
        event_id=event_id,
        event_type=topic,
        account_id=str(user.get("userId") or ("" if is_erasure else data.get("userId") or "")),
        occurred_at=parse_datetime(str(told.get("eventDate") or "")),
        external_order_id=str(order.get("orderId") or ""),
        is_revocation=topic == "AUTHORIZATION_REVOCATION",
        erase_buyer=(str(data.get("username") or ""), str(data.get("userId") or ""))
        if is_erasure
        else None,
        index={
            "orderId": str(order.get("orderId") or ""),
            "lines": len(order.get("orderLineItems") or ()),
            "attempt": told.get("publishAttemptCount"),
        },
    )


def subscribe(session: Session, *, endpoint: str) -> Mapping[str, Any]:
    """Make destination and subscriptions where they are not; returns their ids."""
    _config()
    destination = _destination(endpoint)
    kept: dict[str, Any] = {"destinationId": destination, "endpoint": endpoint}
    user_topic = _subscription(ORDER_TOPIC, destination, session)
    kept["orders"] = user_topic
    for topic in APP_TOPICS:
        try:
            kept[topic] = _subscription(topic, destination, None)
        except EbayError as error:
            # Not every application sees every topic; orders do not depend on it.
            kept[topic] = f"refused: {error.first.error_id}"
    return kept


def _config() -> None:
    try:
        app_call("notification", "GET", f"{_BASE}/config")
    except EbayError as error:
        if not error.has("195026"):
            raise
        mail = str(setting_value("general", "business_email"))
        app_call("notification", "PUT", f"{_BASE}/config", json={"alertEmail": mail})


def _destination(endpoint: str) -> str:
    rows = (
        app_call("notification", "GET", f"{_BASE}/destination", params={"limit": "100"}).body.get(
            "destinations"
        )
        or ()
    )
    for row in rows:
        if (row.get("deliveryConfig") or {}).get("endpoint") == endpoint:
            return str(row.get("destinationId"))
    body = {
        "name": "RealTrack",
        "status": "ENABLED",
        "deliveryConfig": {
            "endpoint": endpoint,
            "verificationToken": settings.EBAY_VERIFICATION_TOKEN,
        },
    }
    return last_part(app_call("notification", "POST", f"{_BASE}/destination", json=body))


def _subscription(topic: str, destination: str, session: Session | None) -> str:
    """Subscribe, by the seller's token or the application's; one that exists is switched on."""
    body = {
        "topicId": topic,
        "status": "ENABLED",
        "payload": {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"},
        "destinationId": destination,
    }

    def call(method: str, path: str, **more: Any) -> Any:
        if session is None:
            return app_call("notification", method, _BASE + path, **more)
        return user_call(session, "notification", method, _BASE + path, **more)

    try:
        return last_part(call("POST", "/subscription", json=body))
    except EbayError as error:
        if not error.has("195012"):
            raise
    rows = call("GET", "/subscription", params={"limit": "100"}).body.get("subscriptions") or ()
    for row in rows:
        if row.get("topicId") == topic:
            found = str(row.get("subscriptionId"))
            if row.get("status") != "ENABLED":
                call("POST", f"/subscription/{found}/enable")
            return found
    reason = f"eBay says that {topic} exists but does not list it."
    raise ChannelError(TryAgain(reason=reason, after=60.0))
