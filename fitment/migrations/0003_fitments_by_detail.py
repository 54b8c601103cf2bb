"""One vehicle may stand several times, by position or qualifiers; without a long lock."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models

COLUMNS = "listing_id, make_id, model_id, submodel_id, year_start, year_end, engine_id"
FIELDS = ("listing", "make", "model", "submodel", "year_start", "year_end", "engine")


def _swap(name: str, columns: str, old: str) -> list[str]:
    """The new constraint stands before the old one goes; an attempt that failed leaves no trace."""
    return [
        f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        f"CREATE UNIQUE INDEX CONCURRENTLY {name} ON part_fitments ({columns}) NULLS NOT DISTINCT",
        f"ALTER TABLE part_fitments ADD CONSTRAINT {name} UNIQUE USING INDEX {name}",
        f"ALTER TABLE part_fitments DROP CONSTRAINT {old}",
    ]


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("fitment", "0002_aces_files")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(forward, backward)
                for forward, backward in zip(
                    _swap("part_fitment_once_each", f"{COLUMNS}, detail_key", "part_fitment_once"),
                    reversed(_swap("part_fitment_once", COLUMNS, "part_fitment_once_each")),
                    strict=True,
                )
            ],
            state_operations=[
                migrations.RemoveConstraint(model_name="partfitment", name="part_fitment_once"),
                migrations.AddConstraint(
                    model_name="partfitment",
                    constraint=models.UniqueConstraint(
                        fields=(*FIELDS, "detail_key"),
                        nulls_distinct=False,
                        name="part_fitment_once_each",
                    ),
                ),
            ],
        ),
    ]
