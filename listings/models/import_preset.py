"""How the columns of a supplier's sheet are read, kept by name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from realtrack.core.models import UuidModel


class ImportPreset(UuidModel):
    """A mapping of headers that everyone who imports may choose; a name is given once."""

    name = models.CharField(max_length=80, unique=True)
    mapping = models.JSONField(default=dict)
    created_by = models.UUIDField(null=True, blank=True)

    class Meta:
        db_table = "listing_import_presets"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name
