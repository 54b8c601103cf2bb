"""Accounts on marketplaces, and the sign-ins that make them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from channels_app.enums import Channel, ConnectionStatus
from realtrack.core.models import UuidModel


class ChannelConnection(UuidModel):
    """One account on one site of a marketplace. Tokens are sealed for this row (`token_aad`).

    `settings` holds what a person chose for the account: policies, location, marketplace ids
    (see `adapters.ebay.config`). `refresh_claimed_until` is the lease of whoever renews the
    token, so that twenty workers make one call.
    """

    channel = models.CharField(max_length=30, choices=Channel.choices)
    marketplace_account_id = models.CharField(max_length=100)
    marketplace_account_name = models.CharField(max_length=200, blank=True, default="")
    marketplace_site_id = models.CharField(max_length=20)
    access_token = models.TextField(blank=True, default="")
    refresh_token = models.TextField(blank=True, default="")
    token_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_token_expires_at = models.DateTimeField(null=True, blank=True)
    scope = models.TextField(blank=True, default="")
    token_version = models.PositiveIntegerField(default=0)
    refresh_claimed_until = models.DateTimeField(null=True, blank=True)
    status = models.CharField(
        max_length=20, choices=ConnectionStatus.choices, default=ConnectionStatus.ACTIVE
    )
    last_error = models.TextField(blank=True, default="")
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_sync_at = models.DateTimeField(null=True, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    # What the account offers (policies, locations), as last read, with `readAt`.
    options = models.JSONField(default=dict, blank=True)
    orders_cursor = models.DateTimeField(null=True, blank=True)
    orders_polled_at = models.DateTimeField(null=True, blank=True)
    # How far changes of listings made elsewhere were read.
    foreign_cursor = models.DateTimeField(null=True, blank=True)
    notifications = models.JSONField(default=dict, blank=True)
    # When somebody last signed in: a revocation from before it is an old story.
    signed_in_at = models.DateTimeField(null=True, blank=True)
    connected_by = models.ForeignKey(
        "settings_app.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    disconnected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_connections"
        ordering: ClassVar[list[str]] = ["channel", "marketplace_account_name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "marketplace_account_id", "marketplace_site_id"],
                name="uniq_channel_account",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=Channel.values), name="connection_channel_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ConnectionStatus.values),
                name="connection_status_known",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["token_expires_at"],
                condition=Q(status="active"),
                name="idx_connection_expiring",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """How people know it: `eBay mhn-auto-parts`."""
        name = self.marketplace_account_name or self.marketplace_account_id
        return f"{self.get_channel_display()} {name}"

    @property
    def is_usable(self) -> bool:
        """True while calls can be made for it."""
        return self.status == ConnectionStatus.ACTIVE and self.disconnected_at is None

    def token_aad(self, column: str) -> str:
        """The place that a token is sealed for."""
        return f"channels_app.connection:{self.pk}:{column}"


class OAuthState(models.Model):
    """A sign-in that was begun: single use, for one person and one browser session, ten minutes."""

    id = models.BigAutoField(primary_key=True)
    # Only the hash: who reads the table cannot finish someone's sign-in.
    state_hash = models.CharField(max_length=64, unique=True)
    channel = models.CharField(max_length=30, choices=Channel.choices)
    user = models.ForeignKey("settings_app.User", on_delete=models.CASCADE, related_name="+")
    scope = models.TextField(blank=True, default="")
    site = models.CharField(max_length=20, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "oauth_states"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["expires_at"], name="idx_oauth_state_expires"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.created_at:%Y-%m-%d %H:%M}"
