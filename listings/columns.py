"""The 76 columns of eBay's upload file as data: one source for API, pages, import and export."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "ebay_columns.csv"


class Kind(StrEnum):
    """How the value of a column is stored and parsed."""

    TEXT = "text"
    ENUM = "enum"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its three names, its type and its limits."""

    name: str
    api_name: str
    header: str
    kind: Kind
    max_length: int | None
    allowed: tuple[str, ...]
    required_to_publish: bool
    meaning: str

    @property
    def label(self) -> str:
        """The name that staff read: eBay's header without its technical prefix."""
        bare = self.header.split("(", 1)[0] if self.header.startswith("*") else self.header
        for prefix in ("*", "C:", "P:"):
            bare = bare.removeprefix(prefix)
        return bare.strip()


@cache
def columns() -> tuple[Column, ...]:
    """All 76 columns in the order of the file."""
    with _FILE.open(encoding="utf-8", newline="") as handle:
        return tuple(_column(row) for row in csv.DictReader(handle))


@cache
def by_name() -> dict[str, Column]:
    """Columns by their name in the database."""
    return {column.name: column for column in columns()}


@cache
def names() -> frozenset[str]:
    """The database names of the 76 columns."""
    return frozenset(by_name())


def _column(row: dict[str, str]) -> Column:
    kind, _, _ = row["type"].partition("(")
    return Column(
        name=row["name"],
        api_name=row["api_name"],
        header=row["ebay_header"],
        kind=Kind(kind),
        max_length=int(row["max_length"]) if row["max_length"] else None,
        allowed=tuple(row["allowed_values"].split("|")) if row["allowed_values"] else (),
        required_to_publish=row["required_to_publish"] == "yes",
        meaning=row["meaning"],
    )
