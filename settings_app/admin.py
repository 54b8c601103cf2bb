"""Django admin for support: it shows, and what it does goes through services, which log it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from realtrack.core import dispatcher, runs
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from realtrack.core.models import AuditLog, EventDelivery, Run
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, user_of
from realtrack.core.web.admin import ReadOnlyAdmin
from settings_app import services
from settings_app.models import (
    MarketLookup,
    PricingRule,
    ShippingProfile,
    Team,
    TenantSetting,
    User,
)
from settings_app.selectors import setting_definition

# What libraries register by themselves: they write past our services and our log.
for _foreign in (
    AccessAttempt, AccessFailureLog, AccessLog, BlacklistedToken, Group, OutstandingToken,
):  # fmt: skip
    if admin.site.is_registered(_foreign):
        admin.site.unregister(_foreign)


class SupportAdmin(ReadOnlyAdmin):
    """Shows rows; its actions call a service for each chosen one and say what came of it."""

    def has_users_permission(self, request: HttpRequest) -> bool:
        return user_can(request.user, Right.USERS_MANAGE)

    def has_settings_permission(self, request: HttpRequest) -> bool:
        return user_can(request.user, Right.SETTINGS_EDIT)

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return user_can(request.user, Right.RUNS_STEER_OTHERS)

    def has_support_permission(self, request: HttpRequest) -> bool:
        return user_can(request.user, Right.HEALTH_DETAIL)

    def each(
        self, request: HttpRequest, rows: QuerySet[Any], work: Callable[[Any, Actor], object]
    ) -> None:
        """Do `work` on each row by itself: one that is refused does not stop the others."""
        done = 0
        for row in rows:
            try:
                work(row, actor_of(request))
            except AppError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
            else:
                done += 1
        if done:
            self.message_user(request, f"Done: {done}.", messages.SUCCESS)


@admin.register(User)
class UserAdmin(SupportAdmin):
    """People; roles, invitations and teams are under Settings."""

    list_display = ("email", "name", "role", "is_active", "last_login")
    list_filter = ("role", "is_active")
    search_fields = ("email", "name")
    exclude = ("password",)
    actions = ["deactivate", "reactivate", "sign_out"]

    @admin.action(description="Deactivate", permissions=["users"])
    def deactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self.each(request, rows, lambda row, by: services.user_deactivate(user_id=row.pk, actor=by))

    @admin.action(description="Activate again", permissions=["users"])
    def reactivate(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self.each(request, rows, lambda row, by: services.user_reactivate(user_id=row.pk, actor=by))

    @admin.action(description="Sign out everywhere", permissions=["users"])
    def sign_out(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        self.each(
            request, rows,
            lambda row, by: services.user_sign_out_everywhere(user_id=row.pk, actor=by),
        )  # fmt: skip


@admin.register(Team)
class TeamAdmin(ReadOnlyAdmin):
    """To look; teams are changed under Settings, whose services log it."""

    list_display = ("name", "created_at")


@admin.register(TenantSetting)
class TenantSettingAdmin(SupportAdmin):
    """What differs from the defaults; a secret shows its last four characters."""

    list_display = ("category", "key", "value", "updated_at", "updated_by")
    list_filter = ("category",)
    exclude = ("sealed",)
    actions = ["back_to_default"]

    @admin.action(description="Back to the default", permissions=["settings"])
    def back_to_default(self, request: HttpRequest, rows: QuerySet[TenantSetting]) -> None:
        def work(row: TenantSetting, by: Actor) -> None:
            definition = setting_definition(row.category, row.key)
            # A key is for those who manage keys, here as everywhere.
            services.check_may_change(definition, user_of(request))
            services.setting_reset(category=row.category, key=row.key, actor=by)

        self.each(request, rows, work)


@admin.register(ShippingProfile)
class ShippingProfileAdmin(ReadOnlyAdmin):
    list_display = ("name", "carrier", "service", "cost_type", "active")


@admin.register(PricingRule)
class PricingRuleAdmin(ReadOnlyAdmin):
    list_display = ("name", "rule_type", "priority", "active")


@admin.register(MarketLookup)
class MarketLookupAdmin(ReadOnlyAdmin):
    list_display = ("part_number", "provider", "currency", "asked_at")
    search_fields = ("part_number",)


@admin.register(AuditLog)
class AuditLogAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "event", "entity_type", "entity_id", "actor_label")
    show_full_result_count = False


@admin.register(EventDelivery)
class EventDeliveryAdmin(SupportAdmin):
    """What subscribers are owed, and what was given up."""

    list_display = ("event", "subscriber", "state", "attempts", "next_attempt")
    list_filter = ("state", "subscriber")
    actions = ["retry"]

    @admin.action(description="Try again what was given up", permissions=["support"])
    def retry(self, request: HttpRequest, rows: QuerySet[EventDelivery]) -> None:
        self.each(
            request, rows,
            lambda row, by: dispatcher.delivery_retry(delivery_id=row.pk, actor=by),
        )  # fmt: skip


@admin.register(Run)
class RunAdmin(SupportAdmin):
    """Background runs."""

    list_display = ("title", "kind", "state", "total", "created_at")
    list_filter = ("state", "kind")
    actions = ["cancel", "start_again"]

    @admin.action(description="Cancel", permissions=["steer"])
    def cancel(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        self.each(request, rows, lambda row, by: runs.run_cancel(run_id=_key(row), actor=by))

    @admin.action(description="Start again", permissions=["steer"])
    def start_again(self, request: HttpRequest, rows: QuerySet[Run]) -> None:
        self.each(request, rows, lambda row, by: runs.run_retry(run_id=_key(row), actor=by))


def _key(row: Run) -> uuid.UUID:
    return row.pk
