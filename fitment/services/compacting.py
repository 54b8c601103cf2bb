"""Years of one vehicle that stand in several rows become as few ranges as can be."""

from __future__ import annotations

import uuid
from collections import defaultdict

from django.db import transaction

from fitment.events import FitmentsCompacted
from fitment.locks import listing_fitments_locked
from fitment.models import PartFitment
from fitment.models.part import SPAN_MAX
from fitment.naming import years_join
from fitment.services.shared import listing_touched
from realtrack.core import events as core_events
from realtrack.core.actors import Actor


def fitments_compact(*, listing_id: uuid.UUID, actor: Actor) -> tuple[int, int]:
    """Join a part's rows of one vehicle and detail that touch or overlap: (rows before, after).

    Exactly the same vehicles and years stand there afterwards. Proposals and verified rows are never
    joined with each other; rows that files or shared sets keep, and rejected ones, are left alone.
    Raises NotFound where the part is gone.
    """
    with transaction.atomic():
        _, rows = listing_fitments_locked(listing_id)
        live = [row for row in rows if row.rejected_at is None]
        groups: dict[tuple[object, ...], list[PartFitment]] = defaultdict(list)
        for row in live:
            if row.evidence.get("kind") != "aces" and "set" not in row.evidence:
                groups[_what(row)].append(row)
        # The place of each row, as it is now: no two may have the same, rejected ones among them.
        places = {row.pk: _place(row) for row in rows}
        gone = [one for group in groups.values() for one in _joined(group, places)]
        after = len(live) - len(gone)
        if gone:
            listing_touched(listing_id, is_content=any(row.verified for row in gone))
            core_events.emit(
                FitmentsCompacted(entity_id=listing_id, before=len(live), after=after), actor=actor
            )
    return len(live), after


def _what(row: PartFitment) -> tuple[object, ...]:
    return (
        row.make_id, row.model_id, row.submodel_id, row.engine_id, row.detail_key, row.part_type,
        row.quantity, row.verified, row.source,
    )  # fmt: skip


def _place(row: PartFitment) -> tuple[object, ...]:
    return (
        row.model_id, row.submodel_id, row.engine_id, row.detail_key, row.year_start, row.year_end,
    )  # fmt: skip


def _joined(
    group: list[PartFitment], places: dict[uuid.UUID, tuple[object, ...]]
) -> list[PartFitment]:
    """Give one row of each range its years and delete the others, which are returned."""
    gone: list[PartFitment] = []
    years = {year for row in group for year in range(row.year_start, row.year_end + 1)}
    for start, end in years_join(years):
        inside = [row for row in group if start <= row.year_start and row.year_end <= end]
        # Which of them is there already keeps its place, so that none comes into another's.
        keep = next((row for row in inside if (row.year_start, row.year_end) == (start, end)), None)
        keep = keep or inside[0]
        wanted = (*_place(keep)[:4], start, end)
        taken = {place for pk, place in places.items() if pk != keep.pk}
        if len(inside) < 2 or end - start > SPAN_MAX or wanted in taken:
            continue
        others = [row for row in inside if row is not keep]
        PartFitment.objects.filter(pk__in=[row.pk for row in others]).delete()
        keep.year_start, keep.year_end = start, end
        keep.save(update_fields=["year_start", "year_end", "updated_at"])
        places[keep.pk] = wanted
        for row in others:
            del places[row.pk]
        gone += others
    return gone
