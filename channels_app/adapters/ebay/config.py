"""eBay's names that a first real account may correct: hosts, marketplace ids, limits.

What a connection keeps in `settings` wins over what stands here; the tenant's settings
(`marketplace.ebay_offer_marketplace`, `marketplace.ebay_category_tree`) are what new
connections start with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

SCOPE = "https://api.ebay.com/oauth/api_scope"
SCOPES = (
    SCOPE,
    f"{SCOPE}/sell.inventory",
    f"{SCOPE}/sell.account",
    f"{SCOPE}/sell.fulfillment",
    f"{SCOPE}/commerce.identity.readonly",
    f"{SCOPE}/commerce.notification.subscription",
)
# The site of car parts in the United States, as a connection is known by.
SITE = "EBAY_MOTORS_US"
LANGUAGE = "en-US"


@dataclass(frozen=True, slots=True)
class Budget:
    """Calls of one API: `rate` a second on average, `burst` at once."""

    rate: float
    burst: float


_DAY = 86_400
# Per application and day; a tenth of the day may go in one burst.
BUDGETS: Mapping[str, Budget] = {
    "inventory": Budget(2_000_000 / _DAY, 200_000),
    "fulfillment": Budget(100_000 / _DAY, 10_000),
    "account": Budget(25_000 / _DAY, 2_500),
    "identity": Budget(5_000 / _DAY, 500),
    "taxonomy": Budget(5_000 / _DAY, 500),
    "metadata": Budget(5_000 / _DAY, 500),
    "notification": Budget(10_000 / _DAY, 1_000),
    "feed": Budget(100_000 / _DAY, 10_000),
    "analytics": Budget(5_000 / _DAY, 500),
    # One pot for all sellers of the application.
    "trading": Budget(5_000 / _DAY, 5_000),
    # 50 uploads in 5 seconds and seller.
    "media": Budget(10, 50),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSettings:
    """A connection's choices, read from its `settings`."""

    offer_marketplace: str
    metadata_marketplace: str
    policy_marketplaces: tuple[str, ...]
    category_tree: str
    currency: str
    location_key: str
    policies: Mapping[str, str]


# Which of our fields names the policy of a kind, and how the offer calls its id.
POLICY_KINDS: Mapping[str, tuple[str, str]] = {
    "fulfillment": ("shipping_profile_name", "fulfillmentPolicyId"),
    "payment": ("payment_profile_name", "paymentPolicyId"),
    "return": ("return_profile_name", "returnPolicyId"),
}


def account_settings(raw: Mapping[str, Any]) -> AccountSettings:
    """Read a connection's settings; what is absent has its default."""
    metadata = str(raw.get("metadataMarketplaceId") or SITE)
    return AccountSettings(
        offer_marketplace=str(raw.get("inventoryMarketplaceId") or "EBAY_MOTORS"),
        metadata_marketplace=metadata,
        policy_marketplaces=tuple(
            raw.get("policyMarketplaceIds") or dict.fromkeys((metadata, "EBAY_US"))
        ),
        category_tree=str(raw.get("categoryTreeId") or "100"),
        currency=str(raw.get("currency") or "USD"),
        location_key=str(raw.get("locationKey") or ""),
        policies=dict(raw.get("policies") or {}),
    )


def hosts() -> Mapping[str, str]:
    """Base addresses by API; they come from the environment only."""
    return {
        "identity": settings.EBAY_APIZ_BASE.rstrip("/"),
        "media": settings.EBAY_MEDIA_BASE.rstrip("/"),
        "auth": settings.EBAY_AUTH_BASE.rstrip("/"),
        "api": settings.EBAY_API_BASE.rstrip("/"),
    }


def item_url(external_id: str) -> str:
    """The page that buyers see."""
    return f"{settings.EBAY_ITEM_BASE.rstrip('/')}/itm/{external_id}" if external_id else ""
