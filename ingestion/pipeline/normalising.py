"""Fourth step: readings become fields. What a photo says is data; nothing in it is obeyed.

Identity rests on numbers, shapes and lists. Each value carries its evidence, and the whole is never
surer than its weakest required field.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingestion.pipeline import numbers
from ingestion.pipeline.contract import Refused
from ingestion.pipeline.fields import (
    Alternative,
    FieldName,
    FieldValue,
    NormalisedPart,
    Source,
    nothing_sure,
)
from ingestion.pipeline.proposals import with_proposals
from ingestion.pipeline.words import brand_field, condition_field, part_type_fields, quantity_field
from ingestion.providers.base import PhotoReading
from ingestion.reference.tables import BrandKind, Reference

_MAX_TEXTS = 120
_MAX_LENGTH = 65  # eBay's limit of an item specific
_RETAIL_FORMATS = frozenset({"EAN-13", "EAN-8", "UPC-A", "UPC-E"})
_LINEAR_FORMATS = frozenset(
    {"Code 128", "Code 39", "Code 93", "Codabar", "ITF", "Data Matrix", "QR Code"}
)
_ALIKE = str.maketrans({"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z"})
# A required field that is missing caps the whole here, below the threshold of review.
MISSING_CAP = 0.55
# Headroom over the weakest required field.
_OVER_WEAKEST = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class NormaliseInput:
    """Readings of one part's photos, in order."""

    photos: tuple[PhotoReading, ...]
    tables: Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A cleaned line with where it stands."""

    text: str
    confidence: float
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    value: str
    confidence: float
    reason: str
    source: Source
    kind: str = ""
    # The shape is that of another maker than the brand.
    foreign: bool = False


class NormaliseStep:
    """From lines and barcodes to fields with confidences."""

    name = "normalise"

    def run(self, given: NormaliseInput) -> NormalisedPart | Refused:
        """Return the part's fields; an unreadable photo gives few fields, not a refusal."""
        lines = _clean_lines(given.photos)
        found: dict[FieldName, FieldValue] = {}
        brand, makes = brand_field(lines, given.tables)
        if brand is not None:
            found[FieldName.BRAND] = brand
        if makes:
            found[FieldName.MAKE] = makes[0]
        found.update(_codes(given.photos, lines))
        found.update(_numbers(given, lines, brand, makes))
        found.update(part_type_fields(lines, given.tables))
        found[FieldName.CONDITION] = condition_field(lines, given.tables)
        found[FieldName.QUANTITY] = quantity_field(lines, given.tables)
        found = with_proposals(found, given.photos, given.tables)
        overall, notes = overall_confidence(found)
        return NormalisedPart(
            fields=found,
            overall=overall,
            notes=notes,
            texts=tuple(line.text for line in lines[:_MAX_TEXTS]),
        )


def overall_confidence(fields: dict[FieldName, FieldValue]) -> tuple[float, tuple[str, ...]]:
    """Return the confidence of the whole and the doubts in words.

    No plain mean: what a buyer decides by (brand, number, part type) caps it.
    """
    number = max(
        (fields[name] for name in (FieldName.MPN, FieldName.OE_NUMBER) if name in fields),
        key=lambda one: one.confidence,
        default=None,
    )
    required = {
        label: value if value is not None and value.value else None
        for label, value in (
            ("Brand", fields.get(FieldName.BRAND)),
            ("Part number", number),
            ("Part type", fields.get(FieldName.PART_TYPE)),
        )
    }
    notes = [f"{label} is missing." for label, value in required.items() if value is None]
    present = [value.confidence for value in required.values() if value is not None]
    if not present:
        return 0.0, tuple(notes)
    mean = sum(present) / len(required)  # what is missing counts as nothing
    cap = MISSING_CAP if len(present) < len(required) else min(present) + _OVER_WEAKEST
    for label, value in required.items():
        if value is not None and value.confidence < 0.85:
            notes.append(f"{label} is in doubt: {value.reason}.")
    return round(min(mean, cap, 0.99), 3), tuple(notes)


def clean_text(text: str) -> str:
    """Return one line without control characters and tags, of at most 200 characters."""
    printable = "".join(
        letter for letter in text if unicodedata.category(letter)[0] != "C" or letter == " "
    )
    return " ".join(re.sub(r"<[^<>]{0,200}>", " ", printable).split())[:200]


