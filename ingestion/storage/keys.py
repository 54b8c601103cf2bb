"""Names of stored objects. Variants are named by content, so that a replaced photo has a new address."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import uuid

from django.conf import settings

from ingestion.pipeline.checking import EXTENSIONS
from ingestion.pipeline.headers import ImageFormat
from ingestion.pipeline.variants import RECIPE, VariantSize

UPLOADS = "temp/"
ORIGINALS = "originals/"
VARIANTS = "p/"
_NAME = re.compile(r"[0-9a-f]{48}")


def upload_key(asset_id: uuid.UUID, kind: ImageFormat) -> str:
    """Return a fresh key for bytes that nobody checked yet."""
    return f"{UPLOADS}{asset_id}/{secrets.token_hex(12)}.{EXTENSIONS[kind]}"


def edited_key(asset_id: uuid.UUID, content_hash: str) -> str:
    """Return the key of a photo that was turned or cut; the one before stays until it is used."""
    return f"{ORIGINALS}{asset_id}-{content_hash[:16]}.jpg"


def original_key(asset_id: uuid.UUID, kind: ImageFormat) -> str:
    """Return the key of a checked original; private for ever."""
    return f"{ORIGINALS}{asset_id}.{EXTENSIONS[kind]}"


def variant_name(content_hash: str, size: VariantSize) -> str:
    """Return the public name of a variant: the same for the same content, never to be guessed.

    Keyed, because who has the picture could otherwise find out that we have it too.
    """
    message = f"{content_hash}:{size.value}:{RECIPE}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()[:48]


def is_variant_name(name: str) -> bool:
    """Say whether this can be a variant's name at all."""
    return _NAME.fullmatch(name) is not None


def variant_key(name: str) -> str:
    """Return the key of a variant."""
    return f"{VARIANTS}{name}.webp"
