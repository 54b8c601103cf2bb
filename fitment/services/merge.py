"""Two listings become one: their vehicles too."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.core import serializers
from django.db import transaction

from fitment.locks import listing_fitments_locked
from fitment.models import FitmentSetUse, PartFitment
from fitment.services.shared import listing_touched
from realtrack.core.actors import Actor
from realtrack.core.registry import MergeParticipant, MergePlan


def merge_plan(keep_id: uuid.UUID, gone_id: uuid.UUID) -> MergePlan:
    """How many vehicles come to the kept listing; vehicles never stand in the way."""
    present = {_key(row) for row in PartFitment.objects.filter(listing_id=keep_id)}
    coming = [
        row for row in PartFitment.objects.filter(listing_id=gone_id) if _key(row) not in present
    ]
    if not coming:
        return MergePlan()
    words = "1 vehicle comes" if len(coming) == 1 else f"{len(coming)} vehicles come"
    return MergePlan(moves=(f"{words} with it.",))


def fitments_merge(keep_id: uuid.UUID, gone_id: uuid.UUID, actor: Actor) -> dict[str, Any]:
    """Move the vehicles of `gone_id` to `keep_id`; atomic, and part of the caller's transaction.

    Where both say the same vehicle, the verified row stays and the other goes. What either one
    rejected and nobody verified stays rejected. Returns what `fitments_unmerge` needs.
    """
    del actor  # the merge itself is what the log tells of
    moved: list[uuid.UUID] = []
    dropped: list[PartFitment] = []
    with transaction.atomic():
        rows: dict[uuid.UUID, list[PartFitment]] = {}
        # Both in the order of their keys, so that two merges never wait in a ring.
        for listing_id in sorted((keep_id, gone_id)):
            _, rows[listing_id] = listing_fitments_locked(listing_id)
        present = {_key(row): row for row in rows[keep_id]}
        for row in rows[gone_id]:
            other = present.get(_key(row))
            if other is None or (row.verified and not other.verified):
                if other is not None:
                    dropped.append(other)
                moved.append(row.pk)
            else:
                dropped.append(row)
        record = {
            "moved": [str(one) for one in moved],
            "dropped": serializers.serialize("json", dropped),
            "sets": [str(one) for one in _sets_move(keep_id, gone_id)],
        }
        PartFitment.everything.filter(pk__in=[one.pk for one in dropped]).delete()
        PartFitment.everything.filter(pk__in=moved).update(listing_id=keep_id)
        listing_touched(keep_id, is_content=True)
        listing_touched(gone_id, is_content=False)
    return record


def fitments_unmerge(
    keep_id: uuid.UUID, gone_id: uuid.UUID, record: Mapping[str, Any], actor: Actor
) -> None:
    """Give back what the merge moved and dropped; in the caller's transaction.

    What was removed or said anew since stays so.
    """
    del actor
    with transaction.atomic():
        rows = {
            row.pk: row
            for listing_id in sorted((keep_id, gone_id))
            for row in listing_fitments_locked(listing_id)[1]
        }
        moved = [uuid.UUID(one) for one in record["moved"]]
        back = [one for one in moved if one in rows and rows[one].listing_id == keep_id]
        taken = {_key(row) for row in rows.values() if row.listing_id == gone_id}
        back = [one for one in back if _key(rows[one]) not in taken]
        PartFitment.everything.filter(pk__in=back).update(listing_id=gone_id)
        present = {
            (row.listing_id, _key(row))
            for row in PartFitment.everything.filter(listing_id__in=(keep_id, gone_id))
        }
        for found in serializers.deserialize("json", record["dropped"]):
            row = found.object
            assert isinstance(row, PartFitment)  # noqa: S101 - what was serialised above
            if (row.listing_id, _key(row)) not in present:
                found.save()
        FitmentSetUse.objects.filter(pk__in=record["sets"], listing_id=keep_id).update(
            listing_id=gone_id
        )
        listing_touched(keep_id, is_content=True)
        listing_touched(gone_id, is_content=False)


def _sets_move(keep_id: uuid.UUID, gone_id: uuid.UUID) -> list[int]:
    """The shared sets of the one that goes, so that editing a set reaches the kept listing."""
    has = FitmentSetUse.objects.filter(listing_id=keep_id).values("fitment_set_id")
    uses = FitmentSetUse.objects.filter(listing_id=gone_id).exclude(fitment_set_id__in=has)
    moved = list(uses.values_list("pk", flat=True))
    FitmentSetUse.objects.filter(pk__in=moved).update(listing_id=keep_id)
    return moved


def _key(row: PartFitment) -> tuple[object, ...]:
    """What tells fitments of one listing apart, as the database's constraint does."""
    return (
        row.make_id,
        row.model_id,
        row.submodel_id,
        row.engine_id,
        row.year_start,
        row.year_end,
        row.detail_key,
    )


PARTICIPANT = MergeParticipant(plan=merge_plan, move=fitments_merge, take_back=fitments_unmerge)
