"""Media: pictures that sellers send, served as eBay-hosted ones."""

from __future__ import annotations

import io
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from PIL import Image, UnidentifiedImageError

from channels_app.sandbox.errors import ApiError, Json, entry, err
from channels_app.sandbox.http import Response, Route, reply
from channels_app.sandbox.publish_checks import IMAGE_HOST
from channels_app.sandbox.store import moment_of, stamp

if TYPE_CHECKING:
    import sqlite3

    from channels_app.sandbox.http import Context
    from channels_app.sandbox.inventory_rules import RouteOptions
    from channels_app.sandbox.store import Db

_OPTIONS: RouteOptions = {
    "token": "user",
    "scopes": ("/sell.inventory",),
    "resource": "commerce.media",
    "languages": "",
}
MOST_BYTES = 12 * 1024 * 1024
LEAST_PIXELS = 500
LIFE = timedelta(days=30)
AFTER_LISTING = timedelta(days=90)
# POSTs per user in the window
BURST = 50
WINDOW = timedelta(seconds=5)
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def _check_burst(context: Context) -> None:
    db, now = context.db, context.db.now()
    key = f"media_burst/{context.user_id}"
    recent = [
        moment for moment in db.setting(key, []) if timedelta(0) <= now - moment_of(moment) < WINDOW
    ]
    if len(recent) >= BURST:
        wait = WINDOW - (now - moment_of(recent[0]))
        seconds = str(max(1, int(wait.total_seconds() + 0.999)))
        raise ApiError(429, [entry(2001)], {"retry-after": seconds})
    db.set_setting(key, [*recent, stamp(now)])


def _kind(content: bytes) -> str:
    """Return the MIME type of a good picture; raises 400 with the reason."""
    if len(content) > MOST_BYTES:
        raise err(120003)
    try:
        with Image.open(io.BytesIO(content), formats=list(TYPES)) as picture:
            picture.verify()
            kind, longest = TYPES[picture.format or ""], max(picture.size)
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        OSError,
        SyntaxError,
        ValueError,
        KeyError,
    ) as error:
        raise err(120001) from error
    if longest < LEAST_PIXELS:
        raise err(120002)
    return kind


def _store(context: Context, content: bytes, kind: str) -> Response:
    db = context.db
    image_id = f"v1|{db.next_id('image', 77_000_001)}|0".replace("|", "-")
    url = f"https://{IMAGE_HOST}/00/s/{secrets.token_urlsafe(12)}/z/{image_id}/$_57.JPG"
    until = stamp(db.now() + LIFE)
    db.run(
        "INSERT INTO images VALUES (?, ?, ?, ?, ?, ?)",
        image_id,
        context.user_id,
        url,
        kind,
        until,
        content,
    )
    where = f"{context.base}{_BASE}/{image_id}"
    empty_body = db.setting("media_empty_body", default=False)
    body: Json = {} if empty_body else {"imageUrl": url, "expirationDate": until}
    return reply(body, 201, {"location": where})


def from_file(context: Context) -> Response:
    """createImageFromFile: the multipart part `image`, 201 with Location."""
    _check_burst(context)
    part = context.request.part("image")
    if part is None:
        raise err(120001)
    return _store(context, part[1], _kind(part[1]))


def _in_use(db: Db, row: sqlite3.Row) -> bool:
    """Tell whether a listing holds the picture: live, or ended within 90 days."""
    since = stamp(db.now() - AFTER_LISTING)
    return (
        db.one(
            "SELECT 1 FROM listings WHERE user_id = ? AND instr(data, ?) > 0 "
            "AND (ended_at IS NULL OR ended_at > ?)",
            row["user_id"],
            row["url"],
            since,
        )
        is not None
    )


def get(context: Context) -> Response:
    """getImage: 404 when unknown or run out."""
    db = context.db
    row = db.one(
        "SELECT * FROM images WHERE image_id = ? AND user_id = ?",
        context.params["id"],
        context.user_id,
    )
    if row is None:
        raise ApiError(404, [entry(120005)])
    if moment_of(row["expires_at"]) <= db.now() and not _in_use(db, row):
        raise ApiError(404, [entry(120005)])
    return reply({"imageUrl": row["url"], "expirationDate": row["expires_at"]})


_BASE = "/commerce/media/v1_beta/image"
ROUTES = [
    Route(
        name="createImageFromFile",
        method="POST",
        pattern=_BASE + "/create_image_from_file",
        handler=from_file,
        **_OPTIONS,
    ),
    Route(name="getImage", method="GET", pattern=_BASE + "/{id}", handler=get, **_OPTIONS),
]
