"""Support views: the ledger is changed by its services alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from typing_extensions import override

from inventory import models, services
from realtrack.core.web.access import actor_of
from realtrack.core.web.admin import ReadOnlyAdmin


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


@admin.register(models.DonorCar)
class DonorCarAdmin(ReadOnlyAdmin):
    list_display = ("stock_number", "vin", "year", "make", "model", "state", "place", "created_at")
    list_filter = ("state", "title_status")
    search_fields = ("stock_number", "vin", "place")
    list_select_related = ("make", "model")


@admin.register(models.DonorPart)
class DonorPartAdmin(ReadOnlyAdmin):
    list_display = ("donor", "part_type", "side", "listing", "pulled_at", "scrapped_at")
    search_fields = ("donor__stock_number", "part_type", "listing__custom_label_sku")
    list_select_related = ("donor", "listing")


class TemplateItemInline(admin.TabularInline[Any, Any]):
    model = models.TeardownTemplateItem
    extra = 3
    fields = ("rank", "part_type", "side", "minutes_to_pull")


@admin.register(models.TeardownTemplate)
class TeardownTemplateAdmin(admin.ModelAdmin[Any]):
    """What is usually worth pulling, by kind of car; the seed leaves alone what stands here."""

    list_display = ("name", "updated_at")
    search_fields = ("name",)
    inlines = (TemplateItemInline,)

    @override
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a template that is not wanted is emptied, and the log tells who did it."""
        return False

    @override
    def save_related(
        self, request: HttpRequest, form: ModelForm[Any], formsets: Any, change: bool
    ) -> None:
        """Save the lines and note who did, in the admin's own transaction."""
        super().save_related(request, form, formsets, change)
        services.teardown_template_changed(template=form.instance, actor=actor_of(request))
