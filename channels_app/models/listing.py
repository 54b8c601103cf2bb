"""Parts on marketplaces, and what is owed to these."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from channels_app.enums import OwedKind, SyncStatus, Verdict
from channels_app.models.connection import ChannelConnection
from listings.models import Listing
from realtrack.core.models import UuidModel


class ChannelListing(UuidModel):
    """A part on an account. `external_key` is the marketplace's own key once it is live.

    Desired numbers are what we last meant to show, confirmed ones what the marketplace took;
    `external_data` is the content it took, to show what differs. `claim_token` and
    `claimed_until` are the lease of the worker that calls for it: one at a time.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="channel_listings")
    connection = models.ForeignKey(
        ChannelConnection, on_delete=models.PROTECT, related_name="channel_listings"
    )
    site = models.CharField(max_length=20)
    sync_status = models.CharField(
        max_length=20, choices=SyncStatus.choices, default=SyncStatus.PENDING
    )
    external_key = models.CharField(max_length=120, null=True, blank=True)
    external_id = models.CharField(max_length=100, blank=True, default="")
    # Item numbers that it had before: orders for them still arrive.
    former_ids = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    # The marketplace's draft; of a listing made elsewhere, the SKU of its variation.
    offer_id = models.CharField(max_length=100, blank=True, default="")
    external_sku = models.CharField(max_length=100, blank=True, default="")
    external_url = models.TextField(blank=True, default="")
    is_live = models.BooleanField(default=False)
    desired_quantity = models.IntegerField(null=True, blank=True)
    confirmed_quantity = models.IntegerField(null=True, blank=True)
    desired_price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    confirmed_price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    payload_hash = models.CharField(max_length=64, blank=True, default="")
    external_data = models.JSONField(default=dict, blank=True)
    local_version = models.PositiveIntegerField(default=0)
    remote_version = models.PositiveIntegerField(default=0)
    # What differs here from the part on purpose: field → value.
    overrides = models.JSONField(default=dict, blank=True)
    last_synced_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_sync_error = models.TextField(blank=True, default="")
    last_error_id = models.CharField(max_length=20, blank=True, default="")
    last_error_domain = models.CharField(max_length=60, blank=True, default="")
    last_error_field = models.CharField(max_length=80, blank=True, default="")
    last_error_kind = models.CharField(
        max_length=20, choices=Verdict.choices, blank=True, default=""
    )
    last_error_at = models.DateTimeField(null=True, blank=True)
    # What else is worth telling: vehicles that were left out, warnings.
    notes = models.JSONField(default=list, blank=True)
    # Empty: by the marketplace's listing API. `trading`: made elsewhere and served where it stands.
    managed_by = models.CharField(max_length=10, blank=True, default="", db_default="")
    # A person asked for it to go live then; None where nothing is planned.
    publish_at = models.DateTimeField(null=True, blank=True)
    # When it was last held against what the marketplace shows.
    compared_at = models.DateTimeField(null=True, blank=True)
    claim_token = models.UUIDField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_listings"
        ordering: ClassVar[list[str]] = ["connection", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "site", "external_key"],
                name="uniq_channel_listing_key",
            ),
            models.UniqueConstraint(
                fields=["connection", "site", "listing"],
                condition=~Q(sync_status="ended"),
                name="uniq_channel_listing_active",
            ),
            models.CheckConstraint(
                condition=Q(sync_status__in=SyncStatus.values),
                name="channel_listing_status_known",
            ),
            models.CheckConstraint(
                condition=Q(is_live=False) | ~Q(external_id=""),
                name="channel_listing_live_has_id",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_quantity__isnull=True) | Q(confirmed_quantity__gte=0),
                name="channel_listing_quantity_min",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["connection", "external_id"], name="idx_channel_listing_ext"),
            models.Index(fields=["connection", "external_sku"], name="idx_channel_listing_sku"),
            models.Index(
                fields=["sync_status"],
                condition=~Q(sync_status="active"),
                name="idx_channel_listing_sync",
            ),
            models.Index(fields=["connection", "-updated_at"], name="idx_channel_listing_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.external_sku or self.listing_id} on {self.site}"

    @property
    def is_idle(self) -> bool:
        """True for a row that only keeps a plan or what differs there: nothing is owed to it."""
        return self.sync_status == SyncStatus.PENDING and not self.owed.exists()


class ChannelOwed(models.Model):
    """What one channel listing is owed of one kind: one row for ever, last value wins.

    Owed while `desired_version` > `confirmed_version`. `next_attempt` NULL means that a person
    must act first; a new cause or a retry sets it again. Written in the cause's transaction.
    """

    id = models.BigAutoField(primary_key=True)
    channel_listing = models.ForeignKey(
        ChannelListing, on_delete=models.CASCADE, related_name="owed"
    )
    kind = models.CharField(max_length=10, choices=OwedKind.choices)
    desired_version = models.PositiveBigIntegerField(default=1)
    confirmed_version = models.PositiveBigIntegerField(default=0)
    owed_since = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True, default="")
    last_error_id = models.CharField(max_length=20, blank=True, default="")
    last_error_kind = models.CharField(
        max_length=20, choices=Verdict.choices, blank=True, default=""
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_owed"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel_listing", "kind"], name="uniq_channel_owed_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OwedKind.values), name="channel_owed_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_version__lte=F("desired_version")),
                name="channel_owed_versions",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["next_attempt", "id"],
                condition=Q(desired_version__gt=F("confirmed_version")),
                name="idx_channel_owed_due",
            ),
            models.Index(
                fields=["owed_since"],
                condition=Q(desired_version__gt=F("confirmed_version")),
                name="idx_channel_owed_age",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.confirmed_version}/{self.desired_version}"

    @property
    def is_owed(self) -> bool:
        """True while the marketplace has not confirmed the newest version."""
        return self.desired_version > self.confirmed_version
