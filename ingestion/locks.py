"""Locked reads. Order across apps: docs/locks.md; here: job, result, photos."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from ingestion.models import AiResult, ImageAsset, IngestionJob
from listings.locks import listing_locked
from realtrack.core.errors import NotFound


def job_locked(job_id: uuid.UUID) -> IngestionJob:
    """The job, locked until the transaction ends; raises NotFound."""
    found = IngestionJob.objects.select_for_update(of=("self",)).filter(pk=job_id).first()
    if found is None:
        raise NotFound("This job does not exist.")
    return found


def result_locked(result_id: uuid.UUID) -> AiResult:
    """The result, locked; lock its job first. Raises NotFound."""
    found = AiResult.objects.select_for_update(of=("self",)).filter(pk=result_id).first()
    if found is None:
        raise NotFound("This result does not exist.")
    return found


def assets_locked(asset_ids: Sequence[uuid.UUID]) -> list[ImageAsset]:
    """The live photos of these ids in the order of their keys, locked."""
    return list(
        ImageAsset.objects.select_for_update(of=("self",))
        .filter(pk__in=asset_ids, deleted_at__isnull=True)
        .order_by("pk")
    )


def asset_locked(asset_id: uuid.UUID) -> ImageAsset:
    """One live photo, locked; raises NotFound."""
    found = assets_locked([asset_id])
    if not found:
        raise NotFound("This photo does not exist.")
    return found[0]


def listing_assets_locked(listing_id: uuid.UUID) -> list[ImageAsset]:
    """All live photos of a listing in the order of their keys, locked."""
    return list(
        ImageAsset.objects.select_for_update(of=("self",))
        .filter(listing_id=listing_id, deleted_at__isnull=True)
        .order_by("pk")
    )


def asset_with_listing_locked(asset_id: uuid.UUID) -> ImageAsset:
    """One live photo, locked after its listing, as the order across tables wants it."""
    peek = ImageAsset.objects.filter(pk=asset_id, deleted_at__isnull=True).first()
    if peek is None:
        raise NotFound("This photo does not exist.")
    if peek.listing_id is not None:
        listing_locked(peek.listing_id, with_deleted=True)
    return asset_locked(asset_id)
