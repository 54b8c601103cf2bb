from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from channels_app.enums import CancelState, PaymentState
from channels_app.models import ChannelConnection
from listings.models import Listing
from orders.enums import CHANNELS, GONE, MANUAL, LineStock, OrderStatus, Payment, Step
from realtrack.core.models import UuidModel


class SealedColumns(models.Model):
    """Buyer data, each value sealed for its row and column (`orders.sealing`)."""

    buyer_email = models.TextField(blank=True, default="")
    buyer_name = models.TextField(blank=True, default="")
    buyer_phone = models.TextField(blank=True, default="")
    buyer_note = models.TextField(blank=True, default="")
    shipping_name = models.TextField(blank=True, default="")
    shipping_address_1 = models.TextField(blank=True, default="")
    shipping_address_2 = models.TextField(blank=True, default="")
    shipping_phone = models.TextField(blank=True, default="")
    shipping_email = models.TextField(blank=True, default="")
    # Finds orders by e-mail: an index on ciphertext would find nothing.
    buyer_email_hash = models.CharField(max_length=64, blank=True, default="")
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class MoneyColumns(models.Model):
    """What it cost, in the order's currency."""

    subtotal = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    discount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    shipping_cost = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    tax_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    # Of orders by hand: the rate that held, and whether the prices were typed with the tax.
    tax_rate = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    prices_include_tax = models.BooleanField(default=False, db_default=False)
    total_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    currency = models.CharField(max_length=3, default="USD")
    marketplace_fee = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    net_revenue = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    refund_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    refund_reason = models.TextField(blank=True, default="")
    refunded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Order(SealedColumns, MoneyColumns, UuidModel):
    """An order: of a marketplace, once per account and external id, or by hand, without account."""

    channel = models.CharField(max_length=30, choices=CHANNELS)
    connection = models.ForeignKey(
        ChannelConnection,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="sales_orders",
    )
    external_order_id = models.CharField(max_length=100)
    # Of orders by hand: what the client named the request, and a keyed hash of all that it asked.
    idempotency_key = models.CharField(max_length=100, blank=True, default="", db_default="")
    request_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    payment_method = models.CharField(
        max_length=20, choices=Payment.choices, blank=True, default="", db_default=""
    )
    created_by = models.UUIDField(null=True, blank=True)
    external_url = models.TextField(blank=True, default="")
    external_modified_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=30, choices=OrderStatus.choices, default=OrderStatus.PENDING
    )
    payment_state = models.CharField(
        max_length=20, choices=PaymentState.choices, default=PaymentState.PENDING
    )
    cancel_state = models.CharField(
        max_length=20, choices=CancelState.choices, default=CancelState.NONE
    )
    cancel_reason = models.TextField(blank=True, default="")
    # The marketplace's public handle; the rest of the buyer is sealed.
    buyer_username = models.CharField(max_length=200, blank=True, default="")
    shipping_city = models.CharField(max_length=100, blank=True, default="")
    shipping_state = models.CharField(max_length=100, blank=True, default="")
    shipping_zip = models.CharField(max_length=20, blank=True, default="")
    shipping_country = models.CharField(max_length=2, blank=True, default="")
    shipping_method = models.CharField(max_length=100, blank=True, default="")
    is_pickup = models.BooleanField(default=False)
    tracking_number = models.CharField(max_length=100, blank=True, default="")
    tracking_carrier = models.CharField(max_length=50, blank=True, default="")
    ship_by = models.DateTimeField(null=True, blank=True)
    ordered_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    picked_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    shipped_at = models.DateTimeField(null=True, blank=True)
    # What the marketplace knows of the parcel: its own id of it, or why it refused.
    shipment_told_at = models.DateTimeField(null=True, blank=True)
    shipment_id = models.CharField(max_length=100, blank=True, default="", db_default="")
    shipment_error = models.TextField(blank=True, default="", db_default="")
    delivered_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "orders"
        ordering: ClassVar[list[str]] = ["-ordered_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "external_order_id"], name="uniq_order_external"
            ),
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values), name="order_status_known"
            ),
            models.CheckConstraint(
                condition=Q(payment_state__in=PaymentState.values), name="order_payment_known"
            ),
            models.CheckConstraint(
                condition=Q(cancel_state__in=CancelState.values), name="order_cancel_known"
            ),
            models.CheckConstraint(condition=Q(refund_amount__gte=0), name="order_refund_min"),
            models.CheckConstraint(
                condition=Q(connection__isnull=False) | Q(channel=MANUAL),
                name="order_account_unless_manual",
            ),
            models.UniqueConstraint(
                fields=["external_order_id"],
                condition=Q(connection__isnull=True),
                name="uniq_order_by_hand",
            ),
            models.UniqueConstraint(
                fields=["idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="uniq_order_idempotency",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["status", "-ordered_at"], name="idx_order_status"),
            models.Index(fields=["channel", "-ordered_at"], name="idx_order_channel"),
            models.Index(fields=["-ordered_at", "-id"], name="idx_order_date"),
            models.Index(
                fields=["buyer_email_hash"],
                condition=~Q(buyer_email_hash=""),
                name="idx_order_buyer_hash",
            ),
            models.Index(fields=["buyer_username"], name="idx_order_buyer"),
            models.Index(
                fields=["ship_by"],
                condition=Q(status__in=["confirmed", "processing"]),
                name="idx_order_ship_by",
            ),
            models.Index(
                fields=["delivered_at"],
                condition=Q(status="delivered"),
                name="idx_order_delivered",
            ),
        ]

    def __str__(self) -> str:
        return self.external_order_id

    @property
    def step(self) -> Step:
        """What a person does next."""
        if self.status == OrderStatus.PENDING:
            return Step.PAY
        if self.status == OrderStatus.CONFIRMED:
            return Step.PICK
        if self.status == OrderStatus.PROCESSING:
            return Step.SHIP if self.packed_at else Step.PACK
        return Step.ENDED if self.status == OrderStatus.CANCELLED else Step.DONE

    @property
    def is_manual(self) -> bool:
        """True for an order that somebody wrote here: no marketplace knows it."""
        return self.connection_id is None

    @property
    def is_gone(self) -> bool:
        """True once the parts have left."""
        return self.status in GONE

    def aad(self, column: str) -> str:
        """The place that a sealed value belongs to."""
        return f"orders.order:{self.pk}:{column}"


class OrderItem(UuidModel):
    """One line. Without a listing it is unmatched: kept, shown, and waiting for a person."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items")
    external_line_id = models.CharField(max_length=100)
    external_item_id = models.CharField(max_length=100, blank=True, default="")
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.PROTECT, related_name="order_items"
    )
    sku = models.CharField(max_length=100, blank=True, default="")
    title = models.TextField(blank=True, default="")
    quantity = models.IntegerField()
    unit_price = models.DecimalField(max_digits=10, decimal_places=2)
    total_price = models.DecimalField(max_digits=10, decimal_places=2)
    discount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    shipping_cost = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    tax_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    tax_rate = models.DecimalField(max_digits=7, decimal_places=6, null=True, blank=True)
    refund_amount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    vehicle = models.JSONField(default=dict, blank=True)
    ship_by = models.DateTimeField(null=True, blank=True)
    stock = models.CharField(max_length=10, choices=LineStock.choices, default=LineStock.NONE)
    # What the sale lacked.
    shortfall = models.IntegerField(default=0)
    matched_by = models.UUIDField(null=True, blank=True)
    fulfilled = models.BooleanField(default=False)

    class Meta:
        db_table = "order_items"
        ordering: ClassVar[list[str]] = ["external_line_id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["order", "external_line_id"], name="uniq_order_item_line"
            ),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_item_quantity_min"),
            models.CheckConstraint(
                condition=Q(stock__in=LineStock.values), name="order_item_stock_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["listing"], name="idx_order_item_listing"),
            models.Index(
                fields=["order"], condition=Q(listing__isnull=True), name="idx_order_item_unmatched"
            ),
            models.Index(fields=["sku"], name="idx_order_item_sku"),
        ]

    def __str__(self) -> str:
        return self.title or self.external_line_id
