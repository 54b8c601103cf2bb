"""Variants of a confirmed photo: made once, idempotent, whole or not at all."""

from __future__ import annotations

import time
import uuid

from django.db import transaction
from django.utils import timezone

from ingestion.enums import AssetStatus
from ingestion.locks import asset_with_listing_locked
from ingestion.models import ImageAsset
from ingestion.pipeline.contract import RefusalCode, Refused
from ingestion.pipeline.variants import Variants, VariantSize, VariantStep
from ingestion.services.assets import listing_photos_changed
from ingestion.services.uploads import asset_refuse
from ingestion.storage import storage, variant_key, variant_name
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.limits import held

# A variant of the largest photo takes 3 s; a killed process frees the lock after this.
_RESTORE_SECONDS = 30
_RESTORE_LOOKS, _RESTORE_PAUSE = 40, 0.1


def asset_process(*, asset_id: uuid.UUID, actor: Actor) -> ImageAsset:
    """Make the variants of a confirmed photo and note them; may be repeated and interrupted.

    A photo that breaks in the middle ends as refused. Raises NotFound, Conflict (not confirmed).
    """
    asset = ImageAsset.objects.filter(pk=asset_id, deleted_at__isnull=True).first()
    if asset is None:
        message = "This photo does not exist."
        raise NotFound(message)
    if asset.status == AssetStatus.PENDING:
        message = "This photo has not been confirmed."
        raise Conflict(message)
    if asset.status != AssetStatus.UPLOADED:
        return asset
    outcome = _variants(asset)
    if isinstance(outcome, Refused):
        return asset_refuse(asset_id=asset_id, refused=outcome, actor=actor)
    names = variants_store(asset.content_hash, outcome)
    with transaction.atomic():
        asset = asset_with_listing_locked(asset_id)
        if asset.status != AssetStatus.UPLOADED:
            return asset
        asset.status = AssetStatus.PROCESSED
        asset.processed_at = timezone.now()
        asset.width, asset.height = outcome.width, outcome.height
        asset.taken_at = outcome.taken_at
        asset.blurhash, asset.phash = outcome.blurhash, outcome.phash
        asset.variant_large = names[VariantSize.LARGE]
        asset.variant_medium = names[VariantSize.MEDIUM]
        asset.variant_thumb = names[VariantSize.THUMB]
        asset.is_primary = asset.is_primary or _is_first(asset)
        asset.save()
        if asset.listing_id is not None:
            listing_photos_changed(listing_id=asset.listing_id, actor=actor)
    return asset


def _is_first(asset: ImageAsset) -> bool:
    if asset.listing_id is None:
        return False
    return not ImageAsset.objects.filter(
        listing_id=asset.listing_id, is_primary=True, deleted_at__isnull=True
    ).exists()


def _variants(asset: ImageAsset) -> Variants | Refused:
    try:
        with storage().local_copy(asset.s3_key) as path:
            return VariantStep().run(path)
    except FileNotFoundError:
        return Refused(
            code=RefusalCode.NOT_UPLOADED, message="The photo's file is gone; upload it again."
        )


def variants_store(content_hash: str, made: Variants) -> dict[VariantSize, str]:
    """Keep the variants under names of their content and return these; may be repeated."""
    names: dict[VariantSize, str] = {}
    for size, data in made.files.items():
        names[size] = variant_name(content_hash, size)
        storage().save(variant_key(names[size]), data, "image/webp")
    return names


def variant_restore(*, name: str) -> bytes:
    """Return a variant, made again from its original where it is missing; once, however many ask.

    Raises NotFound for a name that no photo has, Conflict where another process takes too long.
    """
    try:
        return storage().read(variant_key(name))
    except FileNotFoundError:
        asset = _asset_of_variant(name)
    try:
        return _restored(asset, name)
    except Conflict:
        # Another process is at it: what it makes is ours too.
        for _ in range(_RESTORE_LOOKS):
            time.sleep(_RESTORE_PAUSE)
            if storage().stat(variant_key(name)) is not None:
                return storage().read(variant_key(name))
        raise


def _restored(asset: ImageAsset, name: str) -> bytes:
    with held(f"variant:{asset.content_hash}", seconds=_RESTORE_SECONDS):
        outcome = _variants(asset)
        if isinstance(outcome, Refused):
            raise NotFound(outcome.message)
        sizes = {
            asset.variant_large: VariantSize.LARGE,
            asset.variant_medium: VariantSize.MEDIUM,
            asset.variant_thumb: VariantSize.THUMB,
        }
        for known, size in sizes.items():
            storage().save(variant_key(known), outcome.files[size], "image/webp")
        return outcome.files[sizes[name]]


def _asset_of_variant(name: str) -> ImageAsset:
    for column in ("variant_large", "variant_medium", "variant_thumb"):
        found = ImageAsset.objects.filter(
            **{column: name}, status=AssetStatus.PROCESSED, deleted_at__isnull=True
        ).first()
        if found is not None:
            return found
    message = "There is no such photo."
    raise NotFound(message)
