"""Background work of the catalog. Those of price rules: `listings.pricing.tasks`."""

from __future__ import annotations

import uuid

from celery import shared_task

from listings import services


@shared_task(name="listings.import_run", queue="default", ignore_result=True, time_limit=3600)
def import_run_task(run_id: str) -> None:
    """Work through an import's rows; takes up what is left after a kill."""
    services.import_run(run_id=uuid.UUID(run_id))


@shared_task(name="listings.import_undo", queue="default", ignore_result=True, time_limit=3600)
def import_undo_task(run_id: str) -> None:
    """Put back what an import changed; takes up what is left after a kill."""
    services.import_undo_run(run_id=uuid.UUID(run_id))


@shared_task(name="listings.import_files_purge", queue="default", ignore_result=True)
def import_files_purge_task() -> int:
    """Delete files of imports that ended long ago."""
    return services.import_files_purge()


@shared_task(name="listings.imports_sweep", queue="default", ignore_result=True)
def imports_sweep_task() -> int:
    """Wake imports whose wake was lost or whose worker was killed."""
    return services.imports_sweep()


@shared_task(name="listings.search_fold", queue="default", ignore_result=True)
def search_fold_task() -> int:
    """Make the kept counts of facets small again and learn the words of new parts."""
    return services.search_fold()


@shared_task(name="listings.search_recount", queue="default", ignore_result=True, time_limit=1800)
def search_recount_task() -> None:
    """Count the facets and gather the words anew, so that no fault of the past stays."""
    services.search_recount()
