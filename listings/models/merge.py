"""Two listings that became one: which was kept, which went to the archive, and how to undo it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from listings.models.listing import Listing
from realtrack.core.models import UuidModel


class ListingMerge(UuidModel):
    """The archived listing's pointer to the one that was kept.

    `records` holds by app what that app needs to take its part back. The kept listing's fields are
    found by its revisions of the two versions.
    """

    kept = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="merges")
    gone = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="merged_by")
    kept_version_before = models.PositiveIntegerField()
    kept_version_after = models.PositiveIntegerField()
    taken = models.JSONField(default=list)
    gone_status = models.CharField(max_length=20)
    records = models.JSONField(default=dict)
    created_by = models.UUIDField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "listing_merges"
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["gone"],
                condition=Q(undone_at__isnull=True),
                name="uniq_listing_merged_once",
            ),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="listing_merge_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.kept_id}"
