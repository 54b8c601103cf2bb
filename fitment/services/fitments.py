"""Add, correct, verify, remove and copy fitments."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from fitment.enums import FitmentSource
from fitment.errors import FitmentExists
from fitment.events import FitmentAdded, FitmentRemoved, FitmentVerified
from fitment.locks import fitments_locked, listing_fitments_locked
from fitment.models import PartFitment
from fitment.services.shared import (
    Vehicle,
    listing_touched,
    person_id,
    vehicle_check,
    vehicle_label,
    years_check,
)
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound


class Details(TypedDict, total=False):
    """What a fitment says beside its vehicle."""

    part_type: str
    position: str
    quantity: int | None
    drive: str
    transmission: str
    body: str
    qualifiers: Sequence[Mapping[str, str]]
    notes: str


def _same_vehicle(row: PartFitment, vehicle: Vehicle) -> bool:
    return (
        row.model_id == vehicle.model.pk
        and row.submodel_id == (vehicle.submodel.pk if vehicle.submodel else None)
        and row.engine_id == (vehicle.engine.pk if vehicle.engine else None)
        and (row.year_start, row.year_end) == (vehicle.year_start, vehicle.year_end)
    )


def _mark_verified(row: PartFitment, actor: Actor) -> None:
    row.verified = True
    row.verified_by_id = person_id(actor)
    row.verified_at = timezone.now()
    row.rejected_at = None
    row.rejected_by_id = None


def _emit_added(row: PartFitment, actor: Actor) -> None:
    core_events.emit(
        FitmentAdded(
            entity_id=row.pk,
            listing_id=row.listing_id,
            vehicle=vehicle_label(row),
            source=row.source,
        ),
        actor=actor,
    )


def fitment_add(
    *,
    listing_id: uuid.UUID,
    model_id: uuid.UUID,
    year_start: int,
    year_end: int,
    make_id: uuid.UUID | None = None,
    submodel_id: uuid.UUID | None = None,
    engine_id: uuid.UUID | None = None,
    source: str = FitmentSource.PERSON,
    confidence: float | None = None,
    evidence: Mapping[str, object] | None = None,
    actor: Actor,
    **details: Unpack[Details],
) -> PartFitment:
    """Add a vehicle to a listing; atomic.

    What a person adds is verified by that; a machine's row (another `source`) waits for a person.
    A proposal or rejected row of the same vehicle becomes the person's. A machine never revives what
    a person rejected. Raises InvalidInput by field, FitmentExists, NotFound.
    """
    vehicle = vehicle_check(
        model_id=model_id,
        year_start=year_start,
        year_end=year_end,
        make_id=make_id,
        submodel_id=submodel_id,
        engine_id=engine_id,
    )
    is_person = not actor.is_machine and source == FitmentSource.PERSON
    with transaction.atomic():
        _, rows = listing_fitments_locked(listing_id)
        row = next((row for row in rows if _same_vehicle(row, vehicle)), None)
        if row is not None and (row.verified or not is_person):
            raise FitmentExists
        if row is None:
            row = PartFitment(
                listing_id=listing_id,
                make=vehicle.model.make,
                model=vehicle.model,
                submodel=vehicle.submodel,
                engine=vehicle.engine,
                year_start=year_start,
                year_end=year_end,
                evidence=dict(evidence or {}),
            )
        row.source = source
        row.confidence = None if is_person else confidence
        for name, value in details.items():
            setattr(row, name, value)
        if is_person:
            _mark_verified(row, actor)
        row.save()
        listing_touched(listing_id, is_content=row.verified)
        _emit_added(row, actor)
    return row


def fitments_add(
    *,
    listing_id: uuid.UUID,
    ranges: Sequence[tuple[int, int]],
    model_id: uuid.UUID,
    make_id: uuid.UUID | None = None,
    submodel_id: uuid.UUID | None = None,
    engine_ids: Sequence[uuid.UUID] = (),
    actor: Actor,
) -> list[PartFitment]:
    """Add a vehicle for several ranges of years and each of the engines, all or none.

    No engine means every one. Otherwise as `fitment_add`.
    """
    engines: Sequence[uuid.UUID | None] = list(dict.fromkeys(engine_ids)) or [None]
    with transaction.atomic():
        return [
            fitment_add(
                listing_id=listing_id,
                model_id=model_id,
                make_id=make_id,
                submodel_id=submodel_id,
                engine_id=engine_id,
                year_start=start,
                year_end=end,
                actor=actor,
            )
            for start, end in ranges
            for engine_id in engines
        ]


def fitments_verify(
    *, fitment_ids: Sequence[uuid.UUID], verified: bool = True, actor: Actor
) -> list[PartFitment]:
    """Verify fitments, or take that back; all or nothing, those already so are left alone.

    Raises InvalidInput for a machine (only people verify), NotFound where one is gone.
    """
    if actor.is_machine:
        raise InvalidInput("Only a person can verify a fitment.")
    with transaction.atomic():
        rows = fitments_locked(list(fitment_ids))
        if len(rows) != len(set(fitment_ids)):
            raise NotFound("One of these fitments does not exist any more.")
        changed = [row for row in rows if row.verified != verified]
        for row in changed:
            if verified:
                _mark_verified(row, actor)
            else:
                row.verified, row.verified_by_id, row.verified_at = False, None, None
            row.save()
        for listing_id in sorted({row.listing_id for row in changed}):
            listing_touched(listing_id, is_content=True)
        core_events.emit_many(
            [
                FitmentVerified(
                    entity_id=row.pk,
                    listing_id=row.listing_id,
                    vehicle=vehicle_label(row),
                    verified=verified,
                    changes={"verified": [not verified, verified]},
                )
                for row in changed
            ],
            actor=actor,
        )
    return rows


def fitment_verify(*, fitment_id: uuid.UUID, verified: bool = True, actor: Actor) -> PartFitment:
    """Verify one fitment or take that back; as `fitments_verify`."""
    return fitments_verify(fitment_ids=[fitment_id], verified=verified, actor=actor)[0]


def fitment_correct(
    *, fitment_id: uuid.UUID, changes: Mapping[str, object], actor: Actor
) -> PartFitment:
    """Change what a person sent (`changes`, by field) and verify the row by that; atomic.

    Fields: year_start, year_end, submodel_id, engine_id and those of `Details`.
    Raises InvalidInput by field, FitmentExists, NotFound.
    """
    with transaction.atomic():
        found = fitments_locked([fitment_id])
        if not found:
            raise NotFound("This fitment does not exist any more.")
        row = found[0]
        before = {name: getattr(row, name) for name in changes}
        for name, value in changes.items():
            setattr(row, name, value)
        years_check(row.year_start, row.year_end)
        vehicle = vehicle_check(
            model_id=row.model_id,
            year_start=row.year_start,
            year_end=row.year_end,
            submodel_id=row.submodel_id,
            engine_id=row.engine_id,
        )
        others = PartFitment.everything.filter(listing_id=row.listing_id).exclude(pk=row.pk)
        if any(_same_vehicle(other, vehicle) for other in others):
            raise FitmentExists
        row.submodel, row.engine = vehicle.submodel, vehicle.engine
        if not actor.is_machine:
            _mark_verified(row, actor)
        row.save()
        listing_touched(row.listing_id, is_content=True)
        core_events.emit(
            FitmentVerified(
                entity_id=row.pk,
                listing_id=row.listing_id,
                vehicle=vehicle_label(row),
                verified=row.verified,
                changes={name: [before[name], changes[name]] for name in changes},
            ),
            actor=actor,
        )
    return row


def fitment_remove(*, fitment_id: uuid.UUID, actor: Actor) -> None:
    """Take a vehicle off a listing; atomic.

    What a person removes of a machine's proposals stays marked, so that it is not proposed again;
    what people added themselves is deleted. Raises NotFound.
    """
    with transaction.atomic():
        found = fitments_locked([fitment_id])
        if not found:
            raise NotFound("This fitment does not exist any more.")
        row = found[0]
        is_rejected = row.source != FitmentSource.PERSON and not actor.is_machine
        was_verified = row.verified
        event = FitmentRemoved(
            entity_id=row.pk,
            listing_id=row.listing_id,
            vehicle=vehicle_label(row),
            source=row.source,
            rejected=is_rejected,
        )
        if is_rejected:
            row.verified, row.verified_by_id, row.verified_at = False, None, None
            row.rejected_at, row.rejected_by_id = timezone.now(), person_id(actor)
            row.save()
        else:
            row.delete()
        listing_touched(row.listing_id, is_content=was_verified)
        core_events.emit(event, actor=actor)


def fitments_copy(
    *, from_listing_id: uuid.UUID, to_listing_id: uuid.UUID, actor: Actor
) -> list[PartFitment]:
    """Copy a listing's verified vehicles to another; those it has already are left alone.

    The copies are verified by who copies. Returns the new rows; raises NotFound.
    """
    added: list[PartFitment] = []
    with transaction.atomic():
        _, present = listing_fitments_locked(to_listing_id)
        source_rows = PartFitment.objects.filter(listing_id=from_listing_id, verified=True)
        for row in source_rows.select_related("make", "model", "submodel", "engine"):
            vehicle = Vehicle(
                model=row.model,
                submodel=row.submodel,
                engine=row.engine,
                year_start=row.year_start,
                year_end=row.year_end,
            )
            if any(_same_vehicle(other, vehicle) for other in present):
                continue
            copy = PartFitment(
                listing_id=to_listing_id,
                make=row.make, model=row.model, submodel=row.submodel, engine=row.engine,
                year_start=row.year_start, year_end=row.year_end,
                part_type=row.part_type, position=row.position, quantity=row.quantity,
                drive=row.drive, transmission=row.transmission, body=row.body,
                qualifiers=row.qualifiers, notes=row.notes,
                source=FitmentSource.PERSON,
                evidence={"copied_from": str(from_listing_id)},
            )  # fmt: skip
            _mark_verified(copy, actor)
            copy.save()
            added.append(copy)
        if added:
            listing_touched(to_listing_id, is_content=True)
        for copy in added:
            _emit_added(copy, actor)
    return added
