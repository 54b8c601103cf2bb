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

_KEY = "lower(regexp_replace(rt_unaccent({0}), '[^0-9A-Za-z]+', '', 'g'))"
# Names are compared whole, without blanks and hyphens; a trim is named where the list's trim is it or
# begins with it as a whole word. No likeness: a short name is soon like another.
_MARKET = f"""
    WITH live AS ({_LIVE}),
    named AS (
        SELECT a.id, a.listing_id, a.year_start, a.year_end, s.name AS trim,
               {_KEY.format("k.name")} AS make_key, {_KEY.format("m.name")} AS model_key
          FROM live a JOIN fitment_makes k ON k.id = a.make_id
          JOIN fitment_models m ON m.id = a.model_id
          LEFT JOIN fitment_submodels s ON s.id = a.submodel_id
         WHERE a.verified AND {_MINE} AND EXISTS (SELECT 1 FROM fitment_market_lists
                                                   WHERE is_current)),
    missing AS (
        SELECT n.id, n.listing_id, n.trim, of.site, y.year
          FROM named n CROSS JOIN fitment_market_lists of
         CROSS JOIN LATERAL generate_series(n.year_start::int, n.year_end::int) y(year)
         WHERE of.is_current AND NOT EXISTS (
               SELECT 1 FROM fitment_market_vehicles v
                WHERE v.of_list_id = of.id AND v.make_key = n.make_key
                  AND v.model_key = n.model_key AND v.year = y.year
                  AND (n.trim IS NULL OR lower(v.trim) = lower(n.trim)
                       OR starts_with(lower(v.trim), lower(n.trim) || ' '))))
    SELECT '{FindingKind.MARKET}' AS kind, listing_id, id AS fitment_id, NULL::uuid AS other_id,
           left(string_agg(said, '; ' ORDER BY said), 300) AS detail
      FROM (SELECT listing_id, id, site || ' has no ' || string_agg(year::text, ', ' ORDER BY year)
                   || coalesce(' with trim ' || trim, '') AS said
              FROM missing GROUP BY listing_id, id, site, trim) t
     GROUP BY listing_id, id
"""

# What each statement finds, so that findings that are gone can be taken away.
STATEMENTS: tuple[tuple[tuple[FindingKind, ...], str], ...] = (
    ((FindingKind.DUPLICATE, FindingKind.COMMENT), _PAIRS),
    ((FindingKind.LIFE,), _LIFE),
    ((FindingKind.OVERLAP,), _OVERLAP),
    ((FindingKind.MARKET,), _MARKET),
)
