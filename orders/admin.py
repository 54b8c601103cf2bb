"""Support views: orders are changed by their services alone, buyers stay sealed here."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from orders import models
from orders.sealing import SEALED


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """Look, never touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(models.Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = (
        "external_order_id", "channel", "connection", "status", "payment_state", "total_amount",
        "currency", "ordered_at",
    )  # fmt: skip
    list_filter = ("status", "channel", "payment_state")
    search_fields = ("external_order_id",)
    list_select_related = ("connection",)
    # A look at a buyer is logged on the order's page, so that there is none here.
    exclude = (*SEALED, "buyer_email_hash", "buyer_username")


@admin.register(models.OrderItem)
class ItemAdmin(ReadOnlyAdmin):
    list_display = ("order", "external_line_id", "sku", "listing", "quantity", "stock", "shortfall")
    list_filter = ("stock",)
    search_fields = ("sku", "order__external_order_id")
    list_select_related = ("order", "listing")
