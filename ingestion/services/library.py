"""Photos that come before their part: kept in folders, matched by number, attached when wanted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from django.db import transaction

from ingestion import events
from ingestion.locks import assets_locked
from ingestion.models import KEY_MAX, ImageAsset, LibraryPhoto
from ingestion.services.assets import assets_attach
from listings.part_numbers import normalise
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput

MOST_AT_ONCE = 500
_INDEX = re.compile(r"[\s_.\-]*(?:\(\d{1,3}\)|(?<![A-Za-z0-9])\d{1,2}|(?<=[_\-\s])[A-Za-z])$")
_BETWEEN = re.compile(r"[\s_,;+]+")
_SHORTEST = 4
_FOLDER = re.compile(r"[^\w .()#+/-]+")


def name_key(name: str) -> str:
    """Return what a file's name is compared by: without folder, ending and separators."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"\.(?:jpe?g|png|webp|hei[cf]|tiff?)$", "", stem, flags=re.IGNORECASE)
    return normalise(stem)[:KEY_MAX]


def photo_keys(name: str, folder: str) -> list[str]:
    """Return what a photo's name and folder may mean: itself, without its count, each of its words."""
    stem = re.sub(r"\.[A-Za-z]{3,4}$", "", PurePosixPath(name.replace("\\", "/")).name)
    texts = [stem]
    bare = stem
    for _ in range(2):
        bare = _INDEX.sub("", bare)
        texts.append(bare)
    texts += [word for word in _BETWEEN.split(bare) if any(c.isdigit() for c in word)]
    texts.append(folder.rstrip("/").rpartition("/")[2])
    keys = [normalise(text)[:KEY_MAX] for text in texts]
    return list(dict.fromkeys(key for key in keys if len(key) >= _SHORTEST))


def library_add(
    *, asset_ids: Sequence[uuid.UUID], folder: str = "", names: Mapping[str, str] | None = None,
    actor: Actor,
) -> list[LibraryPhoto]:  # fmt: skip
    """Keep photos without a part until it comes; may be repeated.

    `names` by asset id: a name with its folders, where the browser knew them. Raises InvalidInput
    for a photo that is gone or belongs to a part or job already.
    """
    if not 1 <= len(asset_ids) <= MOST_AT_ONCE:
        message = f"Name between 1 and {MOST_AT_ONCE} photos."
        raise InvalidInput(fields={"asset_ids": message})
    folder = " ".join(_FOLDER.sub(" ", folder).split())[:100]
    with transaction.atomic():
        found = {asset.pk: asset for asset in assets_locked(list(asset_ids))}
        there = {one.asset_id for one in LibraryPhoto.objects.filter(asset__in=found)}
        for asset_id in asset_ids:
            asset = found.get(asset_id)
            taken = asset is not None and (asset.listing_id or asset.job_id)
            if asset is None or (taken and asset_id not in there):
                message = "One of these photos is gone, or belongs to a part already."
                raise InvalidInput(message, fields={"asset_ids": message})
        rows = [
            _row(found[one], folder, (names or {}).get(str(one), ""), actor)
            for one in dict.fromkeys(asset_ids)
            if one not in there
        ]
        LibraryPhoto.objects.bulk_create(rows)
        if rows:
            core_events.emit_many(
                [
                    events.LibraryPhotoAdded(entity_id=one.asset_id, folder=one.folder)
                    for one in rows
                ],
                actor=actor,
            )
    return list(LibraryPhoto.objects.filter(asset__in=list(asset_ids)).select_related("asset"))


def library_attach(*, matches: Mapping[uuid.UUID, Sequence[uuid.UUID]], actor: Actor) -> int:
    """Give photos of the library to parts, as proposed or chosen: photos by listing.

    A part's failure names it and leaves the others; returns how many photos found their part.
    Raises TooManyPhotos, NotFound.
    """
    count = 0
    for listing_id, asset_ids in matches.items():
        free = LibraryPhoto.objects.filter(
            asset__in=list(asset_ids), asset__listing__isnull=True, asset__deleted_at__isnull=True
        )
        ids = [one for one in asset_ids if one in set(free.values_list("asset_id", flat=True))]
        if ids:
            count += len(assets_attach(asset_ids=ids, listing_id=listing_id, actor=actor))
    return count


def _row(asset: ImageAsset, folder: str, path: str, actor: Actor) -> LibraryPhoto:
    named = PurePosixPath((path or asset.original_filename).replace("\\", "/"))
    inside = "/".join(part for part in named.parts[:-1] if part not in {"/", "..", "."})
    whole = "/".join(part for part in (folder, inside) if part)[:200]
    return LibraryPhoto(
        asset=asset,
        folder=whole,
        name=named.name[:255] or "photo",
        keys=photo_keys(named.name, whole),
        added_by_id=actor.user_id,
    )
