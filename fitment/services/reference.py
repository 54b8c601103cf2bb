"""What the staff change in the vehicle reference data."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from fitment.enums import ReferenceSource
from fitment.events import ReferenceChanged
from fitment.models.reference import ReferenceModel
from fitment.reference import reference_touch
from realtrack.core import events as core_events
from realtrack.core.actors import Actor


def reference_save(
    row: ReferenceModel, *, changed: Sequence[str], is_new: bool, actor: Actor
) -> None:
    """Store a row as the staff wrote it; the seed leaves these fields alone from then on.

    Atomic; every process renews its copy of the data. `changed` names the fields.
    """
    with transaction.atomic():
        if is_new:
            row.source = ReferenceSource.STAFF
        else:
            row.person_fields = sorted({*row.person_fields, *changed})
        row.save()
        reference_touch()
        core_events.emit(
            ReferenceChanged(
                entity_id=row.pk,
                kind=type(row).__name__.removeprefix("Fitment"),
                label=str(row)[:200],
                changes={name: [None, str(getattr(row, name))] for name in changed},
            ),
            actor=actor,
        )
