"""A row alone: corrected and read again, taken by its number, or going on when what it lacked came."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from fitment.models import PartFitment
from ingestion import events
from ingestion.enums import AssetStatus, RowState, WaitsFor
from ingestion.models import IntakeRow, LibraryPhoto
from ingestion.services.sheet_running import (
    Claim,
    item_fill,
    machine_of,
    person_of,
    rows_do,
)
from ingestion.sheets import columns
from ingestion.sheets.facts import numbers_of, row_key
from inventory.models import DonorCar
from inventory.services.places import bin_code_clean
from listings.models import Listing
from listings.part_numbers import normalise
from listings.services import listing_update
from realtrack.core import events as core_events
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import Run, RunItem, RunItemState, RunState
from settings_app.models import User

_MOST_TEXT = 500
_BATCH = 100
_FREE = 1000  # photos of the library that are looked at, newest first
# A person's words in a row are the person's in the listing too.
_OWNED = {columns.PRICE: "start_price", columns.BRAND: "c_brand", columns.CONDITION: "condition_id"}


def row_mend(*, row_id: uuid.UUID, data: Mapping[str, str], actor: Actor) -> IntakeRow:
    """Correct what a row says and do it again, alone; an empty text takes a correction back.

    `data` by the names of `columns.MENDABLE`. What a person typed here is the person's in the
    listing. Raises InvalidInput by field, NotFound, Conflict (its run is still at work).
    """
    if unknown := sorted(set(data) - set(columns.MENDABLE)):
        raise InvalidInput(fields=dict.fromkeys(unknown, "This is not corrected here."))
    if long := [name for name, text in data.items() if len(text) > _MOST_TEXT]:
        raise InvalidInput(fields=dict.fromkeys(long, f"At most {_MOST_TEXT} characters."))
    with transaction.atomic():
        row = _row_locked(row_id)
        mended = {**row.mended, **{name: " ".join(text.split()) for name, text in data.items()}}
        row.mended = {
            name: text for name, text in mended.items() if text and text != row.given.get(name)
        }
        names = tuple(sorted(data))
        core_events.emit(events.RowMended(entity_id=row.pk, names=names), actor=actor)
        return _again(row, actor)


def row_again(*, row_id: uuid.UUID, actor: Actor) -> IntakeRow:
    """Do a row again, alone, with what the catalog, the car and the library say now.

    Raises NotFound, Conflict (its run is still at work).
    """
    with transaction.atomic():
        return _again(_row_locked(row_id), actor)


def number_take(
    *, data: Mapping[str, str], donor_id: uuid.UUID | None, user: User, actor: Actor
) -> IntakeRow:
    """Take a part in by its number: a draft where the catalog or a name says what it is.

    `data` by the names of `columns.MENDABLE`: a number, and what else is known. What is missing is
    named by `waits_for`, and the row goes on when it comes. Raises InvalidInput by field.
    """
    given = {name: " ".join(text.split()) for name, text in data.items() if text.strip()}
    if unknown := sorted(set(given) - set(columns.MENDABLE)):
        raise InvalidInput(fields=dict.fromkeys(unknown, "There is no field of this name."))
    if not numbers_of(given):
        raise InvalidInput(fields={columns.NUMBER: "Type or scan a part number."})
    if len(given.get(columns.NUMBER, "")) > _MOST_TEXT:
        raise InvalidInput(fields={columns.NUMBER: f"At most {_MOST_TEXT} characters."})
    bin_code_clean(given.get(columns.BIN, ""))
    with transaction.atomic():
        car = None
        if donor_id is not None:
            car = DonorCar.objects.visible_to(user).filter(pk=donor_id).first()
            if car is None:
                raise InvalidInput(fields={"donor": "This car does not exist."})
        row = IntakeRow.objects.create(
            donor=car, given=given, given_key="", created_by_id=actor.user_id,
            number_key=normalise(numbers_of(given)[0])[:80],
        )  # fmt: skip
        # The same number twice on one car is two pieces: each typed row has a key of its own.
        row.given_key = f"{row_key(given)}@{row.pk}"[:160]
        core_events.emit(
            events.NumberTaken(entity_id=row.pk, number=given[columns.NUMBER][:80]), actor=actor
        )
        _do(row, actor)
    return row


def row_donor_set(*, row_id: uuid.UUID, donor_id: uuid.UUID, user: User, actor: Actor) -> IntakeRow:
    """Say which car a typed part came from; the draft gets its vehicle. Raises InvalidInput."""
    with transaction.atomic():
        row = _row_locked(row_id)
        if row.run_id is not None or row.donor_id is not None:
            raise Conflict("The car of this row is known.")
        car = DonorCar.objects.visible_to(user).filter(pk=donor_id).first()
        if car is None:
            raise InvalidInput(fields={"donor": "This car does not exist."})
        row.donor = car
        row.save()
        _do(row, actor)
    return row


def rows_resume() -> int:
    """Let rows go on whose missing name, vehicle or photo has come since; returns how many.

    Selects by "waits, and it is there": a missed tick loses nothing, a second one does nothing.
    """
    numbers = Listing.objects.filter(
        Q(mpn_normalised=OuterRef("number_key"))
        | Q(oe_numbers_normalised__contains=[OuterRef("number_key")])
    ).exclude(c_type="")
    # A row that was read after the newest of them learns nothing new.
    named = Exists(numbers.filter(updated_at__gt=OuterRef("updated_at")))
    fitted = Exists(PartFitment.objects.filter(listing=OuterRef("listing")))
    idle = IntakeRow.objects.filter(
        Q(run__isnull=True) | ~Q(run__state__in=[RunState.PENDING, RunState.RUNNING])
    )
    waiting = (
        idle.filter(named, waits_for=WaitsFor.NAME).exclude(number_key=""),
        idle.filter(fitted, waits_for=WaitsFor.VEHICLE),
        idle.filter(waits_for=WaitsFor.PHOTO, listing__search__photo_count__gt=0),
        # From the photos' side: few are free, while thousands of drafts wait for one.
        idle.filter(waits_for=WaitsFor.PHOTO, number_key__in=_free_keys()),
    )
    due = [pk for rows in waiting for pk in rows.values_list("pk", flat=True)[:_BATCH]]
    return sum(_goes_on(row_id) for row_id in dict.fromkeys(due))


def _free_keys() -> list[str]:
    free = LibraryPhoto.objects.filter(
        asset__listing__isnull=True, asset__deleted_at__isnull=True, asset__job__isnull=True
    ).exclude(asset__status__in=[AssetStatus.FAILED, AssetStatus.PENDING])
    found = free.order_by("-created_at").values_list("keys", flat=True)[:_FREE]
    return sorted({key for keys in found for key in keys})


def _goes_on(row_id: uuid.UUID) -> int:
    with transaction.atomic():
        row = (
            IntakeRow.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=row_id)
            .exclude(waits_for="")
            .first()
        )
        if row is None:
            return 0
        waited = row.waits_for
        actor = Actor.system("intake")
        _do(row, actor)
        if row.waits_for == waited:
            # What came does not suffice; the next change is looked at anew.
            IntakeRow.objects.filter(pk=row.pk).update(updated_at=timezone.now())
            return 0
        core_events.emit(
            events.RowWentOn(
                entity_id=row.pk, waited_for=waited, listing_id=str(row.listing_id or "")
            ),
            actor=actor,
        )
    return 1


def _row_locked(row_id: uuid.UUID) -> IntakeRow:
    row = IntakeRow.objects.select_for_update(of=("self",)).filter(pk=row_id).first()
    if row is None:
        raise NotFound("This row does not exist.")
    return row


def _again(row: IntakeRow, actor: Actor) -> IntakeRow:
    if row.run is not None and row.run.state in {RunState.PENDING, RunState.RUNNING}:
        raise Conflict("The sheet is still being worked on; try again when it has ended.")
    _do(row, actor)
    _own(row, actor)
    return row


def _do(row: IntakeRow, actor: Actor) -> None:
    """Understand and store one row; its item and the run's counts follow, if it is of a sheet."""
    run = row.run
    if run is None:
        machine = Actor(kind=ActorKind.IMPORT, user_id=row.created_by_id, label=actor.label)
        person = machine if row.created_by_id is None else Actor(
            kind=ActorKind.PERSON, user_id=row.created_by_id, label=actor.label
        )  # fmt: skip
        # The row stands for the run in what is only kept as an id.
        run = Run(pk=row.pk, user_id=row.created_by_id)
        rows_do(Claim(run=run, attempt=0, actor=machine, person=person), [row])
        return
    claim = Claim(run=run, attempt=0, actor=machine_of(run), person=person_of(run))
    _, stored = rows_do(claim, [row])[0]
    item = RunItem.objects.get(run=run, position=row.position)
    state = stored.state
    if item.state == RunItemState.CREATED and state in {RunItemState.CHANGED, RunItemState.SAME}:
        state = RunItemState.CREATED  # this sheet made it: what came later does not undo that
    item_fill(item, stored)
    runs.run_item_record(
        run_id=run.pk, position=row.position, state=state, target_type=item.target_type,
        target_id=item.target_id, label=item.label, before=item.before, after=item.after,
        reason_code=item.reason_code, reason=item.reason,
    )  # fmt: skip


def _own(row: IntakeRow, actor: Actor) -> None:
    """What a person typed into the row belongs to the person in the listing."""
    if row.listing_id is None or actor.is_machine or row.state != RowState.DRAFT:
        return
    listing = Listing.objects.filter(pk=row.listing_id).first()
    names = [column for name, column in _OWNED.items() if row.mended.get(name)]
    if listing is None or not names:
        return
    data = {name: getattr(listing, name) for name in names}
    data = {name: str(v) if isinstance(v, Decimal) else v for name, v in data.items()}
    listing_update(
        listing_id=row.listing_id, data=data, version=None, actor=actor, person_fields=names
    )
