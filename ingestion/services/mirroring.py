"""Photos that lie at other addresses are fetched once and kept here."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.db.models import Exists, OuterRef

from ingestion import limits
from ingestion.enums import AssetStatus, SourceType
from ingestion.errors import PhotoRefused, TooManyPhotos
from ingestion.models import ImageAsset
from ingestion.pipeline.headers import detect_format
from ingestion.services.uploads import UploadRequest, asset_confirm, upload_create
from ingestion.storage import storage
from listings.models import Listing
from realtrack.core import http
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, TooManyRequests, Unavailable
from realtrack.core.http import NoAnswer

_SEPARATORS = re.compile(r"[|\s]+")
_SECONDS = 20.0


def source_hash_of(url: str) -> str:
    """Return what an address is known by."""
    return hashlib.sha256(url.strip().encode()).hexdigest()


def url_mirror(*, url: str, actor: Actor, listing_id: uuid.UUID | None = None) -> ImageAsset:
    """Fetch a photo from a public address and keep it; one that is here already is not fetched.

    Private addresses are refused, also behind redirects. Raises InvalidInput, PhotoRefused (no
    photo), TooManyPhotos, Unavailable (no answer).
    """
    known = _known(url, listing_id)
    if known is not None:
        return known
    data = _fetched(url)
    kind = detect_format(data[:32])
    if kind is None:
        message = "What is there is no JPEG, PNG, WebP or HEIC photo."
        raise InvalidInput(message, fields={"url": message})
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "photo"
    request = UploadRequest(filename=name, mime_type=kind.value, size_bytes=len(data))
    ticket = upload_create(
        files=[request], actor=actor, listing_id=listing_id, source=SourceType.URL
    )[0]
    storage().save(ticket.asset.s3_key, data, kind.value)
    ImageAsset.objects.filter(pk=ticket.asset.pk).update(source_hash=source_hash_of(url))
    return asset_confirm(asset_id=ticket.asset.pk, actor=actor)


def _known(url: str, listing_id: uuid.UUID | None) -> ImageAsset | None:
    here = ImageAsset.objects.filter(source_hash=source_hash_of(url), deleted_at__isnull=True)
    if listing_id is None:
        here = here.filter(listing__isnull=True)
    else:
        here = here.filter(listing_id=listing_id)
    good = here.exclude(status__in=[AssetStatus.FAILED, AssetStatus.PENDING])
    return good.order_by("created_at").first()


def _fetched(url: str) -> bytes:
    try:
        answer = http.fetch_given_url(
            url.strip(), max_bytes=limits.photo_limits().max_bytes, timeout=_SECONDS
        )
    except NoAnswer as error:
        message = "This address does not answer; try again later."
        raise Unavailable(message, retry_after=60) from error
    if answer.status != 200:
        message = f"This address answers with status {answer.status}."
        raise InvalidInput(message, fields={"url": message})
    return answer.content


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """What became of a listing's addresses; `faults` in words, by address."""

    fetched: int
    same: int
    faults: tuple[str, ...]


def listing_photos_mirror(*, listing_id: uuid.UUID, actor: Actor) -> Mirrored:
    """Bring the photos of a listing's `item_photo_url` here; addresses stay, the photos lead.

    May be repeated: what is here is not fetched again. One bad address does not stop the others.
    """
    listing = Listing.objects.filter(pk=listing_id).first()
    fetched = same = 0
    faults: list[str] = []
    for url in addresses_in(listing.item_photo_url if listing else ""):
        if _known(url, listing_id) is not None:
            same += 1
            continue
        try:
            url_mirror(url=url, actor=actor, listing_id=listing_id)
            fetched += 1
        except TooManyPhotos:
            faults.append(f"{url}: over 24 photos")
        except TooManyRequests:
            raise
        except (InvalidInput, PhotoRefused, Unavailable) as error:
            texts = getattr(error, "fields", {}).get("url", [])
            words = texts[0] if texts else error.message
            faults.append(f"{url}: {words}")
    return Mirrored(fetched=fetched, same=same, faults=tuple(faults))


def addresses_in(text: str) -> Sequence[str]:
    """Return the addresses of a cell, each once; parted by bars, blanks or lines."""
    parts = [one for one in _SEPARATORS.split(text.strip()) if "://" in one]
    return list(dict.fromkeys(parts))


def listings_to_mirror() -> list[uuid.UUID]:
    """Return the listings whose photos lie elsewhere alone."""
    here = ImageAsset.objects.filter(listing=OuterRef("pk"), deleted_at__isnull=True)
    waiting = Listing.objects.exclude(item_photo_url="").filter(~Exists(here))
    return list(waiting.order_by("pk").values_list("pk", flat=True))
