from __future__ import annotations

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Apart and concurrent: photos are many."""

    atomic = False

    dependencies = [("ingestion", "0002_spending_and_readings")]

    operations = [
        AddIndexConcurrently(
            model_name="imageasset",
            index=models.Index(
                fields=["source_hash"],
                condition=~models.Q(source_hash=""),
                name="idx_image_source",
            ),
        ),
    ]
