"""Locked reads of the ledger. Order across apps: docs/locks.md."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from inventory.models import InventoryLedger, InventoryReservation
from listings.models import Listing
from realtrack.core.errors import NotFound


def ledgers_locked(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, InventoryLedger]:
    """Ledgers by listing, locked until the transaction ends; a listing without one gets it.

    The listing rows are locked first, in the order of their keys: an edit that changes a
    quantity holds its listing when it comes to the ledger, so that the other way round would
    deadlock. Trashed listings have their ledger too: a late order still sells. Raises NotFound.
    """
    wanted = sorted(set(listing_ids))
    found = list(
        Listing.all_objects.filter(pk__in=wanted)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .values_list("pk", flat=True)
    )
    if len(found) != len(wanted):
        raise NotFound("This part does not exist.")
    ledgers = {row.listing_id: row for row in _ledger_rows(wanted)}
    missing = [pk for pk in wanted if pk not in ledgers]
    if missing:
        # The listing's lock keeps a second maker out.
        InventoryLedger.objects.bulk_create(InventoryLedger(listing_id=pk) for pk in missing)
        ledgers.update({row.listing_id: row for row in _ledger_rows(missing)})
    return ledgers


def _ledger_rows(listing_ids: Sequence[uuid.UUID]) -> list[InventoryLedger]:
    return list(
        InventoryLedger.objects.filter(listing_id__in=listing_ids)
        .order_by("listing_id")
        .select_for_update(of=("self",))
    )


def ledger_locked(listing_id: uuid.UUID) -> InventoryLedger:
    """One ledger, locked; see `ledgers_locked`."""
    return ledgers_locked([listing_id])[listing_id]


def reservation_locked(key: str) -> InventoryReservation | None:
    """The hold of that key, locked; only after its ledger."""
    return InventoryReservation.objects.filter(key=key).select_for_update(of=("self",)).first()
