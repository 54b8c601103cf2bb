"""A photo turned or cut: a new picture with a new address, made before anything is changed."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import pyvips
from django.db import transaction

from ingestion import events
from ingestion.enums import AssetStatus, ReviewStatus
from ingestion.locks import asset_with_listing_locked
from ingestion.models import ImageAsset
from ingestion.pipeline.contract import RefusalCode, Refused
from ingestion.pipeline.headers import ImageFormat
from ingestion.pipeline.variants import Unreadable, Variants, VariantSize, VariantStep, load_upright
from ingestion.services.assets import listing_photos_changed
from ingestion.services.processing import variants_store
from ingestion.storage import storage
from ingestion.storage.keys import edited_key
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound

TURNS = frozenset({0, 90, 180, 270})
# Larger than any photo that is taken in.
_FULL_SIDE = 20_000
_QUALITY = 92
_LEAST_SIDE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """What stays, as fractions of the upright photo, before it is turned."""

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        inside = 0 <= self.x < 1 and 0 <= self.y < 1 and self.width > 0 and self.height > 0
        if not inside or self.x + self.width > 1.000001 or self.y + self.height > 1.000001:
            message = "The cut must lie inside the photo."
            raise InvalidInput(message, fields={"crop": message})


def asset_edit(
    *, asset_id: uuid.UUID, actor: Actor, turn: int = 0, crop: Crop | None = None
) -> ImageAsset:
    """Cut a photo, then turn it clockwise by 90, 180 or 270 degrees; pages and marketplaces follow.

    Raises NotFound, InvalidInput (no change, too small a cut), Conflict (not ready yet, or its part
    is still in review, whose boxes would point elsewhere).
    """
    if turn not in TURNS or (not turn and crop is None):
        message = "Turn by 90, 180 or 270 degrees, or give a cut."
        raise InvalidInput(message, fields={"rotate": message})
    asset = ImageAsset.objects.filter(pk=asset_id, deleted_at__isnull=True).first()
    if asset is None:
        message = "This photo does not exist."
        raise NotFound(message)
    _check_editable(asset)
    data, made = _edited(asset, turn, crop)
    digest = hashlib.sha256(data).hexdigest()
    key = edited_key(asset.pk, digest)
    storage().save(key, data, ImageFormat.JPEG.value)
    names = variants_store(digest, made)
    with transaction.atomic():
        current = asset_with_listing_locked(asset_id)
        if current.content_hash != asset.content_hash:
            message = "This photo was changed by somebody else meanwhile."
            raise Conflict(message)
        old_key = current.s3_key
        current.s3_key, current.content_hash = key, digest
        current.mime_type, current.file_size_bytes = ImageFormat.JPEG.value, len(data)
        current.width, current.height = made.width, made.height
        current.blurhash, current.phash = made.blurhash, made.phash
        current.variant_large = names[VariantSize.LARGE]
        current.variant_medium = names[VariantSize.MEDIUM]
        current.variant_thumb = names[VariantSize.THUMB]
        current.save()
        core_events.emit(
            events.AssetChanged(
                entity_id=current.pk, changes={"content_hash": [asset.content_hash, digest]}
            ),
            actor=actor,
        )
        if current.listing_id is not None:
            listing_photos_changed(listing_id=current.listing_id, actor=actor)
    if old_key != key:
        storage().delete(old_key)
    return current


def _check_editable(asset: ImageAsset) -> None:
    if asset.status != AssetStatus.PROCESSED:
        message = "This photo is not ready yet."
        raise Conflict(message)
    result = asset.result
    if result is not None and result.review_status == ReviewStatus.NEEDS_REVIEW:
        message = "Decide its part in review first."
        raise Conflict(message)


def _edited(asset: ImageAsset, turn: int, crop: Crop | None) -> tuple[bytes, Variants]:
    try:
        with storage().local_copy(asset.s3_key) as path:
            image = load_upright(path, _FULL_SIDE)
            if crop is not None:
                left, top = round(crop.x * image.width), round(crop.y * image.height)
                width = min(image.width - left, round(crop.width * image.width))
                height = min(image.height - top, round(crop.height * image.height))
                if min(width, height) < _LEAST_SIDE:
                    message = f"What is left must be at least {_LEAST_SIDE} pixels a side."
                    raise InvalidInput(message, fields={"crop": message})
                image = image.crop(left, top, width, height)
            if turn:
                image = image.rot(f"d{turn}")
            data: bytes = image.jpegsave_buffer(Q=_QUALITY, keep="none")
    except FileNotFoundError as error:
        message = "The photo's file is gone; upload it again."
        raise NotFound(message) from error
    except (pyvips.Error, Unreadable) as error:
        message = "This photo cannot be opened any more; upload it again."
        raise Conflict(message, code=RefusalCode.DAMAGED) from error
    with tempfile.NamedTemporaryFile(suffix=".jpg") as stream:
        stream.write(data)
        stream.flush()
        made = VariantStep().run(Path(stream.name))
    if isinstance(made, Refused):
        raise Conflict(made.message, code=made.code)
    return data, made
