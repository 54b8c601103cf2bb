"""What reading cost, and what was read: paid answers are kept, so that no photo is paid twice."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from ingestion.enums import CallState
from realtrack.core.models import UuidModel


class AiBudgetDay(models.Model):
    """What one day of the business has taken of its budget: open reservations and real costs."""

    day = models.DateField(primary_key=True)
    held_usd = models.DecimalField(max_digits=14, decimal_places=6, default=0)

    class Meta:
        db_table = "ai_budget_days"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(held_usd__gte=0), name="ai_budget_not_negative"),
        ]

    def __str__(self) -> str:
        return str(self.day)


class AiCall(UuidModel):
    """One paid call: reserved at its worst case before, settled by its answer after."""

    job = models.ForeignKey(
        "ingestion.IngestionJob",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="calls",
    )
    day = models.DateField()
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=100)
    task = models.CharField(max_length=20)
    photos = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=CallState.choices, default=CallState.RESERVED)
    reserved_usd = models.DecimalField(max_digits=12, decimal_places=6)
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, default=0)
    tokens = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "ai_calls"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=CallState.values), name="ai_call_state_known"
            ),
            models.CheckConstraint(
                condition=Q(reserved_usd__gte=0, cost_usd__gte=0), name="ai_call_not_negative"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["day", "provider"], name="idx_ai_call_day"),
            models.Index(
                fields=["expires_at"],
                condition=Q(state=CallState.RESERVED),
                name="idx_ai_call_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.state}"


class AssetReading(UuidModel):
    """What was read on one photo, as data. Groups are made and made again from these.

    `degraded_from` names the reader that should have read it and was away: it is done again.
    """

    asset = models.OneToOneField(
        "ingestion.ImageAsset", on_delete=models.CASCADE, related_name="reading"
    )
    provider = models.CharField(max_length=30)
    model = models.CharField(max_length=100)
    data = models.JSONField(default=dict)
    raw = models.JSONField(default=dict)
    tokens = models.PositiveIntegerField(default=0)
    latency_ms = models.PositiveIntegerField(default=0)
    degraded_from = models.CharField(max_length=30, blank=True, default="")
    reread_count = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "asset_readings"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(degraded_from="") | ~Q(degraded_from=F("provider")),
                name="asset_reading_degraded_by_another",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["updated_at"],
                condition=~Q(degraded_from=""),
                name="idx_reading_degraded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.asset_id}"
