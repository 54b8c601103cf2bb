"""Two listings become one: their vehicles too."""

from __future__ import annotations

import uuid

from django.db import transaction

from fitment.locks import listing_fitments_locked
from fitment.models import PartFitment
from fitment.services.shared import listing_touched
from realtrack.core.actors import Actor


def fitments_merge(keep_id: uuid.UUID, gone_id: uuid.UUID, actor: Actor) -> None:
    """Move the vehicles of `gone_id` to `keep_id`; atomic, and part of the caller's transaction.

    Where both say the same vehicle, the verified row stays and the other goes. What either one
    rejected and nobody verified stays rejected.
    """
    del actor  # the merge itself is what the log tells of
    with transaction.atomic():
        rows: dict[uuid.UUID, list[PartFitment]] = {}
        # Both in the order of their keys, so that two merges never wait in a ring.
        for listing_id in sorted((keep_id, gone_id)):
            _, rows[listing_id] = listing_fitments_locked(listing_id)
        present = {_key(row): row for row in rows[keep_id]}
        for row in rows[gone_id]:
            other = present.get(_key(row))
            if other is None:
                row.listing_id = keep_id
                row.save(update_fields=["listing_id", "updated_at"])
            elif row.verified and not other.verified:
                other.delete()
                row.listing_id = keep_id
                row.save(update_fields=["listing_id", "updated_at"])
            else:
                row.delete()
        listing_touched(keep_id, is_content=True)
        listing_touched(gone_id, is_content=False)


def _key(row: PartFitment) -> tuple[object, ...]:
    return row.model_id, row.submodel_id, row.engine_id, row.year_start, row.year_end
