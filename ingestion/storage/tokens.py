"""The local storage's signed addresses: key, length and type under an HMAC, for 5 minutes."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing

from ingestion.storage.base import PUT_SECONDS
from realtrack.core.errors import NotAllowed

_SALT = "ingestion.storage.put"


@dataclass(frozen=True, slots=True, kw_only=True)
class PutGrant:
    """What a token allows: this many bytes of this type to this key."""

    key: str
    size: int
    mime_type: str


def grant_sign(grant: PutGrant) -> str:
    """Return the token."""
    return signing.dumps([grant.key, grant.size, grant.mime_type], salt=_SALT)


def grant_read(token: str) -> PutGrant:
    """Return what the token allows; raises NotAllowed for a forged or expired one."""
    try:
        key, size, mime_type = signing.loads(token, salt=_SALT, max_age=PUT_SECONDS)
    except signing.SignatureExpired as error:
        message = "This upload address has expired; ask for a new one."
        raise NotAllowed(message, code="upload_expired") from error
    except (signing.BadSignature, ValueError, TypeError) as error:
        message = "This upload address is not one of ours."
        raise NotAllowed(message, code="upload_not_signed") from error
    return PutGrant(key=str(key), size=int(size), mime_type=str(mime_type))
