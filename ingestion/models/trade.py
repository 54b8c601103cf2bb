"""The trade's words as staff keep them: brands and part types with the ways to write them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from ingestion.enums import AliasKind
from realtrack.core.models import UuidModel


class TradeWord(UuidModel):
    """A brand or part type; switched off it is not recognised any more, and stays so.

    `detail` is a brand's kind (oe_maker, oe_supplier, aftermarket, vehicle_make) or a part type's
    sides (none, left_right, front_rear, corner).
    """

    kind = models.CharField(max_length=12, choices=AliasKind.choices)
    name = models.CharField(max_length=80)
    spellings = models.TextField(
        blank=True, default="", help_text="Other ways to write it, one a line"
    )
    detail = models.CharField(max_length=20, blank=True, default="")
    is_used = models.BooleanField(default=True)

    class Meta:
        db_table = "trade_words"
        ordering: ClassVar[list[str]] = ["kind", "name"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("kind", Lower("name"), name="trade_word_once"),
            models.CheckConstraint(
                condition=Q(kind__in=AliasKind.values), name="trade_word_kind_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="trade_word_named"),
        ]

    def __str__(self) -> str:
        return self.name
