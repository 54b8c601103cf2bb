"""The checks that one statement answers. `%(listings)s` narrows them to some listings, NULL to none."""

# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

from fitment.enums import FindingKind

_LIVE = """
    SELECT f.*, l.mpn_normalised AS number,
           lower(coalesce(nullif(f.part_type, ''), l.c_type, '')) AS part,
           (f.notes <> '' OR f.qualifiers <> '[]'::jsonb) AS has_comment
      FROM part_fitments f JOIN listings l ON l.id = f.listing_id AND l.deleted_at IS NULL
     WHERE f.rejected_at IS NULL
"""
_MINE = "(%(listings)s::uuid[] IS NULL OR a.listing_id = ANY(%(listings)s::uuid[]))"

# Two rows of a listing that say the same car in the same years: one is wider, or they overlap.
_PAIRS = f"""
    WITH live AS ({_LIVE})
    SELECT CASE WHEN a.has_comment <> b.has_comment THEN '{FindingKind.COMMENT}'
                ELSE '{FindingKind.DUPLICATE}' END AS kind,
           a.listing_id, a.id AS fitment_id, b.id AS other_id,
           greatest(a.year_start, b.year_start) || ' to ' || least(a.year_end, b.year_end) AS detail
      FROM live a JOIN live b
        ON b.listing_id = a.listing_id AND b.model_id = a.model_id AND b.id <> a.id
       AND b.submodel_id IS NOT DISTINCT FROM a.submodel_id
       AND b.position = a.position AND b.part = a.part
       AND b.drive = a.drive AND b.body = a.body AND b.transmission = a.transmission
       AND (b.engine_id = a.engine_id OR a.engine_id IS NULL)
       AND b.year_start <= a.year_end AND b.year_end >= a.year_start
       -- Of two that are alike the first by its key stands first, so that a pair is found once.
       AND (a.engine_id IS DISTINCT FROM b.engine_id OR a.id < b.id)
       AND (a.has_comment <> b.has_comment OR a.qualifiers = b.qualifiers)
     WHERE {_MINE}
"""

_LIFE = f"""
    WITH live AS ({_LIVE}),
    life AS (SELECT model_id, min(year) AS first, max(year) AS last
               FROM fitment_model_years GROUP BY model_id)
    SELECT '{FindingKind.LIFE}' AS kind, a.listing_id, a.id AS fitment_id, NULL::uuid AS other_id,
           'built ' || life.first || ' to ' || life.last AS detail
      FROM live a JOIN life ON life.model_id = a.model_id
     WHERE (a.year_start < life.first OR a.year_end > life.last) AND {_MINE}
"""

# Only where both say the place: parts of two numbers that fit one car are no fault by themselves.
_OVERLAP = f"""
    WITH live AS ({_LIVE})
    SELECT '{FindingKind.OVERLAP}' AS kind, a.listing_id, a.id AS fitment_id, b.id AS other_id,
           a.number || ' and ' || b.number AS detail
      FROM live a JOIN live b
        ON b.model_id = a.model_id AND b.listing_id <> a.listing_id
       AND b.position = a.position AND b.part = a.part
       AND b.number <> a.number AND b.id > a.id
       AND (a.submodel_id IS NULL OR b.submodel_id IS NULL OR a.submodel_id = b.submodel_id)
       AND (a.engine_id IS NULL OR b.engine_id IS NULL OR a.engine_id = b.engine_id)
       AND b.year_start <= a.year_end AND b.year_end >= a.year_start
     WHERE a.position <> '' AND a.part <> '' AND a.number <> '' AND b.number <> ''
       AND a.verified AND b.verified AND {_MINE}
     LIMIT 5000
"""

# What each statement finds, so that findings that are gone can be taken away.
STATEMENTS: tuple[tuple[tuple[FindingKind, ...], str], ...] = (
    ((FindingKind.DUPLICATE, FindingKind.COMMENT), _PAIRS),
    ((FindingKind.LIFE,), _LIFE),
    ((FindingKind.OVERLAP,), _OVERLAP),
)
