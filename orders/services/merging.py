"""Two listings become one: an open order must not lose its part."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from orders.enums import OPEN
from orders.models import OrderItem
from realtrack.core.actors import Actor
from realtrack.core.registry import MergeParticipant, MergePlan


def merge_plan(kept_id: uuid.UUID, gone_id: uuid.UUID) -> MergePlan:
    """Refuse while orders wait for the one that goes; what was sold stays with what it was sold as."""
    del kept_id
    items = OrderItem.objects.filter(listing_id=gone_id).select_related("order", "listing")
    waiting = items.filter(order__status__in=OPEN).order_by("order__ordered_at")
    numbers = list(dict.fromkeys(item.order.external_order_id for item in waiting))
    if numbers:
        sku = waiting[0].listing.custom_label_sku if waiting[0].listing else ""
        more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
        what = "An order waits" if len(numbers) == 1 else f"{len(numbers)} orders wait"
        listed = ", ".join(numbers[:3])
        return MergePlan(refusals=(f"{what} for {sku}: {listed}{more}. Ship or cancel first.",))
    sold = items.count()
    words = "1 line of an order stays" if sold == 1 else f"{sold} lines of orders stay"
    return MergePlan(moves=(f"{words} with what was sold.",) if sold else ())


def merge_move(kept_id: uuid.UUID, gone_id: uuid.UUID, actor: Actor) -> dict[str, Any]:
    """Nothing moves: the lines say what was sold."""
    del kept_id, gone_id, actor
    return {}


def merge_take_back(
    kept_id: uuid.UUID, gone_id: uuid.UUID, record: Mapping[str, Any], actor: Actor
) -> None:
    """Nothing was moved."""
    del kept_id, gone_id, record, actor


PARTICIPANT = MergeParticipant(plan=merge_plan, move=merge_move, take_back=merge_take_back)
