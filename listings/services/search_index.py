"""Keeping `listing_search`: words here, stock, bins and channel states by who owns them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TypedDict, Unpack

import nh3
from django.db import connection, transaction

from listings import fields
from listings.health import health_of
from listings.models import Listing, ListingSearch
from listings.part_numbers import normalise
from listings.services.rows import as_json, columns_of, kind_of, quoted
from realtrack.core import registry
from realtrack.core.registry import PhotoRef

_WORDS_MAX = 2000  # of the text that typos are matched against: title, brand, numbers, aspects
_YEARS = re.compile(r"\b((?:19|20)\d\d)\s*-\s*((?:19|20)\d\d)\b")
_SPAN_MAX = 40  # no model was built for longer; more is a misprint
_DESCRIPTION_MAX = 20_000  # of the description's words; PostgreSQL ends at 1 MB a document
# The weights of the document: what a person searches by first is A. Words stand in one language
# configuration, numbers also without their separators in `simple`, which leaves them as they are.
_VECTOR = (
    "setweight(to_tsvector('english', rt_unaccent({title})), 'A')"
    " || setweight(to_tsvector('english', rt_unaccent({names})), 'A')"
    " || setweight(to_tsvector('simple', {numbers}), 'A')"
    " || setweight(to_tsvector('english', rt_unaccent({aspects})), 'B')"
    " || setweight(to_tsvector('english', rt_unaccent({description})), 'C')"
)
_WORDS = f"left(lower(rt_unaccent({{words}})), {_WORDS_MAX})"
_TITLE_KEY = "left(lower(rt_unaccent({title})), 160)"
_WEIGHED = ("title", "names", "numbers", "aspects", "description")
_NAMED = {name: f"%({name})s" for name in (*_WEIGHED, "words")}
_DOCUMENT = (
    f"UPDATE listing_search SET document = {_VECTOR}, words = {_WORDS},"  # noqa: S608 - constants
    f" title_key = {_TITLE_KEY} WHERE listing_id = %(id)s"
).format(**_NAMED)
# Fields whose change rewrites the words.
WORD_FIELDS = frozenset(
    {"title", "description", "c_brand", "c_type", "custom_label_sku", "c_features",
     "c_manufacturer_part_number", "c_oe_oem_part_number", "category_name", fields.ITEM_SPECIFICS}
)  # fmt: skip


class SearchValues(TypedDict, total=False):
    """What upper apps own in the search row."""

    stock_total: int
    stock_free: int
    channel_states: Mapping[str, str]
    bins: Sequence[str]
    donor_id: uuid.UUID | None
    vehicle_count: int


def listing_search_write(*, listing_id: uuid.UUID, **values: Unpack[SearchValues]) -> None:
    """Set the values that an upper app owns; idempotent, one statement, no new version."""
    if not values:
        return
    ListingSearch.objects.filter(pk=listing_id).update(**values)
    if "vehicle_count" in values or "channel_states" in values:
        health_refresh(listing_id)


def health_refresh(listing_id: uuid.UUID) -> None:
    """Bring the score in line with what the search row and the listing say now; idempotent."""
    listing = Listing.all_objects.select_related("search").filter(pk=listing_id).first()
    if listing is not None and (row := getattr(listing, "search", None)):
        score = health_of(
            listing,
            photo_count=row.photo_count,
            vehicle_count=row.vehicle_count,
            channel_states=row.channel_states,
        ).score
        ListingSearch.objects.filter(pk=listing_id).exclude(health=score).update(health=score)


def listing_photos_refresh(*, listing_ids: Sequence[uuid.UUID]) -> None:
    """Read photos anew and keep count, first picture and health; idempotent."""
    photos = photos_of(listing_ids)
    with transaction.atomic():
        for listing in Listing.all_objects.filter(pk__in=listing_ids).order_by("pk"):
            _write(listing, photos.get(listing.pk, ()))


def photos_of(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sequence[PhotoRef]]:
    """Photos of listings from whoever keeps them, primary first."""
    found: dict[uuid.UUID, Sequence[PhotoRef]] = {}
    for read in registry.listing_photos.values():
        found.update(read(listing_ids))
    return found


def search_refresh(listing: Listing, *, words: bool = True) -> None:
    """Bring the search row in line with the listing; call inside the change's transaction."""
    _write(listing, photos_of([listing.pk]).get(listing.pk, ()))
    if words:
        _write_words(listing)


def _write(listing: Listing, photos: Sequence[PhotoRef]) -> None:
    kept = ListingSearch.objects.filter(pk=listing.pk).values_list(
        "vehicle_count", "channel_states"
    )
    vehicle_count, channel_states = kept.first() or (0, {})
    values = row_values(listing, photos, vehicle_count=vehicle_count, channel_states=channel_states)
    # One statement; what upper apps own keeps its values where the row was there.
    ListingSearch.objects.bulk_create(
        [ListingSearch(listing_id=listing.pk, **values)],
        update_conflicts=True,
        unique_fields=["listing"],
        update_fields=list(values),
    )


def row_values(
    listing: Listing,
    photos: Sequence[PhotoRef] = (),
    *,
    vehicle_count: int = 0,
    channel_states: Mapping[str, str] | None = None,
) -> dict[str, object]:
    """What the catalog itself writes into the search row, but for the words."""
    return {
        "is_live": listing.deleted_at is None,
        "sku_key": listing.custom_label_sku.lower(),
        "numbers": numbers_of(listing),
        "brand": listing.c_brand,
        "part_type": listing.c_type,
        "category_id": listing.category_id,
        "condition_id": listing.condition_id,
        "status": listing.status,
        "price": listing.start_price,
        "health": health_of(
            listing,
            photo_count=len(photos),
            vehicle_count=vehicle_count,
            channel_states=channel_states,
        ).score,
        "photo_count": len(photos),
        "photo_url": photos[0].thumb_url if photos else _first_url(listing.item_photo_url),
        "team_id": listing.team_id,
        "created_at": listing.created_at,
        "updated_at": listing.updated_at,
    }


