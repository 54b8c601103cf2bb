"""The application's own token: one for all processes, kept sealed in Redis until it ends."""

from __future__ import annotations

from channels_app.adapters.ebay import oauth
from channels_app.adapters.ebay.config import SCOPE
from realtrack.core import crypto, redis

_AAD = "channels_app.ebay:application_token"
# Renewed this long before its end, so that none ends on its way.
_SPARE_SECONDS = 300


def application_token(*, rejected: str = "") -> str:
    """Return a token with the base scope; `rejected` is one that eBay just refused."""
    key = redis.key("ebay-app-token", oauth.client_id())
    try:
        sealed = redis.client().get(key)
        if isinstance(sealed, str):
            known = crypto.decrypt(sealed, aad=_AAD)
            if known != rejected:
                return known
    except (redis.RedisError, crypto.CannotDecrypt):
        # Asking for another is always possible; only 1,000 a day are.
        pass
    granted, seconds = oauth.client_credentials(scope=SCOPE)
    try:
        life = max(60, seconds - _SPARE_SECONDS)
        redis.client().set(key, crypto.encrypt(granted, aad=_AAD), ex=life)
    except redis.RedisError:
        pass
    return granted
