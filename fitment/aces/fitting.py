"""Fitments of listings made from the live rows of their part number: the same rows, the same result.

What suppliers say now is a set of rows; a listing's imported fitments follow from it. So adding,
deleting, replacing, mapping an id and listing a new part are one thing: make it anew, write the
difference. What a person wrote, verified or rejected is never touched and never doubled.
"""
# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from fitment.aces.resolving import JOINS
from fitment.aces.staging import names_table
from fitment.reference import reference_touch
from realtrack.core import registry

# Part numbers per transaction: some thousand fitments, a second at most.
_BATCH = 100

_OWN = """
(f.source = 'import' AND f.evidence ->> 'kind' = 'aces' AND f.rejected_at IS NULL
 AND (NOT f.verified OR f.evidence ? 'trusted'))
"""

_CLAIM = """
DELETE FROM aces_due WHERE part_key IN (
    SELECT part_key FROM aces_due ORDER BY created_at, part_key LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING part_key
"""

_LISTINGS = """
SELECT id FROM listings WHERE mpn_normalised = ANY(%s) AND deleted_at IS NULL
ORDER BY id FOR UPDATE
"""

# A number that parts of several brands have is not taken without knowing the brand.
_SAID = f"""
CREATE TEMP TABLE aces_said ON COMMIT DROP AS
WITH parts AS (
    SELECT l.id AS listing_id, l.mpn_normalised AS part_key, lower(l.c_brand) AS brand,
        (SELECT count(DISTINCT lower(o.c_brand)) FROM listings o
         WHERE o.mpn_normalised = l.mpn_normalised AND o.deleted_at IS NULL AND o.c_brand <> '') > 1
            AS is_ambiguous
    FROM listings l WHERE l.id = ANY(%(listings)s) AND l.mpn_normalised <> ''
)
SELECT p.listing_id, s.part, u.is_trusted, ru.user_id, s.quantity,
    CASE WHEN s.form = 'B' THEN bv.make_id ELSE mk.make_id END AS make_id,
    CASE WHEN s.form = 'B' THEN bv.model_id WHEN s.model_code IS NULL THEN every.id
         ELSE mn.model_id END AS model_id,
    CASE WHEN s.form = 'B' THEN bv.year ELSE s.year_from END AS year_from,
    CASE WHEN s.form = 'B' THEN bv.year ELSE s.year_to END AS year_to,
    sm.name AS submodel, en.engine_id, s.model_code IS NULL AND s.form = 'Y' AS is_every,
    left(coalesce(pt.name, '#' || s.part_type_code, ''), 120) AS part_type,
    left(coalesce(po.name, '#' || s.position_code, ''), 60) AS position,
    left(coalesce(att.names ->> 'DriveType', ''), 40) AS drive,
    left(coalesce(att.names ->> 'TransmissionControlType', ''), 40) AS transmission,
    left(coalesce(att.names ->> 'BodyType', ''), 40) AS body,
    coalesce((SELECT jsonb_agg(jsonb_build_object('kind', k, 'text', v) ORDER BY k)
              FROM jsonb_each_text(att.names) AS n(k, v)
              WHERE k NOT IN ('DriveType', 'TransmissionControlType', 'BodyType')), '[]')
    || coalesce((SELECT jsonb_agg(jsonb_build_object('kind', 'Qual', 'id', q ->> 'id', 'text',
                    coalesce(nullif(q ->> 'text', ''), 'Qualifier ' || (q ->> 'id'))) ORDER BY i)
                 FROM jsonb_array_elements(s.details -> 'quals') WITH ORDINALITY AS e(q, i)), '[]')
    || CASE WHEN s.details ? 'label'
            THEN jsonb_build_array(jsonb_build_object('kind', 'label', 'text', s.details ->> 'label'))
            ELSE '[]' END AS qualifiers,
    coalesce((SELECT string_agg(n, '; ' ORDER BY i)
              FROM jsonb_array_elements_text(s.details -> 'notes') WITH ORDINALITY AS e(n, i)), '')
        AS notes
FROM parts p
JOIN aces_rows s ON s.part_key = p.part_key AND s.is_live AND s.state = 'imported'
JOIN aces_uploads u ON u.id = s.upload_id AND u.applied_at IS NOT NULL
    AND CASE WHEN u.brand = '' THEN NOT p.is_ambiguous ELSE lower(u.brand) = p.brand END
JOIN runs ru ON ru.id = u.run_id
{JOINS}
LEFT JOIN aces_codes pt ON pt.kind = 'PartType' AND pt.code = s.part_type_code
LEFT JOIN aces_codes po ON po.kind = 'Position' AND po.code = s.position_code
LEFT JOIN fitment_models every
    ON s.form = 'Y' AND s.model_code IS NULL AND every.make_id = mk.make_id
    AND every.merged_into_id IS NULL
LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(one.key, c.name) AS names
    FROM jsonb_each_text(s.attributes) one
    JOIN aces_codes c ON c.kind = one.key AND c.code = one.value::int
) att ON s.attributes IS NOT NULL
"""

