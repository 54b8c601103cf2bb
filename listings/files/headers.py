"""What a column of a file is: a field, an aspect, or nothing that we keep."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from listings import fields
from realtrack.core.errors import InvalidInput

SPECIFICS_HEADER = "Item specifics"
VERSION_HEADER = "Version"
VERSION = "version"  # the one that the row was exported at; no field, but what a change rests on
VEHICLES_HEADER = "Vehicles"
VEHICLES = "vehicles"  # one a line, as a compatibility row's details name it
PHOTO_ROW = "item_photo_url"
# Shopify's product CSV: a row per product, then one per further photo or variant, by handle.
_SHOPIFY_KEYS = frozenset({"handle", "variantsku"})
_SHOPIFY = {
    "title": "title", "bodyhtml": "description", "vendor": "c_brand", "type": "c_type",
    "variantsku": "custom_label_sku", "variantprice": "start_price",
    "variantinventoryqty": "quantity", "variantbarcode": "p_upc", "imagesrc": PHOTO_ROW,
    "costperitem": "cost",
}  # fmt: skip
# Our header of a field where eBay has none, or where other files say it otherwise.
_ALIASES = {
    "customlabel": "custom_label_sku", "sku": "custom_label_sku", "partnumbersku": "custom_label_sku",
    "category": "category_id", "picurl": "item_photo_url", "pictureurl": "item_photo_url",
    "photos": "item_photo_url", "price": "start_price", "qty": "quantity",
    "condition": "condition_id", "brand": "c_brand", "mpn": "c_manufacturer_part_number",
    "manufacturerpartnumber": "c_manufacturer_part_number", "oem": "c_oe_oem_part_number",
    "oenumber": "c_oe_oem_part_number", "type": "c_type", "parttype": "c_type",
    "dispatchtimemax": "max_dispatch_time", "shippingservice1option": "shipping_service_1_option",
    "shippingcostpaidbyoption": "return_shipping_cost_paid_by", "upc": "p_upc",
    "productupc": "p_upc", "productepid": "p_epid", "epid": "p_epid", "videoid": "video_id",
    "p:ean": "ean", "productean": "ean", "vat": "vat_percent", "vatpercent": "vat_percent",
    "c:hersteller": "c_brand", "c:marke": "c_brand", "c:produktart": "c_type",
    "c:herstellernummer": "c_manufacturer_part_number",
    "c:oeoemreferenznummern": "c_oe_oem_part_number",
    "c:referenceoeoemnumber": "c_oe_oem_part_number",
}  # fmt: skip
_ASPECTS = {"c:einbauposition": fields.PLACEMENT}
_NOT_WORD = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a column goes: a field by its database name, or an aspect by its name."""

    field: str = ""
    aspect: str = ""

    @property
    def wire(self) -> str:
        """As a mapping names it: the field's name in the API, or `C:` and the aspect's."""
        return f"C:{self.aspect}" if self.aspect else fields.api_name(self.field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A target per column, None for those that are left aside."""

    targets: tuple[Target | None, ...]
    ignored: tuple[str, ...]
    is_shopify: bool = False


def plan_of(headers: Sequence[str], mapping: Mapping[str, str]) -> Plan:
    """The plan of a table; `mapping` (header to API name, `C:Name` or empty) goes before guesses.

    Raises `InvalidInput` naming `file` for a repeated or missing header, or where nothing says
    which part a row is; naming `mapping` for one that leads nowhere.
    """
    _headers_check(headers)
    targets: list[Target | None] = []
    ignored = []
    shop = is_shopify(headers)
    for header in headers:
        guessed = guess_shopify(header) if shop else guess(header)
        target = mapped(header, mapping) if header in mapping else guessed
        if target is None:
            ignored.append(header)
        targets.append(target)
    _targets_check(headers, targets)
    return Plan(targets=tuple(targets), ignored=tuple(ignored), is_shopify=shop)


def is_shopify(headers: Sequence[str]) -> bool:
    """True for the headers of Shopify's product CSV."""
    return {_key(header) for header in headers} >= _SHOPIFY_KEYS


def guess_shopify(header: str) -> Target | None:
    """What a header of Shopify's product CSV means, or None."""
    name = _SHOPIFY.get(_key(header))
    return Target(field=name) if name else None


def guess(header: str) -> Target | None:
    """What a header means by itself, or None."""
    key = _key(header)
    name = _names().get(key) or _ALIASES.get(key)
    if name:
        return Target(field=name)
    if key == _key(VERSION_HEADER):
        return Target(field=VERSION)
    if key == _key(VEHICLES_HEADER):
        return Target(field=VEHICLES)
    if key == _key(SPECIFICS_HEADER):
        return Target(field=fields.ITEM_SPECIFICS)
    if key in _ASPECTS:
        return Target(aspect=_ASPECTS[key])
    bare = _bare(header)
    if bare[:2].casefold() == "c:" and bare[2:].strip():
        return Target(aspect=bare[2:].strip())
    return None


def is_known(header: str) -> bool:
    """True for a header that says which part or what it is called."""
    target = guess(header)
    return target is not None and target.field in {fields.SKU, "title"}


def _headers_check(headers: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for place, header in enumerate(headers, start=1):
        if not header:
            message = f"Column {place} has no header. Name it, or take it out."
            raise InvalidInput(fields={"file": message}, code="missing_header")
        key = _bare(header).casefold()
        if key in seen:
            message = f"The header {header} stands there twice. Rename one of them."
            raise InvalidInput(fields={"file": message}, code="repeated_header")
        seen[key] = header


def _targets_check(headers: Sequence[str], targets: Sequence[Target | None]) -> None:
    taken: dict[Target, str] = {}
    for header, target in zip(headers, targets, strict=True):
        if target is None:
            continue
        if target in taken:
            message = f"{taken[target]} and {header} are the same field. Leave one of them out, or map it."
            raise InvalidInput(fields={"file": message}, code="repeated_header")
        taken[target] = header
    named = {target.field for target in taken}
    if not named & {fields.SKU, "title"}:
        message = "No column is the SKU or the title. Name one of them so, or map it."
        raise InvalidInput(fields={"file": message}, code="missing_header")


def mapped(header: str, mapping: Mapping[str, str]) -> Target | None:
    """Where the mapping sends this header; raises `InvalidInput` where that is no field."""
    wanted = mapping[header].strip()
    if not wanted:
        return None
    name = fields.names_by_api().get(wanted)
    if name and name != fields.TEAM:
        return Target(field=name)
    if wanted == VERSION:
        return Target(field=VERSION)
    if wanted == VEHICLES:
        return Target(field=VEHICLES)
    if wanted[:2].casefold() == "c:" and wanted[2:].strip():
        return guess(wanted)
    message = f"{header}: there is no field {wanted}."
    raise InvalidInput(fields={"mapping": message})


@cache
def _names() -> dict[str, str]:
    found: dict[str, str] = {}
    for column in fields.by_name().values():
        for text in (column.header, column.api_name, column.name):
            found.setdefault(_key(text), column.name)
    return found


def _bare(header: str) -> str:
    """Without the star that marks a required column and what `*Action(…)` carries."""
    text = " ".join(unicodedata.normalize("NFKC", header).split()).lstrip("*").strip()
    return "Action" if text.casefold().startswith("action(") else text


def _key(header: str) -> str:
    text = _bare(header).casefold()
    prefix = text[:2] if text[:2] in {"c:", "p:"} else ""
    return prefix + _NOT_WORD.sub("", text.removeprefix(prefix))
