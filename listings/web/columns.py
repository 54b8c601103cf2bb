"""The columns that a person can choose for the catalog."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from listings.enums import CatalogDensity
from listings.models import CatalogPreference

DEFAULT = ("bin", "free", "price", "health", "channels", "status", "age")


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogColumn:
    """One column: its name in the preference, its header, and the flags of the `tb` tag."""

    key: str
    label: str
    header: str = ""
    flags: str = ""


# `t`: not on tablets, where the columns before it need the room.
_KNOWN = (
    CatalogColumn(key="bin", label="Bin"),
    CatalogColumn(key="free", label="Free", flags="n sort=stock"),
    CatalogColumn(key="price", label="Price", header="Price, USD", flags="n sort=price"),
    CatalogColumn(key="health", label="Health", flags="t sort=health"),
    CatalogColumn(key="channels", label="Channels"),
    CatalogColumn(key="status", label="Status", flags="t"),
    CatalogColumn(key="age", label="Age", flags="n t"),
    CatalogColumn(key="brand", label="Brand"),
    CatalogColumn(key="type", label="Part type"),
    CatalogColumn(key="condition", label="Condition"),
    CatalogColumn(key="category", label="Category"),
    CatalogColumn(key="mpn", label="Part number"),
    CatalogColumn(key="oe", label="OE numbers"),
    CatalogColumn(key="cost", label="Cost", header="Cost, USD", flags="n"),
    CatalogColumn(key="photos", label="Photos", flags="n"),
    CatalogColumn(key="fits", label="Cars", flags="n"),
    CatalogColumn(key="shipping", label="Shipping profile"),
    CatalogColumn(key="changed", label="Changed", flags="n"),
)
COLUMNS = {column.key: column for column in _KNOWN}


def chosen(preference: CatalogPreference) -> list[CatalogColumn]:
    """The person's columns in their order; the usual ones where none was chosen."""
    keys: Sequence[str] = [key for key in preference.columns if key in COLUMNS] or DEFAULT
    return [COLUMNS[key] for key in keys]


def offered(preference: CatalogPreference) -> list[tuple[CatalogColumn, bool]]:
    """All columns for the chooser: the chosen ones first, in their order."""
    mine = chosen(preference)
    rest = [column for column in _KNOWN if column not in mine]
    return [*((column, True) for column in mine), *((column, False) for column in rest)]


def head(preference: CatalogPreference) -> str:
    """The header of the table as the `tb` tag takes it."""
    fixed = ":check|" if preference.density == CatalogDensity.TIGHT else ":check|Photo:vh|"
    return f"{fixed}Part|" + "|".join(
        f"{column.header or column.label}:{column.flags}" if column.flags else column.label
        for column in chosen(preference)
    )
