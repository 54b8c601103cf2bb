"""Many rows of a file at once: the same verdicts as one by one, in a few statements."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models.functions import Upper

from listings import events, fields
from listings.enums import ChangeReason, ListingStatus
from listings.models import Listing
from listings.services.create import DEFAULTS
from listings.services.history import texts_keep
from listings.services.history_many import revisions_write
from listings.services.import_rows import (
    Reading,
    created_verdict,
    row_read,
    sku_of,
    updated_verdict,
    values_of,
    vehicles_hand_over,
)
from listings.services.import_verdicts import (
    Place,
    Verdict,
    Work,
    refused,
    refused_before,
    words_of,
)
from listings.services.rows import rows_insert
from listings.services.search_index import search_rows_write
from listings.services.shared import derived_values
from listings.services.update import change_of
from listings.services.update_many import Edit, edits_store
from listings.sku import SEQUENCE, sku_pattern
from realtrack.core import events as core_events
from realtrack.core import registry
from realtrack.core.errors import AppError


@dataclass(slots=True, kw_only=True)
class _New:
    """A listing that a row makes."""

    place: Place
    reading: Reading
    listing: Listing
    quantity: int | None


@dataclass(slots=True, kw_only=True)
class _Edit:
    """A listing that a row meets: `old` are the values before of all that the row names."""

    place: Place
    reading: Reading
    edit: Edit
    old: dict[str, object]


def rows_judge(work: Work, places: Sequence[Place]) -> list[tuple[Place, Verdict]]:
    """Judge and store rows together, in one savepoint, which a dry run takes back.

    Raises what any row raises on storing (`AppError`, `IntegrityError`, `DataError`); then nothing
    of them is stored and each is to be done by itself, for its own verdict.
    """
    verdicts: dict[int, Verdict] = {}
    news: list[_New] = []
    edits: list[_Edit] = []
    with transaction.atomic():
        present, visible = _present(work, places)
        for place in places:
            if verdict := refused_before(place):
                verdicts[place.position] = verdict
                continue
            listing = present.get(sku_of(place.part).upper())
            try:
                reading = row_read(
                    work, place.part, listing, visible=listing is None or listing.pk in visible
                )
            except AppError as error:
                verdicts[place.position] = refused(words_of(error), error.reason)
                continue
            if listing is None:
                news.append(_new(work, place, reading))
            else:
                edits.append(_edit(place, reading, listing))
        _create(work, news)
        _update(work, edits)
        for new in news:
            count, notes = vehicles_hand_over(new.listing.pk, new.place.part, work.actor)
            verdicts[new.place.position] = created_verdict(
                work, new.reading, new.listing, count, notes
            )
        for edit in edits:
            count, notes = vehicles_hand_over(edit.edit.saved.pk, edit.place.part, work.actor)
            verdicts[edit.place.position] = updated_verdict(
                work, edit.reading, edit.edit.saved, edit.old, count, notes
            )
        if work.dry_run:
            transaction.set_rollback(True)
    return [(place, verdicts[place.position]) for place in places]


def _present(work: Work, places: Sequence[Place]) -> tuple[dict[str, Listing], set[uuid.UUID]]:
    """Listings of these SKUs, locked, by the SKU in capitals; and which the person may see."""
    wanted = {sku.upper() for place in places if (sku := sku_of(place.part))}
    rows = Listing.objects.annotate(key=Upper("custom_label_sku")).filter(key__in=wanted)
    found = list(rows.order_by("pk").select_for_update(of=("self",)))
    ids = {one.pk for one in found}
    if work.run.user is not None and ids:
        seen = Listing.objects.visible_to(work.run.user).filter(pk__in=ids)
        ids = set(seen.values_list("pk", flat=True))
    return {one.custom_label_sku.upper(): one for one in found}, ids


def _new(work: Work, place: Place, reading: Reading) -> _New:
    values: dict[str, object] = {**DEFAULTS, **reading.values}
    quantity = values.pop(fields.QUANTITY, None)
    listing = Listing(
        **values,
        **derived_values(values),
        status=ListingStatus.DRAFT,
        created_by=work.actor.user_id,
        updated_by=work.actor.user_id,
    )
    counted = quantity if isinstance(quantity, int) else None
    return _New(place=place, reading=reading, listing=listing, quantity=counted)


def _edit(place: Place, reading: Reading, listing: Listing) -> _Edit:
    return _Edit(
        place=place,
        reading=reading,
        old=values_of(listing, reading),
        edit=Edit.of(
            listing,
            change_of(listing, reading.values, actor=reading.actor),
            reading.actor,
        ),
    )


def _create(work: Work, news: Sequence[_New]) -> None:
    if not news:
        return
    _number([new.listing for new in news if not new.listing.custom_label_sku])
    writers = registry.first_stock_writers.values()
    listings = [new.listing for new in news]
    for new in news:
        # The copy of the number; its home is written below, in the same transaction.
        if writers and new.quantity:
            new.listing.quantity = new.quantity
    rows_insert(listings)
    if not work.dry_run:
        texts_keep(one.description for one in listings)
        revisions_write(
            {new.listing.pk: sorted(set(new.reading.values) - {fields.QUANTITY}) for new in news},
            status_before={},
            reason=ChangeReason.IMPORT,
            actor=work.actor,
            kind="+",
        )
        search_rows_write(listings, is_new=True)
        core_events.emit_many(
            [
                events.ListingCreated(
                    entity_id=new.listing.pk,
                    sku=new.listing.custom_label_sku,
                    version=new.listing.version,
                    metadata={
                        "title": new.listing.title,
                        "reason": ChangeReason.IMPORT,
                        "read_as": new.reading.notes,
                    },
                )
                for new in news
            ],
            actor=work.actor,
        )
    stock = {new.listing.pk: new.quantity for new in news if new.quantity is not None}
    for write in writers:
        write(stock, work.actor)


def _number(listings: Sequence[Listing]) -> None:
    """Give numbers of the sequence; one that a person typed before fails the batch as taken."""
    if not listings:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(%s::regclass) FROM generate_series(1, %s)", [SEQUENCE, len(listings)]
        )
        numbers = [int(number) for (number,) in cursor.fetchall()]
    for listing, number in zip(listings, numbers, strict=True):
        listing.custom_label_sku = sku_pattern(number)


def _update(work: Work, edits: Sequence[_Edit]) -> None:
    edits_store([edit.edit for edit in edits], reason=ChangeReason.IMPORT, is_trial=work.dry_run)