_SUBMODELS = """
INSERT INTO fitment_submodels (id, created_at, updated_at, source, person_fields, model_id, name)
SELECT gen_random_uuid(), now(), now(), 'import', '{}', model_id, min(left(submodel, 100))
FROM aces_said t
WHERE submodel IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM fitment_submodels su
    WHERE su.model_id = t.model_id AND lower(su.name) = lower(left(t.submodel, 100)))
GROUP BY model_id, lower(left(submodel, 100))
ON CONFLICT DO NOTHING
"""

# Years apart, what people keep taken out, neighbours joined; a range has at most 51 years.
_WANTED = f"""
CREATE TEMP TABLE aces_wanted ON COMMIT DROP AS
WITH single AS (
    SELECT t.*, y.year, su.id AS submodel_id,
        CASE WHEN t.position = '' AND t.qualifiers = '[]' AND t.notes = '' AND t.drive = ''
                  AND t.transmission = '' AND t.body = '' THEN ''
             ELSE md5(concat_ws(chr(1), t.position, t.qualifiers::text, t.notes, t.drive,
                                t.transmission, t.body)) END AS detail_key
    FROM aces_said t
    CROSS JOIN LATERAL generate_series(t.year_from::int, t.year_to::int) AS y(year)
    LEFT JOIN LATERAL (
        SELECT coalesce(m.merged_into_id, m.id) AS id FROM fitment_submodels m
        WHERE m.model_id = t.model_id AND lower(m.name) = lower(left(t.submodel, 100))
        ORDER BY m.name LIMIT 1) su ON t.submodel IS NOT NULL
    WHERE NOT t.is_every OR EXISTS (
        SELECT 1 FROM fitment_model_years my WHERE my.model_id = t.model_id AND my.year = y.year)
), years AS (
    SELECT listing_id, make_id, model_id, submodel_id, engine_id, detail_key, year,
        min(part) AS part, min(part_type) AS part_type, min(position) AS position,
        max(quantity) AS quantity, min(drive) AS drive, min(transmission) AS transmission,
        min(body) AS body, min(qualifiers::text)::jsonb AS qualifiers, min(notes) AS notes,
        bool_or(is_trusted) AS trusted,
        (array_agg(user_id) FILTER (WHERE is_trusted))[1] AS user_id
    FROM single s
    WHERE NOT EXISTS (
        SELECT 1 FROM part_fitments f
        WHERE f.listing_id = s.listing_id AND f.model_id = s.model_id
          AND f.submodel_id IS NOT DISTINCT FROM s.submodel_id
          AND f.engine_id IS NOT DISTINCT FROM s.engine_id
          AND s.year BETWEEN f.year_start AND f.year_end
          AND f.detail_key IN ('', s.detail_key) AND NOT {_OWN})
    GROUP BY listing_id, make_id, model_id, submodel_id, engine_id, detail_key, year
), islands AS (
    SELECT *, year - row_number() OVER (
        PARTITION BY listing_id, make_id, model_id, submodel_id, engine_id, detail_key, trusted,
            part_type, quantity
        ORDER BY year) AS island
    FROM years
), ranges AS (
    SELECT listing_id, make_id, model_id, submodel_id, engine_id, detail_key, trusted, part_type,
        quantity, island, min(year) AS first, max(year) AS last, min(part) AS part,
        min(position) AS position, min(drive) AS drive, min(transmission) AS transmission,
        min(body) AS body, min(qualifiers::text)::jsonb AS qualifiers, min(notes) AS notes,
        (array_agg(user_id))[1] AS user_id
    FROM islands
    GROUP BY listing_id, make_id, model_id, submodel_id, engine_id, detail_key, trusted, part_type,
        quantity, island
)
SELECT r.*, start AS year_start, least(start + 50, r.last) AS year_end
FROM ranges r CROSS JOIN LATERAL generate_series(r.first::int, r.last::int, 51) AS g(start)
"""

_SAME = """
w.listing_id = f.listing_id AND w.make_id = f.make_id AND w.model_id = f.model_id
AND w.submodel_id IS NOT DISTINCT FROM f.submodel_id AND w.year_start = f.year_start
AND w.year_end = f.year_end AND w.engine_id IS NOT DISTINCT FROM f.engine_id
AND w.detail_key = f.detail_key
"""

_DELETE = f"""
DELETE FROM part_fitments f
WHERE f.listing_id = ANY(%(listings)s) AND {_OWN}
  AND NOT EXISTS (SELECT 1 FROM aces_wanted w WHERE {_SAME})
RETURNING f.listing_id, f.verified
"""

