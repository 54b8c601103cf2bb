"""Parts that come as rows: of a car's sheet, or a number typed or scanned; and the photo library."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from ingestion.enums import RowState, WaitsFor
from inventory.models import DonorCar
from listings.models import Listing
from realtrack.core.models import Run, UuidModel

KEY_MAX = 80  # characters of a number or a file's name that are compared


class IntakeRow(UuidModel):
    """One part as it was named, what was made of it and why, and what it still waits for.

    `given` is what came, `mended` what a person corrected since; both by the names of
    `ingestion.sheets.columns`. A row of a sheet has its verdict in the run's item of its position.
    """

    run = models.ForeignKey(
        Run, null=True, blank=True, on_delete=models.CASCADE, related_name="intake_rows"
    )
    donor = models.ForeignKey(
        DonorCar, null=True, blank=True, on_delete=models.PROTECT, related_name="intake_rows"
    )
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.SET_NULL, related_name="intake_rows"
    )
    position = models.PositiveIntegerField(default=0)
    place = models.CharField(max_length=120, blank=True, default="")
    given = models.JSONField(default=dict)
    mended = models.JSONField(default=dict)
    given_key = models.CharField(max_length=160, blank=True, default="")
    number_key = models.CharField(max_length=KEY_MAX, blank=True, default="")
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.NEW)
    waits_for = models.CharField(max_length=10, choices=WaitsFor.choices, blank=True, default="")
    # [{field, value, why, doubt}]: what was decided, from what.
    evidence = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "intake_rows"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["run", "position"],
                condition=Q(run__isnull=False),
                name="intake_row_position_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=RowState.values), name="intake_row_state_known"
            ),
            models.CheckConstraint(
                condition=Q(waits_for__in=["", *WaitsFor.values]), name="intake_row_wait_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["waits_for", "number_key"],
                condition=~Q(waits_for=""),
                name="idx_intake_row_waits",
            ),
            models.Index(
                fields=["-created_at"], condition=Q(run__isnull=True), name="idx_intake_row_typed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.number_key}".strip()


class LibraryPhoto(UuidModel):
    """A photo that came before its part; `keys` are what its name and folder may mean."""

    asset = models.OneToOneField(
        "ingestion.ImageAsset", on_delete=models.CASCADE, related_name="library"
    )
    folder = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=255)
    keys = ArrayField(models.CharField(max_length=KEY_MAX), default=list)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        db_table = "library_photos"
        ordering: ClassVar[list[str]] = ["folder", "name", "id"]
        indexes: ClassVar[list[models.Index]] = [
            GinIndex(fields=["keys"], name="idx_library_keys"),
            models.Index(fields=["folder", "name"], name="idx_library_folder"),
        ]

    def __str__(self) -> str:
        return f"{self.folder}/{self.name}".strip("/")
