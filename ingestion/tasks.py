"""Celery tasks: ids in, one service each."""

from __future__ import annotations

import uuid

from celery import shared_task

from ingestion import services
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound

_ACTOR = Actor.system("intake")


@shared_task(name="ingestion.process_job", queue="ingestion", ignore_result=True)
def process_job_task(job_id: str) -> None:
    """Read a job's photos; idempotent, ends quietly when there is nothing to do."""
    services.job_run(job_id=uuid.UUID(job_id))


@shared_task(name="ingestion.process_asset", queue="storage", ignore_result=True)
def process_asset_task(asset_id: str) -> None:
    """Make a photo's variants; idempotent, ends quietly when the photo is gone."""
    try:
        services.asset_process(asset_id=uuid.UUID(asset_id), actor=_ACTOR)
    except NotFound:
        return


@shared_task(name="ingestion.sheet_run", queue="default", ignore_result=True)
def sheet_run_task(run_id: str) -> None:
    """Do what is left of a car's sheet; idempotent, ends quietly when there is nothing to do."""
    services.sheet_run(run_id=uuid.UUID(run_id))


@shared_task(name="ingestion.describe", queue="ingestion", ignore_result=True)
def describe_task(listing_id: str) -> None:
    """Propose a description; a second one replaces the first."""
    services.description_propose(listing_id=uuid.UUID(listing_id), actor=_ACTOR)


@shared_task(name="ingestion.sweep", queue="default", ignore_result=True)
def sweep_task() -> None:
    """Wake workers for what is due; every few seconds by beat."""
    services.intake_sweep()
    services.sheets_sweep()
    services.rows_resume()


@shared_task(name="ingestion.cleanup_orphans", queue="storage", ignore_result=True)
def cleanup_orphans_task() -> None:
    """Remove photos that nobody uses; daily by beat."""
    services.orphans_clean()
