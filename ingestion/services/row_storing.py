"""A row that was understood becomes a draft, or brings the one that it made before up to date."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from ingestion.enums import RowState, WaitsFor
from ingestion.errors import TooManyPhotos
from ingestion.models import IntakeRow
from ingestion.pipeline.drafting import DraftInput, DraftStep, Vehicle
from ingestion.pipeline.fields import FieldName
from ingestion.reference import Reference
from ingestion.reference.tables import BrandKind
from ingestion.services.assets import assets_attach
from ingestion.services.library import name_key
from ingestion.services.row_knowledge import Knowledge, Usual
from ingestion.sheets.facts import CarFacts, RowFacts
from inventory.models import DonorCar, DonorPart
from inventory.services import (
    place_set,
    sheet_part_adopt,
    sheet_part_claim,
    sheet_part_make,
)
from listings.fields import PLACEMENT
from listings.models import Listing
from listings.part_numbers import normalise
from listings.services import listing_create, listing_update
from listings.services.proposals import proposals_make
from realtrack.core.actors import Actor
from realtrack.core.models import RunItemState

# A catalog that says so, a car that is usual, a median: what a person wrote there is never changed.
_ONLY_IF_EMPTY = ("category_id", "category_name", "weight", "shipping_profile_name")
_SHORTEST_KEY = 4  # letters and digits of a number by which photos are found


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of a row."""

    state: RunItemState
    listing: Listing | None = None
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    reason: str = ""
    code: str = ""


@dataclass(slots=True, kw_only=True)
class Work:
    """What the rows of one batch share. `actor` is the machine, `person` who sent the sheet."""

    car: DonorCar | None
    car_facts: CarFacts
    tables: Reference
    knowledge: Knowledge
    given: dict[str, DonorPart]
    ticked: dict[tuple[str, str], DonorPart]
    actor: Actor
    person: Actor
    run_id: uuid.UUID
    repeated: frozenset[tuple[str, str]] = frozenset()


def row_store(work: Work, row: IntakeRow, facts: RowFacts) -> Stored:
    """Store a row, with its photos; call in a savepoint. The row itself is saved as well.

    Raises what any write of the catalog raises; then nothing of the row is stored.
    """
    row.number_key = normalise(facts.number)[:80]
    if facts.fault:
        return _refused(row, facts, facts.fault, "invalid")
    if facts.waits:
        _keep(row, facts, RowState.WAITING, WaitsFor.NAME)
        return Stored(
            state=RunItemState.REFUSED,
            reason="Waits: nothing says what part this is. It goes on when the catalog knows its"
            " number, or when a name is typed.",
            code="waits_name",
        )
    usual = work.knowledge.types.get(facts.part_type, Usual())
    data = data_of(work, facts)
    listing, part = _known(work, row, facts)
    if listing is None:
        stored = _make(work, row, facts, data)
    else:
        stored = _meet(work, row, facts, listing, part, data)
    if stored.listing is not None:
        _propose(work, stored.listing, facts, usual)
        _photos(work, row, stored.listing, facts)
        row.listing = stored.listing
    _keep(row, facts, RowState.DRAFT, _lacks(work, row))
    return stored


def data_of(work: Work, facts: RowFacts) -> dict[str, object]:
    """Return the columns of the draft that the facts give."""
    catalog = next(
        (found for one in facts.numbers if (found := work.knowledge.known.get(normalise(one)))),
        None,
    )
    brand = work.tables.brands.get(facts.brand)
    makers = brand is not None and brand.kind in {BrandKind.MAKER, BrandKind.VEHICLE}
    own = facts.brand.casefold() == work.car_facts.make.casefold() or makers
    oe_numbers = facts.numbers if own else facts.numbers[1:]
    values = {
        FieldName.TITLE: facts.title,
        FieldName.BRAND: facts.brand,
        FieldName.MPN: facts.number,
        FieldName.OE_NUMBER: "|".join(oe_numbers),
        FieldName.PART_TYPE: facts.part_type[:65],
        FieldName.CONDITION: facts.condition_id,
        FieldName.POSITION: ", ".join(facts.places),
    }
    vehicle = Vehicle(make=work.car_facts.make, model=work.car_facts.model)
    made = DraftStep().run(DraftInput(values=values, vehicle=vehicle))
    data = dict(made) if isinstance(made, dict) else {}
    if facts.price is not None:
        data["start_price"] = facts.price
    if facts.weight is not None:
        data["weight"] = facts.weight
    if facts.photo_urls:
        data["item_photo_url"] = "|".join(facts.photo_urls)
    if catalog is not None:
        if catalog.category_id:
            data["category_id"] = catalog.category_id
            data["category_name"] = catalog.category_name
            facts.note("category", catalog.category_id, catalog.why)
        if catalog.weight is not None:
            data.setdefault("weight", catalog.weight)
        if catalog.shipping_profile:
            data["shipping_profile_name"] = catalog.shipping_profile
    return data


