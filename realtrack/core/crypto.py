"""AES-256-GCM for secrets and buyer data, with key ids and the row's identity bound.

A ciphertext is text: `v1.<key id>.<base64url of nonce + sealed>`. `ENCRYPTION_KEYS` holds several
keys at once, the first seals; `manage.py rotate_keys` rewrites the rest. What cannot be opened is
an error, never the raw text.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from realtrack.core.errors import AppError

_NONCE_BYTES = 12  # 96 bits, NIST SP 800-38D section 5.2.1.1


class CannotDecrypt(AppError):
    """The text was not sealed by a key of ours for this row, or was changed since."""

    code = "cannot_decrypt"
    status = 500
    default_message = "A protected value cannot be read; its key is missing or it was altered."


def _keys() -> dict[str, bytes]:
    return settings.ENCRYPTION_KEYS


def encrypt(plain: str, *, aad: str) -> str:
    """Seal `plain` for the place `aad` (`orders.order:<uuid>:buyer_email`); empty stays empty."""
    if not plain:
        return ""
    key_id, key = next(iter(_keys().items()))
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), f"{key_id}|{aad}".encode())
    return f"v1.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def decrypt(token: str, *, aad: str) -> str:
    """Open what `encrypt` sealed for the same `aad`; raises CannotDecrypt otherwise."""
    if not token:
        return ""
    try:
        version, key_id, body = token.split(".", 2)
        raw = base64.urlsafe_b64decode(body)
        key = _keys()[key_id]
        if version != "v1":
            raise CannotDecrypt
        plain = AESGCM(key).decrypt(
            raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], f"{key_id}|{aad}".encode()
        )
    except (ValueError, KeyError, InvalidTag) as error:
        raise CannotDecrypt from error
    return plain.decode()


def encrypt_bytes(plain: bytes, *, aad: str) -> str:
    """Seal bytes, such as a webhook's body."""
    return encrypt(base64.b64encode(plain).decode(), aad=aad)


def decrypt_bytes(token: str, *, aad: str) -> bytes:
    """Open what `encrypt_bytes` sealed."""
    return base64.b64decode(decrypt(token, aad=aad))


def is_newest(token: str) -> bool:
    """Say whether `token` was sealed by the key that seals now; empty counts as yes."""
    return not token or token.split(".", 2)[1] == next(iter(_keys()))


def reseal(token: str, *, aad: str) -> str:
    """Return `token` sealed by the newest key."""
    return token if is_newest(token) else encrypt(decrypt(token, aad=aad), aad=aad)


def keyed_hash(value: str) -> str:
    """Return a keyed hash (HMAC-SHA-256) to find a sealed value by: trimmed, lower-cased."""
    if not value:
        return ""
    normal = value.strip().lower().encode()
    return hmac.new(settings.EMAIL_HASH_KEY, normal, hashlib.sha256).hexdigest()
