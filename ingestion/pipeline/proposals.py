"""What a model proposes, weighed by what stands on the photo: a model proposes, evidence decides.

A number that nobody can see on the part is never a value; it is offered to a person, no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ingestion.pipeline import numbers
from ingestion.pipeline.fields import Alternative, FieldName, FieldValue, Source
from ingestion.providers.base import PhotoReading, Proposal
from ingestion.reference.tables import Reference

_AGREES = 0.08
_AGREED_MOST = 0.97
# A field that a model contradicts with evidence of its own is never approved by itself.
_CONTRADICTED = 0.8
_SEEN_MOST = 0.8
_BY_LOOK_MOST = 0.75
_UNKNOWN_BRAND_MOST = 0.4
_UNSEEN = 0.2
_STRONG = 0.6
_MOST_VALUE = 65
_SHORTEST_NUMBER = 4
_PRICE = re.compile(r"\$?\s*(\d{1,6}(?:\.\d{1,2})?)(?:\s*(?:USD|usd))?")


def with_proposals(
    fields: Mapping[FieldName, FieldValue],
    photos: Sequence[PhotoReading],
    tables: Reference,
) -> dict[FieldName, FieldValue]:
    """Return the fields with each photo's proposals weighed in; without proposals, as they are."""
    found = dict(fields)
    seen = [
        (numbers.bare(line.text), Source(asset_id=photo.asset_id, box=line.box, text=line.text))
        for photo in photos
        for line in photo.lines
    ] + [
        (numbers.bare(code.value), Source(asset_id=photo.asset_id, box=code.box, text=code.value))
        for photo in photos
        for code in photo.barcodes
    ]
    for photo in photos:
        for one in sorted(photo.proposals, key=lambda each: -each.confidence):
            if one.field == "brand":
                _weigh(found, FieldName.BRAND, _brand(one, photo, tables))
            elif one.field in {"mpn", "oe_number"}:
                _weigh(found, FieldName(one.field), _number(one, photo, seen, found))
            elif one.field == "part_type":
                _weigh(found, FieldName.PART_TYPE, _part_type(one, photo, tables))
    return found


def price_proposed(photos: Iterable[PhotoReading]) -> str:
    """Return the surest price that a model named, as plain digits, or an empty text."""
    best = ("", 0.0)
    for photo in photos:
        for one in photo.proposals:
            plain = _PRICE.fullmatch(one.value.strip()) if one.field == "price_usd" else None
            if plain and one.confidence > best[1]:
                best = (plain.group(1), one.confidence)
    return best[0]


def _source(one: Proposal, photo: PhotoReading) -> Source:
    return Source(asset_id=photo.asset_id, box=one.box, text=one.value)


def _brand(one: Proposal, photo: PhotoReading, tables: Reference) -> FieldValue:
    known = tables.brands.get(one.value)
    if known is None:
        return FieldValue(
            value=_clean(one.value),
            confidence=min(one.confidence, _UNKNOWN_BRAND_MOST),
            reason="proposed from a logo or the look; not in the lists of brands",
            source=_source(one, photo),
        )
    return FieldValue(
        value=known.name,
        confidence=min(one.confidence, _SEEN_MOST),
        reason="proposed from a logo or the look",
        source=_source(one, photo),
    )


def _number(
    one: Proposal,
    photo: PhotoReading,
    seen: Sequence[tuple[str, Source]],
    found: Mapping[FieldName, FieldValue],
) -> FieldValue | None:
    key = numbers.bare(one.value)
    if len(key) < _SHORTEST_NUMBER or not any(letter.isdigit() for letter in key):
        return None
    codes = {
        numbers.bare(found[name].value)
        for name in (FieldName.UPC, FieldName.EAN)
        if name in found and found[name].value
    }
    if key in codes:
        return None
    at = next((source for text, source in seen if key in text), None)
    if at is None:
        return FieldValue(
            value=_clean(one.value),
            confidence=_UNSEEN,
            reason="proposed by the model; nothing on the photo says so",
            source=_source(one, photo),
        )
    return FieldValue(
        value=_clean(one.value),
        confidence=round(min(one.confidence, _SEEN_MOST), 3),
        reason="proposed by the model, and it stands on the part",
        source=at,
    )


def _part_type(one: Proposal, photo: PhotoReading, tables: Reference) -> FieldValue | None:
    exact = tables.part_types.get(one.value)
    inside = tables.part_types.find(one.value)
    known = exact or (inside[-1].value if inside else None)
    if known is None:
        return None
    return FieldValue(
        value=known.name,
        confidence=round(min(one.confidence, _BY_LOOK_MOST), 3),
        reason="proposed by its look",
        source=_source(one, photo),
    )


def _clean(value: str) -> str:
    return " ".join(re.sub(r"<[^<>]{0,200}>", " ", value).split())[:_MOST_VALUE]


def _weigh(
    found: dict[FieldName, FieldValue], name: FieldName, proposed: FieldValue | None
) -> None:
    if proposed is None or not proposed.value:
        return
    present = found.get(name)
    if present is None or not present.value:
        others = present.alternatives if present is not None else ()
        if proposed.confidence > _UNSEEN:
            found[name] = replace(proposed, alternatives=others)
        else:
            found[name] = FieldValue(
                value="",
                confidence=0.0,
                reason="nothing sure; see what was read",
                alternatives=(*others, _alternative(proposed)),
            )
        return
    if numbers.bare(present.value) == numbers.bare(proposed.value):
        if proposed.confidence > _UNSEEN and "the model agrees" not in present.reason:
            found[name] = replace(
                present,
                confidence=round(
                    max(present.confidence, min(_AGREED_MOST, present.confidence + _AGREES)), 3
                ),
                reason=f"{present.reason}; the model agrees",
            )
        return
    if any(numbers.bare(one.value) == numbers.bare(proposed.value) for one in present.alternatives):
        return
    confidence = present.confidence
    if proposed.confidence >= _STRONG:
        confidence = min(confidence, _CONTRADICTED)
    found[name] = replace(
        present,
        confidence=confidence,
        alternatives=(*present.alternatives, _alternative(proposed))[:6],
    )


def _alternative(one: FieldValue) -> Alternative:
    return Alternative(
        value=one.value, confidence=one.confidence, reason=one.reason, source=one.source
    )