def numbers_of(listing: Listing) -> list[str]:
    """Normalised numbers by which the part is found: its own, the car maker's, ours."""
    own = [listing.mpn_normalised, normalise(listing.custom_label_sku), normalise(listing.p_upc)]
    all_numbers = [*own, *listing.oe_numbers_normalised, *listing.interchange_normalised]
    return list(dict.fromkeys(number for number in all_numbers if number))


def plain_text(html: str) -> str:
    """The words of a description, without its tags."""
    return nh3.clean(html.replace("<", " <"), tags=set()) if "<" in html else html


def _first_url(urls: str) -> str:
    first = urls.split("|", 1)[0].strip()
    return first if first.startswith(("https://", "http://", "/")) else ""


def _write_words(listing: Listing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENT, {**word_values(listing), "id": listing.pk})


def search_rows_write(listings: Sequence[Listing], *, is_new: bool, words: bool = True) -> None:
    """As `search_refresh` for many at once, in one statement.

    Call inside the transaction of the change. `is_new`: no row is there yet and nothing but the
    listing says anything of it, so its stock is the quantity that the listing holds.
    """
    if not listings:
        return
    ids = [one.pk for one in listings]
    photos = {} if is_new else photos_of(ids)
    kept = {} if is_new else _kept(ids)
    rows: list[dict[str, object]] = []
    names: list[str] = []
    for listing in listings:
        vehicle_count, channel_states = kept.get(listing.pk, (0, {}))
        values = row_values(
            listing,
            photos.get(listing.pk, ()),
            vehicle_count=vehicle_count,
            channel_states=channel_states,
        )
        names = list(values)
        texts = word_values(listing) if words else {}
        stock = (listing.quantity or 0) if is_new else 0
        rows.append(
            {
                **values,
                "listing_id": listing.pk,
                "stock": stock,
                **{f"w_{name}": text for name, text in texts.items()},
            }
        )
    with connection.cursor() as cursor:
        cursor.execute(_many_sql(tuple(names), words=words, is_new=is_new), [as_json(rows)])


@cache
def _many_sql(names: tuple[str, ...], *, words: bool, is_new: bool) -> str:
    """The statement that writes search rows of one JSON parameter; made of constants alone."""
    columns = columns_of(ListingSearch, names)
    kinds = [f"{quoted(one)} {kind_of(one)}" for one in columns]
    texts = [f"w_{name} text" for name in (*_WEIGHED, "words")] if words else []
    places = {name: f"new.w_{name}" for name in (*_WEIGHED, "words")}
    made = {
        "document": _VECTOR.format(**places) if words else "NULL",
        "words": _WORDS.format(**places) if words else "''",
        "title_key": _TITLE_KEY.format(**places) if words else "''",
    }
    # What upper apps own: their own writing follows, or stands there already.
    owned = {
        "stock_total": "new.stock", "stock_free": "new.stock", "channel_states": "'{}'",
        "bins": "'{}'", "vehicle_count": "0",
    }  # fmt: skip
    own = [quoted(one) for one in columns]
    record = ", ".join(["listing_id uuid", "stock integer", *kinds, *texts])
    into = ", ".join(["listing_id", *own, *made, *owned])
    taken = ", ".join(
        ["new.listing_id", *(f"new.{name}" for name in own), *made.values(), *owned.values()]
    )
    written = [*own, *(made if words else ())]
    conflict = ", ".join(f"{name} = EXCLUDED.{name}" for name in written)
    ending = "" if is_new else f" ON CONFLICT (listing_id) DO UPDATE SET {conflict}"
    return (
        f"INSERT INTO listing_search ({into}) SELECT {taken}"  # noqa: S608
        f" FROM json_to_recordset(%s::json) AS new({record}){ending}"
    )


def _kept(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, tuple[int, Mapping[str, str]]]:
    rows = ListingSearch.objects.filter(pk__in=ids)
    return {
        pk: (count, states)
        for pk, count, states in rows.values_list("pk", "vehicle_count", "channel_states")
    }


def word_values(listing: Listing) -> dict[str, str]:
    """The texts that `_DOCUMENT` makes the words of, by its parameters."""
    aspects = " ".join(
        text for values in listing.item_specifics.values() for text in values if text
    )
    names = " ".join(
        (
            listing.c_brand,
            listing.custom_label_sku,
            listing.c_manufacturer_part_number,
            listing.c_oe_oem_part_number.replace("|", " "),
        )
    )
    more = f"{listing.c_type} {listing.category_name} {listing.c_features} {aspects}"
    title = separated(listing.title)
    return {
        "title": title,
        "names": names,
        # Lower case, as the parser's lexemes are.
        "numbers": " ".join(numbers_of(listing)).lower(),
        "aspects": f"{more} {years_within(listing.title)}",
        "description": plain_text(listing.description)[:_DESCRIPTION_MAX],
        "words": f"{title} {names} {more}",
    }


def separated(title: str) -> str:
    """`2015-2018` and `Left/Right` as words: the parser would read a negative number and a path."""
    return re.sub(r"(?<=\d)-(?=\d{4}\b)|/", " ", title)


def years_within(title: str) -> str:
    """The years inside the first span of a title, so that 2016 finds `2015-2018 Camry`."""
    span = _YEARS.search(title)
    if span is None:
        return ""
    first, last = int(span.group(1)), int(span.group(2))
    return (
        " ".join(str(year) for year in range(first + 1, last)) if last - first < _SPAN_MAX else ""
    )
