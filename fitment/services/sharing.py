"""Vehicles that a part takes over: from a pasted list, from its number's equals, from a shared set."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from fitment.enums import FitmentSource
from fitment.errors import FitmentExists
from fitment.interchange import lending_parts
from fitment.locks import listing_fitments_locked
from fitment.matching import detect
from fitment.models import FitmentSet, FitmentSetUse, FitmentSetVehicle, PartFitment
from fitment.services.fitments import fitment_add, fitment_remove, fitments_copy
from fitment.services.shared import person_id
from fitment.vehicle_lookup import lookup_current
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound

# More lines than this are a file, and files have an import.
LINES_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Pasted:
    """What a pasted list gave: rows that wait for a person, known ones, lines not understood."""

    added: int
    known: int
    unread: tuple[str, ...]


def fitments_paste(*, listing_id: uuid.UUID, text: str, actor: Actor) -> Pasted:
    """Read a list of vehicles, one a line, and add them unverified; lines without one are named.

    What a person rejected before is proposed again, for he pasted it now. Raises InvalidInput for
    too many lines, NotFound.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise InvalidInput(fields={"text": "Paste a list, one vehicle a line."})
    if len(lines) > LINES_MAX:
        raise InvalidInput(fields={"text": f"At most {LINES_MAX} lines; import a file instead."})
    lookup = lookup_current()
    added = known = 0
    unread: list[str] = []
    with transaction.atomic():
        _, rows = listing_fitments_locked(listing_id)
        rejected: dict[tuple[object, ...], list[uuid.UUID]] = {}
        for row in rows:
            if row.rejected_at is not None:
                rejected.setdefault(_key(row), []).append(row.pk)
        for line in lines:
            found = detect(line.replace("\t", " "), lookup).fitments
            if not found:
                unread.append(line[:120])
            for one in found:
                engine_id = one.engine.id if one.engine else None
                key = (one.model.id, one.submodel_id, engine_id, one.year_start, one.year_end)
                PartFitment.everything.filter(pk__in=rejected.get(key, ())).delete()
                try:
                    fitment_add(
                        listing_id=listing_id, model_id=one.model.id, submodel_id=one.submodel_id,
                        engine_id=engine_id, year_start=one.year_start, year_end=one.year_end,
                        source=FitmentSource.IMPORT,
                        confidence=one.confidence,
                        evidence={"words": line[:300], "field": "pasted",
                                  "warnings": list(one.warnings),
                                  "alternatives": list(one.alternatives)},
                        qualifiers=[{"kind": q.kind, "text": q.text} for q in one.qualifiers],
                        actor=actor,
                    )  # fmt: skip
                    added += 1
                except FitmentExists:
                    known += 1
    return Pasted(added=added, known=known, unread=tuple(unread))


def fitments_take_equals(*, listing_id: uuid.UUID, actor: Actor) -> list[PartFitment]:
    """Copy the verified vehicles of other parts with the same number or an equal one.

    They are verified by who takes them.

    Raises NotFound where the part is gone, InvalidInput where it has no number.
    """
    listing = Listing.objects.filter(pk=listing_id).only("mpn_normalised", "c_brand").first()
    if listing is None:
        raise NotFound("This part does not exist any more.")
    if not listing.mpn_normalised:
        raise InvalidInput("This part has no number.")
    others = (
        lending_parts(listing)
        .filter(fitments__verified=True)
        .order_by("pk")
        .distinct()
        .values_list("pk", flat=True)
    )
    with transaction.atomic():
        return [
            row
            for other in others
            for row in fitments_copy(from_listing_id=other, to_listing_id=listing_id, actor=actor)
        ]


def set_create(*, name: str, listing_id: uuid.UUID, actor: Actor) -> FitmentSet:
    """Make a set of a part's verified vehicles and give it to that part; raises InvalidInput."""
    _person_only(actor)
    rows = list(PartFitment.objects.filter(listing_id=listing_id, verified=True))
    if not rows:
        raise InvalidInput("This part has no verified vehicle.")
    if not name.strip():
        raise InvalidInput(fields={"name": "Name the set."})
    try:
        with transaction.atomic():
            made = FitmentSet.objects.create(name=name.strip()[:120])
            FitmentSetVehicle.objects.bulk_create(
                {_key(row): _vehicle_of(made, row) for row in rows}.values()
            )
            FitmentSetUse.objects.create(fitment_set=made, listing_id=listing_id)
            for row in rows:
                row.evidence = {**row.evidence, "set": str(made.pk)}
                row.save(update_fields=["evidence", "updated_at"])
    except IntegrityError as error:
        raise InvalidInput(fields={"name": "There is a set of this name."}) from error
    return made


