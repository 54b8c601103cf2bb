"""What shares a part with its car, and the customer's list of a marketplace's vehicles."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse

from fitment.aces.importing import import_run
from fitment.checking.finding import findings_refresh
from fitment.enums import AcesUploadState, FindingKind, FitmentSource
from fitment.models import (
    FitmentFinding,
    FitmentModel,
    MarketVehicle,
    MarketVehicleList,
    PartFitment,
)
from fitment.services import fitment_add, fitments_verify
from fitment.services.expansion import fitments_expand
from fitment.services.market_list import list_send
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import Run
from realtrack.core.rights import Role
from tests.fitment.factories import make_listing
from tests.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
NUMBER = "81150-06D50"


def of_a_car(camry: FitmentModel, actor: Actor, year: int = 2009, **data: str) -> Listing:
    """A part out of a Camry of this year, known to fit it."""
    listing = make_listing("Lamp", actor=actor, c_manufacturer_part_number=NUMBER, **data)
    row = fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=year, year_end=year,
        source=FitmentSource.DONOR, evidence={"donor": "C-1"}, actor=actor,
    )  # fmt: skip
    fitments_verify(fitment_ids=[row.pk], actor=actor)
    return listing


def verified(model: FitmentModel, start: int, end: int, actor: Actor, listing: Listing) -> None:
    fitment_add(
        listing_id=listing.pk, model_id=model.pk, year_start=start, year_end=end, actor=actor
    )


def other(actor: Actor, number: str = NUMBER) -> Listing:
    return make_listing("Other lamp", actor=actor, c_manufacturer_part_number=number)


def loaded(text: str, actor: Actor, site: str = "EBAY_US", name: str = "mvl.csv") -> Run:
    upload = list_send(site=site, name=name, file=io.BytesIO(text.encode()), actor=actor)
    import_run(run_id=upload.run_id)
    upload.refresh_from_db()
    return upload.run


def test_only_parts_that_fit_the_donors_car_vouch_for_others(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    solara = FitmentModel.objects.get(make__slug="toyota", slug="solara")
    listing = of_a_car(camry, actor)
    first, second, stranger, number = other(actor), other(actor), other(actor), other(actor, "X-9")
    verified(camry, 2007, 2011, actor, first)
    verified(solara, 2007, 2008, actor, first)
    verified(camry, 2007, 2009, actor, second)
    verified(camry, 1999, 2001, actor, stranger)
    verified(camry, 2005, 2015, actor, number)

    # when
    done = fitments_expand(listing_id=listing.pk, actor=actor)

    # then: years that both name, years of one, and its other model; all wait
    rows = PartFitment.objects.filter(listing=listing, verified=False)
    said = sorted((row.model.name, row.year_start, row.year_end, row.confidence, row.evidence["agree"],
                   row.evidence["parts"]) for row in rows.select_related("model"))  # fmt: skip
    assert said == [
        ("Camry", 2007, 2009, 0.7, 2, 2),
        ("Camry", 2010, 2011, 0.6, 1, 2),
        ("Solara", 2007, 2008, 0.6, 1, 2),
    ]
    assert len(done.proposed) == 3
    assert fitments_expand(listing_id=listing.pk, actor=actor).proposed == ()


def test_without_a_car_or_evidence_nothing_is_proposed_and_the_reason_told(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    bare, alone = other(actor, "A-1"), of_a_car(camry, actor)

    # when
    no_car = fitments_expand(listing_id=bare.pk, actor=actor)
    no_evidence = fitments_expand(listing_id=alone.pk, actor=actor)

    # then
    assert no_car.reason == "The part comes from no car whose model and year are known."
    assert no_evidence.reason == "No other verified part of this number fits the donor's car."
    assert not PartFitment.objects.filter(verified=False).exists()


def test_a_list_is_read_per_site_and_names_what_it_does_not_know(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = of_a_car(camry, actor)
    vouching = other(actor)
    verified(camry, 2007, 2011, actor, vouching)
    text = "Make,Model,Year,Trim\nToyota,Camry,2009,LE Sedan 4-Door\nToyota,Camry,soon,\n,X,2009,\n"

    # when
    run = loaded(text, actor)
    loaded("Make;Model;Year\nTOYOTA;CAMRY;2009\n", actor, site="EBAY_DE")
    counts = findings_refresh()
    done = fitments_expand(listing_id=listing.pk, actor=actor)

    # then
    one = MarketVehicleList.objects.get(site="EBAY_US")
    assert (run.created_count, run.refused_count) == (1, 2)
    assert [fault["place"] for fault in one.refused] == ["Row 3", "Row 4"]
    assert counts[FindingKind.MARKET] == 1
    found = FitmentFinding.objects.get(kind=FindingKind.MARKET)
    assert found.listing == vouching
    assert found.detail == (
        "EBAY_DE has no 2007, 2008, 2010, 2011; EBAY_US has no 2007, 2008, 2010, 2011"
    )
    assert done.proposed != ()

    # when a newer list takes its place
    loaded("Make,Model,Year\n" + "".join(f"Toyota,Camry,{y}\n" for y in range(2007, 2012)), actor)

    # then
    findings_refresh()
    assert FitmentFinding.objects.get(kind=FindingKind.MARKET).detail.startswith("EBAY_DE")
    assert MarketVehicleList.objects.filter(site="EBAY_US").count() == 1
    assert MarketVehicle.objects.filter(of_list__site="EBAY_US").count() == 5


def test_a_file_that_is_no_list_is_refused_and_the_old_one_stays(actor: Actor) -> None:
    # given
    loaded("Make,Model,Year\nToyota,Camry,2009\n", actor)

    # when
    upload = list_send(
        site="EBAY_US", name="x.csv", file=io.BytesIO(b"SKU,Title\nA,B\n"), actor=actor
    )
    import_run(run_id=upload.run_id)
    upload.refresh_from_db()

    # then
    assert upload.state == AcesUploadState.REFUSED
    assert MarketVehicle.objects.count() == 1
    with pytest.raises(InvalidInput):
        list_send(site="EBAY_MARS", name="x.csv", file=io.BytesIO(b"x"), actor=actor)


def test_the_pages(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = of_a_car(camry, actor)
    verified(camry, 2007, 2011, actor, other(actor))
    manager = browser_of(Role.MANAGER)

    # when
    board = manager.post(
        reverse("fitment:expand", args=[listing.pk]), headers={"HX-Request": "true"}
    )
    nothing = manager.post(reverse("fitment:lists"), {"site": "EBAY_US"})
    loaded("Make,Model,Year\nToyota,Camry,2009\n", actor)
    page = manager.get(reverse("fitment:lists")).content.decode()
    gone = manager.post(reverse("fitment:list-remove"), {"site": "EBAY_US"})

    # then
    assert "1 to verify, 0 known." in board.headers["HX-Trigger"]
    assert "1 of 1 parts alike that fit the 2009 Toyota Camry" in board.content.decode()
    assert (nothing.status_code, "Choose a file." in nothing.content.decode()) == (422, True)
    assert "mvl.csv" in page
    assert gone.status_code == 303
    assert not MarketVehicle.objects.exists()
