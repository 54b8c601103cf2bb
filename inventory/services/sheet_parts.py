"""A row of a car's sheet becomes a part of the car, or meets the one that it is already."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction

from fitment.errors import FitmentExists
from inventory import events
from inventory.enums import DonorState, Side
from inventory.models import DonorCar, DonorPart, Teardown
from inventory.services.donors import donor_locked
from inventory.services.places import place_set
from inventory.services.teardown import part_fit, sku_of_part
from listings.models import Listing
from listings.services import listing_create, listing_search_write
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.events import emit

_KEY_MAX = 160


def sheet_car_open(*, donor_id: uuid.UUID) -> DonorCar:
    """Return the car, locked until the transaction ends. Raises NotFound, Conflict (crushed)."""
    car = donor_locked(donor_id)
    if car.state == DonorState.CRUSHED:
        raise Conflict("This car was crushed. Change its state first.")
    return car


def sheet_parts_known(
    *, donor_id: uuid.UUID, keys: Sequence[str]
) -> tuple[dict[str, DonorPart], dict[tuple[str, str], DonorPart]]:
    """Return the car's live parts by what a sheet knows them by, and the ticked ones by type, side."""
    parts = DonorPart.objects.filter(donor_id=donor_id).select_related("listing")
    given = {part.given_key: part for part in parts.filter(given_key__in=keys)}
    ticked = {
        (part.part_type.casefold(), part.side): part
        for part in parts.filter(given_key="", listing__deleted_at__isnull=True)
    }
    return given, ticked


def sheet_part_claim(*, part: DonorPart, given_key: str) -> None:
    """Let a sheet find a ticked part again by its own key; within the caller's transaction."""
    part.given_key = given_key[:_KEY_MAX]
    part.save(update_fields=["given_key", "updated_at"])


def sheet_part_make(
    *,
    car: DonorCar,
    run_id: uuid.UUID,
    given_key: str,
    part_type: str,
    side: str,
    data: Mapping[str, object],
    quantity: int,
    bin_code: str,
    actor: Actor,
    verifier: Actor,
) -> tuple[Listing, bool]:
    """Make the draft of a row with its stock, bin and the car's own vehicle; says if that is known.

    Call with the car locked (`sheet_car_open`), in a savepoint: all of it or nothing. `verifier` is
    the person who says that the parts are off this car. A part of this key whose listing was
    deleted stays deleted; a new one is made. Raises InvalidInput, SkuTaken.
    """
    with transaction.atomic():
        _let_go(car, given_key)
        values = dict(data)
        values.setdefault("custom_label_sku", sku_of_part(car))
        if car.team_id is not None:
            values["team"] = car.team_id
        listing = listing_create(
            data=values,
            actor=actor,
            initial_quantity=quantity,
            person_fields=[],
            note=f"From a sheet of car {car.stock_number}.",
        )
        DonorPart.objects.create(
            donor=car,
            listing=listing,
            teardown=_teardown(car, run_id, actor),
            part_type=part_type[:80],
            side=side if side in Side.values else Side.NONE,
            given_key=given_key[:_KEY_MAX],
        )
        listing_search_write(listing_id=listing.pk, donor_id=car.pk)
        if bin_code:
            place_set(listing_id=listing.pk, bin_code=bin_code, actor=actor)
        fitted = part_fit(car, listing, part_type, actor=verifier)
        car.save(update_fields=["parts_numbered", "updated_at"])
    return listing, fitted


def sheet_part_adopt(
    *,
    car: DonorCar,
    listing: Listing,
    run_id: uuid.UUID,
    given_key: str,
    part_type: str,
    side: str,
    actor: Actor,
    verifier: Actor,
) -> bool:
    """Note that a part that is here came off this car; says whether its vehicle was attached.

    Call with the car locked, in a savepoint. A vehicle that it has already stays as it is.
    """
    DonorPart.objects.create(
        donor=car,
        listing=listing,
        teardown=_teardown(car, run_id, actor),
        part_type=part_type[:80],
        side=side if side in Side.values else Side.NONE,
        given_key=given_key[:_KEY_MAX],
    )
    listing_search_write(listing_id=listing.pk, donor_id=car.pk)
    try:
        with transaction.atomic():
            return part_fit(car, listing, part_type, actor=verifier)
    except FitmentExists:
        return True


def sheet_car_done(*, donor_id: uuid.UUID, created: int, actor: Actor) -> None:
    """Note that a sheet made drafts of the car, which is being taken apart from now on."""
    if not created:
        return
    with transaction.atomic():
        car = donor_locked(donor_id)
        if car.state == DonorState.ARRIVED:
            car.state = DonorState.DISMANTLING
            car.save(update_fields=["state", "updated_at"])
        emit(
            events.DonorTornDown(entity_id=car.pk, stock_number=car.stock_number, created=created),
            actor=actor,
        )


def _let_go(car: DonorCar, given_key: str) -> None:
    """The key of a part that was deleted since is free for the next one."""
    old = DonorPart.objects.filter(
        donor=car, given_key=given_key[:_KEY_MAX], listing__deleted_at__isnull=False
    ).first()
    if old is not None:
        old.given_key = f"{given_key[: _KEY_MAX - 40]}~{old.pk}"
        old.save(update_fields=["given_key", "updated_at"])


def _teardown(car: DonorCar, run_id: uuid.UUID, actor: Actor) -> Teardown:
    found, _ = Teardown.objects.get_or_create(
        donor=car,
        idempotency_key=f"sheet:{run_id}",
        defaults={"run_id": run_id, "created_by": actor.user_id},
    )
    return found
