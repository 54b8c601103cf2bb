"""Accounts as pages and the API show them."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q
from django.utils import timezone

from channels_app.enums import ConnectionStatus, InboxState, SyncStatus
from channels_app.models import ChannelConnection, ChannelListing, ChannelOrder, ChannelOwed
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from settings_app.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionHealth:
    """An account with its numbers; `setup` names what a person must still choose."""

    connection: ChannelConnection
    live: int
    refused: int
    owed: int
    owed_old: int
    setup: tuple[str, ...]

    @property
    def sign_in_ends(self) -> bool:
        """True in the last month of the sign-in: somebody must sign in again before its end."""
        ends = self.connection.refresh_token_expires_at
        return ends is not None and ends < timezone.now() + datetime.timedelta(days=30)

    @property
    def needs_person(self) -> bool:
        """True when nothing goes on there without someone."""
        return self.connection.status != ConnectionStatus.ACTIVE or bool(self.setup)


def connection_list(*, with_disconnected: bool = False) -> QuerySet[ChannelConnection]:
    """Accounts by marketplace and name."""
    rows = ChannelConnection.objects.order_by("channel", "marketplace_account_name", "id")
    return rows if with_disconnected else rows.filter(disconnected_at__isnull=True)


def connection_get(connection_id: uuid.UUID) -> ChannelConnection:
    """One account; raises NotFound when it does not exist or was disconnected."""
    row = connection_list().filter(pk=connection_id).first()
    if row is None:
        raise NotFound("This account does not exist.")
    return row


def connection_health() -> list[ConnectionHealth]:
    """All accounts with their numbers, in three queries."""
    listings: dict[uuid.UUID, dict[str, Any]] = {
        row["connection_id"]: dict(row)
        for row in ChannelListing.objects.values("connection_id").annotate(
            live=Count("id", filter=Q(is_live=True)),
            refused=Count("id", filter=Q(sync_status=SyncStatus.ERROR)),
        )
    }
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    owed: dict[uuid.UUID, dict[str, Any]] = {
        row["channel_listing__connection_id"]: dict(row)
        for row in ChannelOwed.objects.filter(desired_version__gt=F("confirmed_version"))
        .values("channel_listing__connection_id")
        .annotate(owed=Count("id"), old=Count("id", filter=Q(owed_since__lt=hour_ago)))
    }
    return [
        ConnectionHealth(
            connection=one,
            live=listings.get(one.pk, {}).get("live", 0),
            refused=listings.get(one.pk, {}).get("refused", 0),
            owed=owed.get(one.pk, {}).get("owed", 0),
            owed_old=owed.get(one.pk, {}).get("old", 0),
            setup=setup_missing(one),
        )
        for one in connection_list()
    ]


def setup_missing(connection: ChannelConnection) -> tuple[str, ...]:
    """What must be chosen before anything can be published."""
    chosen = connection.settings.get("policies") or {}
    missing = [
        f"{kind} policy" for kind in ("fulfillment", "payment", "return") if not chosen.get(kind)
    ]
    if not connection.settings.get("locationKey"):
        missing.append("location")
    return tuple(missing)


def nav_counts(user: User) -> dict[str, int]:
    """Accounts that need someone; owed rows that wait for a person, and parked orders."""
    del user
    accounts = connection_list().exclude(status=ConnectionStatus.ACTIVE).count()
    blocked = ChannelOwed.objects.filter(
        desired_version__gt=F("confirmed_version"), next_attempt__isnull=True
    ).count()
    parked = ChannelOrder.objects.filter(state=InboxState.PARKED).count()
    return {"channels": accounts, "sync": blocked + parked}
