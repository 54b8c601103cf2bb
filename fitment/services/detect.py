"""Read a listing's words and attach what they say, unverified."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db import transaction

from fitment.enums import FitmentSource
from fitment.events import FitmentDetected
from fitment.locks import listing_fitments_locked
from fitment.matching import Detected, Detection, detect
from fitment.models import PartFitment
from fitment.services.shared import listing_touched
from fitment.vehicle_lookup import lookup_current
from listings.models import Listing
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound

# Rows that the reader of words owns and may take back when the words change.
_OWN = (FitmentSource.TEXT, FitmentSource.AI)
Key = tuple[uuid.UUID, uuid.UUID | None, int, int, uuid.UUID | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectResult:
    """What reading the words changed; `found` and `unresolved` are what they say."""

    added: int
    removed: int
    same: int
    found: tuple[Detected, ...]
    unresolved: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Find:
    detected: Detected
    field: str
    source: FitmentSource


def _key(detected: Detected) -> Key:
    return (
        detected.model.id,
        detected.submodel_id,
        detected.year_start,
        detected.year_end,
        detected.engine.id if detected.engine else None,
    )


def _row_key(row: PartFitment) -> Key:
    return row.model_id, row.submodel_id, row.year_start, row.year_end, row.engine_id


def _covers(row: PartFitment, key: Key) -> bool:
    """Say whether a row already says this or more: same model, no narrower, all the years."""
    model, submodel, start, end, engine = key
    return (
        row.model_id == model
        and row.submodel_id in {None, submodel}
        and row.engine_id in {None, engine}
        and row.year_start <= start
        and row.year_end >= end
    )


def _read(
    texts: list[tuple[str, str, FitmentSource]],
) -> tuple[dict[Key, _Find], list[str]]:
    """Return what the texts say by vehicle, the surest first seen, and what they leave open."""
    lookup = lookup_current()
    finds: dict[Key, _Find] = {}
    unresolved: list[str] = []
    for field, text, source in texts:
        found: Detection = detect(text, lookup)
        for one in found.fitments:
            known = finds.get(_key(one))
            if known is None or known.detected.confidence < one.confidence:
                finds[_key(one)] = _Find(detected=one, field=field, source=source)
        unresolved += [f"{one.label}: {one.reason}" for one in found.unresolved]
    return _narrowest(finds), list(dict.fromkeys(unresolved))


def _narrowest(finds: dict[Key, _Find]) -> dict[Key, _Find]:
    """Drop "2008-2012 Accord" where another of the texts says "2008-2012 Accord 2.4L"."""
    engines = {(model, sub, *years) for model, sub, *years, engine in finds if engine is not None}
    return {
        key: find for key, find in finds.items() if key[4] is not None or key[:4] not in engines
    }


def _evidence(find: _Find) -> dict[str, object]:
    return {
        "words": find.detected.words,
        "field": find.field,
        "warnings": list(find.detected.warnings),
        "alternatives": list(find.detected.alternatives),
        "trim": find.detected.submodel if find.detected.submodel_id is None else "",
    }


def _write(row: PartFitment, find: _Find) -> bool:
    """Set what the words say; False where the row says so already."""
    one = find.detected
    qualifiers = [{"kind": item.kind, "text": item.text} for item in one.qualifiers]
    if one.submodel and one.submodel_id is None:
        qualifiers.append({"kind": "trim", "text": one.submodel})
    values: dict[str, object] = {
        "confidence": one.confidence,
        "drive": one.drive,
        "body": one.body,
        "qualifiers": qualifiers,
        "evidence": _evidence(find),
        "source": find.source.value,
    }
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _sync(
    listing_id: uuid.UUID,
    rows: list[PartFitment],
    finds: dict[Key, _Find],
    *,
    has_hint: bool,
) -> tuple[int, int, int]:
    """Bring the machine's unverified rows in line with the words: (added, removed, same)."""
    added = removed = same = 0
    present = {_row_key(row): row for row in rows}
    for key, find in finds.items():
        row = present.get(key)
        if row is not None:
            same += 1
            is_ours = not row.verified and row.rejected_at is None and row.source in _OWN
            if is_ours and _write(row, find):
                row.save()
            continue
        if any(row.verified and _covers(row, key) for row in rows):
            same += 1
            continue
        one = find.detected
        row = PartFitment(
            listing_id=listing_id,
            make_id=one.model.make.id,
            model_id=one.model.id,
            submodel_id=one.submodel_id,
            engine_id=one.engine.id if one.engine else None,
            year_start=one.year_start,
            year_end=one.year_end,
        )
        _write(row, find)
        row.save()
        added += 1
    for key, row in present.items():
        if key in finds or row.verified or row.rejected_at is not None:
            continue
        # What an AI read of a photo is not gone because the title says nothing of it.
        if row.source == FitmentSource.TEXT or (has_hint and row.source == FitmentSource.AI):
            row.delete()
            removed += 1
    return added, removed, same


def fitments_detect(*, listing_id: uuid.UUID, hint: str = "", actor: Actor) -> DetectResult:
    """Attach what title and description say of vehicles, unverified; idempotent.

    `hint` is what a provider read of a photo ("fits 2015-2020 Camry"); its rows are the AI's.
    Verified rows, people's rows and rejected rows stay as they are; proposals that the words no
    longer say go. Raises NotFound where the listing is gone.
    """
    listing = Listing.objects.filter(pk=listing_id).only("title", "description").first()
    if listing is None:
        raise NotFound("This part does not exist any more.")
    texts = [
        ("title", listing.title, FitmentSource.TEXT),
        ("description", listing.description or "", FitmentSource.TEXT),
        ("hint", hint, FitmentSource.AI),
    ]
    finds, unresolved = _read([text for text in texts if text[1].strip()])
    with transaction.atomic():
        _, rows = listing_fitments_locked(listing_id)
        added, removed, same = _sync(listing_id, rows, finds, has_hint=bool(hint.strip()))
        if added or removed:
            listing_touched(listing_id, is_content=False)
            core_events.emit(
                FitmentDetected(
                    entity_id=listing_id,
                    added=added,
                    removed=removed,
                    same=same,
                    unresolved=tuple(unresolved[:20]),
                ),
                actor=actor,
            )
    return DetectResult(
        added=added,
        removed=removed,
        same=same,
        found=tuple(find.detected for find in finds.values()),
        unresolved=tuple(unresolved),
    )
