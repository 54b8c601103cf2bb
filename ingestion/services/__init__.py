"""Every write of the intake."""

from __future__ import annotations

from ingestion.services.assets import (
    asset_delete,
    asset_update,
    assets_attach,
    listing_photos_order,
)
from ingestion.services.jobs import job_cancel, job_create, job_retry
from ingestion.services.processing import asset_process, variant_restore
from ingestion.services.review import result_approve, result_claim, result_reject
from ingestion.services.running import job_run
from ingestion.services.sweeping import intake_sweep, orphans_clean
from ingestion.services.uploads import (
    UploadRequest,
    UploadTicket,
    asset_confirm,
    put_receive,
    upload_create,
)

__all__ = [
    "UploadRequest",
    "UploadTicket",
    "asset_confirm",
    "asset_delete",
    "asset_process",
    "asset_update",
    "assets_attach",
    "intake_sweep",
    "job_cancel",
    "job_create",
    "job_retry",
    "job_run",
    "listing_photos_order",
    "orphans_clean",
    "put_receive",
    "result_approve",
    "result_claim",
    "result_reject",
    "upload_create",
    "variant_restore",
]
