"""What marketplaces tell us: notifications and orders, as sealed bytes with a masked index."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from channels_app.enums import Channel, InboxState
from channels_app.models.connection import ChannelConnection
from realtrack.core.ids import uuid7
from realtrack.core.models import UuidModel


def webhook_aad(log_id: uuid.UUID) -> str:
    """The place that the body of this notification is sealed for."""
    return f"channels_app.webhook:{log_id}:body"


class ChannelWebhookLog(models.Model):
    """A verified notification. `body` is the sealed raw body; `index` holds what may be shown."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=30, choices=Channel.choices)
    connection = models.ForeignKey(
        ChannelConnection,
        null=True,
        on_delete=models.SET_NULL,
        related_name="webhook_logs",
    )
    event_id = models.CharField(max_length=200)
    event_type = models.CharField(max_length=100)
    body = models.TextField(blank=True, default="")
    signature = models.TextField(blank=True, default="")
    index = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    # How often the marketplace has sent this one.
    deliveries = models.PositiveIntegerField(default=1)
    processed = models.BooleanField(default=False)
    processed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, default="")
    process_error = models.TextField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_webhook_logs"
        ordering: ClassVar[list[str]] = ["-received_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "connection", "event_id"],
                nulls_distinct=False,
                name="uniq_webhook_event",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt", "id"],
                condition=Q(processed=False),
                name="idx_webhook_unprocessed",
            ),
            models.Index(fields=["-received_at"], name="idx_webhook_received"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"

    @property
    def body_aad(self) -> str:
        """The place that the body is sealed for."""
        return webhook_aad(self.pk)


class ChannelOrder(UuidModel):
    """An order's newest state as fetched, sealed. One row per connection and external order.

    A state older than the stored one (by the marketplace's own last change) is not taken.
    `buyer_hash` finds the rows of a buyer whose data must go.
    """

    connection = models.ForeignKey(
        ChannelConnection, on_delete=models.PROTECT, related_name="orders"
    )
    external_order_id = models.CharField(max_length=100)
    external_modified_at = models.DateTimeField()
    payload = models.TextField(blank=True, default="")
    payload_hash = models.CharField(max_length=64, blank=True, default="")
    index = models.JSONField(default=dict, blank=True)
    buyer_hash = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=InboxState.choices, default=InboxState.RECEIVED)
    revision = models.PositiveIntegerField(default=1)
    source = models.CharField(max_length=20, blank=True, default="")
    error = models.TextField(blank=True, default="")
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "channel_orders"
        ordering: ClassVar[list[str]] = ["-fetched_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "external_order_id"], name="uniq_channel_order"
            ),
            models.CheckConstraint(
                condition=Q(state__in=InboxState.values),
                name="channel_order_state_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["buyer_hash"],
                condition=~Q(buyer_hash=""),
                name="idx_channel_order_buyer",
            ),
            models.Index(
                fields=["-fetched_at"],
                condition=Q(state="parked"),
                name="idx_channel_order_parked",
            ),
        ]

    def __str__(self) -> str:
        return self.external_order_id

    @property
    def payload_aad(self) -> str:
        """The place that the payload is sealed for."""
        return f"channels_app.order:{self.pk}:payload"
