"""Values that a machine would have written where a person owns the field."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from listings.enums import ProposalState
from listings.models.listing import Listing
from realtrack.core.models import UuidModel


class ListingProposal(UuidModel):
    """One proposed value; a person takes or drops it. A newer one of the same source replaces it."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="proposals")
    field = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    source = models.CharField(max_length=20)
    source_label = models.CharField(max_length=200, blank=True, default="")
    confidence = models.DecimalField(max_digits=4, decimal_places=3, null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    run_id = models.UUIDField(null=True, blank=True)
    state = models.CharField(
        max_length=12, choices=ProposalState.choices, default=ProposalState.OPEN
    )
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "listing_proposals"
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["listing", "field", "source"],
                condition=Q(state="open"),
                name="uniq_listing_open_proposal",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ProposalState.values), name="listing_proposal_state_known"
            ),
            models.CheckConstraint(
                condition=Q(confidence__isnull=True) | Q(confidence__range=(0, 1)),
                name="listing_proposal_confidence_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} of {self.listing_id}"
