"""Files of the trade's application format, their rows, and the customer's own table of ids.

The ids come only from uploads of this customer: none is shipped, none leaves but in his own export.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from typing_extensions import override

from fitment.enums import AcesAnswer, AcesFileKind, AcesRowState, AcesUploadState
from fitment.models.reference import FitmentEngine, FitmentMake, FitmentModel
from realtrack.core.models import Run, UuidModel


class AcesUpload(UuidModel):
    """One file as it came; `header` holds what it says of itself.

    `staged_through` is the last row that is stored: a restart goes on after it.
    """

    run = models.OneToOneField(Run, on_delete=models.PROTECT, related_name="aces_upload")
    kind = models.CharField(max_length=10, choices=AcesFileKind.choices)
    state = models.CharField(
        max_length=10, choices=AcesUploadState.choices, default=AcesUploadState.READING
    )
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    version = models.CharField(max_length=5, blank=True)
    submission = models.CharField(max_length=6, blank=True)
    header = models.JSONField(default=dict)
    brand = models.CharField(
        max_length=65, blank=True, help_text="Brand in the catalog; empty: by number alone"
    )
    is_trusted = models.BooleanField(default=False, help_text="Its rows count as verified")
    options = models.JSONField(default=dict)
    staged_through = models.PositiveIntegerField(default=0)
    questions = models.JSONField(default=list, help_text="What a person must decide first")
    answer = models.CharField(max_length=10, choices=AcesAnswer.choices, blank=True)
    verdict = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "aces_uploads"
        ordering = ("-created_at",)

    @override
    def __str__(self) -> str:
        return self.name


class AcesUploadPart(models.Model):
    """A piece of a file, so that no worker ever holds it whole."""

    upload = models.ForeignKey(AcesUpload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        db_table = "aces_upload_parts"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("upload", "number"), name="aces_part_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.upload_id} {self.number}"


class AcesRow(models.Model):
    """An application of a file with its verdict.

    `is_live`: it belongs to what suppliers say now. `missing` names the ids that nothing is known of,
    as `BaseVehicle:171`; a row waits until the last of them is mapped.
    """

    id = models.BigAutoField(primary_key=True)
    # Without an index of its own: three others begin with it, and each costs an import time.
    upload = models.ForeignKey(
        AcesUpload, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    position = models.PositiveIntegerField()
    app_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=1, blank=True)
    form = models.CharField(max_length=1, blank=True, help_text="B, Y, E or M")
    base_vehicle = models.IntegerField(null=True)
    year_from = models.SmallIntegerField(null=True)
    year_to = models.SmallIntegerField(null=True)
    make_code = models.IntegerField(null=True)
    model_code = models.IntegerField(null=True)
    submodel_code = models.IntegerField(null=True)
    engine_code = models.IntegerField(null=True)
    attributes = models.JSONField(null=True, help_text='{"BodyType": 5}')
    part = models.CharField(max_length=48, blank=True)
    part_key = models.CharField(max_length=48, blank=True)
    supplier = models.CharField(max_length=60, blank=True)
    part_type_code = models.IntegerField(null=True)
    position_code = models.IntegerField(null=True)
    quantity = models.IntegerField(null=True)
    details = models.JSONField(null=True, help_text="Qualifiers, notes and what else it says")
    hints = models.JSONField(null=True, help_text="Names that stand beside ids in the file")
    fingerprint = models.UUIDField(null=True)
    state = models.CharField(max_length=12, choices=AcesRowState.choices)
    reason_code = models.CharField(max_length=30, blank=True)
    reason = models.TextField(blank=True)
    missing = ArrayField(models.CharField(max_length=60), null=True)
    is_live = models.BooleanField(default=False)
    dropped_by = models.ForeignKey(
        AcesUpload, on_delete=models.SET_NULL, null=True, related_name="dropped", db_index=False
    )

    class Meta:
        db_table = "aces_rows"
        ordering = ("upload", "position")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("upload", "position"), name="aces_row_once"),
            models.CheckConstraint(
                condition=Q(state__in=AcesRowState.values), name="aces_row_state_known"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=("upload", "app_id"), name="aces_row_app"),
            models.Index(
                fields=("fingerprint",), condition=Q(is_live=True), name="aces_row_fingerprint"
            ),
            models.Index(fields=("part_key",), condition=Q(is_live=True), name="aces_row_part"),
            models.Index(
                fields=("upload", "state", "position"),
                condition=~Q(state="imported"),
                name="aces_row_verdict",
            ),
            models.Index(
                fields=("dropped_by",),
                condition=Q(dropped_by__isnull=False),
                name="aces_row_dropped",
            ),
            GinIndex(fields=("missing",), condition=Q(state="unresolved"), name="aces_row_missing"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.upload_id} {self.position}"


class AcesCode(UuidModel):
    """What an id of the customer's tables stands for. What a person mapped, no file writes over."""

    kind = models.CharField(max_length=40)
    code = models.IntegerField()
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(null=True)
    make_name = models.CharField(max_length=100, blank=True)
    model_name = models.CharField(max_length=100, blank=True)
    make = models.ForeignKey(FitmentMake, on_delete=models.CASCADE, null=True, related_name="+")
    model = models.ForeignKey(FitmentModel, on_delete=models.CASCADE, null=True, related_name="+")
    engine = models.ForeignKey(FitmentEngine, on_delete=models.CASCADE, null=True, related_name="+")
    is_person = models.BooleanField(default=False)

    class Meta:
        db_table = "aces_codes"
        ordering = ("kind", "code")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("kind", "code"), name="aces_code_once"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind} {self.code}: {self.name}"


class AcesMissing(models.Model):
    """An id that rows wait for: how many name it, and how many wait for it alone. Rebuilt from rows."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=40)
    code = models.BigIntegerField()
    row_count = models.PositiveIntegerField()
    frees = models.PositiveIntegerField()
    hint = models.CharField(max_length=200, blank=True)
    example = models.CharField(max_length=48, blank=True)

    class Meta:
        db_table = "aces_missing"
        ordering = ("-frees", "-row_count", "kind", "code")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=("kind", "code"), name="aces_missing_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=("-frees", "-row_count", "kind", "code"), name="aces_missing_most"),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"


class AcesDue(models.Model):
    """A part number whose listings' fitments must be made anew from the live rows."""

    part_key = models.CharField(max_length=65, primary_key=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        db_table = "aces_due"

    @override
    def __str__(self) -> str:
        return self.part_key