_UPSERT = f"""
INSERT INTO part_fitments AS f (
    id, created_at, updated_at, listing_id, make_id, model_id, submodel_id, year_start, year_end,
    engine_id, part_type, position, quantity, drive, transmission, body, qualifiers, notes,
    detail_key, source, evidence, verified, verified_by_id, verified_at)
SELECT gen_random_uuid(), now(), now(), listing_id, make_id, model_id, submodel_id, year_start,
    year_end, engine_id, part_type, position, quantity, drive, transmission, body, qualifiers,
    notes, detail_key, 'import',
    jsonb_build_object('kind', 'aces', 'part', part)
        || CASE WHEN trusted THEN '{{"trusted": true}}'::jsonb ELSE '{{}}' END,
    trusted, CASE WHEN trusted THEN user_id END, CASE WHEN trusted THEN now() END
FROM aces_wanted
ON CONFLICT ON CONSTRAINT part_fitment_once_each DO UPDATE
SET part_type = excluded.part_type, quantity = excluded.quantity, updated_at = now()
WHERE {_OWN} AND (f.part_type, f.quantity) IS DISTINCT FROM (excluded.part_type, excluded.quantity)
RETURNING listing_id, verified, xmax = 0 AS is_new
"""

_COUNTS = """
UPDATE listing_search s SET vehicle_count = (
    SELECT count(*) FROM part_fitments f
    WHERE f.listing_id = s.listing_id AND f.rejected_at IS NULL)
WHERE s.listing_id = ANY(%s)
"""


@dataclass(slots=True, kw_only=True)
class Fitted:
    """What changed; `listings` counts the parts that were looked at."""

    listings: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0


def due_note(part_keys: Sequence[str]) -> None:
    """Note part numbers whose listings must be fitted anew; in the transaction of the cause."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO aces_due (part_key, created_at) SELECT DISTINCT l.mpn_normalised, now()"
            " FROM listings l WHERE l.mpn_normalised = ANY(%s) AND l.deleted_at IS NULL"
            " ON CONFLICT DO NOTHING",
            [list(part_keys)],
        )


def due_drain() -> Fitted:
    """Fit all that is due, a batch per transaction; safe to run by several workers at once."""
    total = Fitted()
    while _batch(total):
        continue
    return total


def listing_fit(*, listing_id: uuid.UUID) -> Fitted:
    """Fit one listing whose number or brand is new; atomic, quiet where the listing is gone.

    Where its number is shared, the others' turn comes too: another brand may make it ambiguous.
    """
    total = Fitted()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, mpn_normalised FROM listings WHERE id = %s AND deleted_at IS NULL"
            " FOR UPDATE",
            [listing_id],
        )
        found = cursor.fetchone()
        if found and _concerned(cursor, *found):
            _fit([found[0]], total)
            due_note([found[1]])
    return total


def _concerned(cursor: Any, listing_id: uuid.UUID, part_key: str) -> bool:
    """Say whether files name its number, or it has vehicles from one; most new parts have neither."""
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM aces_rows WHERE part_key = %s AND is_live)"
        f" OR EXISTS (SELECT 1 FROM part_fitments f WHERE f.listing_id = %s AND {_OWN})",
        [part_key, listing_id],
    )
    row = cursor.fetchone()
    return bool(row and row[0])


def _batch(total: Fitted) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, [_BATCH])
        keys = [key for (key,) in cursor.fetchall()]
        if not keys:
            return False
        cursor.execute(_LISTINGS, [keys])
        listings = [pk for (pk,) in cursor.fetchall()]
        if listings:
            _fit(listings, total)
    return True


def _fit(listings: list[uuid.UUID], total: Fitted) -> None:
    """Write the difference for listings whose rows are locked."""
    names_table()
    asked = {"listings": listings}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS aces_said, aces_wanted")
        cursor.execute(_SAID, asked)
        cursor.execute("ANALYZE aces_said")
        cursor.execute(_SUBMODELS)
        if cursor.rowcount:
            reference_touch()
        cursor.execute(_WANTED)
        cursor.execute("ANALYZE aces_wanted")
        cursor.execute(_DELETE, asked)
        removed = cursor.fetchall()
        cursor.execute(_UPSERT)
        written = cursor.fetchall()
        sent = sorted({row[0] for row in [*removed, *written] if row[1]})
        for write in registry.owed_writers.values() if sent else []:
            write(sent, "content")
        touched = sorted({row[0] for row in [*removed, *written]})
        cursor.execute(_COUNTS, [touched])
    total.listings += len(listings)
    total.removed += len(removed)
    total.added += sum(1 for row in written if row[2])
    total.changed += sum(1 for row in written if not row[2])
