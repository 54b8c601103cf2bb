"""Files that people import, kept beside their run so that any worker can go on."""

from __future__ import annotations

from django.db import models

from realtrack.core.models import Run


class ImportFile(models.Model):
    """One file as it came, and how its columns are read."""

    run = models.OneToOneField(
        Run, on_delete=models.CASCADE, primary_key=True, related_name="import_file"
    )
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    size = models.PositiveIntegerField()
    mapping = models.JSONField(default=dict)
    is_dry_run = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "listing_import_files"

    def __str__(self) -> str:
        return self.name
