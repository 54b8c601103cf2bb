"""What pages and the API read of sheets, rows and the photo library."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from ingestion.enums import AssetStatus
from ingestion.models import IntakeRow, LibraryPhoto
from ingestion.services.sheet_running import STAGES
from ingestion.services.sheets import KIND
from inventory.models import DonorCar
from listings.models import Listing, ListingSearch
from realtrack.core.errors import NotFound
from realtrack.core.models import Run, RunItem
from settings_app.models import User

_LIBRARY_SHOWN = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of a sheet's run: how many rows it answered and the seconds of all batches."""

    name: str
    label: str
    count: int
    seconds: float

    @property
    def note(self) -> str:
        """The seconds as a page shows them."""
        return f"{self.seconds:.1f} s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Photos of the library that name one number, and the parts that may be meant."""

    label: str
    photos: tuple[LibraryPhoto, ...]
    listings: tuple[Listing, ...]

    @property
    def listing(self) -> Listing | None:
        """The part that is proposed: the only one that the name fits."""
        return self.listings[0] if len(self.listings) == 1 else None


def sheet_of(run_id: uuid.UUID, *, user: User) -> tuple[Run, DonorCar]:
    """Return a sheet's run and car, if this person may see the car; raises NotFound."""
    run = Run.objects.select_related("user").filter(pk=run_id, kind=KIND).first()
    car = None
    if run is not None and run.entity_id:
        cars = DonorCar.objects.visible_to(user).select_related("make", "model")
        car = cars.filter(pk=run.entity_id).first()
    if run is None or car is None:
        raise NotFound("This sheet does not exist.")
    return run, car


def sheets_of_car(donor_id: uuid.UUID) -> list[Run]:
    """Return the sheets of a car, newest first."""
    found = Run.objects.filter(kind=KIND, entity_type="donor", entity_id=str(donor_id))
    return list(found.order_by("-created_at")[:20])


def stages_of(run: Run) -> list[Stage]:
    """Return the stages of a sheet in their order."""
    kept = run.result.get("stages", {})
    return [
        Stage(
            name=name,
            label=label,
            count=int(kept.get(name, {}).get("count", 0)),
            seconds=float(kept.get(name, {}).get("seconds", 0.0)),
        )
        for name, label in STAGES
    ]


def sheet_items(run: Run, *, state: str = "") -> QuerySet[RunItem]:
    """Return the verdicts of a sheet in the order of its rows."""
    items = run.items.order_by("position")
    return items.filter(state=state) if state else items


def rows_at(run: Run, positions: Sequence[int]) -> dict[int, IntakeRow]:
    """Return rows of a sheet by position."""
    rows = IntakeRow.objects.filter(run=run, position__in=positions)
    return {row.position: row for row in rows}


def row_of(row_id: uuid.UUID, *, user: User) -> IntakeRow:
    """Return a row, if this person may see its car; raises NotFound."""
    row = (
        _visible(user)
        .select_related("run", "donor__make", "donor__model", "listing")
        .filter(pk=row_id)
        .first()
    )
    if row is None:
        raise NotFound("This row does not exist.")
    return row


def numbers_taken(*, user: User) -> QuerySet[IntakeRow]:
    """Return the parts that came by their number, newest first."""
    found = _visible(user).filter(run__isnull=True).select_related("donor", "listing")
    return found.order_by("-created_at", "-pk")


def library_count() -> int:
    """Return how many photos wait for their part."""
    return _free().count()


def library_matches(*, user: User) -> tuple[list[Match], list[Match]]:
    """Return photos with the parts that their names fit, and by folder those that fit none.

    Separators do not count: `234-4209_2.jpg` fits the number 234 4209.
    """
    photos = list(_free().select_related("asset").order_by("folder", "name", "pk")[:_LIBRARY_SHOWN])
    keys = sorted({key for photo in photos for key in photo.keys})
    by_key: dict[str, dict[uuid.UUID, Listing]] = defaultdict(dict)
    if keys:
        seen = Listing.objects.visible_to(user).values("pk")
        rows = ListingSearch.objects.filter(
            is_live=True, numbers__overlap=keys, listing__in=seen
        ).select_related("listing")
        asked = set(keys)
        for row in rows[:5000]:
            for number in asked & set(row.numbers):
                by_key[number][row.listing_id] = row.listing
    groups: dict[tuple[uuid.UUID, ...], list[LibraryPhoto]] = defaultdict(list)
    parts: dict[uuid.UUID, Listing] = {}
    loose: dict[str, list[LibraryPhoto]] = defaultdict(list)
    for photo in photos:
        # The first key is the whole name: the more exact a key, the further ahead it stands.
        fitting = next((by_key[key] for key in photo.keys if key in by_key), {})
        parts.update(fitting)
        if fitting:
            groups[tuple(sorted(fitting))].append(photo)
        else:
            loose[photo.folder].append(photo)
    matched = [
        Match(
            label=parts[ids[0]].custom_label_sku if len(ids) == 1 else f"{len(ids)} parts",
            photos=tuple(found),
            listings=tuple(parts[one] for one in ids),
        )
        for ids, found in groups.items()
    ]
    rest = [
        Match(label=folder, photos=tuple(found), listings=()) for folder, found in loose.items()
    ]
    return matched, rest


def _visible(user: User) -> QuerySet[IntakeRow]:
    cars = DonorCar.objects.visible_to(user).values("pk")
    return IntakeRow.objects.filter(Q(donor__isnull=True) | Q(donor__in=cars))


def _free() -> QuerySet[LibraryPhoto]:
    return LibraryPhoto.objects.filter(
        asset__listing__isnull=True, asset__deleted_at__isnull=True, asset__job__isnull=True
    ).exclude(asset__status=AssetStatus.FAILED)