def _clean_lines(photos: Sequence[PhotoReading]) -> list[Line]:
    found: list[Line] = []
    for photo in photos:
        for line in photo.lines:
            text = clean_text(line.text)
            if text:
                found.append(
                    Line(
                        text=text,
                        confidence=line.confidence,
                        source=Source(asset_id=photo.asset_id, box=line.box, text=text),
                    )
                )
    return found


def _field(candidates: Iterable[_Candidate], *, least: float) -> FieldValue | None:
    """Return the surest candidate with the others as alternatives; None where there is none.

    Below `least` the value stays empty and all are offered: a guess in the field would be read
    as a finding.
    """
    best: dict[str, _Candidate] = {}
    for one in candidates:
        key = numbers.bare(one.value)
        if key not in best or best[key].confidence < one.confidence:
            best[key] = one
    ranked = sorted(best.values(), key=lambda one: -one.confidence)
    if not ranked:
        return None
    others = tuple(
        Alternative(
            value=one.value[:_MAX_LENGTH],
            confidence=round(one.confidence, 3),
            reason=one.reason,
            source=one.source,
        )
        for one in ranked[:6]
    )
    first = ranked[0]
    if first.confidence < least:
        return nothing_sure(others)
    return FieldValue(
        value=first.value[:_MAX_LENGTH],
        confidence=round(first.confidence, 3),
        reason=first.reason,
        source=first.source,
        alternatives=others[1:],
    )


def _codes(photos: Sequence[PhotoReading], lines: Sequence[Line]) -> dict[FieldName, FieldValue]:
    """UPC and EAN: decoded ones, and printed digits with a right check digit."""
    printed = {numbers.product_code(line.text): line for line in lines} | {
        code: line
        for line in lines
        for code in map(numbers.product_code, re.findall(r"\b\d{12,13}\b", line.text))
    }
    printed.pop("", None)
    digits = " ".join(re.sub(r"\D", "", line.text) for line in lines)
    candidates: list[_Candidate] = []
    for photo in photos:
        for code in photo.barcodes:
            if code.format not in _RETAIL_FORMATS or not numbers.check_digit_valid(code.value):
                continue
            # A decoder now and then sees a second code that nobody printed.
            seen = code.value in printed or code.value[1:-1] in digits
            candidates.append(
                _Candidate(
                    value=code.value,
                    confidence=0.99 if seen else 0.93,
                    reason="barcode, its digits are printed below" if seen else "barcode",
                    source=Source(asset_id=photo.asset_id, box=code.box, text=code.value),
                )
            )
    decoded = {one.value for one in candidates} | {
        one.value.removeprefix("0") for one in candidates
    }
    for value, line in printed.items():
        if value not in decoded:
            candidates.append(
                _Candidate(
                    value=value,
                    confidence=0.8 * line.confidence,
                    reason="printed digits with a right check digit; the bars were not read",
                    source=line.source,
                )
            )
    found: dict[FieldName, FieldValue] = {}
    for name, group in _by_length(candidates).items():
        field = _field(group, least=0.5)
        if field is not None:
            found[name] = field
    return found


def _by_length(candidates: Iterable[_Candidate]) -> dict[FieldName, list[_Candidate]]:
    """An EAN-13 that begins with 0 is a UPC-A and goes there, with its 12 digits."""
    groups: dict[FieldName, list[_Candidate]] = {}
    for one in candidates:
        short = one.value[1:] if len(one.value) == 13 and one.value[0] == "0" else one.value
        name = FieldName.UPC if len(short) == 12 else FieldName.EAN
        groups.setdefault(name, []).append(
            _Candidate(value=short, confidence=one.confidence, reason=one.reason, source=one.source)
        )
    return groups


def _numbers(
    given: NormaliseInput,
    lines: Sequence[Line],
    brand: FieldValue | None,
    makes: Sequence[FieldValue],
) -> dict[FieldName, FieldValue]:
    names = [brand.value] if brand and brand.value else []
    known = [given.tables.brands.get(name) for name in [*names, *(make.value for make in makes)]]
    patterns = frozenset(one.pattern for one in known if one is not None and one.pattern)
    vehicle_makes = frozenset(make.value for make in makes)
    retail = _retail_digits(given.photos)
    candidates: list[_Candidate] = []
    for line in lines:
        for hit in numbers.numbers_in(
            line.text, given.tables, makes=vehicle_makes, brand_patterns=patterns
        ):
            if _is_retail(hit.text, retail):
                continue
            candidates.append(
                _Candidate(
                    value=hit.text,
                    confidence=hit.confidence * line.confidence,
                    reason=hit.reason,
                    source=line.source,
                    kind=hit.kind,
                    foreign=_is_foreign(hit.pattern, given.tables, names, patterns),
                )
            )
    candidates = _with_barcodes(given.photos, candidates)
    return _sorted_numbers(candidates, given.tables, brand)