def _known(work: Work, row: IntakeRow, facts: RowFacts) -> tuple[Listing | None, DonorPart | None]:
    """The listing that this row is already: its own, that of its key, or the one that was ticked."""
    part = work.given.get(row.given_key) if row.given_key else None
    if part is not None:
        return (part.listing, part) if part.listing.deleted_at is None else (None, None)
    if row.listing is not None and row.listing.deleted_at is None:
        return row.listing, getattr(row.listing, "donor_part", None)
    same = (facts.part_type.casefold(), facts.side)
    part = work.ticked.get(same) if facts.part_type and same not in work.repeated else None
    if part is None or not row.given_key:
        return None, None
    sheet_part_claim(part=part, given_key=row.given_key)
    del work.ticked[same]
    work.given[row.given_key] = part
    facts.note("part", part.listing.custom_label_sku, "was ticked at the tear-down")
    return part.listing, part


def _make(work: Work, row: IntakeRow, facts: RowFacts, data: dict[str, object]) -> Stored:
    price = work.knowledge.prices.get(normalise(facts.number)) if facts.number else None
    if "start_price" not in data and price is not None:
        data["start_price"] = price[0]
        facts.note("price", price[0], price[1])
    if facts.sku:
        data["custom_label_sku"] = facts.sku
    if work.car is None:
        listing = listing_create(
            data=data, actor=work.actor, initial_quantity=facts.quantity, person_fields=[]
        )
        if facts.bin_code:
            place_set(listing_id=listing.pk, bin_code=facts.bin_code, actor=work.actor)
        fitted = False
    else:
        listing, fitted = sheet_part_make(
            car=work.car,
            run_id=work.run_id,
            given_key=row.given_key,
            part_type=facts.part_type or facts.name,
            side=facts.side,
            data=data,
            quantity=facts.quantity,
            bin_code=facts.bin_code,
            actor=work.actor,
            verifier=work.person,
        )
    _vehicle_note(work, facts, fitted=fitted)
    return Stored(state=RunItemState.CREATED, listing=listing, after=_short(data))


def _meet(
    work: Work,
    row: IntakeRow,
    facts: RowFacts,
    listing: Listing,
    part: DonorPart | None,
    data: dict[str, object],
) -> Stored:
    changes = _changes(listing, data)
    before = {name: getattr(listing, name) for name in changes}
    version = listing.version
    reasons: list[str] = []
    if changes:
        listing = listing_update(
            listing_id=listing.pk, data=changes, version=None, actor=work.actor
        )
    kept = [name for name in changes if getattr(listing, name) == before[name]]
    if kept:
        reasons.append("Stays as a person wrote it: " + ", ".join(sorted(kept)) + ".")
    moved = _bin_moved(work, listing, facts)
    adopted = part is None and work.car is not None
    if adopted and work.car is not None:
        fitted = sheet_part_adopt(
            car=work.car, listing=listing, run_id=work.run_id, given_key=row.given_key,
            part_type=facts.part_type or facts.name, side=facts.side, actor=work.actor,
            verifier=work.person,
        )  # fmt: skip
        _vehicle_note(work, facts, fitted=fitted)
    elif part is not None and facts.part_type and part.part_type != facts.part_type:
        part.part_type, part.side = facts.part_type[:80], facts.side
        part.save(update_fields=["part_type", "side", "updated_at"])
    if listing.quantity is not None and facts.quantity != listing.quantity and row.run_id:
        reasons.append(f"The stock stays at {listing.quantity}.")
    is_changed = listing.version != version or moved or adopted
    done = {name: value for name, value in changes.items() if name not in kept}
    return Stored(
        state=RunItemState.CHANGED if is_changed else RunItemState.SAME,
        listing=listing,
        before=_short({name: before[name] for name in done}),
        after=_short(done),
        reason=" ".join(reasons),
    )


