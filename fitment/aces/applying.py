"""A file's rows begin to count: deletions, replacement, then the listings' fitments."""
# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

from fitment.aces import fitting, staging
from fitment.aces.resolving import QUARANTINE_CLEAR, QUARANTINE_FILL
from fitment.enums import AcesAnswer, AcesUploadState
from fitment.events import AcesFileApplied
from realtrack.core import events as core_events
from realtrack.core import runs

if TYPE_CHECKING:
    from fitment.aces.importing import Work
    from fitment.models import AcesUpload

# A row that deletes takes away what stood before it: of applied files, and of its own above it.
_DELETE_MATCHING = """
WITH gone AS (
    UPDATE aces_rows r SET is_live = false, dropped_by_id = %(upload)s
    FROM aces_rows d, aces_uploads u
    WHERE d.upload_id = %(upload)s AND d.action = 'D' AND d.state = 'imported'
      AND r.fingerprint = d.fingerprint AND r.is_live AND u.id = r.upload_id
      AND (u.applied_at IS NOT NULL OR r.upload_id = d.upload_id AND r.position < d.position)
    RETURNING d.position
)
UPDATE aces_rows d SET
    state = CASE WHEN hit THEN 'imported' ELSE 'duplicate' END,
    reason_code = CASE WHEN hit THEN 'deleted' ELSE 'nothing_to_delete' END,
    reason = CASE WHEN hit THEN '' ELSE 'App ' || d.app_id || ': there is nothing to delete.' END
FROM (SELECT position, position IN (SELECT position FROM gone) AS hit
      FROM aces_rows WHERE upload_id = %(upload)s AND action = 'D' AND state = 'imported') seen
WHERE d.upload_id = %(upload)s AND d.position = seen.position
"""

# Deleted and added again in one file: the row that was known is needed after all.
_REVIVE = """
UPDATE aces_rows a SET state = 'imported', reason_code = '', reason = '', is_live = true
FROM aces_rows d
WHERE a.upload_id = %(upload)s AND a.action = 'A' AND a.state = 'duplicate'
  AND a.reason_code = 'known' AND d.upload_id = a.upload_id AND d.action = 'D'
  AND d.reason_code = 'deleted' AND d.fingerprint = a.fingerprint AND d.position < a.position
  AND NOT EXISTS (SELECT 1 FROM aces_rows r WHERE r.fingerprint = a.fingerprint AND r.is_live)
"""

_REPLACED = """
FROM aces_rows r, aces_uploads u
WHERE r.is_live AND r.upload_id <> %(upload)s AND u.id = r.upload_id AND u.applied_at IS NOT NULL
  AND r.supplier IN (
    SELECT DISTINCT supplier FROM aces_rows WHERE upload_id = %(upload)s AND supplier <> '')
  AND NOT EXISTS (
    SELECT 1 FROM aces_rows own WHERE own.upload_id = %(upload)s AND own.action = 'A'
      AND own.fingerprint = r.fingerprint AND own.state IN ('imported', 'unresolved', 'duplicate'))
"""
_REPLACE = f"""
UPDATE aces_rows gone SET is_live = false, dropped_by_id = %(upload)s
WHERE gone.id IN (SELECT r.id {_REPLACED})
"""

# The columns that what follows asks by; those of texts would be measured for nothing.
_MEASURE = """
ANALYZE aces_rows (upload_id, state, action, fingerprint, is_live, supplier, part_key,
    dropped_by_id)
"""

_DUE = """
WITH named AS MATERIALIZED (
    SELECT part_key FROM aces_rows WHERE upload_id = %(upload)s AND state <> 'duplicate'
    UNION
    SELECT part_key FROM aces_rows WHERE dropped_by_id = %(upload)s
)
INSERT INTO aces_due (part_key, created_at)
SELECT part_key, now() FROM named
WHERE part_key <> '' AND EXISTS (
    SELECT 1 FROM listings l WHERE l.mpn_normalised = named.part_key AND l.deleted_at IS NULL)
ON CONFLICT DO NOTHING
"""


def replaced_count(upload: AcesUpload) -> int:
    """Return how many earlier rows of the file's suppliers it does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_REPLACED}", {"upload": upload.pk})
        return int(cursor.fetchone()[0])


def quarantine_rebuild() -> None:
    """Count anew which ids rows wait for; inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE aces_missing IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(QUARANTINE_CLEAR)
        cursor.execute(QUARANTINE_FILL)


def upload_apply(work: Work) -> None:
    """Let the file's rows count, all at once; then fit the parts that they name."""
    from fitment.aces.importing import counts_write

    upload = work.upload
    asked = {"upload": upload.pk}
    with transaction.atomic():
        work.fence()
        staging.imports_lock()
        upload.applied_at = timezone.now()
        upload.state = AcesUploadState.APPLIED
        removed = 0
        with connection.cursor() as cursor:
            # A file may have made the table ten times as long; the plans below depend on that.
            cursor.execute(_MEASURE)
            if upload.rows.filter(action="D").exists():
                # Not yet applied, so that its own later rows are safe from its deletions.
                cursor.execute(_DELETE_MATCHING, asked)
                cursor.execute(_REVIVE, asked)
            if upload.answer == AcesAnswer.REPLACE:
                cursor.execute(_REPLACE, asked)
                removed = cursor.rowcount
            cursor.execute(_DUE, asked)
        counts = counts_write(work)
        counts["replaced"] = removed
        upload.counts = counts
        upload.save()
        quarantine_rebuild()
        core_events.emit(
            AcesFileApplied(entity_id=upload.pk, file=upload.name, counts=counts),
            actor=work.actor,
        )
    fit_and_finish(work)


def fit_and_finish(work: Work) -> None:
    """Fit what is due and end the run; taken up again after a kill."""
    fitted = fitting.due_drain()
    with transaction.atomic():
        work.fence()
        result: dict[str, object] = {
            **work.upload.counts,
            **work.notes,
            "applied": True,
            "listings": fitted.listings,
            "fitments_added": fitted.added,
            "fitments_removed": fitted.removed,
            "fitments_changed": fitted.changed,
        }
        runs.run_finish(run_id=work.run.pk, actor=work.actor, result=result)
