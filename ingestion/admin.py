"""Support views of the intake: its rows are changed by its services alone."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest
from typing_extensions import override

from ingestion import models
from ingestion.services.trade import trade_word_save
from realtrack.core.web.access import actor_of
from realtrack.core.web.admin import ReadOnlyAdmin


@admin.register(models.IngestionJob)
class JobAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "status", "mode", "image_count", "ai_provider", "ai_cost_usd",
        "attempt_count", "error_code", "created_by",
    )  # fmt: skip
    list_filter = ("status", "mode", "ai_provider")
    list_select_related = ("created_by",)


@admin.register(models.AiCall)
class CallAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "day", "provider", "model", "task", "photos", "state", "reserved_usd",
        "cost_usd", "tokens", "outcome",
    )  # fmt: skip
    list_filter = ("state", "provider")


@admin.register(models.AiBudgetDay)
class BudgetDayAdmin(ReadOnlyAdmin):
    list_display = ("day", "held_usd")


@admin.register(models.LearnedAlias)
class LearnedAliasAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "kind", "read", "value", "learned_by", "undone_at")
    list_filter = ("kind",)
    search_fields = ("read", "value")
    list_select_related = ("learned_by",)


@admin.register(models.TradeWord)
class TradeWordAdmin(admin.ModelAdmin[models.TradeWord]):
    """Brands and part types with their spellings; one that is not wanted is switched off."""

    list_display = ("name", "kind", "detail", "is_used", "updated_at")
    list_filter = ("kind", "is_used", "detail")
    search_fields = ("name", "spellings")
    fields = ("kind", "name", "spellings", "detail", "is_used")

    @override
    def has_delete_permission(
        self, request: HttpRequest, obj: models.TradeWord | None = None
    ) -> bool:
        # A deleted one would come back with the next update of the program.
        return False

    @override
    def save_model(
        self,
        request: HttpRequest,
        obj: models.TradeWord,
        form: ModelForm[models.TradeWord],
        change: Any,
    ) -> None:
        """Store it and note it in the log."""
        trade_word_save(word=obj, actor=actor_of(request))
