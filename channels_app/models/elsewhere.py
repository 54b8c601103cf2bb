"""What a marketplace holds beside ours: listings made elsewhere, categories, and what drifted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from channels_app.enums import Channel, DriftField, DriftOutcome
from channels_app.models.connection import ChannelConnection
from channels_app.models.listing import ChannelListing
from realtrack.core.ids import uuid7


class ForeignListing(models.Model):
    """A listing of an account that was not made here, as it was last read.

    Key: account, item number, variation SKU; a SKU may be absent or repeated. `seen_by` names the
    reading that saw it last: only a whole reading ends what it did not see. `is_dismissed` keeps a
    person's "not this part": no reading and no rule links it again.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    connection = models.ForeignKey(
        ChannelConnection, on_delete=models.CASCADE, related_name="foreign_listings"
    )
    external_id = models.CharField(max_length=100)
    variation_sku = models.CharField(max_length=100, blank=True, default="")
    sku = models.CharField(max_length=100, blank=True, default="")
    title = models.TextField(blank=True, default="")
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    # What is left to sell there; None where a reading did not say.
    quantity = models.IntegerField(null=True, blank=True)
    category_id = models.CharField(max_length=20, blank=True, default="")
    condition_id = models.CharField(max_length=10, blank=True, default="")
    picture_urls = models.JSONField(default=list, blank=True)
    is_fixed_price = models.BooleanField(default=True)
    is_live = models.BooleanField(default=True)
    is_dismissed = models.BooleanField(default=False)
    channel_listing = models.ForeignKey(
        ChannelListing, null=True, blank=True, on_delete=models.SET_NULL, related_name="foreign"
    )
    seen_by = models.UUIDField(null=True, blank=True)
    seen_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "channel_foreign_listings"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["connection", "external_id", "variation_sku"],
                name="uniq_foreign_listing",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["connection", "id"],
                condition=Q(is_live=True, channel_listing__isnull=True),
                name="idx_foreign_unlinked",
            ),
            models.Index(fields=["connection", "sku"], name="idx_foreign_sku"),
            models.Index(fields=["connection", "seen_by"], name="idx_foreign_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.external_id} {self.title}"


class ChannelCategory(models.Model):
    """A category that parts use, as it was when it was last looked at.

    Ids drift: some become branches, some stay leaves under another name. `drift` says what was
    found (`renamed`, `branch`, `gone`); nothing is published in it until a person has looked.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=30, choices=Channel.choices)
    tree = models.CharField(max_length=20)
    category_id = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    is_leaf = models.BooleanField(default=True)
    verified_at = models.DateTimeField()
    drift = models.CharField(max_length=10, blank=True, default="")
    drift_name = models.CharField(max_length=200, blank=True, default="")
    drift_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "channel_categories"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel", "tree", "category_id"], name="uniq_channel_category"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.name}"


class ChannelDrift(models.Model):
    """A field that the marketplace shows otherwise than we sent it: somebody changed it there.

    Open while `closed_at` is empty. Who owns the field decides what closes it.
    """

    id = models.BigAutoField(primary_key=True)
    channel_listing = models.ForeignKey(
        ChannelListing, on_delete=models.CASCADE, related_name="drifts"
    )
    field = models.CharField(max_length=20, choices=DriftField.choices)
    ours = models.TextField(blank=True, default="")
    theirs = models.TextField(blank=True, default="")
    found_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=DriftOutcome.choices, blank=True, default="")

    class Meta:
        db_table = "channel_drifts"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["channel_listing", "field"],
                condition=Q(closed_at__isnull=True),
                name="uniq_channel_drift_open",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-found_at"], name="idx_channel_drift_found"),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.ours} here, {self.theirs} there"
