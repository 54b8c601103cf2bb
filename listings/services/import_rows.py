"""One row of a file: how it is judged, and how it is stored by itself."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import DataError, IntegrityError, transaction

from listings import fields
from listings.enums import ChangeReason
from listings.files.rows import PartRow, merged_data
from listings.models import Listing
from listings.services.create import listing_create
from listings.services.import_verdicts import (
    Place,
    Verdict,
    Work,
    refused,
    refused_before,
    short,
    words_of,
)
from listings.services.update import listing_update
from listings.services.validation import FieldValue, clean
from listings.sku import sku_clean
from realtrack.core import registry
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict, InvalidInput
from realtrack.core.models import RunItemState


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A row against the part that it means: what it says of which fields, and who says so."""

    present: Listing | None
    data: dict[str, object]
    values: dict[str, FieldValue]
    notes: list[str] = field(default_factory=list)
    actor: Actor


def sku_of(part: PartRow) -> str:
    """The row's SKU as it is looked for, or an empty text."""
    return sku_clean(str(part.data.get(fields.SKU) or "")).value


def row_read(work: Work, part: PartRow, present: Listing | None, *, visible: bool) -> Reading:
    """The typed values of a row. Raises `InvalidInput`, `Conflict` where it cannot be stored.

    A row that names the version it was exported at was edited by the person who sends it, knowing
    what stood there: it writes as that person. Any other row writes as the machine that it is.
    """
    if present is not None and not visible:
        raise InvalidInput(fields={fields.SKU: "A part of another team has this SKU."})
    data = merged_data(part, present.item_specifics if present else {})
    if present is not None:
        data.pop(fields.SKU, None)
    cleaned = clean(data)
    actor = work.actor
    if present is not None and part.version is not None:
        if part.version != present.version and _differs(present, cleaned.values):
            message = (
                f"It was changed since this file was made (version {part.version}, now"
                f" {present.version}). Export it again."
            )
            raise Conflict(message, code="stale_version")
        if part.version == present.version and actor.user_id:
            actor = Actor(
                kind=ActorKind.PERSON,
                user_id=actor.user_id,
                label=actor.label,
                run_id=actor.run_id,
            )
    notes = [f"{fields.label(name)}: {text}." for name, text in cleaned.messages.items()]
    return Reading(present=present, data=data, values=cleaned.values, notes=notes, actor=actor)


def row_judge(work: Work, place: Place) -> Verdict:
    """Do the row within a savepoint; a dry run takes it back and keeps the verdict."""
    if verdict := refused_before(place):
        return verdict
    try:
        with transaction.atomic():
            verdict = _store(work, place.part)
            if work.dry_run:
                transaction.set_rollback(True)
    except AppError as error:
        return refused(words_of(error), error.reason)
    except (IntegrityError, DataError) as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        reason = f"The values do not fit together ({name or 'a rule of the database'})."
        return refused(reason, "constraint")
    return verdict


def created_verdict(
    work: Work, reading: Reading, listing: Listing, fitments: int, notes: Sequence[str] = ()
) -> Verdict:
    """The verdict of a row that made this listing."""
    names = [name for name in reading.data if name in fields.writable()]
    after = short({name: getattr(listing, name) for name in names})
    kept = {} if work.dry_run else {"version": listing.version, "quantity": listing.quantity}
    return Verdict(
        state=RunItemState.CREATED,
        listing_id=None if work.dry_run else listing.pk,
        after={**after, **kept, "fitments": fitments},
        reason=" ".join([*reading.notes, *notes]),
    )


def updated_verdict(
    work: Work,
    reading: Reading,
    saved: Listing,
    old: dict[str, object],
    fitments: int,
    notes: Sequence[str] = (),
) -> Verdict:
    """The verdict of a row for a listing that was there: `old` are its values and its version."""
    said = list(reading.notes)
    version = old.pop("version")
    changed = [name for name in old if getattr(saved, name) != old[name]]
    kept = [name for name in old if name not in changed and reading.values.get(name) != old[name]]
    if fields.QUANTITY in kept:
        kept.remove(fields.QUANTITY)
        said.append(f"The stock stays at {saved.quantity or 0}.")
    if kept:
        labels = ", ".join(fields.label(name) for name in kept)
        said.append(f"Stays as a person wrote it, the file's value is a proposal: {labels}.")
    is_changed = bool(changed or fitments)
    marks_before: dict[str, object] = {}
    marks_after: dict[str, object] = {}
    if is_changed and not work.dry_run:
        marks_before, marks_after = {"version": version}, {"version": saved.version}
    return Verdict(
        state=RunItemState.CHANGED if is_changed else RunItemState.SAME,
        listing_id=saved.pk,
        before={**short({name: old[name] for name in changed}), **marks_before},
        after={
            **short({name: getattr(saved, name) for name in changed}),
            **marks_after,
            "fitments": fitments,
        },
        reason=" ".join([*said, *notes]),
    )


def values_of(listing: Listing, reading: Reading) -> dict[str, object]:
    """The listing's present values of the fields that the row names, and its version."""
    names = [name for name in reading.data if name in fields.writable()]
    return {**{name: getattr(listing, name) for name in names}, "version": listing.version}


def vehicles_hand_over(listing_id: uuid.UUID, part: PartRow, actor: Actor) -> tuple[int, list[str]]:
    """Vehicles go to who keeps them, in this transaction: fitments made, and what was not known."""
    if not part.vehicles:
        return 0, []
    results = [sink(listing_id, part.vehicles, actor) for sink in registry.import_sinks.values()]
    unknown = [name for result in results for name in result.unknown]
    notes = []
    if unknown:
        more = f" and {len(unknown) - 3} more" if len(unknown) > 3 else ""
        notes = [f"Not known as a vehicle: {', '.join(unknown[:3])}{more}."]
    return sum(result.added for result in results), notes


def _differs(present: Listing, values: dict[str, FieldValue]) -> bool:
    return any(getattr(present, name) != value for name, value in values.items())


def _store(work: Work, part: PartRow) -> Verdict:
    sku = sku_of(part)
    present = Listing.objects.filter(custom_label_sku__iexact=sku).first() if sku else None
    visible = True
    if present is not None and work.run.user is not None:
        visible = Listing.objects.visible_to(work.run.user).filter(pk=present.pk).exists()
    reading = row_read(work, part, present, visible=visible)
    if present is None:
        listing = listing_create(data=reading.data, actor=work.actor, reason=ChangeReason.IMPORT)
        fitments, notes = vehicles_hand_over(listing.pk, part, work.actor)
        return created_verdict(work, reading, listing, fitments, notes)
    old = values_of(present, reading)
    saved = listing_update(
        listing_id=present.pk,
        data=reading.data,
        version=None,
        actor=reading.actor,
        reason=ChangeReason.IMPORT,
    )
    fitments, notes = vehicles_hand_over(saved.pk, part, work.actor)
    return updated_verdict(work, reading, saved, old, fitments, notes)
