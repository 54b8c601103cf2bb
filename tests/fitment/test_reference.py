"""The loader: complete, idempotent, quick, and blind to nothing that the staff wrote."""

from __future__ import annotations

import time

import pytest

from fitment.enums import ReferenceSource
from fitment.models import (
    FitmentEngine,
    FitmentMake,
    FitmentModel,
    FitmentModelYear,
    FitmentModelYearEngine,
)
from fitment.reference import reference_load
from fitment.seed import reference_id, seed_rows
from fitment.vehicle_lookup import lookup_current, reference_version

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


def test_all_rows_of_the_files_are_there() -> None:
    # given / when: loaded by the fixture
    rows = seed_rows()

    # then
    assert FitmentMake.objects.count() == len(rows.makes) == 81
    assert FitmentModel.objects.count() == len(rows.models) == 1624
    assert FitmentModelYear.objects.count() == len(rows.model_years)
    assert FitmentModelYearEngine.objects.count() == len(rows.model_year_engines)
    assert FitmentMake.objects.get(slug="toyota").pk == reference_id("make", "toyota")


def test_a_second_load_changes_nothing() -> None:
    # given
    version = reference_version()

    # when
    started = time.monotonic()
    result = reference_load()
    seconds = time.monotonic() - started

    # then
    assert (result.created, result.changed) == (0, 0)
    assert reference_version() == version
    assert seconds < 15, f"{seconds:.1f} s: far beyond the second or two that it takes"


def test_what_the_staff_wrote_stays() -> None:
    # given: a renamed make, a make of the staff under a name of the seed, a mended engine
    FitmentMake.objects.filter(slug="toyota").update(name="TOYOTA", person_fields=["name"])
    FitmentMake.objects.filter(slug="honda").update(
        name="Honda Motor", source=ReferenceSource.STAFF
    )
    FitmentEngine.objects.filter(code="2.5L I4").update(cylinders=9)

    # when
    result = reference_load()

    # then: only the seed's own engine was put right
    assert FitmentMake.objects.get(slug="toyota").name == "TOYOTA"
    assert FitmentMake.objects.get(slug="honda").name == "Honda Motor"
    assert FitmentEngine.objects.get(code="2.5L I4").cylinders == 4
    assert (result.created, result.changed) == (0, 1)


def test_a_merged_make_takes_its_rows_along() -> None:
    # given: the staff merged Yugo into Fiat, models and all
    yugo, fiat = (
        FitmentMake.objects.get(slug="yugo"),
        FitmentMake.objects.get(slug="fiat"),
    )
    FitmentModel.objects.filter(make=yugo).update(make=fiat)
    yugo.merged_into = fiat
    yugo.save()
    before = FitmentModel.objects.count()

    # when
    reference_load()

    # then: nothing was made twice
    assert FitmentModel.objects.count() == before
    assert not FitmentModel.objects.filter(make=yugo).exists()


def test_the_lookup_is_renewed_when_the_data_changes() -> None:
    # given
    first = lookup_current()
    assert first is lookup_current()
    FitmentEngine.objects.filter(code="2.5L I4").update(cylinders=9)

    # when
    reference_load()

    # then
    assert lookup_current() is not first
