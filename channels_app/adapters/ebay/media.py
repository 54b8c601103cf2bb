"""Photos into eBay's own picture service: a yard's machine cannot be read from outside."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.utils.dateparse import parse_datetime

from channels_app.adapters.base import (
    AdapterStore,
    ChannelError,
    Picture,
    SellerMustFix,
    Session,
    TryAgain,
)
from channels_app.adapters.ebay.client import EbayError, last_part, user_call

MOST_PICTURES = 24
_BASE = "/commerce/media/v1_beta/image"


def picture_urls(
    session: Session, pictures: Sequence[Picture], store: AdapterStore
) -> tuple[str, ...]:
    """Return the addresses of all pictures in order, uploading those that eBay lacks."""
    return tuple(_url_of(session, picture, store) for picture in pictures)


def known_urls(
    session: Session, pictures: Sequence[Picture], store: AdapterStore
) -> tuple[str, ...]:
    """Return the addresses without uploading: what is not there yet gets a made-up one."""
    return tuple(
        store.picture_url(session.connection_id, picture.content_hash)
        or f"https://i.ebayimg.com/to-be-uploaded/{picture.content_hash[:16]}"
        for picture in pictures
    )


def _url_of(session: Session, picture: Picture, store: AdapterStore) -> str:
    known = store.picture_url(session.connection_id, picture.content_hash)
    if known:
        return known
    files = {"image": (picture.filename, picture.read(), picture.mime_type)}
    try:
        reply = user_call(session, "media", "POST", f"{_BASE}/create_image_from_file", files=files)
    except EbayError as error:
        raise _refused(error, picture) from error
    image_id = last_part(reply)
    body = reply.body
    if not body.get("imageUrl"):
        # The address is not always in the first answer.
        body = user_call(session, "media", "GET", f"{_BASE}/{image_id}").body
    url = str(body.get("imageUrl") or "")
    if not url:
        raise ChannelError(TryAgain(reason="eBay has not stored the photo yet.", after=5.0))
    store.picture_keep(
        session.connection_id,
        picture.content_hash,
        url=url,
        external_id=image_id,
        expires_at=_expiry(body.get("expirationDate")),
    )
    return url


def _refused(error: EbayError, picture: Picture) -> ChannelError:
    if error.status != 400:
        return error
    return ChannelError(
        SellerMustFix(
            reason=f"eBay does not take the photo {picture.filename}: at least 500 pixels,"
            " at most 12 MB.",
            field="item_photo_url",
            error_id=error.first.error_id,
            domain=error.first.domain,
        )
    )


def _expiry(text: object) -> datetime.datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
