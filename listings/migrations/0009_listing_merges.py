from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models

import listings.enums
import realtrack.core.ids


class Migration(migrations.Migration):
    """A new table: listings that became one, with what takes that back."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("listings", "0008_newest_by_facet")]

    operations: ClassVar[list[object]] = [
        # A word more among the choices; the column stays as it is.
        migrations.AlterField(
            model_name="listingrevision",
            name="change_reason",
            field=models.CharField(choices=listings.enums.ChangeReason.choices, max_length=20),
        ),
        migrations.CreateModel(
            name="ListingMerge",
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
                ("kept_version_before", models.PositiveIntegerField()),
                ("kept_version_after", models.PositiveIntegerField()),
                ("taken", models.JSONField(default=list)),
                ("gone_status", models.CharField(max_length=20)),
                ("records", models.JSONField(default=dict)),
                ("created_by", models.UUIDField(blank=True, null=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                ("undone_by", models.UUIDField(blank=True, null=True)),
                (
                    "gone",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merged_by",
                        to="listings.listing",
                    ),
                ),
                (
                    "kept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="merges",
                        to="listings.listing",
                    ),
                ),
            ],
            options={
                "db_table": "listing_merges",
                "ordering": ["-created_at"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("gone",),
                        name="uniq_listing_merged_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kept", models.F("gone")), _negated=True),
                        name="listing_merge_of_two",
                    ),
                ],
            },
        ),
    ]
