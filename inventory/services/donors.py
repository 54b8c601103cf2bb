"""A car comes in, is described, and its parts come off."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from fitment.vehicle_lookup import lookup_current
from fitment.vin import VinReading, vin_clean, vin_read
from inventory import events
from inventory.enums import DonorState, StockEventType, TitleStatus
from inventory.models import MAX_MILEAGE, DonorCar, DonorPart
from inventory.services.adjusting import stock_adjust
from inventory.services.places import place_set
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.events import emit

_STOCK_NUMBER = "D-{:05d}"
_FIRST_YEAR = 1900
_MAX_COST = Decimal("1000000")
_TEXTS = {
    "trim": 80, "body": 80, "drive": 80, "engine_words": 120, "transmission": 80,
    "exterior_colour": 60, "paint_code": 20, "interior_code": 20, "place": 60, "notes": 5000,
}  # fmt: skip
_COSTS = ("cost", "tow_cost", "other_cost")


def vin_check(vin: str, *, confirmed: bool) -> VinReading:
    """Read a VIN; raises InvalidInput where it cannot be one, or, unless confirmed, may be wrong.

    A wrong check digit of a North American car is nearly always a slip of the finger; the digit
    that would be right is named.
    """
    reading = vin_read(vin, lookup_current())
    shape_is_wrong = reading.check_digit_ok is None and not reading.valid
    if shape_is_wrong or (not reading.valid and not confirmed):
        message = reading.problem or "The check digit of this VIN is wrong."
        if reading.suggested and reading.suggested != reading.vin:
            message += f" Did you mean {reading.suggested}?"
        if not shape_is_wrong:
            message += " Confirm it if the plate really says so."
        raise InvalidInput(fields={"vin": message})
    return reading


def donor_create(
    *,
    data: Mapping[str, Any],
    confirm_vin: bool = False,
    year_is_known: bool = True,
    actor: Actor,
) -> DonorCar:
    """Take a car in; what its VIN says fills what was not typed. Atomic.

    `data` by column: vin, year, make_id, model_id, engine_id, mileage (miles), cost, tow_cost,
    other_cost (money), title_status, team_id and the texts. A car needs a VIN, or a model and a
    year; with `year_is_known` off a model will do, and then nothing is ever fitted by it. Raises InvalidInput by field: a wrong check digit (unless `confirm_vin`), a VIN that is
    here already, a sum below zero.
    """
    vin = vin_clean(str(data.get("vin") or ""))
    reading = vin_check(vin, confirmed=confirm_vin) if vin else None
    values = _of_reading(reading) | _checked(data)
    if not vin and not (values.get("model_id") and (values.get("year") or not year_is_known)):
        raise InvalidInput(fields={"vin": "Type the VIN, or choose make, model and year."})
    values |= {"vin": vin, "vin_confirmed": bool(reading and not reading.valid)}
    with transaction.atomic():
        car = DonorCar(**values, stock_number=_next_number(), created_by=actor.user_id)
        _save(car)
        emit(
            events.DonorArrived(
                entity_id=car.pk, stock_number=car.stock_number, metadata={"car": car.name}
            ),
            actor=actor,
        )
    return car


def donor_update(
    *, donor_id: uuid.UUID, data: Mapping[str, Any], version: int, actor: Actor
) -> DonorCar:
    """Change what is known of a car; raises InvalidInput, NotFound, Conflict (changed meanwhile)."""
    values = _checked(data)
    with transaction.atomic():
        car = donor_locked(donor_id)
        if car.version != version:
            raise Conflict("Somebody changed this car meanwhile. Look at it and save again.")
        changes: dict[str, Any] = {}
        for name, value in values.items():
            before = getattr(car, name)
            if before != value:
                changes[name] = [before, value]
                setattr(car, name, value)
        if not changes:
            return car
        car.version += 1
        _save(car)
        emit(
            events.DonorChanged(entity_id=car.pk, stock_number=car.stock_number, changes=changes),
            actor=actor,
        )
    return car


def donor_locked(donor_id: uuid.UUID) -> DonorCar:
    """Return the car, locked until the transaction ends; raises NotFound."""
    car = DonorCar.objects.select_for_update(of=("self",)).filter(pk=donor_id).first()
    if car is None:
        raise NotFound("This car does not exist.")
    return car


def donor_part_pull(
    *, listing_id: uuid.UUID, pulled: bool = True, bin_code: str = "", actor: Actor
) -> DonorPart:
    """Note that the part came off (or, with `pulled=False`, that it did not), and its bin.

    Raises NotFound, InvalidInput (bin), Conflict (scrapped).
    """
    with transaction.atomic():
        part = _part_locked(listing_id)
        if part.scrapped_at is not None:
            raise Conflict("This part was scrapped.")
        if pulled != (part.pulled_at is not None):
            part.pulled_at = timezone.now() if pulled else None
            part.pulled_by = actor.user_id if pulled else None
            part.save(update_fields=["pulled_at", "pulled_by", "updated_at"])
            emit(
                events.DonorPartPulled(
                    entity_id=part.donor_id,
                    stock_number=part.donor.stock_number,
                    listing_id=str(listing_id),
                    pulled=pulled,
                ),
                actor=actor,
            )
        if bin_code:
            place_set(listing_id=listing_id, bin_code=bin_code, actor=actor)
    return part


def donor_part_scrap(*, listing_id: uuid.UUID, reason: str, actor: Actor) -> DonorPart:
    """Give a part up: what is free of it is written off, so that it ends wherever it is listed.

    Once; the second time changes nothing. Raises InvalidInput (no reason), NotFound, Conflict
    (pieces are held for a buyer).
    """
    reason = reason.strip()
    if not reason:
        raise InvalidInput(fields={"reason": "Say why, such as broken or not worth pulling."})
    with transaction.atomic():
        part = _part_locked(listing_id)
        if part.scrapped_at is not None:
            return part
        ledger = getattr(part.listing, "ledger", None)
        if ledger is not None and ledger.quantity_reserved:
            raise Conflict("A piece of this part is held for a buyer. Cancel that order first.")
        if ledger is not None and ledger.free > 0:
            stock_adjust(
                listing_id=listing_id,
                change=-ledger.free,
                reason=f"Scrapped: {reason}"[:500],
                idempotency_key=f"scrap:{part.pk}",
                event_type=StockEventType.WRITE_OFF,
                actor=actor,
            )
        part.scrapped_at = timezone.now()
        part.scrap_reason = reason[:200]
        part.save(update_fields=["scrapped_at", "scrap_reason", "updated_at"])
        emit(
            events.DonorPartScrapped(
                entity_id=part.donor_id,
                stock_number=part.donor.stock_number,
                listing_id=str(listing_id),
                reason=reason[:200],
            ),
            actor=actor,
        )
    return part


def _part_locked(listing_id: uuid.UUID) -> DonorPart:
    """Return the part of a car, locked after its listing, as everywhere."""
    locked = Listing.objects.filter(pk=listing_id).select_for_update(of=("self",), no_key=True)
    part = (
        DonorPart.objects.select_for_update(of=("self",))
        .select_related("donor", "listing__ledger")
        .filter(listing_id=listing_id)
        .first()
        if locked.exists()
        else None
    )
    if part is None:
        raise NotFound("This part belongs to no car.")
    return part


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('donor_stock_seq')")
        row = cursor.fetchone()
    if row is None:  # nextval always answers one row
        message = "the sequence of stock numbers gave none"
        raise RuntimeError(message)
    return _STOCK_NUMBER.format(int(row[0]))


def _of_reading(reading: VinReading | None) -> dict[str, Any]:
    """Return what the VIN says, by column; what it does not say stays out."""
    if reading is None:
        return {}
    found = {
        "year": reading.year,
        "make_id": reading.make_ref.id if reading.make_ref else None,
        "model_id": reading.model_ref.id if reading.model_ref else None,
        "engine_id": reading.engine_ref.id if reading.engine_ref else None,
        "trim": reading.trim[:80],
        "body": reading.body[:80],
        "drive": reading.drive[:80],
        "engine_words": reading.engine[:120],
        "transmission": reading.transmission[:80],
    }
    return {name: value for name, value in found.items() if value}


def _checked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the given values, checked; raises InvalidInput with every fault by field."""
    faults: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, most in _TEXTS.items():
        if data.get(name) is not None:
            values[name] = str(data[name]) if name == "notes" else " ".join(str(data[name]).split())
            if len(values[name]) > most:
                faults[name] = f"At most {most} characters; this has {len(values[name])}."
    latest = timezone.now().year + 2
    ranges: dict[str, tuple[Any, Any]] = {
        **dict.fromkeys(_COSTS, (0, _MAX_COST)),
        "mileage": (0, MAX_MILEAGE),
        "year": (_FIRST_YEAR, latest),
    }
    for name, (least, most_of_all) in ranges.items():
        if data.get(name) is not None:
            values[name] = data[name]
            if not least <= data[name] <= most_of_all:
                faults[name] = f"Between {least} and {most_of_all}."
    for name, choices in (("title_status", TitleStatus), ("state", DonorState)):
        if data.get(name):
            values[name] = data[name]
            if data[name] not in choices.values:
                faults[name] = "One of: " + ", ".join(choices.values) + "."
    values |= {name: data[name] for name in ("make_id", "model_id", "engine_id") if data.get(name)}
    if "team_id" in data:
        values["team_id"] = data["team_id"]
    if faults:
        raise InvalidInput(fields=faults)
    return values


def _save(car: DonorCar) -> None:
    if car.model is not None:
        car.make_id = car.model.make_id
    try:
        with transaction.atomic():
            car.save()
    except IntegrityError as error:
        if "donor_vin_once" not in str(error):
            raise
        other = DonorCar.objects.filter(vin=car.vin).first()
        name = other.stock_number if other else "another car"
        raise InvalidInput(fields={"vin": f"This VIN is {name} already."}) from error
