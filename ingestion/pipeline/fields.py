"""The proposed fields of a part: each with its confidence, where it stands, and what else it may be."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from ingestion.pipeline.contract import Box


class FieldName(StrEnum):
    """Fields that a reading can fill; the values are the keys on the wire and in the row."""

    TITLE = "title"
    BRAND = "brand"
    MPN = "mpn"
    OE_NUMBER = "oe_number"
    PART_TYPE = "part_type"
    CONDITION = "condition"
    POSITION = "position"
    UPC = "upc"
    EAN = "ean"
    QUANTITY = "quantity"
    MAKE = "make"
    PRICE = "price"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a value was read: which photo, which spot, and the words there."""

    asset_id: uuid.UUID | None
    box: Box | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another value that the field may have, with the reason for it."""

    value: str
    confidence: float
    reason: str
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldValue:
    """A proposed value; `reason` says in words why the confidence is what it is."""

    value: str
    confidence: float
    reason: str
    source: Source | None = None
    alternatives: tuple[Alternative, ...] = ()


def nothing_sure(candidates: tuple[Alternative, ...]) -> FieldValue:
    """Return an empty field that offers its candidates; a person picks or types."""
    return FieldValue(
        value="", confidence=0.0, reason="nothing sure; see what was read", alternatives=candidates
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedPart:
    """What a reading says of one part. `texts` are all lines read, photo by photo."""

    fields: dict[FieldName, FieldValue]
    overall: float
    notes: tuple[str, ...]
    texts: tuple[str, ...]

    def value(self, name: FieldName) -> str:
        """Return the proposed value, or an empty text."""
        found = self.fields.get(name)
        return found.value if found else ""
