"""Every read of stock that is more than a row by its key."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, CharField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from inventory.enums import ReservationState
from inventory.models import InventoryEvent, InventoryLedger, InventoryPlace, InventoryReservation
from listings.models import Listing
from realtrack.core.errors import NotFound
from settings_app.models import User
from settings_app.selectors import setting_value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """What a listing has. `free` = total - reserved; `short` is owed to buyers, not there."""

    total: int = 0
    reserved: int = 0
    short: int = 0
    threshold: int = 0
    version: int = 0

    @property
    def free(self) -> int:
        return self.total - self.reserved

    @property
    def is_low(self) -> bool:
        """True at or below the threshold while something is free."""
        return 0 < self.free <= self.threshold


def stock_of(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Stock]:
    """The stock of each listing asked for; one without a ledger has nothing."""
    default = default_threshold()
    found = {listing_id: Stock(threshold=default) for listing_id in listing_ids}
    for row in InventoryLedger.objects.filter(listing_id__in=listing_ids):
        found[row.listing_id] = Stock(
            total=row.quantity_total,
            reserved=row.quantity_reserved,
            short=row.quantity_short,
            threshold=default if row.low_stock_threshold is None else row.low_stock_threshold,
            version=row.version,
        )
    return found


def available(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """What may be sold of each listing: the number that channels push (minus their buffer)."""
    found = dict.fromkeys(listing_ids, 0)
    rows = InventoryLedger.objects.filter(listing_id__in=listing_ids)
    found.update(rows.values_list("listing_id", "quantity_available"))
    return found


def bins_of(listing_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The bin of each listing that has one."""
    rows = InventoryPlace.objects.filter(listing_id__in=listing_ids)
    return dict(rows.values_list("listing_id", "bin_code"))


def default_threshold() -> int:
    """The setting at or below which a part without a threshold of its own is low."""
    return int(setting_value("inventory", "low_stock_threshold"))


def listing_for_stock(listing_id: uuid.UUID, *, user: User) -> Listing:
    """The live listing, if this person may see it; raises NotFound."""
    listing = Listing.objects.visible_to(user).filter(pk=listing_id).first()
    if listing is None:
        raise NotFound("This part does not exist.")
    return listing


def ledger_of(listing_id: uuid.UUID) -> InventoryLedger:
    """The listing's ledger; an unsaved one at zero where nothing ever happened."""
    row = InventoryLedger.objects.filter(listing_id=listing_id).first()
    return row or InventoryLedger(listing_id=listing_id, version=0)


def event_list(
    *,
    user: User,
    listing_id: uuid.UUID | None = None,
    event_type: str = "",
    since: datetime.datetime | None = None,
) -> QuerySet[InventoryEvent]:
    """Stock events of the listings that this person may see, newest first."""
    found = InventoryEvent.objects.order_by("-created_at", "-id")
    if listing_id is not None:
        found = found.filter(listing_id=listing_id)
    if event_type:
        found = found.filter(event_type=event_type)
    if since is not None:
        found = found.filter(created_at__gte=since)
    visible = Listing.all_objects.visible_to(user)
    # Managers see all: no join for them.
    return found if not visible.query.where else found.filter(listing__in=visible)


def events_of(listing_id: uuid.UUID, *, limit: int = 50) -> list[InventoryEvent]:
    """The last events of a listing, newest first."""
    rows = InventoryEvent.objects.filter(listing_id=listing_id).order_by("-created_at", "-id")
    return list(rows[:limit])


def event_listing(event_id: uuid.UUID) -> uuid.UUID:
    """The listing of a stock event; raises NotFound."""
    row = InventoryEvent.objects.filter(pk=event_id).values_list("listing_id", flat=True).first()
    if row is None:
        raise NotFound("This change does not exist.")
    return row


def reservations_of(listing_id: uuid.UUID) -> list[InventoryReservation]:
    """Open holds on a listing, oldest first."""
    rows = InventoryReservation.objects.filter(listing_id=listing_id, state=ReservationState.ACTIVE)
    return list(rows.order_by("created_at"))


def stock_list(
    *, user: User, words: str = "", state: str = "", bin_code: str = ""
) -> QuerySet[Listing]:
    """Live listings with `ledger`, `place` and `search`, by SKU; what is short comes first.

    `state`: "low", "out", "reserved", "short" or empty.
    """
    rows = (
        Listing.objects.visible_to(user)
        .select_related("ledger", "place", "search")
        .only(
            "id", "title", "custom_label_sku", "c_manufacturer_part_number", "status", "quantity",
            "start_price", "currency",
            "ledger__quantity_total", "ledger__quantity_reserved", "ledger__quantity_short",
            "ledger__low_stock_threshold", "ledger__version", "ledger__quantity_available",
            "place__bin_code", "search__photo_url",
        )
    )  # fmt: skip
    if words:
        rows = rows.filter(
            Q(custom_label_sku__icontains=words)
            | Q(title__icontains=words)
            | Q(c_manufacturer_part_number__icontains=words)
        )
    if bin_code:
        rows = rows.filter(place__bin_code__istartswith=bin_code)
    rows = rows.annotate(
        free_pieces=Coalesce(F("ledger__quantity_available"), Value(0)),
        low_at=Coalesce(F("ledger__low_stock_threshold"), Value(default_threshold())),
        short_first=Case(
            When(ledger__quantity_short__gt=0, then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        ),
        sku_key=Coalesce(F("search__sku_key"), Value(""), output_field=CharField()),
    )
    states = {
        "low": Q(free_pieces__gt=0, free_pieces__lte=F("low_at")),
        "out": Q(free_pieces=0),
        "reserved": Q(ledger__quantity_reserved__gt=0),
        "short": Q(ledger__quantity_short__gt=0),
    }
    if state in states:
        rows = rows.filter(states[state])
    return rows.order_by("short_first", "sku_key", "id")  # type: ignore[misc]  # annotated above


def low_stock(*, user: User, threshold: int | None = None) -> QuerySet[InventoryLedger]:
    """Ledgers of live, not archived listings at or below the threshold, emptiest first."""
    visible = Listing.objects.visible_to(user).exclude(status__in=["archived", "sold"])
    rows = InventoryLedger.objects.filter(listing__in=visible).select_related("listing")
    if threshold is not None:
        rows = rows.filter(quantity_available__lte=threshold)
    else:
        own = Coalesce(F("low_stock_threshold"), Value(default_threshold()))
        rows = rows.filter(quantity_available__lte=own)
    return rows.order_by("quantity_available", "listing_id")


def nav_counts(user: User) -> dict[str, int]:
    """Parts that were sold twice: someone must act."""
    del user
    return {"stock": InventoryLedger.objects.filter(quantity_short__gt=0).count()}
