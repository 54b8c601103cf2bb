"""Rows of application files lose an index that others begin with, and those dropped get one.

Without a long lock.
"""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# The name that Django gave it when the table was made.
_NAME = "aces_rows_upload_id_2c50b9e6"


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("fitment", "0006_interchange")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}",
                    f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {_NAME} ON aces_rows (upload_id)",
                )
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="acesrow",
                    name="upload",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="fitment.acesupload",
                    ),
                )
            ],
        ),
        AddIndexConcurrently(
            model_name="acesrow",
            index=models.Index(
                fields=["dropped_by"],
                condition=models.Q(dropped_by__isnull=False),
                name="aces_row_dropped",
            ),
        ),
    ]
