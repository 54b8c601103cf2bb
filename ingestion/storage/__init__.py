"""Where photos lie: the local disk or S3 behind one interface, chosen by AWS_S3_BUCKET."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from ingestion.storage.base import SignedPut, Storage, StoredObject
from ingestion.storage.keys import original_key, upload_key, variant_key, variant_name
from realtrack.core.registry import HealthResult

__all__ = [
    "SignedPut",
    "Storage",
    "StoredObject",
    "health",
    "original_key",
    "public_url",
    "storage",
    "upload_key",
    "variant_key",
    "variant_name",
]


@lru_cache(maxsize=1)
def storage() -> Storage:
    """Return this process's storage."""
    if settings.AWS_S3_BUCKET:
        from ingestion.storage.s3 import S3Storage

        return S3Storage.from_settings()
    from ingestion.storage.local import LocalStorage

    return LocalStorage.from_settings()


def public_url(name: str) -> str:
    """Return the public address of a variant; a path of ours unless a CDN is named."""
    if not name:
        return ""
    if settings.AWS_S3_BUCKET and settings.AWS_CLOUDFRONT_DOMAIN:
        return f"https://{settings.AWS_CLOUDFRONT_DOMAIN}/{variant_key(name)}"
    return f"/media/{variant_key(name)}"


def health() -> HealthResult:
    """Say whether photos can be written and read now."""
    return storage().health()
