"""The staff add a make, a model and its years, or widen a model's years."""

from __future__ import annotations

from django.db import transaction

from fitment.enums import ReferenceSource
from fitment.events import ReferenceChanged
from fitment.models import FitmentMake, FitmentModel, FitmentModelYear
from fitment.models.reference import YEAR_MAX, YEAR_MIN
from fitment.naming import name_key, slugify_name
from fitment.reference import reference_touch
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput

# A model that was built longer is a slip of the keyboard.
_YEARS_MAX = 90


def vehicle_add(
    *, make: str, model: str, year_start: int, year_end: int, actor: Actor
) -> FitmentModel:
    """Add a model (and its make) with these years; of one that is known the years are widened.

    Make and model are found by name or alias, so that "Chevy" makes no second Chevrolet. Atomic;
    every process renews its copy. Raises InvalidInput by field.
    """
    problems = {
        name: "Write its name."
        for name, text in (("make", make), ("model", model))
        if not slugify_name(text)
    }
    if not YEAR_MIN <= year_start <= year_end <= YEAR_MAX or year_end - year_start > _YEARS_MAX:
        problems["years"] = "Write the first and the last year, as 2010-12."
    if problems:
        raise InvalidInput(fields=problems)
    with transaction.atomic():
        owner = _make(make.strip()[:100])
        row = _model(owner, model.strip()[:100])
        known = set(row.years.values_list("year", flat=True))
        FitmentModelYear.objects.bulk_create(
            [
                FitmentModelYear(model=row, year=year, source=ReferenceSource.STAFF)
                for year in range(year_start, year_end + 1)
                if year not in known
            ]
        )
        reference_touch()
        core_events.emit(
            ReferenceChanged(
                entity_id=row.pk, kind="Model", label=f"{owner} {row} {year_start}-{year_end}"[:200]
            ),
            actor=actor,
        )
    return row


def _make(name: str) -> FitmentMake:
    live = FitmentMake.objects.filter(merged_into=None)
    found = live.filter(slug=slugify_name(name)).first()
    found = found or live.filter(aliases__key=name_key(name)).first()
    return found or FitmentMake.objects.create(name=name, slug=slugify_name(name))


def _model(make: FitmentMake, name: str) -> FitmentModel:
    live = FitmentModel.objects.filter(make=make, merged_into=None)
    found = live.filter(slug=slugify_name(name)).first()
    found = found or live.filter(aliases__key=name_key(name)).exclude(aliases__kind="badge").first()
    return found or FitmentModel.objects.create(make=make, name=name, slug=slugify_name(name))