def _key(row: PartFitment | FitmentSetVehicle) -> tuple[object, ...]:
    return row.model_id, row.submodel_id, row.engine_id, row.year_start, row.year_end


def _vehicle_of(made: FitmentSet, row: PartFitment) -> FitmentSetVehicle:
    return FitmentSetVehicle(
        fitment_set=made, make_id=row.make_id, model_id=row.model_id, submodel_id=row.submodel_id,
        engine_id=row.engine_id, year_start=row.year_start, year_end=row.year_end, notes=row.notes,
    )  # fmt: skip


def set_apply(*, set_id: uuid.UUID, listing_ids: Sequence[uuid.UUID], actor: Actor) -> int:
    """Give a set to parts: each has its vehicles, verified, from now on; returns what was added."""
    _person_only(actor)
    with transaction.atomic():
        made = _locked(set_id)
        FitmentSetUse.objects.bulk_create(
            [FitmentSetUse(fitment_set=made, listing_id=one) for one in listing_ids],
            ignore_conflicts=True,
        )
        return sum(_bring(made, one, actor)[0] for one in sorted(listing_ids))


def set_edit(
    *,
    set_id: uuid.UUID,
    add_text: str = "",
    remove_ids: Sequence[uuid.UUID] = (),
    actor: Actor,
) -> tuple[int, int]:
    """Change a set and every part that has it, in one transaction: (rows added, rows taken off).

    `add_text` names vehicles in words, one a line. Raises InvalidInput for a line without one.
    """
    _person_only(actor)
    with transaction.atomic():
        made = _locked(set_id)
        made.vehicles.filter(pk__in=list(remove_ids)).delete()
        present = {_key(row) for row in made.vehicles.all()}
        for line in filter(None, map(str.strip, add_text.splitlines())):
            found = detect(line, lookup_current()).fitments
            if not found:
                raise InvalidInput(fields={"add": f"No vehicle with a year in “{line[:80]}”."})
            for one in found:
                row = FitmentSetVehicle(
                    fitment_set=made, make_id=one.model.make.id, model_id=one.model.id,
                    submodel_id=one.submodel_id, engine_id=one.engine.id if one.engine else None,
                    year_start=one.year_start, year_end=one.year_end,
                )  # fmt: skip
                if _key(row) not in present:
                    row.save()
                    present.add(_key(row))
        added = removed = 0
        for listing_id in made.uses.order_by("listing_id").values_list("listing_id", flat=True):
            more, less = _bring(made, listing_id, actor)
            added, removed = added + more, removed + less
    return added, removed


def _bring(made: FitmentSet, listing_id: uuid.UUID, actor: Actor) -> tuple[int, int]:
    """Bring a part's rows of the set in line with it; what it had of its own stays its own."""
    wanted = {_key(row): row for row in made.vehicles.all()}
    have = PartFitment.objects.filter(listing_id=listing_id, evidence__set=str(made.pk))
    gone = [row for row in have if _key(row) not in wanted]
    for old in gone:
        # As a person's own it is deleted, not kept as rejected: the set may have it again.
        old.source = FitmentSource.PERSON
        old.save(update_fields=["source", "updated_at"])
        fitment_remove(fitment_id=old.pk, actor=actor)
    added = 0
    for row in wanted.values():
        try:
            fitment_add(
                listing_id=listing_id, model_id=row.model_id, submodel_id=row.submodel_id,
                engine_id=row.engine_id, year_start=row.year_start, year_end=row.year_end,
                notes=row.notes, evidence={"set": str(made.pk)}, actor=actor,
            )  # fmt: skip
            added += 1
        except FitmentExists:
            continue
    return added, len(gone)


def _locked(set_id: uuid.UUID) -> FitmentSet:
    made = FitmentSet.objects.select_for_update().filter(pk=set_id).first()
    if made is None:
        raise NotFound("There is no such set.")
    return made


def _person_only(actor: Actor) -> None:
    if actor.is_machine or person_id(actor) is None:
        raise InvalidInput("Only a person shares vehicles between parts.")
