"""Photos come in: announced, put under a signed address, confirmed by what really arrived."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from ingestion import events, limits
from ingestion.enums import AssetStatus, SourceType
from ingestion.errors import PhotoRefused, TooManyPhotos
from ingestion.locks import asset_locked
from ingestion.models import ImageAsset
from ingestion.pipeline.checking import (
    ALLOWED_MIME,
    Checked,
    CheckInput,
    CheckStep,
    canonical_mime,
)
from ingestion.pipeline.contract import RefusalCode, Refused
from ingestion.pipeline.headers import ImageFormat
from ingestion.storage import SignedPut, original_key, storage, upload_key
from ingestion.storage.tokens import grant_read
from realtrack.core import events as core_events
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor
from realtrack.core.errors import (
    InvalidInput,
    NotAllowed,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from realtrack.core.ids import uuid7
from realtrack.core.limits import window_hit
from settings_app.selectors import setting_value

_MEGABYTE = 1024 * 1024
_NAME_MAX = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRequest:
    """What a client says of a file that it will send; `size_bytes` exactly."""

    filename: str
    mime_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTicket:
    """Where to send the bytes of which photo."""

    asset: ImageAsset
    put: SignedPut


def upload_create(
    *,
    files: Sequence[UploadRequest],
    actor: Actor,
    listing_id: uuid.UUID | None = None,
    source: SourceType = SourceType.UPLOAD,
) -> list[UploadTicket]:
    """Announce files and sign an address for each; all or none.

    Raises InvalidInput (a type that is not taken, no size), TooLarge (a file, or all together),
    TooManyRequests (files a minute and person), TooManyPhotos (a listing's 25th).
    """
    kinds = [_checked_request(one) for one in files]
    most = limits.batch_bytes()
    if len(files) > 1 and sum(one.size_bytes for one in files) > most:
        message = f"Together they are more than {most // _MEGABYTE} MB; send fewer at once."
        raise TooLarge(message)
    _count_files(actor, len(files))
    store = storage()
    assets = []
    for one, kind in zip(files, kinds, strict=True):
        asset_id = uuid7()
        assets.append(
            ImageAsset(
                id=asset_id,
                listing_id=listing_id,
                uploader_id=actor.user_id,
                source=source,
                s3_bucket=store.bucket,
                s3_key=upload_key(asset_id, kind),
                original_filename=one.filename[:_NAME_MAX],
                mime_type=kind.value,
                file_size_bytes=one.size_bytes,
            )
        )
    with transaction.atomic():
        if listing_id is not None:
            _number_in_listing(listing_id, assets)
        ImageAsset.objects.bulk_create(assets)
    return [
        UploadTicket(
            asset=asset,
            put=store.sign_put(
                key=asset.s3_key, size=asset.file_size_bytes, mime_type=asset.mime_type
            ),
        )
        for asset in assets
    ]


def _checked_request(one: UploadRequest) -> ImageFormat:
    mime_type = canonical_mime(one.mime_type)
    if mime_type not in ALLOWED_MIME:
        message = f"{one.mime_type or 'A file without a type'} is not taken; send JPEG, PNG, WebP or HEIC."
        raise InvalidInput(message, fields={"mime_type": message}, code=RefusalCode.NOT_AN_IMAGE)
    if one.size_bytes <= 0:
        message = "The file is empty."
        raise InvalidInput(message, fields={"size_bytes": message}, code=RefusalCode.EMPTY)
    most = limits.photo_limits().max_bytes
    if one.size_bytes > most:
        message = f"{one.filename or 'The photo'} has {one.size_bytes / _MEGABYTE:.1f} MB; {most // _MEGABYTE} MB is the most."
        raise TooLarge(message)
    return ImageFormat(mime_type)


def _count_files(actor: Actor, count: int) -> None:
    most = int(setting_value("upload", "files_per_minute"))
    who = str(actor.user_id or actor.label)
    wait = window_hit(f"uploads:{who}", limit=most, seconds=60, cost=count)
    if wait:
        message = f"More than {most} photos in a minute; wait a moment."
        raise TooManyRequests(message, retry_after=wait)


def _number_in_listing(listing_id: uuid.UUID, assets: Sequence[ImageAsset]) -> None:
    from listings.locks import listing_locked

    listing_locked(listing_id)
    present = ImageAsset.objects.filter(listing_id=listing_id, deleted_at__isnull=True).exclude(
        status=AssetStatus.FAILED
    )
    orders = list(present.values_list("sort_order", flat=True))
    if len(orders) + len(assets) > limits.PHOTOS_PER_LISTING:
        message = f"This part has {len(orders)} photos; 24 is the most."
        raise TooManyPhotos(message, extra={"photos": len(orders)})
    for place, asset in enumerate(assets, start=max(orders, default=-1) + 1):
        asset.sort_order = place


def put_receive(*, token: str, stream: BinaryIO, length: int | None, mime_type: str) -> None:
    """Take the bytes of a signed PUT to the local storage; whole or not at all.

    Raises NotAllowed (forged, expired, or confirmed before), InvalidInput (another length or type
    than signed), TooLarge (more bytes than signed), Unavailable (the disk is full).
    """
    from ingestion.storage.local import LocalStorage

    grant = grant_read(token)
    store = storage()
    if not isinstance(store, LocalStorage):
        message = "Photos are not kept here."
        raise NotAllowed(message)
    if canonical_mime(mime_type) != grant.mime_type:
        message = f"The address was signed for {grant.mime_type}, not for {mime_type or 'no type'}."
        raise InvalidInput(message, code=RefusalCode.TYPE_MISMATCH)
    if length is not None and length > grant.size:
        message = f"The address was signed for {grant.size} bytes, not for {length}."
        raise TooLarge(message)
    if length is not None and length != grant.size:
        message = f"The address was signed for {grant.size} bytes, not for {length}."
        raise InvalidInput(message, code=RefusalCode.SIZE_MISMATCH)
    waiting = ImageAsset.objects.filter(
        s3_key=grant.key, status=AssetStatus.PENDING, deleted_at__isnull=True
    )
    if not waiting.exists():
        message = "This photo was confirmed before, or is gone; ask for a new address."
        raise NotAllowed(message, code="upload_used")
    try:
        store.receive(grant, stream)
    except OSError as error:
        message = "The photo could not be stored. Nothing was lost; try again in a minute."
        raise Unavailable(message, retry_after=60) from error


def asset_confirm(*, asset_id: uuid.UUID, actor: Actor) -> ImageAsset:
    """Check what arrived and keep it, or refuse it and keep only the reason; may be repeated.

    Raises NotFound, PhotoRefused (whose `reason` is the code, such as `not_an_image`). Bytes that
    never arrived leave the photo waiting.
    """
    asset = ImageAsset.objects.filter(pk=asset_id, deleted_at__isnull=True).first()
    if asset is None:
        message = "This photo does not exist."
        raise NotFound(message)
    if asset.status == AssetStatus.FAILED:
        raise _refusal(asset)
    if asset.status != AssetStatus.PENDING:
        return asset
    outcome, key = _check_stored(asset)
    if isinstance(outcome, Refused):
        if outcome.code is RefusalCode.NOT_UPLOADED:
            raise PhotoRefused(outcome.message, code=outcome.code)
        raise _refusal(asset_refuse(asset_id=asset_id, refused=outcome, actor=actor))
    with transaction.atomic():
        asset = asset_locked(asset_id)
        if asset.status != AssetStatus.PENDING:
            return asset
        asset.status = AssetStatus.UPLOADED
        asset.s3_key = key
        asset.content_hash = outcome.sha256
        asset.width, asset.height = outcome.width, outcome.height
        asset.uploaded_at = timezone.now()
        asset.save()
        core_events.emit(events.AssetConfirmed(entity_id=asset.pk), actor=actor)
        transaction.on_commit(lambda: _kick_processing(asset_id))
    return asset


def _check_stored(asset: ImageAsset) -> tuple[Checked | Refused, str]:
    """Check the stored bytes and move them out of reach of the signed address."""
    store = storage()
    target = original_key(asset.pk, ImageFormat(asset.mime_type))
    # A confirm that was cut off after its move finds the photo at its new place.
    key = asset.s3_key if store.stat(asset.s3_key) is not None else target
    try:
        with store.local_copy(key) as path:
            outcome = CheckStep().run(
                CheckInput(
                    path=path,
                    declared_mime=asset.mime_type,
                    declared_size=asset.file_size_bytes,
                    limits=limits.photo_limits(),
                )
            )
    except FileNotFoundError:
        return (
            Refused(
                code=RefusalCode.NOT_UPLOADED,
                message="The photo has not arrived yet; send it first.",
            ),
            key,
        )
    if isinstance(outcome, Checked):
        store.move(asset.s3_key, target)
    return outcome, target


def asset_refuse(*, asset_id: uuid.UUID, refused: Refused, actor: Actor) -> ImageAsset:
    """Keep the reason and nothing else of a photo; its bytes are removed."""
    with transaction.atomic():
        asset = asset_locked(asset_id)
        keys = {asset.s3_key, original_key(asset.pk, ImageFormat(asset.mime_type))}
        asset.status = AssetStatus.FAILED
        asset.reason_code = refused.code.value
        asset.reason = refused.message
        asset.is_primary = False
        asset.save()
        core_events.emit(
            events.AssetRefused(
                entity_id=asset.pk, code=refused.code.value, metadata={"reason": refused.message}
            ),
            actor=actor,
        )
    for key in keys:
        storage().delete(key)
    return asset


def _refusal(asset: ImageAsset) -> PhotoRefused:
    return PhotoRefused(
        asset.reason,
        code=asset.reason_code,
        extra={"asset_id": str(asset.pk), "reason_code": asset.reason_code},
    )


def _kick_processing(asset_id: uuid.UUID) -> None:
    from ingestion import tasks

    core_tasks.kick(tasks.process_asset_task, str(asset_id))
