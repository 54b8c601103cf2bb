"""The one function that builds eBay's bytes from a part. It never changes words.

What is too long, missing or not allowed is refused by field, before anything is sent; what is
left out (vehicles that eBay does not know) is named. Preview, publish, revise and every retry
send what comes out of here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from channels_app.adapters.base import ListingInput, Option, Payload, SellerMustFix
from channels_app.adapters.ebay.aspects import aspect_refusals, aspects_of
from channels_app.adapters.ebay.config import POLICY_KINDS, AccountSettings
from channels_app.adapters.ebay.taxonomy import Category

TITLE_MAX = 80
ITEM_DESCRIPTION_MAX = 4_000
OFFER_DESCRIPTION_MAX = 500_000
SKU = re.compile(r"[A-Za-z0-9_.\-]{1,50}")
MOST_PICTURES = 24
DOES_NOT_APPLY = "Does not apply"
CONDITIONS: Mapping[str, str] = {
    "1000": "NEW",
    "1500": "NEW_OTHER",
    "1750": "NEW_WITH_DEFECTS",
    "2000": "CERTIFIED_REFURBISHED",
    "2010": "EXCELLENT_REFURBISHED",
    "2020": "VERY_GOOD_REFURBISHED",
    "2030": "GOOD_REFURBISHED",
    "2500": "SELLER_REFURBISHED",
    "2750": "LIKE_NEW",
    "3000": "USED_EXCELLENT",
    "4000": "USED_VERY_GOOD",
    "5000": "USED_GOOD",
    "6000": "USED_ACCEPTABLE",
    "7000": "FOR_PARTS_OR_NOT_WORKING",
}
_WEIGHT_UNITS = {"lb": "POUND", "kg": "KILOGRAM"}
_SIZE_UNITS = {"in": "INCH", "cm": "CENTIMETER"}
# eBay refuses these; taking them out would be changing what a person wrote.
_FORBIDDEN_HTML = re.compile(
    r"<\s*/?\s*(script|iframe|form|object|embed|base|meta)\b|\bon[a-z]+\s*=\s*[\"']", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the bytes depend on beside the part: the account's choices and eBay's tables.

    `policies` holds kind → (id, name) as resolved; `category` is None when it could not be read
    because none is chosen. `image_urls` are in eBay's store.
    """

    account: AccountSettings
    category: Category | None
    policies: Mapping[str, Option]
    location: Option | None
    image_urls: Sequence[str]
    vehicles: Sequence[Mapping[str, str]]
    refusals: Sequence[SellerMustFix] = ()
    notes: Sequence[str] = ()
    is_live: bool = False


def build(listing: ListingInput, around: Surroundings) -> Payload:
    """Return the documents, the same in words, and every reason against sending them. Pure."""
    refusals = [*_text_refusals(listing), *_sale_refusals(listing, around), *around.refusals]
    aspects = aspects_of(listing.values)
    if around.category is not None:
        refusals += _category_refusals(listing, around.category)
        refusals += aspect_refusals(aspects, around.category)
    notes = list(around.notes)
    if not _text(listing, "description"):
        notes.append("There is no description: eBay shows the title in its place.")
    item = _item(listing, aspects, around.image_urls)
    offer = _offer(listing, around)
    documents: dict[str, Mapping[str, Any]] = {"item": item, "offer": offer}
    if around.category is not None and around.category.vehicle_properties:
        documents["compatibility"] = {"compatibleProducts": _compatible(around.vehicles)}
    return Payload(
        documents=documents,
        fields=_words(listing, around, aspects),
        refusals=tuple(dict.fromkeys(refusals)),
        notes=tuple(notes),
        content_hash=_content_hash(documents, listing),
    )


def _text(listing: ListingInput, name: str) -> str:
    return str(listing.values.get(name) or "")


def _money(listing: ListingInput, name: str) -> Decimal | None:
    value = listing.values.get(name)
    return Decimal(str(value)) if value not in (None, "") else None


