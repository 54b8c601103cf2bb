"""Every field of a listing that a caller may write: the 76 columns and what stands beside them."""

from __future__ import annotations

from functools import cache

from listings import enums
from listings.columns import Column, Kind, columns

# Written only by `inventory`, through `listing_stock_copy_set`.
QUANTITY = "quantity"
SKU = "custom_label_sku"
# Aspect that has no column of its own but is asked for by most parts categories.
PLACEMENT = "Placement on Vehicle"
INTERCHANGE = "Interchange Part Number"


def _extra(
    name: str,
    api_name: str,
    label: str,
    kind: Kind,
    *,
    max_length: int | None = None,
    allowed: tuple[str, ...] = (),
) -> Column:
    return Column(
        name=name,
        api_name=api_name,
        header=label,
        kind=kind,
        max_length=max_length,
        allowed=allowed,
        required_to_publish=False,
        meaning="",
    )


@cache
def extras() -> tuple[Column, ...]:
    """Fields beside the 76 that hold one value."""
    return (
        _extra("video_id", "videoId", "Video ID", Kind.TEXT, max_length=64),
        _extra("ean", "ean", "EAN", Kind.TEXT, max_length=14),
        _extra("vat_percent", "vatPercent", "VAT %", Kind.DECIMAL),
        _extra("currency", "currency", "Currency", Kind.TEXT, max_length=3),
        _extra("cost", "cost", "Cost", Kind.DECIMAL),
        _extra(
            "part_source",
            "partSource",
            "Source",
            Kind.ENUM,
            allowed=tuple(enums.PartSource.values),
        ),
        _extra("weight", "weight", "Weight", Kind.DECIMAL),
        _extra(
            "weight_unit",
            "weightUnit",
            "Weight unit",
            Kind.ENUM,
            allowed=tuple(enums.WeightUnit.values),
        ),
        _extra("package_length", "packageLength", "Length", Kind.DECIMAL),
        _extra("package_width", "packageWidth", "Width", Kind.DECIMAL),
        _extra("package_height", "packageHeight", "Height", Kind.DECIMAL),
        _extra(
            "size_unit", "sizeUnit", "Size unit", Kind.ENUM, allowed=tuple(enums.SizeUnit.values)
        ),
    )


# Fields whose value is not one of the kinds above.
ITEM_SPECIFICS = "item_specifics"
TEAM = "team_id"
OTHER_API_NAMES = {ITEM_SPECIFICS: "itemSpecifics", TEAM: "teamId"}


@cache
def by_name() -> dict[str, Column]:
    """All single-valued writable fields by their database name."""
    return {column.name: column for column in (*columns(), *extras())}


@cache
def writable() -> frozenset[str]:
    """The database names of all writable fields."""
    return frozenset(by_name()) | frozenset(OTHER_API_NAMES)


@cache
def snapshot_fields() -> tuple[str, ...]:
    """What a revision is restored and compared by: all writable fields but the quantity."""
    return (*(name for name in by_name() if name != QUANTITY), ITEM_SPECIFICS, TEAM)


def api_name(name: str) -> str:
    """The name on the wire."""
    column = by_name().get(name)
    return column.api_name if column else OTHER_API_NAMES.get(name, name)


@cache
def names_by_api() -> dict[str, str]:
    """Database names by the names on the wire."""
    return {api_name(name): name for name in writable()}


def label(name: str) -> str:
    """What staff read for a field."""
    special = {
        "c_manufacturer_part_number": "Part number (MPN)",
        "c_oe_oem_part_number": "OE numbers",
        "c_type": "Part type",
        "c_brand": "Brand",
        "custom_label_sku": "SKU",
        "start_price": "Price",
        "condition_id": "Condition",
        "category_id": "Category",
        "p_upc": "UPC",
        "item_specifics": "Item specifics",
        "team_id": "Team",
    }
    column = by_name().get(name)
    return special.get(name) or (column.label if column else name.replace("_", " ").capitalize())
