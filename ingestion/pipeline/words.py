"""Brand, vehicle make, part type, place, condition, quantity: words found in lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ingestion.pipeline.fields import Alternative, FieldName, FieldValue, Source, nothing_sure
from ingestion.reference.phrases import fold, words_of
from ingestion.reference.tables import Brand, BrandKind, PartType, Reference

if TYPE_CHECKING:
    from ingestion.pipeline.normalising import Line

_COPYRIGHT = re.compile(
    r"^(?:©|\(c\))\s*(?:(?:19|20)\d\d\s*)?([A-ZÀ-Ý][\w&./' -]{1,40})$", re.IGNORECASE
)
_DOMAIN = re.compile(
    r"(?:www\.)?([a-z0-9-]{3,40})\.(?:com|de|net|org|co|eu|it|fr|ch|jp)\b", re.IGNORECASE
)
_SHORT_WORD = 4  # BCM, Amp, Cam: only as a line of its own
_USED = "3000"
_LEAST_BRAND = 0.5
_CONTESTED = 0.6


def brand_field(
    lines: Sequence[Line], tables: Reference
) -> tuple[FieldValue | None, list[FieldValue]]:
    """Return the brand, and the vehicle makes named, the surest first.

    A parts maker wins over a car's make as Brand; the make is for the title and the numbers.
    """
    brands: dict[str, tuple[Brand, FieldValue]] = {}
    for line in lines:
        for found in tables.brands.find(line.text):
            value = _judged_brand(found.value, " ".join(found.phrase), line, whole=found.whole)
            known = brands.get(found.value.name)
            if known is None or known[1].confidence < value.confidence:
                brands[found.value.name] = (found.value, value)
    makes = sorted(
        (value for brand, value in brands.values() if brand.kind is BrandKind.VEHICLE),
        key=lambda value: -value.confidence,
    )
    ranked = sorted(
        brands.values(),
        key=lambda pair: (pair[0].kind is BrandKind.VEHICLE, -pair[1].confidence),
    )
    if not ranked or ranked[0][1].confidence < _LEAST_BRAND:
        unknown = _unknown_brand(lines, tables)
        if unknown is not None:
            return unknown, makes
    if not ranked:
        return None, makes
    ranked = _against_copyright(ranked, lines, tables)
    first = ranked[0][1]
    others = tuple(
        Alternative(
            value=value.value, confidence=value.confidence, reason=value.reason, source=value.source
        )
        for _, value in ranked[:6]
    )
    if first.confidence < _LEAST_BRAND:
        return nothing_sure(others), makes
    return (
        FieldValue(
            value=first.value,
            confidence=first.confidence,
            reason=first.reason,
            source=first.source,
            alternatives=others[1:],
        ),
        makes,
    )


def _against_copyright(
    ranked: list[tuple[Brand, FieldValue]], lines: Sequence[Line], tables: Reference
) -> list[tuple[Brand, FieldValue]]:
    """Another name after a copyright sign makes a brand that merely stands somewhere doubtful."""
    owner = _copyright_owner(lines, tables)
    if owner is None or any(fold(brand.name) in fold(owner.value) for brand, _ in ranked):
        return ranked
    brand, first = ranked[0]
    doubted = replace(
        first,
        confidence=min(first.confidence, _CONTESTED),
        reason=f"known brand, but {owner.value} stands after the copyright sign",
    )
    other = Brand(name=owner.value, kind=BrandKind.AFTERMARKET, pattern="", doubtful=frozenset())
    return [(brand, doubted), (other, owner), *ranked[1:]]


def _judged_brand(brand: Brand, phrase: str, line: Line, *, whole: bool) -> FieldValue:
    alias = phrase != fold(brand.name)
    everyday = (
        phrase in brand.doubtful or len(phrase) <= 2 or (alias and len(phrase) <= _SHORT_WORD)
    )
    if everyday:
        printed = whole and not line.text.islower()
        confidence, reason = (0.7 if printed else 0.35), "a brand that is an everyday word too"
    elif whole:
        confidence, reason = 0.98, "known brand on a line of its own"
    else:
        confidence, reason = 0.92, "known brand"
    return FieldValue(
        value=brand.name,
        confidence=round(confidence * line.confidence, 3),
        reason=reason,
        source=line.source,
    )


def _unknown_brand(lines: Sequence[Line], tables: Reference) -> FieldValue | None:
    """A name that is in no list: after a copyright sign, or a line that its web address repeats."""
    owner = _copyright_owner(lines, tables)
    if owner is not None:
        return owner
    for line in lines:
        for domain in _DOMAIN.findall(line.text):
            host = re.sub(r"[^a-z0-9]", "", domain.lower())
            for other in lines:
                name = other.text.strip(" ®*™.")
                key = re.sub(r"[\W_]+", "", fold(name))
                if len(key) >= 4 and host.startswith(key) and "." not in name:
                    return FieldValue(
                        value=name[:65],
                        confidence=0.5,
                        reason="the web address repeats it; not in the list of brands",
                        source=other.source,
                    )
    return None


def _copyright_owner(lines: Sequence[Line], tables: Reference) -> FieldValue | None:
    for line in lines:
        found = _COPYRIGHT.match(line.text)
        if found and tables.part_types.get(found[1]) is None:
            return FieldValue(
                value=found[1].strip()[:65],
                confidence=0.5,
                reason="a name after a copyright sign; not in the list of brands",
                source=line.source,
            )
    return None


def part_type_fields(lines: Sequence[Line], tables: Reference) -> dict[FieldName, FieldValue]:
    """Return the part type, and the place where the part type has one."""
    best: dict[str, tuple[PartType, FieldValue]] = {}
    for line in lines:
        for found in tables.part_types.find(line.text):
            whole = found.whole or _only_places_beside(line.text, found.phrase, tables)
            value = _judged_type(found.value, found.phrase, line, whole=whole)
            if value is None:
                continue
            known = best.get(found.value.name)
            if known is None or known[1].confidence < value.confidence:
                best[found.value.name] = (found.value, value)
    if not best:
        return {}
    ranked = sorted(best.values(), key=lambda pair: (-pair[1].confidence, -len(pair[1].value)))
    part_type, first = ranked[0]
    fields = {
        FieldName.PART_TYPE: FieldValue(
            value=first.value,
            confidence=first.confidence,
            reason=first.reason,
            source=first.source,
            alternatives=tuple(
                Alternative(
                    value=value.value,
                    confidence=value.confidence,
                    reason=value.reason,
                    source=value.source,
                )
                for _, value in ranked[1:6]
            ),
        )
    }
    place = _position(lines, part_type, tables)
    if place is not None:
        fields[FieldName.POSITION] = place
    return fields


def _only_places_beside(text: str, phrase: tuple[str, ...], tables: Reference) -> bool:
    """`HEADLIGHT LH` is a part's name and its place, as sure as the name alone."""
    placed = [word for found in tables.positions.find(text) for word in found.phrase]
    return set(words_of(text)) <= set(phrase) | set(placed)


