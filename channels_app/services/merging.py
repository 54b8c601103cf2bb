"""Two listings become one: what is on a marketplace must not be there twice, nor be orphaned."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from channels_app.enums import Channel, SyncStatus
from channels_app.models import ChannelListing
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.registry import MergeParticipant, MergePlan


def merge_plan(kept_id: uuid.UUID, gone_id: uuid.UUID) -> MergePlan:
    """Refuse while the one that goes is live, on its way or planned; what ended stays with it."""
    places: dict[uuid.UUID, list[str]] = defaultdict(list)
    planned = ended = False
    rows = ChannelListing.objects.filter(listing_id__in=(kept_id, gone_id))
    for row in rows.select_related("connection").order_by("connection__channel", "pk"):
        name = (
            f"{Channel(row.connection.channel).label} ({row.connection.marketplace_account_name})"
        )
        if row.sync_status == SyncStatus.ENDED and not row.is_live:
            ended = ended or row.listing_id == gone_id
        elif row.is_idle:
            planned = planned or (row.listing_id == gone_id and row.publish_at is not None)
        else:
            places[row.listing_id].append(name)
    skus = dict(
        Listing.all_objects.filter(pk__in=(kept_id, gone_id)).values_list("pk", "custom_label_sku")
    )
    refusals = []
    if gone := list(dict.fromkeys(places[gone_id])):
        where = ", ".join(gone)
        if places[kept_id]:
            other = ", ".join(dict.fromkeys(places[kept_id]))
            refusals.append(
                f"Both are on a marketplace: {skus[kept_id]} on {other}, {skus[gone_id]} on {where}."
                " End one of the two first."
            )
        else:
            refusals.append(
                f"{skus[gone_id]} is on {where}. Keep that one instead, or end it first."
            )
    if planned:
        refusals.append(f"{skus[gone_id]} is planned to go live; take that back first.")
    moves: tuple[str, ...] = ()
    if ended and not gone:
        moves = (f"Late orders for ended listings of {skus[gone_id]} come to the part kept.",)
    return MergePlan(moves=moves, refusals=tuple(refusals))


def merge_move(kept_id: uuid.UUID, gone_id: uuid.UUID, actor: Actor) -> dict[str, Any]:
    """Nothing moves: ended rows say what was sold as which SKU, and orders follow the pointer."""
    del kept_id, gone_id, actor
    return {}


def merge_take_back(
    kept_id: uuid.UUID, gone_id: uuid.UUID, record: Mapping[str, Any], actor: Actor
) -> None:
    """Nothing was moved."""
    del kept_id, gone_id, record, actor


PARTICIPANT = MergeParticipant(plan=merge_plan, move=merge_move, take_back=merge_take_back)
