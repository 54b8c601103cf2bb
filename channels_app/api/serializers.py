"""Bodies and answers of the marketplaces' API."""

from __future__ import annotations

import datetime
from typing import Any

from rest_framework import serializers

from channels_app.enums import ConnectionStatus, SyncStatus
from channels_app.models import ChannelConnection, ChannelListing
from channels_app.selectors import setup_missing
from realtrack.core.api.serializers import ListQuery, MoneyField, StrictSerializer


class ConnectionOut(serializers.Serializer[Any]):
    """An account; never a token."""

    id = serializers.UUIDField()
    channel = serializers.CharField()
    account_id = serializers.CharField(source="marketplace_account_id")
    account_name = serializers.CharField(source="marketplace_account_name")
    site_id = serializers.CharField(source="marketplace_site_id")
    title = serializers.CharField(source="label")
    status = serializers.ChoiceField(choices=ConnectionStatus.choices)
    last_error = serializers.CharField(allow_blank=True)
    last_sync_at = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True)
    token_expires_at = serializers.DateTimeField(allow_null=True)
    refresh_token_expires_at = serializers.DateTimeField(allow_null=True)
    policies = serializers.SerializerMethodField()
    location_key = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    notifications = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_policies(self, row: ChannelConnection) -> dict[str, str]:
        """Chosen policies by kind."""
        return dict(row.settings.get("policies") or {})

    def get_location_key(self, row: ChannelConnection) -> str:
        """The place that parts ship from."""
        return str(row.settings.get("locationKey") or "")

    def get_missing(self, row: ChannelConnection) -> list[str]:
        """What must be chosen before anything can be published."""
        return list(setup_missing(row))

    def get_notifications(self, row: ChannelConnection) -> str:
        """`on` where the marketplace tells us of orders, else they are polled."""
        return str(row.notifications.get("state") or "off")


class ChannelOut(serializers.Serializer[Any]):
    """A marketplace of the registry."""

    channel = serializers.CharField()
    title = serializers.CharField()
    is_available = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)


class OptionOut(serializers.Serializer[Any]):
    """A policy or location."""

    kind = serializers.CharField()
    id = serializers.CharField()
    name = serializers.CharField()


class ChannelListingOut(serializers.Serializer[Any]):
    """A part on an account."""

    id = serializers.UUIDField()
    listing_id = serializers.UUIDField()
    connection_id = serializers.UUIDField()
    sku = serializers.CharField(source="external_sku")
    title = serializers.CharField(source="listing.title")
    sync_status = serializers.ChoiceField(choices=SyncStatus.choices)
    is_live = serializers.BooleanField()
    external_id = serializers.CharField(allow_blank=True)
    external_url = serializers.CharField(allow_blank=True)
    offer_id = serializers.CharField(allow_blank=True)
    quantity = serializers.IntegerField(source="confirmed_quantity", allow_null=True)
    price = MoneyField(source="confirmed_price", allow_null=True)
    currency = serializers.CharField(allow_blank=True)
    last_synced_at = serializers.DateTimeField(allow_null=True)
    last_sync_error = serializers.CharField(allow_blank=True)
    last_error_id = serializers.CharField(allow_blank=True)
    last_error_field = serializers.CharField(allow_blank=True)
    # When what is owed is sent (again); null where nothing is owed or it waits for a person.
    next_attempt_at = serializers.SerializerMethodField()
    published_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)

    def get_next_attempt_at(self, row: ChannelListing) -> datetime.datetime | None:
        """The earliest of all that is owed to this row."""
        return min(
            (one.next_attempt for one in row.owed.all() if one.is_owed and one.next_attempt),
            default=None,
        )


class ListingsQuery(ListQuery):
    status = serializers.ChoiceField(choices=SyncStatus.choices, required=False)


class AuthUrlQuery(StrictSerializer):
    site = serializers.CharField(required=False, max_length=20)


class CallbackQuery(serializers.Serializer[Any]):
    """What the marketplace sends the browser back with; it may add more."""

    code = serializers.CharField(required=False, max_length=1024, default="")
    state = serializers.CharField(max_length=200)
    error = serializers.CharField(required=False, max_length=200, default="")


class DisconnectQuery(StrictSerializer):
    listings = serializers.ChoiceField(choices=["keep", "end"], default="keep")


class PublishBody(StrictSerializer):
    """`connectionId` for one account, `connectionIds` for several."""

    listing_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=500)
    connection_id = serializers.UUIDField(required=False)
    connection_ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, min_length=1, max_length=50
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("connection_id" in attrs) == ("connection_ids" in attrs):
            raise serializers.ValidationError(
                {"connection_id": "Name one account in connectionId, or several in connectionIds."}
            )
        attrs["connection_ids"] = attrs.get("connection_ids") or [attrs["connection_id"]]
        return attrs


class SyncBody(StrictSerializer):
    connection_id = serializers.UUIDField(required=False)


class ConfigureBody(StrictSerializer):
    policies = serializers.DictField(child=serializers.CharField(max_length=40), required=False)
    location_key = serializers.CharField(max_length=36, required=False)


class LocationBody(StrictSerializer):
    key = serializers.RegexField(r"^[A-Za-z0-9_\-]{1,36}$")
    name = serializers.CharField(max_length=100)
    address_line1 = serializers.CharField(max_length=128, required=False, default="")
    city = serializers.CharField(max_length=128, required=False, default="")
    region = serializers.CharField(max_length=128, required=False, default="")
    postal_code = serializers.CharField(max_length=16, required=False, default="")
    country = serializers.RegexField(r"^[A-Z]{2}$")
    phone = serializers.CharField(max_length=36, required=False, default="")


class EndBody(StrictSerializer):
    channel_listing_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=500
    )
