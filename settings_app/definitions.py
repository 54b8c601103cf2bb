"""Every setting that exists: category, key, type, default, limits, words, tab.

The database stores only what differs. Unknown keys and wrong types are refused with what is
allowed. Addresses of outside services are no settings: a key must not move to another host.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right


class Kind(StrEnum):
    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    DECIMAL = "decimal"
    CHOICE = "choice"
    SECRET = "secret"  # noqa: S105 - a kind's name
    TIMEZONE = "timezone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. Decimals are strings on the wire and in the table, so that none is rounded."""

    category: str
    key: str
    kind: Kind
    default: Any
    help: str
    tab: str
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    max_length: int = 500
    # Of a text: written in several lines.
    has_lines: bool = False
    choices: tuple[str, ...] = ()
    # Of a text: what the whole of it has to look like.
    pattern: str = ""
    right: Right = Right.SETTINGS_EDIT
    # Name in django.conf.settings whose value, when given, is the default.
    environment: str = ""

    @property
    def name(self) -> str:
        return f"{self.category}.{self.key}"

    def allowed(self) -> str:
        """Say in words what this setting takes."""
        if self.kind is Kind.BOOLEAN:
            return "true or false"
        if self.kind is Kind.CHOICE:
            return "one of " + ", ".join(self.choices)
        if self.kind in {Kind.INTEGER, Kind.DECIMAL}:
            noun = "a whole number" if self.kind is Kind.INTEGER else "a number"
            low = f" from {self.minimum}" if self.minimum is not None else ""
            high = f" up to {self.maximum}" if self.maximum is not None else ""
            return noun + low + high
        if self.kind is Kind.TIMEZONE:
            return "a time zone such as America/Chicago"
        return f"text of at most {self.max_length} characters"

    def clean(self, value: Any) -> Any:
        """Return `value` as it is stored; raises InvalidInput naming what is allowed."""
        cleaned = _CLEANERS[self.kind](self, value)
        if cleaned is None:
            raise InvalidInput(fields={"value": f"{self.name} takes {self.allowed()}."})
        return cleaned


