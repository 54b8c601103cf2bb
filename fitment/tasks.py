"""Background work of fitment."""

from __future__ import annotations

import uuid

from celery import shared_task

from fitment.aces import fitting, importing, uploads


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
