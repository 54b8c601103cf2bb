from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from inventory.enums import RESERVING, ReservationState, Source, StockEventType
from listings.models import Listing
from realtrack.core.ids import uuid7
from realtrack.core.models import UuidModel
from realtrack.core.triggers import append_only

# No yard holds more of one part; a larger number is a slip of the finger or a barcode.
MAX_QUANTITY = 1_000_000


class InventoryLedger(UuidModel):
    """The one home of a listing's stock. Every change has a row in `inventory_events`.

    `quantity_short` is what was sold without being there and is still owed to buyers.
    """

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="ledger")
    quantity_total = models.IntegerField(default=0)
    quantity_reserved = models.IntegerField(default=0)
    quantity_short = models.IntegerField(default=0)
    quantity_available = models.GeneratedField(
        expression=F("quantity_total") - F("quantity_reserved"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    # NULL means the setting inventory.low_stock_threshold.
    low_stock_threshold = models.IntegerField(null=True, blank=True)
    reorder_point = models.IntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    last_reconciled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inventory_ledger"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(quantity_total__gte=0) & Q(quantity_total__lte=MAX_QUANTITY),
                name="ledger_total_range",
            ),
            models.CheckConstraint(
                condition=Q(quantity_reserved__gte=0), name="ledger_reserved_min"
            ),
            models.CheckConstraint(
                condition=Q(quantity_reserved__lte=F("quantity_total")), name="ledger_reserved_max"
            ),
            models.CheckConstraint(condition=Q(quantity_short__gte=0), name="ledger_short_min"),
            models.CheckConstraint(
                condition=Q(low_stock_threshold__isnull=True) | Q(low_stock_threshold__gte=0),
                name="ledger_threshold_min",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["quantity_available", "listing"], name="idx_ledger_available"),
            models.Index(
                fields=["listing"], condition=Q(quantity_short__gt=0), name="idx_ledger_short"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id}: {self.free} of {self.quantity_total}"

    @property
    def free(self) -> int:
        """What may be sold: total minus reserved, from the numbers in memory."""
        return self.quantity_total - self.quantity_reserved


class InventoryEvent(models.Model):
    """One change of the ledger, for ever: what was asked, what was applied, what was missing.

    The sum of `quantity_change` is the total, the sum of `reserved_change` the reserved part.
    `reverses` names the sale that a cancellation or return puts back.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="stock_events")
    event_type = models.CharField(max_length=30, choices=StockEventType.choices)
    quantity_asked = models.IntegerField()
    quantity_change = models.IntegerField()
    quantity_before = models.IntegerField()
    quantity_after = models.IntegerField()
    reserved_change = models.IntegerField(default=0)
    reserved_after = models.IntegerField(default=0)
    shortfall = models.IntegerField(default=0)
    reverses = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    source_channel = models.CharField(max_length=30, default=Source.MANUAL)
    source_order_id = models.CharField(max_length=100, blank=True, default="")
    source_reference = models.CharField(max_length=200, blank=True, default="")
    idempotency_key = models.CharField(max_length=300, unique=True)
    reason = models.TextField(blank=True, default="")
    created_by = models.UUIDField(null=True, blank=True)
    actor_kind = models.CharField(max_length=20)
    actor_label = models.CharField(max_length=200, blank=True, default="")
    run_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "inventory_events"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(event_type__in=StockEventType.values), name="stock_event_type_known"
            ),
            models.CheckConstraint(
                condition=Q(quantity_after=F("quantity_before") + F("quantity_change")),
                name="stock_event_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(quantity_before__gte=0)
                & Q(reserved_after__gte=0)
                & Q(quantity_after__gte=F("reserved_after")),
                name="stock_event_range",
            ),
            models.CheckConstraint(
                condition=Q(event_type__in=RESERVING, quantity_change=0, shortfall__gte=0)
                | (
                    ~Q(event_type__in=RESERVING)
                    & Q(shortfall__gte=0)
                    & Q(quantity_change=F("quantity_asked") + F("shortfall"))
                ),
                name="stock_event_true_deficit",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["listing", "-created_at", "-id"], name="idx_stock_event_listing"),
            models.Index(fields=["event_type", "-created_at"], name="idx_stock_event_type"),
            models.Index(
                fields=["source_channel", "source_order_id"],
                condition=~Q(source_order_id=""),
                name="idx_stock_event_source",
            ),
        ]
        triggers = append_only("inventory_events")

    def __str__(self) -> str:
        return f"{self.event_type} {self.quantity_change:+d}"


class InventoryReservation(UuidModel):
    """A hold on stock by key; the key is the order's line, so that a hold is made once."""

    key = models.CharField(max_length=300, unique=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="reservations")
    quantity = models.IntegerField()
    state = models.CharField(
        max_length=10, choices=ReservationState.choices, default=ReservationState.ACTIVE
    )
    source_channel = models.CharField(max_length=30, default=Source.MANUAL)
    source_order_id = models.CharField(max_length=100, blank=True, default="")
    # Each change of the hold is an event with its own key: `<key>#<revision>`.
    revision = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inventory_reservations"
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=ReservationState.values), name="reservation_state_known"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="reservation_quantity_min"),
            models.CheckConstraint(
                condition=~Q(state=ReservationState.ACTIVE) | Q(quantity__gte=1),
                name="reservation_active_holds",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["expires_at"], condition=Q(state="active"), name="idx_reservation_due"
            ),
            models.Index(
                fields=["listing"], condition=Q(state="active"), name="idx_reservation_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.quantity}"


class InventoryPlace(UuidModel):
    """Where the part lies: its bin, such as `B-04-2`."""

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="place")
    bin_code = models.CharField(max_length=30)

    class Meta:
        db_table = "inventory_places"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(bin_code=""), name="place_bin_present"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["bin_code"], name="idx_place_bin"),
        ]

    def __str__(self) -> str:
        return self.bin_code
