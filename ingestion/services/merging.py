"""Two listings become one: their photos, and what is still being read."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ingestion import limits
from ingestion.enums import AssetStatus, JobStatus, ReviewStatus
from ingestion.locks import listing_assets_locked
from ingestion.models import AiResult, ImageAsset, IngestionJob
from ingestion.services.assets import (
    assets_attach,
    listing_photos_changed,
    listing_photos_order,
)
from listings.models import Listing
from listings.selectors import merged_into
from realtrack.core.actors import Actor
from realtrack.core.registry import MergeParticipant, MergePlan

_UNDER_WAY = (JobStatus.PENDING, JobStatus.UPLOADING, JobStatus.PROCESSING)


def merge_plan(kept_id: uuid.UUID, gone_id: uuid.UUID) -> MergePlan:
    """How many photos come; more than a part may have, or a reading under way, is a refusal."""
    counts = {
        one: ImageAsset.objects.filter(listing_id=one, deleted_at__isnull=True)
        .exclude(status=AssetStatus.FAILED)
        .count()
        for one in (kept_id, gone_id)
    }
    refusals = []
    total = counts[kept_id] + counts[gone_id]
    if counts[gone_id] and total > limits.PHOTOS_PER_LISTING:
        refusals.append(
            f"Together they have {total} photos; a part has at most {limits.PHOTOS_PER_LISTING}."
        )
    if IngestionJob.objects.filter(listing_id=gone_id, status__in=_UNDER_WAY).exists():
        sku = Listing.all_objects.get(pk=gone_id).custom_label_sku
        refusals.append(f"Photos of {sku} are being read; wait until that is done.")
    count = counts[gone_id]
    words = "1 photo comes" if count == 1 else f"{count} photos come"
    moves = (f"{words} behind those that are there.",) if count else ()
    return MergePlan(moves=moves, refusals=tuple(refusals))


def merge_move(kept_id: uuid.UUID, gone_id: uuid.UUID, actor: Actor) -> dict[str, Any]:
    """Give all good photos to the kept listing, behind its own; those that failed stay."""
    with transaction.atomic():
        present = sorted(
            (one for one in listing_assets_locked(gone_id) if one.status != AssetStatus.FAILED),
            key=lambda one: (not one.is_primary, one.sort_order, one.pk),
        )
        if present:
            assets_attach(asset_ids=[one.pk for one in present], listing_id=kept_id, actor=actor)
            listing_photos_changed(listing_id=gone_id, actor=actor)
    return {"photos": [str(one.pk) for one in present]}


def merge_take_back(
    kept_id: uuid.UUID, gone_id: uuid.UUID, record: Mapping[str, Any], actor: Actor
) -> None:
    """Give back the photos that the kept listing still has, in the order that they had."""
    with transaction.atomic():
        present = {one.pk: one for one in listing_assets_locked(kept_id)}
        back = [pk for text in record["photos"] if (pk := uuid.UUID(text)) in present]
        if not back:
            return
        # Without the mark first: a listing has one main photo, and it may have another by now.
        ImageAsset.objects.filter(pk__in=back).update(is_primary=False, listing_id=gone_id)
        stay = sorted(
            (one for one in present.values() if one.pk not in set(back)),
            key=lambda one: (not one.is_primary, one.sort_order, one.pk),
        )
        for listing_id, ordered in ((gone_id, back), (kept_id, [one.pk for one in stay])):
            if ordered:
                listing_photos_order(listing_id=listing_id, asset_ids=ordered, actor=actor)
            else:
                listing_photos_changed(listing_id=listing_id, actor=actor)


def readings_follow_merge(*, gone_id: uuid.UUID) -> int:
    """Point readings that await review and found the merged part at the one that was kept.

    Idempotent; returns how many were changed.
    """
    kept_id = merged_into([gone_id]).get(gone_id)
    if kept_id is None:
        return 0
    rows = AiResult.objects.filter(
        matched_existing_id=gone_id, review_status=ReviewStatus.NEEDS_REVIEW
    )
    return rows.update(matched_existing_id=kept_id)


PARTICIPANT = MergeParticipant(plan=merge_plan, move=merge_move, take_back=merge_take_back)
