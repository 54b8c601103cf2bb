from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

import realtrack.core.ids


class Migration(migrations.Migration):
    """A new table: how the columns of suppliers' sheets are read, by name."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("listings", "0006_kept_facets_filled")]

    operations: ClassVar[list[object]] = [
        migrations.CreateModel(
            name="ImportPreset",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=realtrack.core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("name", models.CharField(max_length=80, unique=True)),
                ("mapping", models.JSONField(default=dict)),
                ("created_by", models.UUIDField(blank=True, null=True)),
            ],
            options={"db_table": "listing_import_presets", "ordering": ["name"]},
        ),
    ]
