"""Puts a generated catalog into an empty database: COPY into a staging table, then plain SQL.

The rows are what the services would have written: one real listing gives all columns that the
generator does not set, and the search rows are made of the same expressions as the service's.
"""

from __future__ import annotations

import time
from dataclasses import astuple, fields
from typing import Any

from django.db import connection, transaction

from benchmarks.catalog.parts import Part, make_parts
from listings.models import Listing, ListingRevision, ListingSearch
from listings.services import listing_create
from realtrack.core.actors import Actor

SEED = 20_26
_STAGING = """
CREATE UNLOGGED TABLE IF NOT EXISTS generated (
    n serial, id uuid, sku text, title text, brand text, part_type text, mpn text, oe text,
    price numeric, condition text, category_id text, category_name text, status text, stock int,
    health int, photos int, channels jsonb, bin text, position text, make text, model text,
    year_start int, year_end int, description text
)
"""
# Ids and dates grow together, as they do when parts come in over two years.
_IDS = """
UPDATE generated SET id = (lpad(to_hex(1700000000000 + n::bigint * 60000), 12, '0')
    || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid
"""
_MADE_AT = "timestamptz '2024-11-01' + n * (interval '730 days' / {count})"
_BARE = "regexp_replace(upper({0}), '[^0-9A-Z]+', '', 'g')"
_MPN, _OE, _SKU = (_BARE.format(f"g.{one}") for one in ("mpn", "oe", "sku"))
_OES = f"CASE WHEN g.oe = '' THEN '{{}}'::text[] ELSE ARRAY[{_OE}] END"
_LISTING = {
    "id": "g.id",
    "custom_label_sku": "g.sku",
    "title": "g.title",
    "c_brand": "g.brand",
    "c_type": "g.part_type",
    "c_manufacturer_part_number": "g.mpn",
    "c_oe_oem_part_number": "g.oe",
    "mpn_normalised": _MPN,
    "oe_numbers_normalised": _OES,
    "start_price": "g.price",
    "cost": "round(g.price * 0.4, 2)",
    "condition_id": "g.condition",
    "category_id": "g.category_id",
    "category_name": "g.category_name",
    "status": "g.status",
    "quantity": "g.stock",
    "description": "g.description",
    "description_hash": "encode(sha256(convert_to(g.description, 'UTF8')), 'hex')",
    "item_specifics": (
        "CASE WHEN g.position = '' THEN '{}'::jsonb ELSE "
        "jsonb_build_object('Placement on Vehicle', jsonb_build_array(g.position)) END"
    ),
}
_YEARS_WITHIN = (
    "coalesce((SELECT string_agg(y::text, ' ') "
    "FROM generate_series(g.year_start + 1, g.year_end - 1) y), '')"
)
_SPLIT_TITLE = r"regexp_replace(g.title, '([0-9])-([0-9]{4}\y)|/', '\1 \2', 'g')"
_NAMES = "concat_ws(' ', g.brand, g.sku, g.mpn, g.oe)"
_MORE = "concat_ws(' ', g.part_type, g.category_name, g.position)"
_SEARCH = {
    "listing_id": "g.id",
    "document": (
        f"setweight(to_tsvector('english', rt_unaccent({_SPLIT_TITLE})), 'A')"
        f" || setweight(to_tsvector('english', rt_unaccent({_NAMES})), 'A')"
        f" || setweight(to_tsvector('simple', lower(concat_ws(' ', {_MPN}, {_SKU}, {_OE}))), 'A')"
        f" || setweight(to_tsvector('english', rt_unaccent({_MORE} || ' ' || {_YEARS_WITHIN})), 'B')"
        " || setweight(to_tsvector('english', g.description), 'C')"
    ),
    "words": f"lower(rt_unaccent(concat_ws(' ', {_SPLIT_TITLE}, {_NAMES}, {_MORE})))",
    "title_key": f"lower(rt_unaccent({_SPLIT_TITLE}))",
    "sku_key": "lower(g.sku)",
    "numbers": f"array_remove(ARRAY[{_MPN}, {_SKU}, {_OE}], '')",
    "brand": "g.brand",
    "part_type": "g.part_type",
    "category_id": "g.category_id",
    "condition_id": "g.condition",
    "status": "g.status",
    "price": "g.price",
    "health": "g.health",
    "stock_total": "g.stock",
    "stock_free": "g.stock",
    "photo_count": "g.photos",
    "channel_states": "g.channels",
    "bins": "ARRAY[g.bin]",
    "vehicle_count": "1",
}
_FITMENTS = """
INSERT INTO part_fitments (id, created_at, updated_at, listing_id, make_id, model_id, year_start,
    year_end, part_type, position, drive, transmission, body, qualifiers, notes, source, evidence,
    verified)
SELECT gen_random_uuid(), now(), now(), g.id, k.id, m.id, g.year_start, g.year_end, '', '', '', '',
    '', '[]', '', 'manual', '{}', true
FROM generated g JOIN fitment_makes k ON k.name = g.make
    JOIN fitment_models m ON m.make_id = k.id AND m.name = g.model
"""


