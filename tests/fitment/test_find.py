"""Parts for a vehicle: the page, the catalog's filter, the garage, names for free text."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from fitment.models import FitmentEngine, FitmentModel, GarageVehicle
from fitment.services import fitment_add
from fitment.services.garage import GARAGE_MAX, garage_use
from realtrack.core.actors import Actor
from realtrack.core.rights import Role
from settings_app.models import User
from tests.fitment.factories import make_listing
from tests.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff() -> Client:
    return browser_of(Role.USER)


@pytest.fixture
def four(camry: FitmentModel) -> FitmentEngine:
    """The Camry's 2.4."""
    return FitmentEngine.objects.get(code="2.4L I4")


def lamp(title: str, camry: FitmentModel, actor: Actor, engine: FitmentEngine | None) -> None:
    listing = make_listing(title, actor=actor)
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2007, year_end=2011,
        engine_id=engine.pk if engine else None, actor=actor,
    )  # fmt: skip


def test_each_step_narrows_and_the_catalog_shows_the_same(
    staff: Client, actor: Actor, camry: FitmentModel, four: FitmentEngine
) -> None:
    # given
    six = FitmentEngine.objects.get(code="3.5L V6")
    for title, engine in (("Any lamp", None), ("Four lamp", four), ("Six lamp", six)):
        lamp(title, camry, actor, engine)
    chosen = {"make": str(camry.make_id), "model": str(camry.pk), "years": "2009"}
    here = reverse("fitment:find")

    # when
    every = staff.get(here, chosen, headers=HTMX).content.decode()
    one = staff.get(here, {**chosen, "engine": str(four.pk), "show": "1"}, headers=HTMX)
    never = staff.get(here, {**chosen, "years": "1999"}, headers=HTMX).content.decode()
    go = staff.get(
        reverse("fitment:find-go"),
        {**chosen, "engine": str(four.pk), "back": "q=lamp&page=n.50.x&fits=old"},
    )
    catalog = staff.get(go.headers["Location"]).content.decode()

    # then
    assert "3 parts for 2009 Toyota Camry" in every
    narrowed = one.content.decode()
    assert "2 parts for 2009 Toyota Camry 2.4L I4" in narrowed
    assert ("Any lamp" in narrowed, "Four lamp" in narrowed, "Six lamp" in narrowed) == (
        True,
        True,
        False,
    )
    assert "No part fits this vehicle" in never
    assert go.status_code == 303
    assert go.headers["Location"] == "/listings/?q=lamp&fits=2009+Toyota+Camry+2.4L+I4"
    assert ("Four lamp" in catalog, "Six lamp" in catalog) == (True, False)


def test_the_garage_keeps_what_is_looked_for_often(
    staff: Client, camry: FitmentModel, user: User
) -> None:
    # given
    chosen = {"make": str(camry.make_id), "model": str(camry.pk), "years": "2009", "show": "1"}
    here = reverse("fitment:find")

    # when
    staff.get(here, chosen)
    staff.get(here, {**chosen, "years": "2007-2011"})
    page = staff.get(here, chosen).content.decode()
    row = GarageVehicle.objects.get()
    other = garage_use(user=user, model_id=camry.pk, year=2009)
    staff.post(reverse("fitment:garage-out", args=[other.pk]))
    staff.post(reverse("fitment:garage-out", args=[row.pk]))

    # then: a range is no car, and nobody empties another's garage
    assert (row.year, row.uses) == (2009, 2)
    assert "2009 Toyota Camry" in page
    assert list(GarageVehicle.objects.all()) == [other]


def test_a_garage_holds_so_many(camry: FitmentModel, user: User) -> None:
    # when
    garage_use(user=user, model_id=camry.pk, year=2000)
    garage_use(user=user, model_id=camry.pk, year=2000)
    for year in range(1990, 1990 + GARAGE_MAX + 4):
        garage_use(user=user, model_id=camry.pk, year=year)

    # then: what is used most stays, the last one too
    years = set(GarageVehicle.objects.values_list("year", flat=True))
    assert len(years) == GARAGE_MAX
    assert {2000, 1990 + GARAGE_MAX + 3} <= years


def test_the_drawer_keeps_the_catalogs_address(staff: Client) -> None:
    # when
    page = staff.get(
        reverse("fitment:find-drawer"),
        headers={**HTMX, "HX-Current-URL": "http://testserver/listings/?q=lamp&sort=newest"},
    ).content.decode()

    # then
    assert 'name="back" value="q=lamp&amp;sort=newest"' in page
    assert "Chevy" in page


def test_names_for_a_field_of_free_text(staff: Client) -> None:
    # when
    makes = staff.get(reverse("fitment:names")).json()["names"]
    models = staff.get(reverse("fitment:names"), {"of": "models", "make": "chevy"}).json()["names"]

    # then
    assert "Chevy" in next(one["also"] for one in makes if one["name"] == "Chevrolet")
    assert "Malibu" in {one["name"] for one in models}
    assert "Camry" not in {one["name"] for one in models}