def _vehicle_note(work: Work, facts: RowFacts, *, fitted: bool) -> None:
    if work.car is None:
        return
    if fitted:
        facts.note("vehicle", work.car.name, f"it came out of {work.car.stock_number}")
    else:
        why = "the car's year or model is not known, so that nothing is attached"
        facts.note("vehicle", "", why, doubt=True)


def _changes(listing: Listing, data: Mapping[str, object]) -> dict[str, object]:
    """What the row says otherwise than the listing; what the catalog lent fills only gaps."""
    found: dict[str, object] = {}
    for name, value in data.items():
        present = getattr(listing, name)
        if name == "item_specifics" and isinstance(value, dict):
            if present.get(PLACEMENT) != value.get(PLACEMENT):
                found[name] = {**present, **value}
        elif present != value and (name not in _ONLY_IF_EMPTY or present in (None, "")):
            found[name] = value
    return found


def _bin_moved(work: Work, listing: Listing, facts: RowFacts) -> bool:
    place = getattr(listing, "place", None)
    before = place.bin_code if place else ""
    if not facts.bin_code:
        return False
    return place_set(listing_id=listing.pk, bin_code=facts.bin_code, actor=work.actor) != before


def _propose(work: Work, listing: Listing, facts: RowFacts, usual: Usual) -> None:
    """What is only usual for the type is proposed: a person takes it with one key."""
    values: dict[str, object] = {}
    sure: dict[str, float] = {}
    if usual.category_id and not listing.category_id:
        values["category_id"] = usual.category_id
        sure["category_id"] = min(0.9, usual.share)
        facts.note("category", usual.category_id, "proposed: usual for this type here")
    if usual.price is not None and listing.start_price is None:
        values["start_price"] = usual.price
        sure["start_price"] = 0.5
        facts.note("price", usual.price, f"proposed: {usual.price_why}")
    if values:
        proposals_make(
            listing=listing, values=values, actor=work.actor, confidences=sure,
            source_label="what is usual here",
        )  # fmt: skip


def photo_keys_of(facts: RowFacts) -> list[str]:
    """Return what photos of this row may be named: its files' names, its numbers, its SKU."""
    own = [normalise(one) for one in (*facts.numbers, facts.sku)]
    return [
        *(name_key(one) for one in facts.photo_names),
        *(key for key in own if len(key) >= _SHORTEST_KEY),
    ]


def _photos(work: Work, row: IntakeRow, listing: Listing, facts: RowFacts) -> None:
    wanted: dict[uuid.UUID, str] = {}
    for key in photo_keys_of(facts):
        for photo in work.knowledge.photos.pop(key, ()):
            if photo.asset.listing_id is None:
                wanted.setdefault(photo.asset_id, photo.name)
                photo.asset.listing_id = listing.pk
    ids = list(wanted)
    while ids:
        try:
            assets_attach(asset_ids=ids, listing_id=listing.pk, actor=work.actor)
            break
        except TooManyPhotos:
            left = ids.pop()
            facts.note(
                "photos", wanted[left], "over 24 photos; it stays in the library", doubt=True
            )
    if ids:
        facts.note("photos", ", ".join(wanted[one] for one in ids), "by number or file name")


def _lacks(work: Work, row: IntakeRow) -> str:
    if work.car is None and row.run_id is None and not _has_vehicle(row):
        return WaitsFor.VEHICLE
    return "" if _has_photo(row) else WaitsFor.PHOTO


def _has_vehicle(row: IntakeRow) -> bool:
    return row.listing is not None and row.listing.fitments.exists()


def _has_photo(row: IntakeRow) -> bool:
    listing = row.listing
    return listing is not None and (
        bool(listing.item_photo_url) or listing.photos.filter(deleted_at__isnull=True).exists()
    )


def _refused(row: IntakeRow, facts: RowFacts, reason: str, code: str) -> Stored:
    _keep(row, facts, RowState.REFUSED, "")
    return Stored(state=RunItemState.REFUSED, reason=reason, code=code)


def _keep(row: IntakeRow, facts: RowFacts, state: RowState, waits_for: str) -> None:
    row.state, row.waits_for = state, waits_for
    row.evidence = [asdict(one) for one in facts.evidence]
    row.save()


def _short(data: Mapping[str, object]) -> dict[str, object]:
    kept = {name: value for name, value in data.items() if name != "description"}
    return {
        name: str(value) if isinstance(value, Decimal) else value for name, value in kept.items()
    }
