"""Background work of fitment."""

from __future__ import annotations

import uuid

import structlog
from celery import shared_task

from fitment.aces import fitting, importing, uploads
from fitment.checking import finding
from fitment.services import batch
from realtrack.core.errors import Conflict

logger = structlog.get_logger(__name__)


@shared_task(name="fitment.import_run", queue="default", ignore_result=True, time_limit=3600)
def import_run_task(run_id: str) -> None:
    """Work through a file; takes up what is left after a kill."""
    importing.import_run(run_id=uuid.UUID(run_id))


@shared_task(name="fitment.imports_sweep", queue="default", ignore_result=True)
def imports_sweep_task() -> int:
    """Wake files whose wake was lost or whose worker was killed."""
    return uploads.uploads_sweep()


@shared_task(name="fitment.aces_fit", queue="default", ignore_result=True, time_limit=3600)
def aces_fit_task() -> int:
    """Fit the listings whose part number's rows changed."""
    return fitting.due_drain().listings


@shared_task(name="fitment.detect_batch", queue="fitment", ignore_result=True, time_limit=3600)
def detect_batch_task(run_id: str) -> None:
    """Read the words of a run's parts; takes up what is left after a kill."""
    batch.detect_batch_run(run_id=uuid.UUID(run_id))


@shared_task(name="fitment.sweep", queue="fitment", ignore_result=True)
def sweep_task() -> int:
    """Wake batches whose wake was lost or whose worker was killed."""
    return batch.detect_batches_sweep()


@shared_task(name="fitment.check", queue="fitment", ignore_result=True, time_limit=3600)
def check_task() -> None:
    """Check all fitments; each night, and when a person asks."""
    try:
        finding.findings_refresh()
    except Conflict as error:
        logger.error("fitment_check_stopped", reason=error.message)
