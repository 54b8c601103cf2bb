"""What price rules wrote, and the price that they started from."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from listings.models.listing import Listing


class RulePrice(models.Model):
    """Marks a listing whose price came from rules. Stands while nobody has changed the price since.

    `base` is the price before any rule: running again starts from it, so that nothing adds up.
    """

    listing = models.OneToOneField(
        Listing, on_delete=models.CASCADE, primary_key=True, related_name="rule_price"
    )
    base = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    run_id = models.UUIDField()
    rule_ids = ArrayField(models.UUIDField(), default=list)
    applied_at = models.DateTimeField()

    class Meta:
        db_table = "listing_rule_prices"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["run_id"], name="idx_rule_price_run"),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.price}"
