"""The picker: its steps, other names, several at once, without scripts, and what it asks of the database."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from fitment.models import FitmentEngine, FitmentModel, PartFitment
from fitment.vehicle_lookup import lookup_current
from fitment.vehicle_text import vehicle_condition, vehicle_words
from fitment.web.forms import cascade_of
from realtrack.core.actors import Actor
from realtrack.core.rights import Role
from tests.fitment.factories import make_listing
from tests.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


def test_each_step_reads_its_rows_once(camry: FitmentModel) -> None:
    # given
    steps = [
        ({}, 2),
        ({"make": [str(camry.make_id)]}, 4),
        ({"make": [str(camry.make_id)], "model": [str(camry.pk)], "years": ["2010"]}, 7),
    ]

    # when
    counts = []
    for chosen, _ in steps:
        with CaptureQueriesContext(connection) as queries:
            cascade_of(chosen)
        counts.append(len(queries))

    # then
    assert counts == [count for _, count in steps]


def test_other_names_are_choices_too() -> None:
    # when
    page = {one.name: one.also for one in cascade_of({}).makes}

    # then
    assert "Chevy" in page["Chevrolet"]
    assert "VW" in page["Volkswagen"]


def test_several_years_and_engines_are_added_at_once(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    engines = FitmentEngine.objects.filter(code__in=["2.4L I4", "3.5L V6"]).order_by("code")

    # when
    answer = browser_of(Role.USER).post(
        reverse("fitment:add", args=[listing.pk]),
        {
            "make": str(camry.make_id), "model": str(camry.pk), "years": "2007-2008, 2010",
            "engine": [str(one.pk) for one in engines],
        },
    )  # fmt: skip

    # then
    assert answer.status_code == 303
    rows = PartFitment.objects.order_by("year_start", "engine__code")
    assert list(rows.values_list("year_start", "year_end", "engine__code")) == [
        (2007, 2008, "2.4L I4"),
        (2007, 2008, "3.5L V6"),
        (2010, 2010, "2.4L I4"),
        (2010, 2010, "3.5L V6"),
    ]


def test_without_scripts_the_next_step_is_a_button(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)

    # when
    page = browser_of(Role.USER).post(
        reverse("fitment:add", args=[listing.pk]), {"make": str(camry.make_id), "next": "1"}
    )

    # then
    html = page.content.decode()
    assert page.status_code == 200
    assert ">Camry</option>" in html
    assert "<html" in html
    assert not PartFitment.objects.exists()


@pytest.mark.parametrize(
    ("make", "model"),
    [("toyota", "camry"), ("bmw", "2002"), ("ferrari", "328-gts-gtb"), ("oldsmobile", "98"),
     ("chevrolet", "c1500"), ("toyota", "86"), ("dodge", "ram-50")],
)  # fmt: skip
def test_a_chosen_vehicle_in_words_is_read_as_that_vehicle(make: str, model: str) -> None:
    # given
    lookup = lookup_current()
    found = lookup.model_by_slug[make, model]
    year = max(found.years)
    engine = next(iter(found.engines.get(year, ())), None)
    said = vehicle_words(
        make=found.make.name,
        model=found.name,
        years=[year],
        engine=engine.code if engine else "",
    )

    # when
    condition = vehicle_condition(said)

    # then
    want = Q(make_id=found.make.id, model_id=found.id)
    if engine is not None:
        want &= Q(engine_id__in=[engine.id]) | Q(engine_id=None)
    assert condition == want & Q(year_start__lte=year, year_end__gte=year)
