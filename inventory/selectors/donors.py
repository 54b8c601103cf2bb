"""What is known of cars and of the parts that came off them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Q

from inventory.enums import DonorState, PartStage
from inventory.models import DonorCar, DonorPart, TeardownTemplate, TeardownTemplateItem
from inventory.models.donors import DonorQuerySet
from listings.enums import ListingStatus
from listings.models import Listing
from realtrack.core import registry
from realtrack.core.errors import NotFound
from realtrack.core.registry import PartSales, TypeHistory
from settings_app.models import User

_GONE = {ListingStatus.SOLD}
_LIVE = {ListingStatus.PUBLISHED}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A part of a car as its page shows it; `since` is when it came to its stage."""

    part: DonorPart
    listing: Listing
    stage: PartStage
    since: datetime
    bin_code: str = ""
    photo_url: str = ""
    free: int = 0
    sales: PartSales = field(default_factory=PartSales)


@dataclass(frozen=True, slots=True, kw_only=True)
class CarSums:
    """The car in money. `result` is what came in so far minus what the car cost."""

    cost: Decimal
    sold: Decimal
    refunded: Decimal
    listed_value: Decimal
    unlisted: int
    stages: dict[PartStage, int]

    @property
    def result(self) -> Decimal:
        return self.sold - self.refunded - self.cost

    @property
    def stage_counts(self) -> list[dict[str, object]]:
        """The stages in their order with the count of their parts."""
        return [
            {"stage": stage.value, "label": stage.label, "count": count}
            for stage, count in self.stages.items()
        ]

    @property
    def recovered_percent(self) -> int:
        """How much of the cost has come back, in percent; 100 where the car cost nothing."""
        if not self.cost:
            return 100
        return int((self.sold - self.refunded) * 100 / self.cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """A line to tick: a part type, how it sold here, and whether this car gave it already."""

    item: TeardownTemplateItem
    history: TypeHistory | None
    is_there: bool


def donor_list(*, user: User, words: str = "", state: str = "") -> DonorQuerySet:
    """Return the cars that this person may see, newest first, with the count of their parts."""
    found = DonorCar.objects.visible_to(user).select_related("make", "model", "team")
    for word in words.split():
        found = found.filter(
            Q(stock_number__icontains=word)
            | Q(vin__icontains=word)
            | Q(make__name__icontains=word)
            | Q(model__name__icontains=word)
            | Q(trim__icontains=word)
            | Q(place__icontains=word)
            | (Q(year=int(word)) if word.isdigit() and len(word) == 4 else Q(pk__in=()))
        )
    if state in DonorState.values:
        found = found.filter(state=state)
    return found.annotate(
        part_count=Count("parts"),
        sold_count=Count("parts", filter=Q(parts__listing__status=ListingStatus.SOLD)),
    )


def donor_of(donor_id: uuid.UUID, *, user: User) -> DonorCar:
    """Return the car, if this person may see it; raises NotFound."""
    found = (
        DonorCar.objects.visible_to(user)
        .select_related("make", "model", "engine", "team")
        .filter(pk=donor_id)
        .first()
    )
    if found is None:
        raise NotFound("This car does not exist.")
    return found


def car_parts(donor: DonorCar, *, user: User) -> list[PartRow]:
    """Return the car's parts that this person may see, in the order in which they were ticked."""
    seen = Listing.objects.visible_to(user).values("pk")
    parts = list(
        DonorPart.objects.filter(donor=donor, listing__in=seen)
        .select_related("listing__search", "listing__place", "listing__ledger")
        .order_by("created_at", "pk")
    )
    sales = _sales([part.listing_id for part in parts])
    return [_row(part, sales.get(part.listing_id, PartSales())) for part in parts]


def pull_list(donor: DonorCar, *, user: User) -> list[PartRow]:
    """Return what is still on the car, the quickest money first: by minutes to pull, then name."""
    waiting = [row for row in car_parts(donor, user=user) if row.part.pulled_at is None]
    waiting = [row for row in waiting if row.stage not in {PartStage.SCRAPPED, PartStage.SOLD}]
    return sorted(waiting, key=lambda row: (row.part.minutes_to_pull or 999, row.part.part_type))


def car_sums(donor: DonorCar, rows: Sequence[PartRow]) -> CarSums:
    """Return the sums over all of the car's parts that `rows` hold."""
    stages = dict.fromkeys(PartStage, 0)
    for row in rows:
        stages[row.stage] += 1
    for_sale = [row for row in rows if row.stage not in {PartStage.SOLD, PartStage.SCRAPPED}]
    return CarSums(
        cost=donor.cost + donor.tow_cost + donor.other_cost,
        sold=sum((row.sales.revenue for row in rows), Decimal(0)),
        refunded=sum((row.sales.refunded for row in rows), Decimal(0)),
        listed_value=sum(
            ((row.listing.start_price or Decimal(0)) * max(row.free, 0) for row in for_sale),
            Decimal(0),
        ),
        unlisted=sum(1 for row in for_sale if row.listing.start_price is None),
        stages=stages,
    )


def template_lines(template: TeardownTemplate, donor: DonorCar) -> list[TemplateLine]:
    """Return the lines of a template, first what is usually pulled first."""
    items = list(template.items.all())
    there = {
        (name.casefold(), side)
        for name, side in DonorPart.objects.filter(donor=donor).values_list("part_type", "side")
    }
    histories: dict[str, TypeHistory] = {}
    for read in registry.type_histories.values():
        histories.update(read(sorted({item.part_type for item in items})))
    return [
        TemplateLine(
            item=item,
            history=histories.get(item.part_type.casefold()),
            is_there=(item.part_type.casefold(), item.side) in there,
        )
        for item in items
    ]


def template_for(donor: DonorCar) -> TeardownTemplate | None:
    """Return the template that goes with the car's body, or the first one."""
    words = f"{donor.body} {donor.trim} {donor.engine_words}".casefold()
    names = {found.name.casefold(): found for found in TeardownTemplate.objects.all()}
    guesses = (
        ("pickup", "pickup"), ("convertible", "convertible"), ("coupe", "coupe"),
        ("minivan", "minivan"), ("wagon", "wagon"), ("hatchback", "hatchback"), ("van", "van"),
        ("sport utility", "suv"), ("suv", "suv"), ("crossover", "crossover"),
    )  # fmt: skip
    for word, name in guesses:
        if word in words and name in names:
            return names[name]
    return names.get("sedan") or next(iter(names.values()), None)


def _sales(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, PartSales]:
    found: dict[uuid.UUID, PartSales] = {}
    for read in registry.part_sales.values():
        found.update(read(listing_ids))
    return found


def _row(part: DonorPart, sales: PartSales) -> PartRow:
    listing = part.listing
    search = getattr(listing, "search", None)
    place = getattr(listing, "place", None)
    ledger = getattr(listing, "ledger", None)
    photo_url = search.photo_url if search else ""
    stage, since = _stage(part, has_photo=bool(photo_url))
    return PartRow(
        part=part,
        listing=listing,
        stage=stage,
        since=since,
        bin_code=place.bin_code if place else "",
        photo_url=photo_url,
        free=ledger.free if ledger else 0,
        sales=sales,
    )


def _stage(part: DonorPart, *, has_photo: bool) -> tuple[PartStage, datetime]:
    listing = part.listing
    if part.scrapped_at is not None:
        return PartStage.SCRAPPED, part.scrapped_at
    if listing.status in _GONE:
        return PartStage.SOLD, listing.updated_at
    if listing.status in _LIVE:
        return PartStage.LIVE, listing.published_at or listing.updated_at
    if part.pulled_at is None:
        return PartStage.TO_PULL, part.created_at
    if not has_photo:
        return PartStage.TO_PHOTOGRAPH, part.pulled_at
    return PartStage.DRAFTED, listing.updated_at
