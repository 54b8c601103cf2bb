from __future__ import annotations

from django.contrib import admin

from realtrack.core.models import AuditLog, EventDelivery, Run
from realtrack.core.web.admin import ReadOnlyAdmin
from settings_app.models import PricingRule, ShippingProfile, Team, TenantSetting, User


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """To look; changes go through Settings, whose services log them."""

    list_display = (
        "email",
        "name",
        "role",
        "is_active",
        "last_login",
    )
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    exclude = ("password",)


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    """To look; teams are changed under Settings, whose services log it."""

    list_display = ("name", "created_at")


@admin.register(TenantSetting)
class TenantSettingAdmin(ReadOnlyAdmin):
    list_display = (
        "category",
        "key",
        "updated_at",
        "updated_by",
    )
    exclude = ("sealed",)


@admin.register(ShippingProfile)
class ShippingProfileAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "carrier",
        "service",
        "cost_type",
        "active",
    )


@admin.register(PricingRule)
class PricingRuleAdmin(ReadOnlyAdmin):
    list_display = (
        "name",
        "rule_type",
        "priority",
        "active",
    )


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at", "event", "entity_type", "entity_id", "actor_label",
    )  # fmt: skip
    show_full_result_count = False


@admin.register(EventDelivery)
class EventDeliveryAdmin(ReadOnlyAdmin):
    list_display = (
        "event", "subscriber", "state", "attempts", "next_attempt",
    )  # fmt: skip
    list_filter = ("state", "subscriber")


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin):
    list_display = (
        "title",
        "kind",
        "state",
        "total",
        "created_at",
    )
    list_filter = ("state", "kind")
