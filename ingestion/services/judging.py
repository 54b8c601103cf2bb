"""From a normalised reading to a result row: what the catalog knows raises or lowers the doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ingestion import limits
from ingestion.enums import ReviewStatus
from ingestion.models import AiResult, AssetReading
from ingestion.pipeline.drafting import Vehicle, title_for
from ingestion.pipeline.fields import FieldName, FieldValue, NormalisedPart, Source
from ingestion.pipeline.normalising import clean_text, overall_confidence
from ingestion.pipeline.proposals import price_proposed
from ingestion.providers.base import PhotoReading
from ingestion.services.learning import with_learned
from ingestion.services.pricing import price_doubt, usual_price
from ingestion.vehicles import vehicle_in
from listings.models import Listing
from listings.part_numbers import normalise

_KNOWN = 0.95
_UNKNOWN_BRAND = 0.4
_OTHER_BRAND = 0.3
# What the catalog contradicts is never approved without a person, whatever else is sure.
_CONTRADICTED_CAP = 0.5
# A price that a model names is worth a look, no more.
_NAMED_PRICE = 0.3
_MOST_FEATURES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    fields: dict[FieldName, FieldValue]
    notes: tuple[str, ...]
    match: Listing | None = None
    match_confidence: float | None = None
    cap: float = 1.0


def result_of(
    *,
    position: int,
    part: NormalisedPart,
    photos: Sequence[PhotoReading],
    readings: Sequence[AssetReading],
) -> AiResult:
    """Return the unsaved result of one part."""
    judged = _judge(with_learned(part.fields))
    fields = dict(judged.fields)
    overall, notes = overall_confidence(fields)
    price = _price(judged.match, _value(fields, FieldName.PART_TYPE), price_proposed(photos))
    if price.field is not None:
        fields[FieldName.PRICE] = price.field
    overall = min(overall, judged.cap, price.cap)
    vehicle = vehicle_in(part.texts)
    fields[FieldName.TITLE] = title_field(
        {name: one.value for name, one in fields.items()}, vehicle, overall
    )
    return AiResult(
        position=position,
        raw_response={"readings": [reading.raw for reading in readings]},
        provider=_joined(reading.provider for reading in readings)[:30],
        model=_joined(reading.model for reading in readings)[:50],
        tokens_used=sum(reading.tokens for reading in readings) or None,
        latency_ms=sum(reading.latency_ms for reading in readings),
        normalised={name.value: field_plain(one) for name, one in fields.items()},
        texts=list(part.texts),
        notes=[*notes, *judged.notes, *price.notes],
        extracted_title=fields[FieldName.TITLE].value,
        extracted_brand=_value(fields, FieldName.BRAND),
        extracted_mpn=_value(fields, FieldName.MPN),
        extracted_oem_number=_value(fields, FieldName.OE_NUMBER),
        extracted_part_type=_value(fields, FieldName.PART_TYPE),
        extracted_condition=_value(fields, FieldName.CONDITION),
        extracted_price_estimate=price.estimate,
        extracted_features=_proposed(photos, "features"),
        extracted_fitment_raw=[
            {"make": vehicle.make, "model": vehicle.model, "years": list(vehicle.years)}
        ]
        if vehicle.make
        else [],
        confidence_title=fields[FieldName.TITLE].confidence,
        confidence_brand=_confidence(fields, FieldName.BRAND),
        confidence_mpn=_confidence(fields, FieldName.MPN),
        confidence_part_type=_confidence(fields, FieldName.PART_TYPE),
        confidence_overall=overall,
        band=limits.thresholds().band(overall),
        matched_existing=judged.match,
        match_confidence=judged.match_confidence,
        review_status=ReviewStatus.NEEDS_REVIEW,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Price:
    field: FieldValue | None = None
    estimate: Decimal | None = None
    notes: tuple[str, ...] = ()
    cap: float = 1.0


def _price(match: Listing | None, part_type: str, named: str) -> _Price:
    """The usual price of our own parts, else the model's; a named one far off is a doubt."""
    usual = usual_price(match=match, part_type=part_type)
    estimate = Decimal(named) if named and Decimal(named) > 0 else None
    if usual is None:
        if estimate is None:
            return _Price()
        field = FieldValue(
            value=f"{estimate:.2f}",
            confidence=_NAMED_PRICE,
            reason="the model's guess; nothing of ours to compare",
        )
        return _Price(field=field, estimate=estimate)
    field = FieldValue(
        value=f"{usual.amount:.2f}", confidence=usual.confidence, reason=usual.reason
    )
    doubt = price_doubt(estimate, usual) if estimate is not None else ""
    return _Price(
        field=field,
        estimate=estimate if estimate is not None else usual.amount,
        notes=(doubt,) if doubt else (),
        cap=_CONTRADICTED_CAP if doubt else 1.0,
    )


