"""Every write of the intake."""

from __future__ import annotations

from ingestion.services.assets import (
    asset_delete,
    asset_update,
    assets_attach,
    listing_photos_order,
)
from ingestion.services.editing import Crop, asset_edit
from ingestion.services.jobs import job_cancel, job_create, job_retry
from ingestion.services.learning import alias_undo
from ingestion.services.library import library_add, library_attach
from ingestion.services.merging import readings_follow_merge
from ingestion.services.mirroring import listing_photos_mirror, url_mirror
from ingestion.services.parts import job_regroup
from ingestion.services.processing import asset_process, variant_restore
from ingestion.services.review import result_approve, result_claim, result_reject
from ingestion.services.rows import (
    number_take,
    row_again,
    row_donor_set,
    row_mend,
    rows_resume,
)
from ingestion.services.running import job_run
from ingestion.services.sheet_guessing import (
    description_ask,
    description_propose,
    sheet_types_propose,
)
from ingestion.services.sheet_running import sheet_run, sheets_sweep
from ingestion.services.sheets import sheet_start
from ingestion.services.stocking import result_add_to_stock
from ingestion.services.sweeping import intake_sweep, orphans_clean
from ingestion.services.uploads import (
    UploadRequest,
    UploadTicket,
    asset_confirm,
    put_receive,
    upload_create,
)

__all__ = [
    "Crop",
    "UploadRequest",
    "UploadTicket",
    "alias_undo",
    "asset_confirm",
    "asset_delete",
    "asset_edit",
    "asset_process",
    "asset_update",
    "assets_attach",
    "description_ask",
    "description_propose",
    "intake_sweep",
    "job_cancel",
    "job_create",
    "job_regroup",
    "job_retry",
    "job_run",
    "library_add",
    "library_attach",
    "listing_photos_mirror",
    "listing_photos_order",
    "number_take",
    "orphans_clean",
    "put_receive",
    "readings_follow_merge",
    "result_add_to_stock",
    "result_approve",
    "result_claim",
    "result_reject",
    "row_again",
    "row_donor_set",
    "row_mend",
    "rows_resume",
    "sheet_run",
    "sheet_start",
    "sheet_types_propose",
    "sheets_sweep",
    "upload_create",
    "url_mirror",
    "variant_restore",
]
