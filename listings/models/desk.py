"""What the catalog keeps for each person: how it looks, and what was typed and not saved yet."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from listings.enums import CatalogDensity, CatalogView
from listings.models.listing import Listing
from realtrack.core.models import UuidModel


class CatalogPreference(UuidModel):
    """Columns in their order, density and view of one person's catalog."""

    user = models.OneToOneField(
        "settings_app.User", on_delete=models.CASCADE, related_name="catalog_preference"
    )
    columns = ArrayField(models.CharField(max_length=20), default=list)
    density = models.CharField(
        max_length=10, choices=CatalogDensity.choices, default=CatalogDensity.ROOMY
    )
    view = models.CharField(max_length=10, choices=CatalogView.choices, default=CatalogView.ROWS)

    class Meta:
        db_table = "catalog_preferences"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(density__in=CatalogDensity.values), name="catalog_density_known"
            ),
            models.CheckConstraint(
                condition=models.Q(view__in=CatalogView.values), name="catalog_view_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.view}, {self.density}"


class EditDraft(UuidModel):
    """Fields that one person typed and did not save; without a listing it is a new part.

    `version` is the one that was on the screen, so that saving later merges like any late save.
    """

    owner = models.ForeignKey(
        "settings_app.User", on_delete=models.CASCADE, related_name="edit_drafts"
    )
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict)

    class Meta:
        db_table = "edit_drafts"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["owner", "listing"], nulls_distinct=False, name="uniq_edit_draft"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(sorted(self.data))