def _clean_text(setting: Setting, value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > setting.max_length or "\x00" in value:
        return None
    if setting.pattern and re.fullmatch(setting.pattern, value) is None:
        return None
    return value.strip()


def _clean_boolean(_: Setting, value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _in_range(setting: Setting, number: Decimal) -> bool:
    above = setting.minimum is None or number >= setting.minimum
    return above and (setting.maximum is None or number <= setting.maximum)


def _clean_integer(setting: Setting, value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if _in_range(setting, Decimal(value)) else None


def _clean_decimal(setting: Setting, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return str(number) if number.is_finite() and _in_range(setting, number) else None


def _clean_choice(setting: Setting, value: Any) -> str | None:
    return value if isinstance(value, str) and value in setting.choices else None


def _clean_timezone(_: Setting, value: Any) -> str | None:
    return value if isinstance(value, str) and value in zoneinfo.available_timezones() else None


_CLEANERS: Mapping[Kind, Any] = {
    Kind.TEXT: _clean_text,
    Kind.SECRET: _clean_text,
    Kind.BOOLEAN: _clean_boolean,
    Kind.INTEGER: _clean_integer,
    Kind.DECIMAL: _clean_decimal,
    Kind.CHOICE: _clean_choice,
    Kind.TIMEZONE: _clean_timezone,
}


def _text(category: str, key: str, default: str, words: str, tab: str, **more: Any) -> Setting:
    return Setting(
        category=category,
        key=key,
        kind=Kind.TEXT,
        default=default,
        help=words,
        tab=tab,
        **more,
    )


def _flag(category: str, key: str, default: bool, words: str, tab: str) -> Setting:  # noqa: FBT001 - the default itself
    return Setting(
        category=category,
        key=key,
        kind=Kind.BOOLEAN,
        default=default,
        help=words,
        tab=tab,
    )


def _number(
    category: str,
    key: str,
    default: int | str,
    words: str,
    tab: str,
    low: str,
    high: str,
) -> Setting:
    return Setting(
        category=category,
        key=key,
        kind=Kind.INTEGER if isinstance(default, int) else Kind.DECIMAL,
        default=default,
        help=words,
        tab=tab,
        minimum=Decimal(low),
        maximum=Decimal(high),
    )


def _secret(category: str, key: str, words: str, tab: str, environment: str) -> Setting:
    return Setting(
        category=category,
        key=key,
        kind=Kind.SECRET,
        default="",
        help=words,
        tab=tab,
        right=Right.KEYS_MANAGE,
        environment=environment,
    )


_ALL = (
    _text("general", "business_name", "MHN Auto Parts", "Business display name", "general"),
    _text("general", "business_email", "info@mhnautoparts.com", "Primary contact address", "general"),
    _text("general", "business_address", "Houston, TX", "Address on packing slips and invoices", "general", has_lines=True),
    _text("general", "business_phone", "", "Phone on packing slips and invoices", "general", max_length=40),
    _text("general", "tax_number", "", "Tax number on invoices", "general", max_length=60),
    _text("general", "document_note", "", "Text below packing slips and invoices, such as how to return a part", "general", has_lines=True, max_length=1000),
    Setting(
        category="general", key="default_currency", kind=Kind.CHOICE, default="USD",
        choices=("USD", "CAD", "EUR", "GBP", "AUD"), help="Default currency", tab="general",
    ),
    _text("general", "default_location", "Houston, TX", "Default listing location", "general"),
    Setting(
        category="general", key="timezone", kind=Kind.TIMEZONE, default="America/Chicago",
        help="The business's time zone: what “today” means", tab="general",
    ),
    _text("general", "sku_pattern", "RT-{number:06d}", "Pattern of new SKUs", "general", max_length=40),
    _text("general", "privacy_text", "", "Text of the public privacy page", "general", max_length=20000),
    _flag("marketplace", "ebay_auto_publish", False, "Publish to eBay when a part is ready", "marketplaces"),
    _flag("marketplace", "shopify_auto_sync", False, "Keep Shopify's stock in step", "marketplaces"),
    _text("marketplace", "default_return_policy", "30_days", "Default return policy", "marketplaces"),
    _text("marketplace", "ebay_offer_marketplace", "EBAY_MOTORS", "Marketplace id sent in eBay offers", "marketplaces"),
    _text("marketplace", "ebay_category_tree", "100", "eBay category tree of parts", "marketplaces"),
    _number("marketplace", "stock_buffer", 0, "Pieces held back from marketplaces", "marketplaces", "0", "1000"),
    _number("tax", "tax_rate", "0.0825", "Default tax rate (0.0825 is 8.25 %)", "tax", "0", "1"),
    _flag("tax", "tax_enabled", True, "Collect tax on orders", "tax"),
    Setting(
        category="tax", key="prices_include_tax", kind=Kind.BOOLEAN, default=False,
        help="Prices are with tax", tab="tax",
    ),
    _flag("tax", "tax_on_shipping", True, "Shipping is taxed too, as in Texas", "tax"),
    _text("tax", "state_rates", "", "Rates by state, such as TX=0.0825, CA=0.0725 (others: the default rate)", "tax", max_length=2000, pattern=r"\s*([A-Z]{2,3}\s*=\s*(0(\.\d{1,6})?|1(\.0{1,6})?)\s*(,\s*(?!$)|$))*"),
    _number("pricing", "fee_percent", "13.25", "What a marketplace keeps of a price (percent)", "pricing", "0", "60"),
    _number("pricing", "fee_fixed", "0.40", "What a marketplace keeps of each sale", "pricing", "0", "100"),
    _secret("pricing", "market_prices_key", "Key of the service that tells market prices (off without it)", "pricing", "MARKET_PRICES_KEY"),
    _flag("notification", "low_stock_alert", True, "Tell when stock runs low", "notifications"),
    _flag("notification", "order_alert", True, "Tell of new orders", "notifications"),
    _number("inventory", "low_stock_threshold", 1, "Stock at or below this is low", "general", "0", "1000"),
    _number("inventory", "reservation_hours", 96, "Hours that an unpaid order holds its parts", "general", "1", "720"),
    _text("inventory", "part_sku_pattern", "{car}-{number:03d}", "SKU of a part of a car: {car} and {number}, such as {car}-{number:03d}", "general", max_length=30, pattern=r"[A-Za-z0-9 ._/-]*\{car\}[A-Za-z0-9 ._/-]*\{number(:0[1-6]d)?\}[A-Za-z0-9 ._/-]*"),
    Setting(
        category="ai", key="ai_provider", kind=Kind.CHOICE, default="local_ocr",
        choices=("openai_vision", "google_vision", "local_ocr"),
        help="Who reads photos first", tab="ai",
    ),
    _number("ai", "ai_auto_approve_threshold", "0.85", "At or above this a draft is made by itself", "ai", "0", "1"),
    _number("ai", "ai_review_threshold", "0.60", "Below this a person types it", "ai", "0", "1"),
    _number("ai", "max_daily_ai_spend", "50.00", "Most spent on AI in a day (USD)", "ai", "0", "100000"),
    _number("ai", "openai_usd_per_million_in", "2.50", "Price of a million tokens sent (USD), where the answer names no cost", "ai", "0", "1000"),
    _number("ai", "openai_usd_per_million_out", "10.00", "Price of a million tokens answered (USD), where the answer names no cost", "ai", "0", "1000"),
    _number("ai", "google_usd_per_photo", "0.0045", "Price of a photo read by Google Vision (USD)", "ai", "0", "10"),
    _number("ai", "ai_jobs_per_hour", 100, "Jobs an hour that a paid service may read", "ai", "0", "100000"),
    _text("ai", "ai_hard_model", "", "A dearer model that reads again what is in doubt; empty: none", "ai", max_length=100),
    _number("ai", "ai_hard_above", "300.00", "Parts that should cost more than this are read by the dearer model too", "ai", "0", "1000000"),
    _secret("ai", "openai_api_key", "Key of the OpenAI-format service", "ai", "OPENAI_API_KEY"),
    _secret("ai", "google_vision_api_key", "Key of Google Vision", "ai", "GOOGLE_VISION_API_KEY"),
    _number("upload", "max_file_mb", 20, "Largest photo (MB)", "ai", "1", "200"),
    _number("upload", "max_batch_mb", 100, "Largest batch of one request (MB)", "ai", "1", "2000"),
    _number("upload", "max_megapixels", 60, "Largest photo (megapixels)", "ai", "1", "500"),
    _number("upload", "browser_pixels", 4096, "Photos are made this small before they are sent (pixels on the long side); 0 sends them as they are", "ai", "0", "20000"),
    _number("upload", "files_per_minute", 600, "Uploads a minute and user", "ai", "1", "10000"),
)  # fmt: skip

DEFINITIONS: Mapping[tuple[str, str], Setting] = {
    (setting.category, setting.key): setting for setting in _ALL
}
CATEGORIES: tuple[str, ...] = tuple(dict.fromkeys(setting.category for setting in _ALL))
# Paths under /api/settings that are no categories.
RESERVED = frozenset({"shipping-profiles", "pricing-rules", "schema"})
