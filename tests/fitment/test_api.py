"""The API: paths, names, envelopes, refusals."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from fitment.models import FitmentEngine, FitmentMake, FitmentModel, PartFitment
from realtrack.core.actors import Actor
from realtrack.core.rights import Role
from settings_app.models import Team
from tests.fitment.factories import make_listing
from tests.people import api_of, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


@pytest.fixture
def api() -> APIClient:
    return api_of(Role.USER)


def test_the_cascade_step_by_step(api: APIClient) -> None:
    # given / when
    makes = api.get("/api/fitment/makes", {"q": "toy"}).json()["makes"]
    models = api.get(f"/api/fitment/makes/{makes[0]['id']}/models").json()
    camry = next(model for model in models["models"] if model["name"] == "Camry")
    years = api.get(f"/api/fitment/models/{camry['id']}/years").json()["years"]
    engines = api.get(
        "/api/fitment/engines", {"modelId": camry["id"], "yearStart": 2008, "yearEnd": 2008}
    ).json()
    submodels = api.get(f"/api/fitment/models/{camry['id']}/submodels").json()["submodels"]

    # then
    assert [make["name"] for make in makes] == ["Toyota", "Scion"]
    assert models["total"] == len(models["models"]) > 40
    assert years[0] >= 2025
    assert years == sorted(years, reverse=True)
    assert "2.4L I4" in [engine["code"] for engine in engines["engines"]]
    assert engines["total"] < 10
    assert {"id", "modelId", "name"} == set(submodels[0])


def test_makes_are_found_by_alias(api: APIClient) -> None:
    # given / when
    names = [make["name"] for make in api.get("/api/fitment/makes?q=chev").json()["makes"]]
    short = [make["name"] for make in api.get("/api/fitment/makes?q=vw").json()["makes"]]

    # then
    assert names == ["Chevrolet"]
    assert short == ["Volkswagen"]


def test_add_verify_and_remove(api: APIClient, actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    url = f"/api/fitment/listing/{listing.pk}"
    body = {"modelId": str(camry.pk), "yearStart": 2007, "yearEnd": 2011, "position": "Front"}

    # when
    made = api.post(url, body, format="json")

    # then
    assert made.status_code == 201, made.json()
    fitment = made.json()["fitment"]
    assert (fitment["make"]["slug"], fitment["model"]["slug"]) == ("toyota", "camry")
    assert fitment["position"] == "Front"
    assert fitment["verified"] is True
    again = api.post(url, body, format="json")
    assert again.status_code == 409
    assert again.json()["errors"][0]["code"] == "fitment_exists"
    taken_back = api.patch(
        f"/api/fitment/{fitment['id']}/verify", {"verified": False}, format="json"
    )
    assert taken_back.json()["fitment"]["verified"] is False
    assert api.get(url).json()["total"] == 1
    assert api.delete(f"/api/fitment/{fitment['id']}").json() == {"success": True}
    assert api.get(url).json() == {"fitments": [], "total": 0}
    assert api.delete(f"/api/fitment/{fitment['id']}").status_code == 404


def test_bad_bodies_are_refused_by_name(api: APIClient, actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    url = f"/api/fitment/listing/{listing.pk}"
    good = {"modelId": str(camry.pk), "yearStart": 2007, "yearEnd": 2011}

    # when
    reversed_years = api.post(url, good | {"yearStart": 2012}, format="json")
    unknown_field = api.post(url, good | {"colour": "red"}, format="json")
    unknown_model = api.post(url, good | {"modelId": str(uuid.uuid4())}, format="json")

    # then
    assert [answer.status_code for answer in (reversed_years, unknown_field, unknown_model)] == [
        400, 400, 400,
    ]  # fmt: skip
    assert reversed_years.json()["errors"][0]["attr"] == "yearEnd"
    assert unknown_field.json()["errors"][0]["attr"] == "colour"
    assert unknown_model.json()["errors"][0]["attr"] == "modelId"
    assert not PartFitment.everything.exists()


def test_detect_a_text_and_a_listing(api: APIClient, actor: Actor) -> None:
    # given
    listing = make_listing("Fits 2015-2020 Toyota Camry LE 2.5L", actor=actor)

    # when
    text = api.post(
        "/api/fitment/detect", {"text": "Fits 2015-2020 Toyota Camry LE 2.5L"}, format="json"
    )
    attached = api.post("/api/fitment/detect", {"listingId": str(listing.pk)}, format="json")
    neither = api.post("/api/fitment/detect", {}, format="json")

    # then
    found = text.json()["detectedFitments"]
    assert text.json()["added"] == 0
    assert [
        (one["makeSlug"], one["modelSlug"], one["submodel"], one["yearStart"], one["yearEnd"])
        for one in found
    ] == [("toyota", "camry", "LE", 2015, 2020)]
    assert found[0]["engineCode"] == "2.5L I4"
    assert 0.85 <= found[0]["confidence"] <= 1
    assert attached.json()["added"] == 1
    row = PartFitment.objects.get(listing=listing)
    assert row.verified is False
    assert neither.status_code == 400


def test_search_by_vehicle(api: APIClient, actor: Actor, camry: FitmentModel) -> None:
    # given: one part for 2007-2011 with the 2.4, one for 2012
    engine = FitmentEngine.objects.get(code="2.4L I4")
    old, new = make_listing("Old", actor=actor), make_listing("New", actor=actor)
    for listing, start, end, one in ((old, 2007, 2011, engine), (new, 2012, 2012, None)):
        PartFitment.objects.create(
            listing=listing, make=camry.make, model=camry, engine=one,
            year_start=start, year_end=end, source="person", verified=True,
        )  # fmt: skip

    def titles(**query: str | int) -> list[str]:
        answer = api.get("/api/fitment/search", query)
        assert answer.status_code == 200, answer.json()
        return [listing["title"] for listing in answer.json()["listings"]]

    # when / then
    assert titles(make="toyota", model="camry") == ["New", "Old"]
    assert titles(make="Toyota", model="Camry", yearStart=2010, yearEnd=2010) == ["Old"]
    assert titles(make="toyota", model="camry", year=2012, engine="3.5L V6") == ["New"]
    assert titles(make="toyota", model="camry", year=2010, engine="3.5L V6") == []
    assert titles(q="2010 toyota camry") == ["Old"]
    assert titles(make=str(camry.make_id)) == ["New", "Old"]
    refused = api.get("/api/fitment/search", {"make": "nosuch"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["attr"] == "make"


def test_the_catalog_filters_by_vehicle(api: APIClient, actor: Actor) -> None:
    # given
    listing = make_listing("Alternator", actor=actor)
    make_listing("Starter", actor=actor)
    api.post("/api/fitment/detect", {"listingId": str(listing.pk)}, format="json")
    toyota = FitmentMake.objects.get(slug="toyota")
    PartFitment.objects.create(
        listing=listing, make=toyota, model=toyota.models.get(slug="camry"),
        year_start=2007, year_end=2011, source="person", verified=True,
    )  # fmt: skip

    # when
    found = api.get("/api/listings/search", {"q": 'fits:"2010 camry"'}).json()
    none = api.get("/api/listings/search", {"q": 'fits:"2015 camry"'}).json()

    # then
    assert [one["title"] for one in found["listings"]] == ["Alternator"]
    assert none["listings"] == []


def test_another_team_s_part_is_not_there(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    listing.team = Team.objects.create(name="Elsewhere")
    listing.save()
    row = PartFitment.objects.create(
        listing=listing, make=camry.make, model=camry, year_start=2007, year_end=2007,
        source="person",
    )  # fmt: skip
    api = api_of(Role.USER)

    # when / then
    assert api.get(f"/api/fitment/listing/{listing.pk}").status_code == 404
    assert api.delete(f"/api/fitment/{row.pk}").status_code == 404
    verify = api.patch(f"/api/fitment/{row.pk}/verify", {"verified": True}, format="json")
    assert verify.status_code == 404
    assert api.get("/api/fitment/search", {"model": str(camry.pk)}).json()["total"] == 0


def test_a_viewer_reads_and_changes_nothing(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    api = api_of(Role.VIEWER)
    assert user_of(Role.VIEWER).role == "viewer"

    # when
    refused = api.post(
        f"/api/fitment/listing/{listing.pk}",
        {"modelId": str(camry.pk), "yearStart": 2007, "yearEnd": 2011},
        format="json",
    )

    # then
    assert api.get(f"/api/fitment/listing/{listing.pk}").status_code == 200
    assert refused.status_code == 403
    assert not PartFitment.everything.exists()


def test_a_vin(api: APIClient, camry: FitmentModel) -> None:
    # given / when
    found = api.get("/api/fitment/vin/4T1BF1FK5CU123456").json()
    nonsense = api.get("/api/fitment/vin/nonsense")

    # then
    assert (found["year"], found["make"], found["model"]) == (2012, "Toyota", "Camry")
    assert found["modelId"] == str(camry.pk)
    assert found["engine"] == "2.5L I4"
    assert nonsense.status_code == 200
    assert nonsense.json()["valid"] is False
