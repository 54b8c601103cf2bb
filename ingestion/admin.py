"""Support views of the intake: its rows are changed by its services alone."""

from __future__ import annotations

from django.contrib import admin

from ingestion import models
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
