"""Support views: accounts and listings are changed by their services alone; tokens stay sealed."""

from __future__ import annotations

from django.contrib import admin

from channels_app import models
from realtrack.core.web.admin import ReadOnlyAdmin

_SEALED = ("access_token", "refresh_token", "body", "signature", "payload", "state_hash")


@admin.register(models.ChannelConnection)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = (
        "channel", "marketplace_account_name", "marketplace_site_id", "status",
        "token_expires_at", "refresh_token_expires_at", "last_ok_at",
    )  # fmt: skip
    list_filter = ("channel", "status")
    search_fields = ("marketplace_account_name", "marketplace_account_id")
    exclude = _SEALED


@admin.register(models.ChannelListing)
class ChannelListingAdmin(ReadOnlyAdmin):
    list_display = (
        "external_sku", "connection", "sync_status", "is_live", "external_id",
        "confirmed_quantity", "confirmed_price", "last_sync_error",
    )  # fmt: skip
    list_filter = ("sync_status", "is_live", "managed_by")
    list_select_related = ("connection",)
    search_fields = ("external_sku", "external_id", "offer_id")
    show_full_result_count = False


@admin.register(models.ChannelOwed)
class OwedAdmin(ReadOnlyAdmin):
    list_display = (
        "channel_listing", "kind", "desired_version", "confirmed_version", "owed_since",
        "attempts", "next_attempt", "last_error",
    )  # fmt: skip
    list_filter = ("kind", "last_error_kind")
    list_select_related = ("channel_listing",)
    show_full_result_count = False


@admin.register(models.ChannelWebhookLog)
class WebhookLogAdmin(ReadOnlyAdmin):
    list_display = (
        "event_type", "event_id", "connection", "received_at", "processed", "deliveries",
        "outcome", "process_error",
    )  # fmt: skip
    list_filter = ("event_type", "processed")
    list_select_related = ("connection",)
    search_fields = ("event_id",)
    exclude = _SEALED
    show_full_result_count = False


@admin.register(models.ChannelOrder)
class ChannelOrderAdmin(ReadOnlyAdmin):
    list_display = (
        "external_order_id", "connection", "state", "external_modified_at", "revision", "error",
    )  # fmt: skip
    list_filter = ("state",)
    list_select_related = ("connection",)
    search_fields = ("external_order_id",)
    exclude = _SEALED
    show_full_result_count = False


@admin.register(models.ForeignListing)
class ForeignListingAdmin(ReadOnlyAdmin):
    list_display = (
        "external_id", "variation_sku", "sku", "title", "connection", "quantity", "price",
        "is_live", "is_dismissed", "seen_at",
    )  # fmt: skip
    list_filter = ("is_live", "is_dismissed")
    list_select_related = ("connection",)
    search_fields = ("external_id", "sku")
    show_full_result_count = False


@admin.register(models.ChannelCategory)
class CategoryAdmin(ReadOnlyAdmin):
    list_display = (
        "category_id", "name", "tree", "is_leaf", "verified_at", "drift", "drift_name",
    )  # fmt: skip
    list_filter = ("drift",)


@admin.register(models.ChannelDrift)
class DriftAdmin(ReadOnlyAdmin):
    list_display = (
        "channel_listing",
        "field",
        "ours",
        "theirs",
        "found_at",
        "closed_at",
        "outcome",
    )
    list_filter = ("field", "outcome")
    list_select_related = ("channel_listing",)


@admin.register(models.ChannelPicture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ("content_hash", "connection", "url", "expires_at")
    list_select_related = ("connection",)
    show_full_result_count = False


@admin.register(models.ChannelCache)
class CacheAdmin(ReadOnlyAdmin):
    list_display = ("key", "channel", "fetched_at", "expires_at")
    search_fields = ("key",)
