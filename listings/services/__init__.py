"""Every write to the catalog."""

from __future__ import annotations

from listings.services.bulk import BulkResult, bulk_preview, bulk_undo, listing_bulk
from listings.services.bulk_edits import Append, BulkEdit, Replace
from listings.services.create import listing_create
from listings.services.drafts import (
    draft_drop,
    draft_forget,
    draft_save,
    draft_take,
    listing_create_from_form,
)
from listings.services.import_files import (
    import_columns,
    import_files_purge,
    import_preset_delete,
    import_preset_save,
    import_refused,
    mapping_of,
)
from listings.services.import_undo import import_undo, import_undo_run
from listings.services.importing import import_run
from listings.services.imports import (
    import_apply,
    import_recheck,
    import_start,
    imports_sweep,
)
from listings.services.life import (
    listing_delete,
    listing_health,
    listing_restore,
    listing_transition,
)
from listings.services.merging import MergePreview, listings_merge, merge_preview, merge_undo
from listings.services.preferences import catalog_preference_set
from listings.services.proposals import proposal_drop, proposal_take
from listings.services.revisions import listing_revision_restore
from listings.services.search_index import listing_photos_refresh, listing_search_write
from listings.services.search_upkeep import search_fold, search_recount
from listings.services.stock import listing_stock_copy_set
from listings.services.update import listing_update, listing_update_merged

__all__ = [
    "Append",
    "BulkEdit",
    "BulkResult",
    "MergePreview",
    "Replace",
    "bulk_preview",
    "bulk_undo",
    "catalog_preference_set",
    "draft_drop",
    "draft_forget",
    "draft_save",
    "draft_take",
    "import_apply",
    "import_columns",
    "import_files_purge",
    "import_preset_delete",
    "import_preset_save",
    "import_recheck",
    "import_refused",
    "import_run",
    "import_start",
    "import_undo",
    "import_undo_run",
    "imports_sweep",
    "listing_bulk",
    "listing_create",
    "listing_create_from_form",
    "listing_delete",
    "listing_health",
    "listing_photos_refresh",
    "listing_restore",
    "listing_revision_restore",
    "listing_search_write",
    "listing_stock_copy_set",
    "listing_transition",
    "listing_update",
    "listing_update_merged",
    "listings_merge",
    "mapping_of",
    "merge_preview",
    "merge_undo",
    "proposal_drop",
    "proposal_take",
    "search_fold",
    "search_recount",
]
