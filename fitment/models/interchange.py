"""Groups of part numbers that stand for each other: own ones, superseded ones, other makers'."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from typing_extensions import override

from fitment.enums import InterchangeAction, InterchangeSide, InterchangeSource
from realtrack.core.models import UuidModel


class InterchangeGroup(UuidModel):
    """Numbers of parts that fit in each other's place."""

    label = models.CharField(max_length=120)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "interchange_groups"
        ordering = ("label", "pk")
        verbose_name = "interchange group"

    @override
    def __str__(self) -> str:
        return self.label


class InterchangeNumber(UuidModel):
    """A number in one group; without a brand it is meant whoever made the part.

    `replaced_by`: the other one fits in its place, but not the other way round.
    """

    group = models.ForeignKey(InterchangeGroup, on_delete=models.CASCADE, related_name="numbers")
    number = models.CharField(max_length=65)
    number_key = models.CharField(max_length=65, help_text="Letters and digits only")
    brand = models.CharField(max_length=65, blank=True)
    brand_key = models.CharField(max_length=65, blank=True, help_text="Lower case")
    side = models.CharField(max_length=5, choices=InterchangeSide.choices, blank=True)
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replaces"
    )
    source = models.CharField(max_length=10, choices=InterchangeSource.choices)

    class Meta:
        db_table = "interchange_numbers"
        ordering = ("number_key", "brand_key")
        verbose_name = "interchange number"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=("number_key", "brand_key"), name="interchange_number_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(number_key=""), name="interchange_number_given"
            ),
        ]

    @override
    def __str__(self) -> str:
        return f"{self.brand} {self.number}".strip()


class InterchangeChange(UuidModel):
    """One change with the groups it touched as they were and as they became: what an undo reads."""

    action = models.CharField(max_length=10, choices=InterchangeAction.choices)
    label = models.CharField(max_length=200)
    group_id = models.UUIDField(null=True, help_text="The group it left behind, where there is one")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    counts = models.JSONField(default=dict, help_text="Verdicts on the rows of a file")
    refused = models.JSONField(default=list, help_text="Rows that were refused, with the reason")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "interchange_changes"
        ordering = ("-created_at",)

    @override
    def __str__(self) -> str:
        return self.label
