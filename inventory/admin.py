"""Support views: the ledger is changed by its services alone."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from inventory import models


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """Look, never touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(models.InventoryLedger)
class LedgerAdmin(ReadOnlyAdmin):
    list_display = (
        "listing", "quantity_total", "quantity_reserved", "quantity_available", "quantity_short",
        "version", "updated_at",
    )  # fmt: skip
    search_fields = ("listing__custom_label_sku",)
    list_select_related = ("listing",)


@admin.register(models.InventoryEvent)
class EventAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "listing", "event_type", "quantity_asked", "quantity_change",
        "quantity_after", "reserved_change", "shortfall", "source_channel", "source_order_id",
        "actor_label",
    )  # fmt: skip
    list_filter = ("event_type", "source_channel")
    search_fields = ("listing__custom_label_sku", "source_order_id", "idempotency_key")
    list_select_related = ("listing",)
    show_full_result_count = False


@admin.register(models.InventoryReservation)
class ReservationAdmin(ReadOnlyAdmin):
    list_display = ("key", "listing", "quantity", "state", "expires_at", "closed_at")
    list_filter = ("state",)
    search_fields = ("key", "listing__custom_label_sku")
    list_select_related = ("listing",)


@admin.register(models.InventoryPlace)
class PlaceAdmin(ReadOnlyAdmin):
    list_display = ("bin_code", "listing")
    search_fields = ("bin_code", "listing__custom_label_sku")
    list_select_related = ("listing",)
