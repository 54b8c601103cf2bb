"""Outside services: their addresses and credentials come from the environment only."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from realtrack.settings.environment import (
    IS_PRODUCTION,
    PUBLIC_BASE_URL,
    SANDBOX_URL,
    _own,
    read,
)

# Storage: an empty bucket means the local disk.
AWS_S3_BUCKET = read.text("AWS_S3_BUCKET", "")
AWS_S3_REGION = read.text("AWS_S3_REGION", "us-east-1")
AWS_S3_ENDPOINT_URL = read.url("AWS_S3_ENDPOINT_URL", "")
AWS_S3_ACCELERATE = read.flag("AWS_S3_ACCELERATE", default=False)
AWS_CLOUDFRONT_DOMAIN = read.text("AWS_CLOUDFRONT_DOMAIN", "")
AWS_ACCESS_KEY_ID = read.text("AWS_ACCESS_KEY_ID", "")
AWS_SECRET_ACCESS_KEY = read.text("AWS_SECRET_ACCESS_KEY", "")

# AI: without a key the local reader works alone.
AI_BASE_URL = read.url("AI_BASE_URL", "https://api.openai.com/v1")
OPENAI_API_KEY = read.text("OPENAI_API_KEY", "")
AI_MODEL_LABEL = read.text("AI_MODEL_LABEL", "gpt-4o")
AI_MODEL_TEXT = read.text("AI_MODEL_TEXT", "gpt-4o-mini")
AI_MODEL_CLASSIFY = read.text("AI_MODEL_CLASSIFY", "gpt-4o-mini")
GOOGLE_VISION_BASE = read.url("GOOGLE_VISION_BASE", "https://vision.googleapis.com")
GOOGLE_VISION_API_KEY = read.text("GOOGLE_VISION_API_KEY", "")

# Market prices: without an address and a key nobody is asked.
MARKET_PRICES_BASE = read.url("MARKET_PRICES_BASE", "")
MARKET_PRICES_KEY = read.text("MARKET_PRICES_KEY", "")

# eBay. Outside production everything points at the local marketplace and its seeded application.
EBAY_ENVIRONMENT = read.choice(
    "EBAY_ENVIRONMENT",
    ("PRODUCTION", "SANDBOX"),
    default="PRODUCTION" if IS_PRODUCTION else "SANDBOX",
)
_ebay = "ebay.com" if EBAY_ENVIRONMENT == "PRODUCTION" else "sandbox.ebay.com"


def _base(host: str) -> str:
    return f"https://{host}.{_ebay}" if IS_PRODUCTION else SANDBOX_URL


EBAY_API_BASE = read.url("EBAY_API_BASE", _base("api"))
EBAY_APIZ_BASE = read.url("EBAY_APIZ_BASE", _base("apiz"))
EBAY_AUTH_BASE = read.url("EBAY_AUTH_BASE", _base("auth"))
EBAY_MEDIA_BASE = read.url("EBAY_MEDIA_BASE", _base("apim"))
EBAY_ITEM_BASE = read.url(
    "EBAY_ITEM_BASE", f"https://www.{_ebay}" if IS_PRODUCTION else SANDBOX_URL
)
EBAY_CLIENT_ID = read.text("EBAY_CLIENT_ID", "" if IS_PRODUCTION else "RealTrack-demo-SBX")
EBAY_CLIENT_SECRET = read.text("EBAY_CLIENT_SECRET", "" if IS_PRODUCTION else "sandbox-secret")
EBAY_RU_NAME = read.text("EBAY_RU_NAME", "" if IS_PRODUCTION else "RealTrack-demo-RuName")
EBAY_REDIRECT_URI = read.url("EBAY_REDIRECT_URI", f"{PUBLIC_BASE_URL}/api/channels/ebay/callback")
EBAY_VERIFICATION_TOKEN = read.text(
    "EBAY_VERIFICATION_TOKEN", _own.ebay_verification_token if _own else ""
)
if IS_PRODUCTION and EBAY_CLIENT_ID:
    for _name, _value in (
        ("EBAY_CLIENT_SECRET", EBAY_CLIENT_SECRET),
        ("EBAY_RU_NAME", EBAY_RU_NAME),
        ("EBAY_VERIFICATION_TOKEN", EBAY_VERIFICATION_TOKEN),
    ):
        if not _value:
            read.refuse(f"{_name} is missing, but EBAY_CLIENT_ID is given")

# Shopify. An empty base means https://<shop>.
SHOPIFY_API_KEY = read.text("SHOPIFY_API_KEY", "" if IS_PRODUCTION else "realtrack-demo")
SHOPIFY_API_SECRET = read.text("SHOPIFY_API_SECRET", "" if IS_PRODUCTION else "sandbox-secret")
SHOPIFY_REDIRECT_URI = read.url(
    "SHOPIFY_REDIRECT_URI", f"{PUBLIC_BASE_URL}/api/channels/shopify/callback"
)
SHOPIFY_API_VERSION = read.text("SHOPIFY_API_VERSION", "2026-10")
SHOPIFY_BASE = read.url("SHOPIFY_BASE", "" if IS_PRODUCTION else SANDBOX_URL)


def _is_loopback(url: str) -> bool:
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


if IS_PRODUCTION:
    for _name, _value in (
        ("PUBLIC_BASE_URL", PUBLIC_BASE_URL),
        ("EBAY_API_BASE", EBAY_API_BASE),
        ("EBAY_APIZ_BASE", EBAY_APIZ_BASE),
        ("EBAY_AUTH_BASE", EBAY_AUTH_BASE),
        ("EBAY_MEDIA_BASE", EBAY_MEDIA_BASE),
        ("EBAY_ITEM_BASE", EBAY_ITEM_BASE),
        ("SHOPIFY_BASE", SHOPIFY_BASE),
    ):
        if _is_loopback(_value):
            read.refuse(f"{_name} must not point at this machine in production")
