"""What was ticked on a tear-down becomes drafts, each with the car's vehicle, SKU and bin."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction

from fitment.enums import FitmentSource
from fitment.services import fitment_add, fitments_verify
from inventory import events
from inventory.enums import DonorState, Side
from inventory.models import (
    DonorCar,
    DonorPart,
    Teardown,
    TeardownTemplate,
    TeardownTemplateItem,
)
from inventory.services.donors import donor_locked
from inventory.services.places import bin_code_clean, place_set
from listings.fields import PLACEMENT
from listings.models import Listing
from listings.services import listing_create, listing_search_write
from listings.titles import TitleFacts, compose
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.events import emit
from realtrack.core.models import RunItem, RunItemState
from settings_app.selectors import setting_value

KIND = "inventory.teardown"
MAX_PARTS = 500  # ticked at once
_USED = "3000"  # eBay's condition id for used parts
_MAX_QUANTITY = 100
# These differ by engine, so that their title names it.
_BY_ENGINE = ("engine", "alternator", "starter", "turbo", "injector", "manifold", "throttle",
              "transmission", "ecu", "ecm", "compressor", "radiator", "exhaust")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TeardownPart:
    """A ticked part; `part_type` in the words of titles, `price` in the business's currency."""

    part_type: str
    side: str = Side.NONE
    bin_code: str = ""
    price: Decimal | None = None
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TeardownResult:
    """The parts of this list, in its order; `created` of them were made just now."""

    run_id: uuid.UUID
    listings: tuple[Listing, ...]
    created: int


def donor_teardown(
    *, donor_id: uuid.UUID, parts: Sequence[TeardownPart], idempotency_key: str, actor: Actor
) -> TeardownResult:
    """Make a draft of each ticked part, all or none; the same key makes none again.

    A part type and side that the car has given already is not made twice: its listing is answered.
    Titles are the composer's and stay nobody's; a typed price is the person's. The car's own
    vehicle becomes a verified fitment where its model and year are known, nothing is expanded.
    Raises InvalidInput naming the row, NotFound, Conflict (the car was crushed).
    """
    wanted = _checked(parts)
    if not idempotency_key.strip():
        raise InvalidInput(fields={"idempotency_key": "Send a key, so that a repeat makes none."})
    with transaction.atomic():
        car = donor_locked(donor_id)
        before = Teardown.objects.filter(donor=car, idempotency_key=idempotency_key).first()
        if before is not None:
            return _repeated(before)
        if car.state == DonorState.CRUSHED:
            raise Conflict("This car was crushed. Change its state first.")
        run = runs.run_create(
            kind=KIND,
            title=f"Tear-down of {car}"[:200],
            actor=actor,
            total=len(wanted),
            params={"parts": [one.part_type for one in wanted]},
            entity_type="donor",
            entity_id=str(car.pk),
        )
        runs.run_start(run_id=run.pk, actor=actor)
        acting = actor.in_run(run.pk)
        teardown = Teardown.objects.create(
            donor=car, idempotency_key=idempotency_key, run_id=run.pk, created_by=actor.user_id
        )
        listings, created = _make_all(car, teardown, wanted, acting)
        if created and car.state == DonorState.ARRIVED:
            car.state = DonorState.DISMANTLING
        car.save(update_fields=["parts_numbered", "state", "updated_at"])
        emit(
            events.DonorTornDown(entity_id=car.pk, stock_number=car.stock_number, created=created),
            actor=acting,
        )
        runs.run_finish(run_id=run.pk, actor=acting, result={"created": created})
    return TeardownResult(run_id=run.pk, listings=tuple(listings), created=created)


def teardown_template_changed(*, template: TeardownTemplate, actor: Actor) -> None:
    """Note in the log that someone changed a template; call it in the change's transaction."""
    emit(
        events.TeardownTemplateChanged(
            entity_id=template.pk, template=template.name, lines=template.items.count()
        ),
        actor=actor,
    )


def _checked(parts: Sequence[TeardownPart]) -> list[TeardownPart]:
    if not 1 <= len(parts) <= MAX_PARTS:
        raise InvalidInput(fields={"parts": f"Tick between 1 and {MAX_PARTS} parts."})
    faults: dict[str, str] = {}
    seen: dict[tuple[str, str], int] = {}
    for number, part in enumerate(parts):
        name = f"parts.{number}"
        key = (part.part_type.casefold().strip(), part.side)
        if not key[0] or len(part.part_type) > 80:
            faults[f"{name}.part_type"] = "Name the part in 1 to 80 characters."
        if part.side not in Side.values:
            faults[f"{name}.side"] = "One of: " + ", ".join(Side.values) + "."
        if not 1 <= part.quantity <= _MAX_QUANTITY:
            faults[f"{name}.quantity"] = f"Between 1 and {_MAX_QUANTITY} pieces."
        if part.price is not None and not 0 < part.price < Decimal("1000000"):
            faults[f"{name}.price"] = "A price above 0, such as 89.90."
        try:
            bin_code_clean(part.bin_code)
        except InvalidInput as error:
            faults[f"{name}.bin"] = str(error.fields["bin_code"][0])
        if key in seen:
            faults[name] = f"Stands twice in this list, also as line {seen[key] + 1}."
        seen.setdefault(key, number)
    if faults:
        raise InvalidInput(fields=faults)
    return list(parts)