def fill(count: int, *, seed: int = SEED) -> None:
    """Make `count` listings with search rows, first revisions and vehicles; prints its steps."""
    template = listing_create(data={"title": "Blank part"}, actor=Actor.system("benchmark"))
    _timed("parts", lambda: _stage(count, seed))
    made_at = _MADE_AT.format(count=count)
    times = {"created_at": made_at, "updated_at": made_at}
    _timed("listings", lambda: _insert(Listing, {**_LISTING, **times}, template.pk))
    _timed("search rows", lambda: _insert(ListingSearch, {**_SEARCH, **times}, template.pk))
    _timed("revisions", lambda: _revisions(template.pk, {**_LISTING, **times}))
    _timed("texts", _texts)
    _timed("vehicles", lambda: _execute(_FITMENTS))
    _timed("statistics", _tidy)


def _stage(count: int, seed: int) -> None:
    names = ", ".join(one.name for one in fields(Part))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STAGING)
        cursor.execute("TRUNCATE generated RESTART IDENTITY")
        with cursor.copy(f"COPY generated ({names}) FROM STDIN") as copy:
            for part in make_parts(count, seed):
                copy.write_row(astuple(part))
        cursor.execute(_IDS)


def _insert(model: type[Any], values: dict[str, str], template: object) -> None:
    """One row a generated part; columns that it does not set are those of the template."""
    meta = model._meta  # noqa: SLF001 - Django's documented API of models
    columns = [str(one.column) for one in meta.concrete_fields]
    key = meta.pk.column
    taken = ", ".join(values.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    with transaction.atomic():
        indexes = without_indexes(meta.db_table)
        _execute(
            f"INSERT INTO {meta.db_table} ({names}) SELECT {taken} FROM generated g, "  # noqa: S608 - names of our own
            f"{meta.db_table} t WHERE t.{key} = %s ORDER BY g.n",
            [template],
        )
        _execute("SET CONSTRAINTS ALL IMMEDIATE")
        for definition in indexes:
            _execute(definition)


def _revisions(template: object, values: dict[str, str]) -> None:
    own = {
        **values,
        "history_id": "gen_random_uuid()",
        "history_date": values["created_at"],
        "status_before": "''",
    }
    meta = ListingRevision._meta  # noqa: SLF001 - as above
    columns = [str(one.column) for one in meta.concrete_fields]
    taken = ", ".join(own.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    _execute(
        f"INSERT INTO listing_revisions ({names}) SELECT {taken} FROM generated g, "  # noqa: S608 - names of our own
        "listing_revisions t WHERE t.id = %s AND t.version = 1",
        [template],
    )


def _texts() -> None:
    _execute(
        "INSERT INTO listing_texts (hash, content) "
        "SELECT DISTINCT ON (description_hash) description_hash, description FROM listings "
        "WHERE description_hash <> '' ON CONFLICT DO NOTHING"
    )


def without_indexes(table: str) -> list[str]:
    """Drop what only makes filling slow; returns the statements that make it again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.indexname, i.indexdef FROM pg_indexes i WHERE i.tablename = %s "
            "AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname) "
            "AND i.indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [table],
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    return [definition for _, definition in found]


def _tidy() -> None:
    for table in ("listings", "listing_search", "listing_revisions", "part_fitments"):
        _execute(f"VACUUM ANALYZE {table}")
    _execute("DROP TABLE generated")


def _execute(sql: str, params: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def _timed(what: str, work: Any) -> None:
    begun = time.monotonic()
    work()
    print(f"  {what}: {time.monotonic() - begun:.1f} s", flush=True)
