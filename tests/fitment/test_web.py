"""The pages: overview, board, cascade, panel; whole and as fragments."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from fitment.models import FitmentModel, PartFitment
from fitment.services import fitment_add, fitments_detect
from realtrack.core.actors import Actor
from realtrack.core.rights import Role
from tests.fitment.factories import make_listing
from tests.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
HTMX = {"HX-Request": "true"}
MACHINE = Actor.system("fitment.detect")


@pytest.fixture
def staff() -> Client:
    return browser_of(Role.USER)


def test_the_overview_puts_what_waits_first(staff: Client, actor: Actor) -> None:
    # given
    waiting = make_listing("Honda Civic 2006-2011 door", actor=actor)
    fitments_detect(listing_id=waiting.pk, actor=MACHINE)
    make_listing("Plain part", actor=actor)

    # when
    first = staff.get(reverse("fitment:index")).content.decode()
    every = staff.get(reverse("fitment:index"), {"show": "all"}).content.decode()
    none = staff.get(reverse("fitment:index"), {"show": "none"}, headers=HTMX).content.decode()
    vehicle = staff.get(reverse("fitment:index"), {"q": "2008 civic"}).content.decode()
    unread = staff.get(reverse("fitment:index"), {"q": "nothing"}).content.decode()

    # then
    assert "Honda Civic 2006-2011 door" in first
    assert "Plain part" not in first
    assert "Honda Civic 2006-2011 door" in every
    assert "Plain part" in every
    assert "Plain part" in none
    assert "Honda Civic" not in none
    assert "<html" not in none
    assert "Honda Civic 2006-2011 door" in vehicle
    assert "Plain part" not in vehicle
    assert "No vehicle is named" in unread


def test_the_board_shows_grid_rows_and_what_they_rest_on(staff: Client, actor: Actor) -> None:
    # given
    listing = make_listing("Alternator Accord 08-12 CRV 10-12 2.4 OEM Honda", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # when
    page = staff.get(reverse("fitment:listing", args=[listing.pk])).content.decode()

    # then
    assert "8 years to verify" in page
    assert "2008 proposed" in page
    assert "2006 not set" in page
    assert "“CRV 10-12” in the title" in page
    assert page.count(" checked>") == 2


def test_verify_by_htmx_answers_the_board_and_a_toast(staff: Client, actor: Actor) -> None:
    # given
    listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    row = PartFitment.objects.get()

    # when
    answer = staff.post(
        reverse("fitment:verify", args=[listing.pk]), {"ids": [str(row.pk)]}, headers=HTMX
    )

    # then
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "1 verified." in answer["HX-Trigger"]
    assert "2006 fits, verified" in html
    assert 'id="fitment-state" hx-swap-oob="true"' in html
    assert "<html" not in html
    row.refresh_from_db()
    assert row.verified


def test_the_cascade_offers_the_next_step_and_adds(
    staff: Client, actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing(actor=actor)
    url = reverse("fitment:cascade", args=[listing.pk])

    # when
    models = staff.get(url, {"make": str(camry.make_id)}, headers=HTMX).content.decode()
    engines = staff.get(
        url,
        {"make": str(camry.make_id), "model": str(camry.pk), "years": "2007-11"},
        headers=HTMX,
    ).content.decode()
    added = staff.post(
        reverse("fitment:add", args=[listing.pk]),
        {"make": str(camry.make_id), "model": str(camry.pk), "years": "2002-2003, 2007-11"},
        headers=HTMX,
    )

    # then
    assert ">Camry</option>" in models
    assert ">2.4L I4</option>" in engines
    assert ">2.2L I4</option>" not in engines
    assert added.status_code == 200
    assert list(PartFitment.objects.values_list("year_start", "year_end", "verified")) == [
        (2002, 2003, True),
        (2007, 2011, True),
    ]


@pytest.mark.parametrize("years", ["2011-2007", "soon", "2010+", ""])
def test_years_that_cannot_be_read_are_refused_where_they_stand(
    staff: Client, actor: Actor, camry: FitmentModel, years: str
) -> None:
    # given
    listing = make_listing(actor=actor)

    # when
    answer = staff.post(
        reverse("fitment:add", args=[listing.pk]),
        {"make": str(camry.make_id), "model": str(camry.pk), "years": years},
        headers=HTMX,
    )

    # then: nothing is lost of what was chosen
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Write years as 2010-12" in html
    assert f'value="{camry.pk}" selected' in html
    assert not PartFitment.objects.exists()


def test_correct_and_remove_without_htmx(staff: Client, actor: Actor) -> None:
    # given
    listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    row = PartFitment.objects.get()

    # when
    corrected = staff.post(
        reverse("fitment:correct", args=[listing.pk, row.pk]), {"years": "2006-10"}
    )
    row.refresh_from_db()
    removed = staff.post(reverse("fitment:remove", args=[listing.pk]), {"ids": [str(row.pk)]})

    # then
    assert (row.year_end, row.verified) == (2010, True)
    assert (corrected.status_code, removed.status_code) == (303, 303)
    assert not PartFitment.objects.exists()


def test_rows_of_another_listing_are_not_touched(
    staff: Client, actor: Actor, camry: FitmentModel
) -> None:
    # given
    mine, other = make_listing(actor=actor), make_listing(actor=actor)
    row = fitment_add(
        listing_id=other.pk, model_id=camry.pk, year_start=2007, year_end=2011, actor=actor
    )

    # when
    staff.post(reverse("fitment:remove", args=[mine.pk]), {"ids": [str(row.pk)]})

    # then
    assert PartFitment.objects.filter(pk=row.pk).exists()


def test_copy_and_read_again(staff: Client, actor: Actor, camry: FitmentModel) -> None:
    # given
    source, target = make_listing(actor=actor), make_listing("Honda Fit 2009", actor=actor)
    fitment_add(
        listing_id=source.pk, model_id=camry.pk, year_start=2007, year_end=2011, actor=actor
    )

    # when
    staff.post(reverse("fitment:copy", args=[target.pk]), {"sku": source.custom_label_sku})
    staff.post(reverse("fitment:read", args=[target.pk]))

    # then
    names = PartFitment.objects.filter(listing=target).values_list("model__name", "verified")
    assert sorted(names) == [("Camry", True), ("Fit", False)]


def test_the_panel_and_what_a_viewer_may_do(actor: Actor) -> None:
    # given
    listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    viewer = browser_of(Role.VIEWER)

    # when
    panel = viewer.get(reverse("fitment:panel", args=[listing.pk])).content.decode()
    board = viewer.get(reverse("fitment:listing", args=[listing.pk])).content.decode()
    refused = viewer.post(reverse("fitment:read", args=[listing.pk]))

    # then
    assert "1 to verify" in panel
    assert "<html" not in panel
    assert "Add a vehicle" not in board
    assert refused.status_code == 403


def test_words_of_a_listing_are_shown_as_text(staff: Client, actor: Actor) -> None:
    # given
    listing = make_listing("<script>x</script> Honda Civic 2006-2011", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # when
    page = staff.get(reverse("fitment:listing", args=[listing.pk])).content.decode()

    # then
    assert "<script>x</script>" not in page
    assert "&lt;script&gt;x" in page


def test_a_vin_makes_the_choices(staff: Client, actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    url = reverse("fitment:cascade", args=[listing.pk])

    # when
    form = staff.get(url, {"vin": "4T1BF1FK5CU123456"}, headers=HTMX).content.decode()
    unknown = staff.get(url, {"vin": "VF1ABCDEF12345678"}, headers=HTMX).content.decode()

    # then
    assert f'value="{camry.pk}" selected' in form
    assert 'value="2012"' in form
    assert "check digit" in form
    assert "The VIN says only: Renault." in unknown
