"""SQL that says what a row names, by the customer's table of ids and our names. Nothing is guessed.

Fragments work on any relation `s` with the columns of `aces_rows`. A row is resolved when nothing
is missing: each id that narrows the vehicle must be known, because leaving one out would widen the
row. Part type, position and qualifiers narrow nothing; without a name they keep their number.
"""
# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

# Made once per transaction: the names of models by make, aliases that mean just one included.
MODEL_NAMES = """
CREATE TEMP TABLE aces_model_names ON COMMIT DROP AS
SELECT make_id, key, (array_agg(DISTINCT model_id))[1] AS model_id
FROM (
    SELECT make_id, replace(slug, '-', '') AS key, coalesce(merged_into_id, id) AS model_id, 1 AS rank
    FROM fitment_models
    UNION ALL
    SELECT mo.make_id, al.key, coalesce(mo.merged_into_id, mo.id), 2
    FROM fitment_model_aliases al JOIN fitment_models mo ON mo.id = al.model_id
    WHERE al.kind IN ('alias', 'spelling', 'variant')
      AND NOT EXISTS (
        SELECT 1 FROM fitment_models own
        WHERE own.make_id = mo.make_id AND replace(own.slug, '-', '') = al.key)
) named
GROUP BY make_id, key HAVING count(DISTINCT model_id) = 1
"""
MODEL_NAMES_INDEX = "CREATE INDEX ON aces_model_names (make_id, key)"
MODEL_NAMES_ANALYZE = "ANALYZE aces_model_names"

JOINS = """
LEFT JOIN aces_codes bv ON bv.kind = 'BaseVehicle' AND bv.code = s.base_vehicle
LEFT JOIN aces_codes mk ON mk.kind = 'Make' AND mk.code = s.make_code
LEFT JOIN aces_codes am ON am.kind = 'AllModels' AND am.code = s.make_code
LEFT JOIN aces_codes md ON md.kind = 'Model' AND md.code = s.model_code
LEFT JOIN aces_model_names mn ON mn.make_id = mk.make_id AND mn.key = md.name_key
LEFT JOIN aces_codes sm ON sm.kind = 'SubModel' AND sm.code = s.submodel_code
LEFT JOIN aces_codes en ON en.kind = 'EngineBase' AND en.code = s.engine_code
"""

MISSING = """
array_remove(ARRAY[
    CASE WHEN s.form = 'B' AND bv.model_id IS NULL THEN 'BaseVehicle:' || s.base_vehicle END,
    CASE WHEN s.form = 'Y' AND mk.make_id IS NULL THEN 'Make:' || s.make_code END,
    CASE WHEN s.form = 'Y' AND s.model_code IS NULL AND am.code IS NULL
        THEN 'AllModels:' || s.make_code END,
    CASE WHEN s.form = 'Y' AND (md.code IS NULL AND s.model_code IS NOT NULL
                                OR s.model_code IS NOT NULL AND mk.make_id IS NOT NULL
                                   AND mn.model_id IS NULL)
        THEN 'Model:' || s.model_code END,
    CASE WHEN s.submodel_code IS NOT NULL AND sm.code IS NULL
        THEN 'SubModel:' || s.submodel_code END,
    CASE WHEN s.engine_code IS NOT NULL AND en.engine_id IS NULL
        THEN 'EngineBase:' || s.engine_code END
]::text[], NULL)
|| CASE WHEN s.attributes IS NULL THEN '{}'::text[] ELSE ARRAY(
    SELECT one.key || ':' || one.value
    FROM jsonb_each_text(s.attributes) one
    WHERE NOT EXISTS (
        SELECT 1 FROM aces_codes c WHERE c.kind = one.key AND c.code = one.value::int)
    ORDER BY one.key) END
"""

# What the page says; the ids stand in `missing`.
UNRESOLVED_REASON = """
CASE WHEN missing[1] LIKE 'AllModels:%%'
     THEN 'It names a make and no model.'
     ELSE 'Nothing is known of ' || replace(array_to_string(missing, ', '), ':', ' ') || '.' END
"""

# Rows whose state may change when the table of ids did.
RERESOLVE = f"""
WITH found AS (
    SELECT s.id, {MISSING} AS missing
    FROM aces_rows s {JOINS}
    WHERE s.state IN ('imported', 'unresolved') AND s.action = 'A'
      AND s.is_live AND (%(all)s OR s.state = 'unresolved' AND s.missing && %(ids)s::varchar[])
), changed AS (
    UPDATE aces_rows r
    SET state = CASE WHEN cardinality(found.missing) = 0 THEN 'imported' ELSE 'unresolved' END,
        reason_code = CASE WHEN cardinality(found.missing) = 0 THEN '' ELSE 'unknown_id' END,
        reason = CASE WHEN cardinality(found.missing) = 0 THEN ''
                 ELSE {UNRESOLVED_REASON.replace("missing", "found.missing")} END,
        missing = CASE WHEN cardinality(found.missing) = 0 THEN NULL ELSE found.missing END
    FROM found
    WHERE r.id = found.id
      AND r.missing::text[] IS DISTINCT FROM
          CASE WHEN cardinality(found.missing) = 0 THEN NULL ELSE found.missing END
    RETURNING r.upload_id, r.part_key, r.state
)
SELECT upload_id, part_key, state, count(*) FROM changed GROUP BY upload_id, part_key, state
"""

QUARANTINE_CLEAR = "DELETE FROM aces_missing"
QUARANTINE_FILL = """
INSERT INTO aces_missing (kind, code, row_count, frees, hint, example)
SELECT split_part(one.ref, ':', 1), split_part(one.ref, ':', 2)::bigint, count(*),
       count(*) FILTER (WHERE cardinality(r.missing) = 1),
       coalesce(left(max(r.hints ->> split_part(one.ref, ':', 1)), 200), ''), min(r.part)
FROM aces_rows r
JOIN aces_uploads u ON u.id = r.upload_id AND u.state IN ('applied', 'asking')
CROSS JOIN LATERAL unnest(r.missing) AS one(ref)
WHERE r.state = 'unresolved' AND r.is_live
GROUP BY 1, 2
"""