def _judged_type(
    part_type: PartType, phrase: tuple[str, ...], line: Line, *, whole: bool
) -> FieldValue | None:
    """A single word in a sentence proves little; a short one proves nothing there."""
    alias = " ".join(phrase) != fold(part_type.name)
    if len(phrase) == 1 and not whole and len(phrase[0]) <= _SHORT_WORD + alias:
        return None
    if len(phrase) > 1:
        confidence = 0.96
    elif whole:
        confidence = 0.94 if len(phrase[0]) > _SHORT_WORD else 0.8
    else:
        confidence = 0.82
    words = " ".join(phrase)
    reason = "part name" if words == fold(part_type.name) else f"“{words}” is a name for it"
    return FieldValue(
        value=part_type.name,
        confidence=round(confidence * line.confidence, 3),
        reason=reason,
        source=line.source,
    )


def _position(lines: Sequence[Line], part_type: PartType, tables: Reference) -> FieldValue | None:
    allowed = {
        "left_right": {"Left", "Right", "Left, Right"},
        "front_rear": {"Front", "Rear"},
        "corner": {"Front", "Rear", "Left", "Right", "Front, Left", "Front, Right", "Rear, Left",
                   "Rear, Right", "Left, Right"},
    }.get(part_type.sides, set())  # fmt: skip
    for line in lines:
        for found in tables.positions.find(line.text):
            short = all(len(word) <= 2 for word in found.phrase)
            if found.value not in allowed or (short and not found.whole and len(line.text) > 24):
                continue
            return FieldValue(
                value=found.value,
                confidence=round((0.75 if short else 0.9) * line.confidence, 3),
                reason=f"“{' '.join(found.phrase)}” on the label",
                source=line.source,
            )
    return None


def condition_field(lines: Sequence[Line], tables: Reference) -> FieldValue:
    """Return eBay's condition id by the label's words; used where it says nothing.

    The worst claim wins: "new, for parts" is for parts.
    """
    rank = ("7000", "2500", "3000", "1500", "1000")
    best: FieldValue | None = None
    for line in lines:
        # A condition is a short remark; in running text "new" and "used" are just words.
        if len(line.text.split()) > 6:
            continue
        for found in tables.conditions.find(line.text):
            value = FieldValue(
                value=found.value,
                confidence=round((0.85 if found.whole else 0.6) * line.confidence, 3),
                reason=f"“{' '.join(found.phrase)}” on the photo",
                source=line.source,
            )
            if best is None or rank.index(value.value) < rank.index(best.value):
                best = value
    if best is not None:
        return best
    return FieldValue(
        value=_USED,
        confidence=0.6,
        reason="no word of condition on the photos; used is usual",
        source=Source(asset_id=None, box=None, text=""),
    )


def quantity_field(lines: Sequence[Line], tables: Reference) -> FieldValue:
    """Return how many pieces the label speaks of; one where it says nothing."""
    for line in lines:
        for found in tables.quantities.find(line.text):
            if len(found.phrase) > 1 or found.whole:
                return FieldValue(
                    value=str(found.value),
                    confidence=round(0.7 * line.confidence, 3),
                    reason=f"“{' '.join(found.phrase)}” on the label",
                    source=line.source,
                )
    return FieldValue(
        value="1",
        confidence=0.9,
        reason="one part a photo set is usual",
        source=Source(asset_id=None, box=None, text=""),
    )