def _item(
    listing: ListingInput, aspects: Mapping[str, Sequence[str]], image_urls: Sequence[str]
) -> dict[str, Any]:
    # PUT replaces: whatever is left out is wiped, so that each document is whole.
    description = _description(listing)
    product: dict[str, Any] = {
        "title": _text(listing, "title"),
        "aspects": {name: list(values) for name, values in aspects.items()},
        "imageUrls": list(image_urls),
        "upc": [_text(listing, "p_upc") or DOES_NOT_APPLY],
    }
    if len(description) <= ITEM_DESCRIPTION_MAX:
        product["description"] = description
    for name, key in (("c_brand", "brand"), ("c_manufacturer_part_number", "mpn")):
        if _text(listing, name):
            product[key] = _text(listing, name)
    if _text(listing, "ean"):
        product["ean"] = [_text(listing, "ean")]
    if _text(listing, "p_epid"):
        product["epid"] = _text(listing, "p_epid")
    item: dict[str, Any] = {
        "availability": {"shipToLocationAvailability": {"quantity": listing.available}},
        "condition": CONDITIONS.get(_text(listing, "condition_id"), ""),
        "product": product,
    }
    package = _package(listing)
    if package:
        item["packageWeightAndSize"] = package
    return item


def _description(listing: ListingInput) -> str:
    return _text(listing, "description") or _text(listing, "title")


def _package(listing: ListingInput) -> dict[str, Any]:
    package: dict[str, Any] = {}
    weight = _money(listing, "weight")
    if weight:
        unit = _WEIGHT_UNITS.get(_text(listing, "weight_unit"), "POUND")
        package["weight"] = {"value": float(weight), "unit": unit}
    sizes = [_money(listing, f"package_{side}") for side in ("length", "width", "height")]
    if all(sizes):
        unit = _SIZE_UNITS.get(_text(listing, "size_unit"), "INCH")
        length, width, height = (float(size or 0) for size in sizes)
        package["dimensions"] = {"length": length, "width": width, "height": height, "unit": unit}
    return package


def _offer(listing: ListingInput, around: Surroundings) -> dict[str, Any]:
    price = _money(listing, "start_price") or Decimal(0)
    currency = _text(listing, "currency") or around.account.currency
    policies: dict[str, Any] = {
        POLICY_KINDS[kind][1]: option.id for kind, option in around.policies.items()
    }
    best = _best_offer(listing, currency)
    if best:
        policies["bestOfferTerms"] = best
    return {
        "sku": listing.sku,
        "marketplaceId": around.account.offer_marketplace,
        "format": "FIXED_PRICE",
        "availableQuantity": listing.available,
        "categoryId": _text(listing, "category_id"),
        "listingDescription": _description(listing),
        "listingDuration": "GTC",
        "merchantLocationKey": around.account.location_key,
        # eBay would else fill a used part with a catalog product's data.
        "includeCatalogProductDetails": False,
        "pricingSummary": {"price": {"value": f"{price:.2f}", "currency": currency}},
        "listingPolicies": policies,
    }


def _best_offer(listing: ListingInput, currency: str) -> dict[str, Any]:
    if not listing.values.get("best_offer_enabled"):
        return {}
    terms: dict[str, Any] = {"bestOfferEnabled": True}
    for name, key in (
        ("best_offer_auto_accept_price", "autoAcceptPrice"),
        ("minimum_best_offer_price", "autoDeclinePrice"),
    ):
        value = _money(listing, name)
        if value:
            terms[key] = {"value": f"{value:.2f}", "currency": currency}
    return terms