def _repeated(teardown: Teardown) -> TeardownResult:
    ids = RunItem.objects.filter(run_id=teardown.run_id).order_by("position")
    wanted = [uuid.UUID(found) for found in ids.values_list("target_id", flat=True)]
    rows = Listing.all_objects.in_bulk(wanted)
    listings = tuple(rows[pk] for pk in wanted if pk in rows)
    return TeardownResult(run_id=teardown.run_id, listings=listings, created=0)


def _make_all(
    car: DonorCar, teardown: Teardown, wanted: Sequence[TeardownPart], actor: Actor
) -> tuple[list[Listing], int]:
    there = {
        (part.part_type.casefold(), part.side): part.listing
        for part in DonorPart.objects.filter(donor=car).select_related("listing")
    }
    minutes = dict(
        TeardownTemplateItem.objects.filter(part_type__in=[one.part_type for one in wanted])
        .order_by("-minutes_to_pull")
        .values_list("part_type", "minutes_to_pull")
    )
    listings: list[Listing] = []
    created = 0
    for position, part in enumerate(wanted):
        known = there.get((part.part_type.casefold().strip(), part.side))
        listing = known or _make(car, part, actor)
        if known is None:
            created += 1
            DonorPart.objects.create(
                donor=car,
                listing=listing,
                teardown=teardown,
                part_type=part.part_type.strip(),
                side=part.side,
                minutes_to_pull=minutes.get(part.part_type),
            )
        runs.run_item_record(
            run_id=teardown.run_id,
            position=position,
            state=RunItemState.SAME if known else RunItemState.CREATED,
            target_type="listing",
            target_id=listing.pk,
            label=f"{listing.custom_label_sku} {part.part_type}",
            reason="This car has given this part already." if known else "",
        )
        listings.append(listing)
    return listings, created


def _make(car: DonorCar, part: TeardownPart, actor: Actor) -> Listing:
    data: dict[str, object] = {
        "custom_label_sku": sku_of_part(car),
        "title": title_of(car, part),
        "condition_id": _USED,
        "c_type": part.part_type.strip()[:65],
        "team": car.team_id,
    }
    if car.make is not None:
        data["c_brand"] = car.make.name
    if part.side != Side.NONE:
        # eBay's own values of the aspect: Front, Rear, Left, Right.
        data["item_specifics"] = {PLACEMENT: [w.capitalize() for w in part.side.split("_")]}
    if part.price is not None:
        data["start_price"] = part.price
    listing = listing_create(
        data={name: value for name, value in data.items() if value is not None},
        actor=actor,
        initial_quantity=part.quantity,
        # The title is the composer's until someone types one; so are brand, type and condition.
        person_fields=[] if part.price is None or actor.is_machine else ["start_price"],
        note=f"From car {car.stock_number}.",
    )
    listing_search_write(listing_id=listing.pk, donor_id=car.pk)
    if part.bin_code:
        place_set(listing_id=listing.pk, bin_code=part.bin_code, actor=actor)
    part_fit(car, listing, part.part_type, actor=actor)
    return listing


def sku_of_part(car: DonorCar) -> str:
    """Return the SKU of the car's next part, by the setting's pattern; the caller saves the car."""
    car.parts_numbered += 1
    pattern = str(setting_value("inventory", "part_sku_pattern"))
    return pattern.format(car=car.stock_number, number=car.parts_numbered)


def part_fit(car: DonorCar, listing: Listing, part_type: str, *, actor: Actor) -> bool:
    """Attach the car's own vehicle, which the part is known to fit: it came out of it.

    Nothing where the car's year or model is not known: a year is never guessed or widened. Says
    whether it was attached; verified where a person acts. Raises FitmentExists.
    """
    if car.model_id is None or car.year is None:
        return False
    row = fitment_add(
        listing_id=listing.pk,
        model_id=car.model_id,
        year_start=car.year,
        year_end=car.year,
        engine_id=car.engine_id if names_engine(part_type) else None,
        source=FitmentSource.DONOR,
        confidence=1.0,
        evidence={"donor": car.stock_number, "vin": bool(car.vin)},
        actor=actor,
    )
    if not actor.is_machine:
        fitments_verify(fitment_ids=[row.pk], actor=actor)
    return True


def title_of(car: DonorCar, part: TeardownPart) -> str:
    """Return the title of a part of this car, by the one composer."""
    facts = TitleFacts(
        part_name=part.part_type,
        years=(car.year,) if car.year else (),
        donor_make=car.make.name if car.make else "",
        donor_model=car.model.name if car.model else "",
        engine=litres_of(car) if names_engine(part.part_type) else "",
        position="" if part.side == Side.NONE else part.side.replace("_", " "),
        condition_id=_USED,
    )
    return compose(facts).title


def names_engine(part_type: str) -> bool:
    """Say whether parts of this type differ by engine, so that titles and vehicles name it."""
    return any(word in part_type.casefold() for word in _BY_ENGINE)


def litres_of(car: DonorCar) -> str:
    """Return the engine's size as titles name it, such as `2.5L`; empty where it is not known."""
    return f"{car.engine.displacement_l:.1f}L" if car.engine and car.engine.displacement_l else ""
