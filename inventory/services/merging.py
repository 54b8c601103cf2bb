"""Two listings become one: their stock, place and car."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from inventory.locks import ledgers_locked
from inventory.models import DonorPart, InventoryLedger, InventoryPlace
from inventory.services.adjusting import stock_adjust
from inventory.services.places import place_set
from listings.models import Listing
from listings.services import listing_search_write
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.registry import MergeParticipant, MergePlan


def merge_plan(kept_id: uuid.UUID, gone_id: uuid.UUID) -> MergePlan:
    """What moves of stock, bin and car; held or owed pieces and two cars are reasons not to."""
    gone = Listing.all_objects.get(pk=gone_id).custom_label_sku
    ledger = InventoryLedger.objects.filter(listing_id=gone_id).first()
    moves, refusals = [], []
    if ledger is not None:
        if ledger.quantity_reserved:
            count = _pieces(ledger.quantity_reserved)
            refusals.append(f"Held for orders: {count} of {gone}. Ship or release them first.")
        if ledger.quantity_short:
            refusals.append(
                f"Sold and not there: {_pieces(ledger.quantity_short)} of {gone}. Settle that first."
            )
        if ledger.quantity_total:
            moves.append(f"Its stock is added: {_pieces(ledger.quantity_total)}.")
    cars = dict(
        DonorPart.objects.filter(listing_id__in=(kept_id, gone_id)).values_list(
            "listing_id", "donor__stock_number"
        )
    )
    if len(cars) > 1:
        refusals.append(
            f"Both are parts of cars ({cars[kept_id]}, {cars[gone_id]}), whose earnings are"
            " counted apart."
        )
    elif gone_id in cars:
        moves.append(f"It counts as a part of the car {cars[gone_id]}.")
    places = _places(kept_id, gone_id)
    if gone_id in places and kept_id not in places:
        moves.append(f"It lies in {places[gone_id]}.")
    elif gone_id in places and places[gone_id] != places[kept_id]:
        moves.append(
            f"Put them together: {places[kept_id]} is kept, the other lies in {places[gone_id]}."
        )
    return MergePlan(moves=tuple(moves), refusals=tuple(refusals))


def merge_move(kept_id: uuid.UUID, gone_id: uuid.UUID, actor: Actor) -> dict[str, Any]:
    """Move all stock by two ledger events, the bin where the kept one has none, the car."""
    with transaction.atomic():
        ledgers = ledgers_locked((kept_id, gone_id))
        quantity = ledgers[gone_id].quantity_total
        places = _places(kept_id, gone_id)
        _stock_move(gone_id, kept_id, quantity, actor)
        bin_code = places.get(gone_id, "")
        if bin_code:
            place_set(listing_id=gone_id, bin_code="", actor=actor)
        took_place = bool(bin_code) and kept_id not in places
        if took_place:
            place_set(listing_id=kept_id, bin_code=bin_code, actor=actor)
        car = _car_move(gone_id, kept_id)
    return {"quantity": quantity, "bin": bin_code, "took_place": took_place, "car": car}


def merge_take_back(
    kept_id: uuid.UUID, gone_id: uuid.UUID, record: Mapping[str, Any], actor: Actor
) -> None:
    """Give the pieces back; raises `Conflict` where fewer are free now."""
    with transaction.atomic():
        ledgers = ledgers_locked((kept_id, gone_id))
        quantity = int(record["quantity"])
        if ledgers[kept_id].free < quantity:
            message = (
                f"{quantity} came with the merge and only {ledgers[kept_id].free} are free now."
            )
            raise Conflict(message)
        _stock_move(kept_id, gone_id, quantity, actor)
        places = _places(kept_id, gone_id)
        bin_code = str(record["bin"])
        if record["took_place"] and places.get(kept_id) == bin_code:
            place_set(listing_id=kept_id, bin_code="", actor=actor)
        if bin_code and gone_id not in places:
            place_set(listing_id=gone_id, bin_code=bin_code, actor=actor)
        if record["car"]:
            _car_move(kept_id, gone_id)


def _stock_move(source: uuid.UUID, target: uuid.UUID, quantity: int, actor: Actor) -> None:
    if not quantity:
        return
    skus = dict(
        Listing.all_objects.filter(pk__in=(source, target)).values_list("pk", "custom_label_sku")
    )
    stock_adjust(
        listing_id=source, change=-quantity, actor=actor, reason=f"Merged into {skus[target]}"
    )
    stock_adjust(
        listing_id=target, change=quantity, actor=actor, reason=f"Merged from {skus[source]}"
    )


def _car_move(source: uuid.UUID, target: uuid.UUID) -> str:
    part = DonorPart.objects.select_for_update(of=("self",)).filter(listing_id=source).first()
    if part is None:
        return ""
    part.listing_id = target
    part.save(update_fields=["listing", "updated_at"])
    listing_search_write(listing_id=source, donor_id=None)
    listing_search_write(listing_id=target, donor_id=part.donor_id)
    return str(part.pk)


def _places(*listing_ids: uuid.UUID) -> dict[uuid.UUID, str]:
    rows = InventoryPlace.objects.filter(listing_id__in=listing_ids)
    return dict(rows.values_list("listing_id", "bin_code"))


def _pieces(count: int) -> str:
    return "1 piece" if count == 1 else f"{count} pieces"


PARTICIPANT = MergeParticipant(plan=merge_plan, move=merge_move, take_back=merge_take_back)