def _proposed(photos: Sequence[PhotoReading], name: str) -> list[str]:
    found = [
        clean_text(one.value) for photo in photos for one in photo.proposals if one.field == name
    ]
    return list(dict.fromkeys(text for text in found if text))[:_MOST_FEATURES]


def _joined(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def title_field(values: Mapping[FieldName, str], vehicle: Vehicle, overall: float) -> FieldValue:
    """Return the composed title, as sure as the part is."""
    return FieldValue(
        value=title_for(values, vehicle),
        confidence=overall,
        reason="composed from the fields below",
        source=None,
    )


def _judge(fields: Mapping[FieldName, FieldValue]) -> _Judged:
    """A brand that nobody knows and a number known under another brand go down, in words."""
    judged = dict(fields)
    notes: list[str] = []
    brand = judged.get(FieldName.BRAND)
    known_part = _known_part(judged)
    if brand is not None and _is_unknown(brand):
        judged[FieldName.BRAND] = replace(brand, confidence=min(brand.confidence, _UNKNOWN_BRAND))
        notes.append(f"No part of the catalog has the brand {brand.value}.")
    if known_part is None:
        return _Judged(fields=judged, notes=tuple(notes))
    name = FieldName.MPN if judged.get(FieldName.MPN) else FieldName.OE_NUMBER
    number = judged[name]
    if brand is None or not brand.value or not known_part.c_brand:
        return _Judged(
            fields=judged, notes=tuple(notes), match=known_part, match_confidence=number.confidence
        )
    if known_part.c_brand.casefold() == brand.value.casefold():
        judged[name] = replace(number, confidence=max(number.confidence, _KNOWN))
        return _Judged(fields=judged, notes=tuple(notes), match=known_part, match_confidence=_KNOWN)
    judged[name] = replace(
        number,
        confidence=_OTHER_BRAND,
        reason=f"the catalog has this number under {known_part.c_brand}",
    )
    notes.append(
        f"{number.value} is known as a part of {known_part.c_brand}, not of {brand.value}."
    )
    return _Judged(fields=judged, notes=tuple(notes), cap=_CONTRADICTED_CAP)


def _is_unknown(brand: FieldValue) -> bool:
    """Neither in the lists (those are sure) nor on any part of ours."""
    if not brand.value or brand.confidence >= 0.6:
        return False
    return not Listing.objects.filter(c_brand__iexact=brand.value).exists()


def _known_part(fields: Mapping[FieldName, FieldValue]) -> Listing | None:
    mpn = normalise(_value(fields, FieldName.MPN))
    if mpn:
        found = Listing.objects.filter(mpn_normalised=mpn).order_by("-created_at").first()
        if found is not None:
            return found
    oe_number = normalise(_value(fields, FieldName.OE_NUMBER))
    if not oe_number or mpn:
        return None
    return (
        Listing.objects.filter(oe_numbers_normalised__contains=[oe_number])
        .order_by("-created_at")
        .first()
    )


def _value(fields: Mapping[FieldName, FieldValue], name: FieldName) -> str:
    found = fields.get(name)
    return found.value if found else ""


def _confidence(fields: Mapping[FieldName, FieldValue], name: FieldName) -> float | None:
    found = fields.get(name)
    return found.confidence if found and found.value else None


def field_plain(one: FieldValue) -> dict[str, object]:
    """Return a field as its row and the wire hold it."""
    return {
        "value": one.value,
        "confidence": one.confidence,
        "reason": one.reason,
        "source": _source_plain(one.source),
        "alternatives": [
            {
                "value": other.value,
                "confidence": other.confidence,
                "reason": other.reason,
                "source": _source_plain(other.source),
            }
            for other in one.alternatives
        ],
    }


def _source_plain(source: Source | None) -> dict[str, object] | None:
    if source is None or source.asset_id is None or source.box is None:
        return None
    box = source.box
    return {
        "assetId": str(source.asset_id),
        "box": [box.x, box.y, box.width, box.height],
        "text": source.text,
    }
