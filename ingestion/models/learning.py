"""What people taught: a word as it was read, and what it means."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from ingestion.enums import AliasKind
from realtrack.core.models import UuidModel


class LearnedAlias(UuidModel):
    """`read` (folded) means `value`; taken back, it stays as history and means nothing."""

    kind = models.CharField(max_length=12, choices=AliasKind.choices)
    read = models.CharField(max_length=65)
    value = models.CharField(max_length=65)
    result = models.ForeignKey(
        "ingestion.AiResult", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    learned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "learned_aliases"
        ordering: ClassVar[list[str]] = ["-created_at", "-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["kind", "read"],
                condition=Q(undone_at__isnull=True),
                name="uniq_learned_alias",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=AliasKind.values), name="learned_alias_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.read} → {self.value}"
