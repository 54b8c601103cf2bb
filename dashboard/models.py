from __future__ import annotations

from typing import ClassVar

from django.db import models

from listings.models import Listing
from orders.models import Order, OrderItem
from realtrack.core.models import UuidModel


class SalesRecord(UuidModel):
    """One sold line, denormalised for quick sums; kept by the events of orders."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="sales_records")
    order_item = models.OneToOneField(
        OrderItem, on_delete=models.CASCADE, related_name="sales_record"
    )
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="sales_records")
    channel = models.CharField(max_length=30)
    quantity_sold = models.PositiveIntegerField()
    sale_price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    marketplace_fee = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    net_revenue = models.DecimalField(max_digits=10, decimal_places=2)
    days_listed = models.PositiveIntegerField(null=True)
    sold_at = models.DateTimeField()
    # Cancelled before it left: it counts no more, but it happened.
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sales_records"
        ordering: ClassVar[list[str]] = ["-sold_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-sold_at"], name="idx_sales_date"),
            models.Index(fields=["channel", "-sold_at"], name="idx_sales_channel"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity_sold} × {self.listing_id}"


class SalesRefund(models.Model):
    """Money that went back, by the event that said so."""

    event_id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="sales_refunds")
    channel = models.CharField(max_length=30)
    amount = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    refunded_at = models.DateTimeField()

    class Meta:
        db_table = "sales_refunds"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-refunded_at"], name="idx_refunds_date"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class DashboardMetric(models.Model):
    """A computed figure, kept so that a page does not wait for it."""

    metric_key = models.CharField(max_length=100, primary_key=True)
    metric_value = models.JSONField()
    computed_at = models.DateTimeField()

    class Meta:
        db_table = "dashboard_metrics_cache"

    def __str__(self) -> str:
        return self.metric_key
