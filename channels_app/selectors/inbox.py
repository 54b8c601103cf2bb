"""What marketplaces told us, what differs there, categories and listings made elsewhere."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q
from django.utils import timezone

from channels_app.models import (
    ChannelCategory,
    ChannelDrift,
    ChannelListing,
    ChannelOrder,
    ChannelOwed,
    ChannelWebhookLog,
    ForeignListing,
)
from realtrack.core.errors import NotFound

if TYPE_CHECKING:
    from django.db.models import QuerySet


def inbox_list(*, state: str = "", text: str = "") -> QuerySet[ChannelWebhookLog]:
    """Notifications, newest first. `state`: `failed` (gave up), `waiting`, `done` or all.

    `text` finds a topic, an event id or an order's number.
    """
    rows = ChannelWebhookLog.objects.select_related("connection").order_by("-received_at", "-id")
    if state == "failed":
        rows = rows.filter(processed=False, next_attempt__isnull=True)
    elif state == "waiting":
        rows = rows.filter(processed=False, next_attempt__isnull=False)
    elif state == "done":
        rows = rows.filter(processed=True)
    if text:
        rows = rows.filter(
            Q(event_id__iexact=text) | Q(event_type__icontains=text) | Q(index__orderId=text)
        )
    return rows


def inbox_orders(*, state: str = "", text: str = "") -> QuerySet[ChannelOrder]:
    """Orders as fetched, newest first; `text` finds a number."""
    rows = ChannelOrder.objects.select_related("connection").order_by("-fetched_at", "-id")
    if state:
        rows = rows.filter(state=state)
    return rows.filter(external_order_id__istartswith=text) if text else rows


def webhook_get(log_id: uuid.UUID) -> ChannelWebhookLog:
    """One notification; raises NotFound."""
    row = ChannelWebhookLog.objects.select_related("connection").filter(pk=log_id).first()
    if row is None:
        raise NotFound("This notification is not kept any more.")
    return row


def inbox_order_get(order_id: uuid.UUID) -> ChannelOrder:
    """One order of the inbox; raises NotFound."""
    row = ChannelOrder.objects.select_related("connection").filter(pk=order_id).first()
    if row is None:
        raise NotFound("This order is not in the inbox any more.")
    return row


def drift_list(*, is_open: bool = True) -> QuerySet[ChannelDrift]:
    """Differences, newest first."""
    rows = ChannelDrift.objects.select_related(
        "channel_listing__listing", "channel_listing__connection"
    ).order_by("-found_at", "-id")
    return rows.filter(closed_at__isnull=is_open)


def category_list() -> QuerySet[ChannelCategory]:
    """Categories that parts use, those that drifted first."""
    return ChannelCategory.objects.order_by("-drift_at", "name")


def foreign_list(
    connection_id: uuid.UUID, *, state: str = "", text: str = ""
) -> QuerySet[ForeignListing]:
    """Listings made elsewhere by their number. `state`: open, linked, dismissed, ended or all."""
    rows = (
        ForeignListing.objects.filter(connection_id=connection_id)
        .select_related("channel_listing__listing")
        .order_by("external_id", "variation_sku")
    )
    if state == "open":
        rows = rows.filter(is_live=True, channel_listing__isnull=True, is_dismissed=False)
    elif state == "linked":
        rows = rows.filter(channel_listing__isnull=False)
    elif state == "dismissed":
        rows = rows.filter(is_dismissed=True)
    elif state == "ended":
        rows = rows.filter(is_live=False)
    if text:
        rows = rows.filter(Q(external_id=text) | Q(sku__iexact=text) | Q(title__icontains=text))
    return rows


def owed_counts() -> dict[str, int]:
    """The sync board in numbers: owed, being sent, failed for a person, out of sync."""
    owed = ChannelOwed.objects.filter(desired_version__gt=F("confirmed_version"))
    now = timezone.now()
    found = owed.aggregate(
        owed=Count("id"),
        running=Count("id", filter=Q(channel_listing__claimed_until__gt=now)),
        failed=Count("id", filter=Q(next_attempt__isnull=True)),
        retried=Count("id", filter=Q(attempts__gt=0, next_attempt__isnull=False)),
    )
    found["out_of_sync"] = ChannelListing.objects.filter(sync_status="out_of_sync").count()
    return {name: int(value) for name, value in found.items()}
