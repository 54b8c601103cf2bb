"""Rows to the database: COPY into a temporary table, then one statement that also resolves them."""
# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection

from fitment.aces.resolving import (
    JOINS,
    MISSING,
    MODEL_NAMES,
    MODEL_NAMES_ANALYZE,
    MODEL_NAMES_INDEX,
    UNRESOLVED_REASON,
)
from fitment.aces.rows import COLUMNS

# Any fixed number: imports and changes of the table of ids go one after the other.
_LOCK = 4_120_319
CHUNK = 20_000

_INCOMING = """
CREATE TEMP TABLE aces_incoming (
    position int, app_id bigint, action text, form text, base_vehicle int, year_from smallint,
    year_to smallint, make_code int, model_code int, submodel_code int, engine_code int,
    attributes jsonb, part text, part_key text, supplier text, part_type_code int,
    position_code int, quantity int, details jsonb, hints jsonb, fingerprint uuid, state text,
    reason_code text, reason text, maybe_again boolean
) ON COMMIT DROP
"""

# An id used before: the same application again is known, another one is rejected.
_AGAIN = """
UPDATE aces_incoming s
SET state = CASE WHEN first.fingerprint = s.fingerprint AND first.action = s.action
                 THEN 'duplicate' ELSE 'rejected' END,
    reason_code = 'repeated_id',
    reason = 'App ' || s.app_id || ': its id was used before, by row ' || first.position || '.'
FROM (
    SELECT DISTINCT ON (app_id) app_id, position, fingerprint, action FROM (
        SELECT r.app_id, r.position, r.fingerprint, r.action
        FROM aces_rows r
        WHERE r.upload_id = %(upload)s
          AND r.app_id IN (SELECT app_id FROM aces_incoming WHERE maybe_again)
        UNION ALL
        SELECT i.app_id, i.position, i.fingerprint, i.action FROM aces_incoming i
        WHERE i.app_id IN (SELECT app_id FROM aces_incoming WHERE maybe_again)
    ) uses ORDER BY app_id, position
) first
WHERE s.maybe_again AND s.state = 'imported' AND first.app_id = s.app_id
  AND first.position < s.position
"""

# The same application under another id, in this chunk, this file or an applied file before it.
_KNOWN = """
UPDATE aces_incoming s
SET state = 'duplicate', reason_code = 'known',
    reason = 'App ' || s.app_id || ': the same application is known already.'
FROM (
    SELECT i.position FROM aces_incoming i
    WHERE i.state = 'imported' AND i.action = 'A' AND EXISTS (
        SELECT 1 FROM aces_rows r JOIN aces_uploads u ON u.id = r.upload_id
        WHERE r.fingerprint = i.fingerprint AND r.is_live
          AND (u.id = %(upload)s OR u.applied_at IS NOT NULL))
    UNION
    SELECT position FROM (
        SELECT position, row_number() OVER (PARTITION BY fingerprint ORDER BY position) AS nth
        FROM aces_incoming WHERE state = 'imported' AND action = 'A'
    ) numbered WHERE nth > 1
) known
WHERE s.position = known.position
"""
# What a chunk looks for among all rows; without it the planner reads them all for each chunk.
_ROWS_ANALYZE = "ANALYZE aces_rows (fingerprint, app_id, upload_id, is_live)"

_PLAIN = tuple(
    name for name in COLUMNS if name not in {"state", "reason_code", "reason", "maybe_again"}
)

_INSERT = f"""
WITH stored AS (
INSERT INTO aces_rows
    (upload_id, {", ".join(_PLAIN)}, state, reason_code, reason, missing, is_live)
SELECT %(upload)s, {", ".join(_PLAIN)},
    CASE WHEN waits THEN 'unresolved' ELSE state END,
    CASE WHEN waits THEN 'unknown_id' ELSE reason_code END,
    CASE WHEN waits THEN {UNRESOLVED_REASON} ELSE reason END,
    CASE WHEN waits THEN missing END,
    state = 'imported' AND action = 'A'
FROM (
    SELECT *, state = 'imported' AND action = 'A' AND cardinality(missing) > 0 AS waits
    FROM (SELECT s.*, {MISSING} AS missing FROM aces_incoming s {JOINS}) resolved
) judged
RETURNING state
)
SELECT state, count(*) FROM stored GROUP BY state
"""
# What the statements below join and filter by; the rest would be measured for nothing.
_ANALYZE = """
ANALYZE aces_incoming (position, app_id, action, form, fingerprint, state, maybe_again,
    base_vehicle, make_code, model_code, submodel_code, engine_code)
"""


def imports_lock() -> None:
    """Wait for other imports; held until the transaction ends, whatever the pooler does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def rows_measure(*, staged: int, chunk: int) -> None:
    """Measure the stored rows anew each time that a file's have doubled; within its transaction."""
    chunks = staged // chunk
    if staged % chunk == 0 and chunks & (chunks - 1) == 0:
        with connection.cursor() as cursor:
            cursor.execute(_ROWS_ANALYZE)


def names_table() -> None:
    """Make the table of model names that `JOINS` reads, for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS aces_model_names")
        cursor.execute(MODEL_NAMES)
        cursor.execute(MODEL_NAMES_INDEX)
        cursor.execute(MODEL_NAMES_ANALYZE)


def rows_copy(cursor: Any, lines: Sequence[str]) -> None:
    """COPY lines of `rows.copy_line` into a new temporary table."""
    cursor.execute("DROP TABLE IF EXISTS aces_incoming")
    cursor.execute(_INCOMING)
    with cursor.copy(f"COPY aces_incoming ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        copy.write("".join(lines))


def chunk_store(upload_id: uuid.UUID, lines: Sequence[str]) -> dict[str, int]:
    """Store a chunk of rows with their verdicts; called in the transaction that notes how far.

    Returns the number of rows by verdict.
    """
    names_table()
    with connection.cursor() as cursor:
        rows_copy(cursor, lines)
        cursor.execute(_ANALYZE)
        cursor.execute(_AGAIN, {"upload": upload_id})
        cursor.execute(_KNOWN, {"upload": upload_id})
        cursor.execute(_INSERT, {"upload": upload_id})
        return {str(state): int(number) for state, number in cursor.fetchall()}