def _compatible(vehicles: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
    rows = []
    for vehicle in vehicles:
        properties = [
            {"name": name, "value": value} for name, value in vehicle.items() if name != "notes"
        ]
        row: dict[str, Any] = {"compatibilityProperties": properties}
        if vehicle.get("notes"):
            row["notes"] = vehicle["notes"]
        rows.append(row)
    return rows


def _text_refusals(listing: ListingInput) -> list[SellerMustFix]:
    found: list[SellerMustFix] = []

    def refuse(field: str, reason: str) -> None:
        found.append(SellerMustFix(field=field, reason=reason))

    title, description = _text(listing, "title"), _text(listing, "description")
    if not title.strip():
        refuse("title", "Title is missing.")
    elif len(title) > TITLE_MAX:
        refuse("title", f"Title is {len(title) - TITLE_MAX} characters too long for eBay.")
    if len(description) > OFFER_DESCRIPTION_MAX:
        refuse("description", "Description is longer than 500,000 characters.")
    if _FORBIDDEN_HTML.search(description):
        refuse("description", "Description holds script, forms or frames; eBay takes none.")
    if not SKU.fullmatch(listing.sku):
        refuse(
            "custom_label_sku",
            "eBay takes SKUs of letters, digits, dots, dashes and underscores, at most 50.",
        )
    for name, label in (("c_brand", "Brand"), ("c_manufacturer_part_number", "Part number")):
        if len(_text(listing, name)) > 65:
            refuse(name, f"{label} is longer than eBay's 65 characters.")
    return found


def _sale_refusals(listing: ListingInput, around: Surroundings) -> list[SellerMustFix]:
    found: list[SellerMustFix] = []

    def refuse(field: str, reason: str) -> None:
        found.append(SellerMustFix(field=field, reason=reason))

    price = _money(listing, "start_price")
    if not price or price <= 0:
        refuse("start_price", "Price is missing.")
    currency = _text(listing, "currency") or around.account.currency
    if currency != around.account.currency:
        refuse("currency", f"This site sells in {around.account.currency}, the part in {currency}.")
    if listing.available < 1 and not around.is_live:
        refuse("quantity", "Nothing in stock.")
    if _text(listing, "format") not in {"", "FixedPrice"}:
        refuse("format", "Only fixed-price listings are published.")
    if _text(listing, "duration") not in {"", "GTC"}:
        refuse("duration", "Fixed-price listings run until they are cancelled (GTC).")
    asked = any(one.field == "category_id" for one in around.refusals)
    if not _text(listing, "category_id") and not asked:
        refuse("category_id", "Category is missing.")
    if _text(listing, "condition_id") not in CONDITIONS:
        refuse("condition_id", "Condition is missing.")
    count = len(around.image_urls)
    if count == 0:
        refuse("item_photo_url", "No photo yet.")
    elif count > MOST_PICTURES:
        refuse("item_photo_url", f"eBay takes {MOST_PICTURES} photos, there are {count}.")
    return found


def _category_refusals(listing: ListingInput, category: Category) -> list[SellerMustFix]:
    if not category.is_leaf:
        reason = f"Category {category.id} is not one that parts can be listed in."
        return [SellerMustFix(field="category_id", reason=reason, error_id="25005")]
    condition = _text(listing, "condition_id")
    if category.conditions and condition in CONDITIONS and condition not in category.conditions:
        fix = ("Used", "condition_id", "3000") if "3000" in category.conditions else None
        reason = f"Condition {condition} is not allowed in category {category.id}."
        return [SellerMustFix(field="condition_id", reason=reason, error_id="25021", fix=fix)]
    return []


def _words(
    listing: ListingInput, around: Surroundings, aspects: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """The same for people, in the order in which they look at it."""
    offer = _offer(listing, around)
    price = offer["pricingSummary"]["price"]
    category = " ".join(
        filter(None, (_text(listing, "category_id"), _text(listing, "category_name")))
    )
    years = sorted({row["Year"] for row in around.vehicles if row.get("Year")})
    models = dict.fromkeys(
        f"{row.get('Make', '')} {row.get('Model', '')}".strip() for row in around.vehicles
    )
    fits = f"{len(around.vehicles)}: {', '.join(models)} {years[0]} to {years[-1]}" if years else ""
    words = {
        "Title": _text(listing, "title"),
        "Price": f"{price['value']} {price['currency']}",
        "Quantity": str(listing.available),
        "Condition": CONDITIONS.get(_text(listing, "condition_id"), ""),
        "Category": category,
        "Photos": f"{len(around.image_urls)}",
        "Fitment": fits,
        "Policies": ", ".join(option.name for option in around.policies.values()),
        "Location": around.location.name if around.location else around.account.location_key,
        "Description": _description(listing),
    }
    words.update({name: " | ".join(values) for name, values in aspects.items()})
    return words


def _content_hash(documents: Mapping[str, Mapping[str, Any]], listing: ListingInput) -> str:
    """A hash of all but quantity and price; photos by content, not by where eBay keeps them."""
    plain = json.loads(json.dumps(documents))
    plain["item"]["availability"] = plain["offer"]["availableQuantity"] = None
    plain["offer"]["pricingSummary"] = None
    plain["item"]["product"]["imageUrls"] = [one.content_hash for one in listing.pictures] or (
        plain["item"]["product"]["imageUrls"]
    )
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