def _is_foreign(pattern: str, tables: Reference, names: Sequence[str], own: frozenset[str]) -> bool:
    """Say whether a number has the shape of makers that the brand is none of."""
    if not pattern or pattern in own:
        return False
    makes = next((one.makes for one in tables.patterns if one.name == pattern), frozenset())
    words = " ".join(names).casefold()
    return bool(makes and words) and not any(make.casefold() in words for make in makes)


def _retail_digits(photos: Sequence[PhotoReading]) -> list[str]:
    return [
        code.value for photo in photos for code in photo.barcodes if code.format in _RETAIL_FORMATS
    ]


def _is_retail(text: str, retail: Sequence[str]) -> bool:
    """The digits below a barcode, whole, cut or with one misread, are no part number."""
    digits = numbers.bare(text)
    if not digits.isdigit() or len(digits) < 6:
        return False
    if numbers.product_code(digits):
        return True
    return any(digits in code or code.removeprefix("0") in digits for code in retail)


def _with_barcodes(
    photos: Sequence[PhotoReading], candidates: Sequence[_Candidate]
) -> list[_Candidate]:
    """A linear code that repeats a number proves it; one alone is a weak candidate."""
    found = list(candidates)
    for photo in photos:
        for code in photo.barcodes:
            if code.format not in _LINEAR_FORMATS:
                continue
            value = numbers.number_of_barcode(code.value)
            same = [one for one in found if numbers.bare(one.value) == numbers.bare(value)]
            found += _proved(same) or _alike(found, value)
            if not same and numbers.barcode_names_part(value):
                found.append(
                    _Candidate(
                        value=value,
                        confidence=0.55,
                        reason="in a barcode",
                        source=Source(asset_id=photo.asset_id, box=code.box, text=code.value),
                        kind="unknown",
                    )
                )
    return found


def _proved(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """Digits alone are proved to be printed so, not to be a part number: they gain little."""
    return [
        _Candidate(
            value=one.value,
            confidence=min(0.99, one.confidence + (0.05 if one.value.isdigit() else 0.2)),
            reason=f"{one.reason}, and in a barcode",
            source=one.source,
            kind=one.kind,
            foreign=one.foreign,
        )
        for one in candidates
    ]


def _alike(candidates: Sequence[_Candidate], value: str) -> list[_Candidate]:
    """Where text and bars differ in letters that look alike, the bars are right."""
    key = numbers.bare(value).translate(_ALIKE)
    return [
        _Candidate(
            value=value,
            confidence=min(0.99, one.confidence + 0.2),
            reason="from a barcode; the printed text reads almost the same",
            source=one.source,
            kind=one.kind,
            foreign=one.foreign,
        )
        for one in candidates
        if numbers.bare(one.value).translate(_ALIKE) == key
    ]


def _sorted_numbers(
    candidates: Sequence[_Candidate], tables: Reference, brand: FieldValue | None
) -> dict[FieldName, FieldValue]:
    """Car makers' numbers are OE numbers; a brand's own and unknown ones are MPNs."""
    kinds = tables.brands.get(brand.value) if brand else None
    original = kinds is not None and kinds.kind in {BrandKind.MAKER, BrandKind.VEHICLE}
    oe = [one for one in candidates if one.kind == "oe"]
    own = [one for one in candidates if one.kind != "oe"]
    if original:
        # On a car maker's own part the OE number is the maker's part number.
        oe += [one for one in own if one.kind == "unknown" and one.confidence >= 0.7]
    found: dict[FieldName, FieldValue] = {}
    oe_value = _field(oe, least=0.5)
    # Another maker's number on it is what it replaces, not what it is.
    same_maker = [one for one in oe if not one.foreign] if original else []
    mpn_value = _field([*same_maker, *own], least=0.5)
    if oe_value is not None:
        found[FieldName.OE_NUMBER] = oe_value
    if not _has(mpn_value) and oe_value is not None and oe_value.value and not _has(brand):
        mpn_value = FieldValue(
            value=oe_value.value,
            confidence=round(oe_value.confidence * 0.85, 3),
            reason="the OE number, as no other was read",
            source=oe_value.source,
            alternatives=mpn_value.alternatives if mpn_value is not None else (),
        )
    if mpn_value is not None:
        found[FieldName.MPN] = mpn_value
    return found


def _has(value: FieldValue | None) -> bool:
    return value is not None and bool(value.value)
