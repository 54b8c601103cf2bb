"""Shared sets, doubts and merges over the API."""

from __future__ import annotations

import pytest

from fitment.models import FitmentModel, PartFitment
from fitment.services import fitment_add
from realtrack.core.actors import Actor
from tests.fitment.factories import make_listing
from tests.people import api_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


def test_field2_13_a_set_is_edited_once_and_changes_its_parts_over_the_api(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    api = api_of("admin")
    first, second = make_listing("A", actor=actor), make_listing("B", actor=actor)
    fitment_add(listing_id=first.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor)
    body = {"name": "Camry", "listingId": str(first.pk)}
    made = api.post("/api/fitment/sets", body, format="json")
    assert made.status_code == 201
    address = f"/api/fitment/sets/{made.json()['id']}"
    used = api.post(f"{address}/apply", {"listingIds": [str(second.pk)]}, format="json")
    assert used.json() == {"added": 1}
    (vehicle,) = api.get(address).json()["vehicles"]
    assert (vehicle["model"], vehicle["engine"], vehicle["yearStart"]) == ("Camry", "", 2007)
    # when
    change = {"add": "2010-2011 Toyota Camry", "removeIds": [vehicle["id"]]}
    done = api.patch(address, change, format="json")
    # then
    assert done.json() == {"added": 2, "removed": 2}
    rows = PartFitment.objects.filter(verified=True).values_list("year_start", "year_end")
    assert list(rows) == [(2010, 2011)] * 2
    (listed,) = api.get("/api/fitment/sets").json()["sets"]
    assert (listed["name"], listed["vehicleCount"], listed["useCount"]) == ("Camry", 1, 2)


def test_field2_11_a_return_of_that_car_is_told_over_the_api(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    part = make_listing("A", actor=actor)
    row = fitment_add(
        listing_id=part.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor
    )
    # when
    address = f"/api/fitment/listing/{part.pk}/doubt"
    answer = api_of("admin").post(address, {"vehicle": "2008 Toyota Camry"}, format="json")
    # then
    assert answer.json() == {"fitmentIds": [str(row.pk)]}
    row.refresh_from_db()
    assert (row.verified, row.confidence) == (False, 0.3)


def test_models_are_merged_and_taken_apart_over_the_api(camry: FitmentModel) -> None:
    # given
    api = api_of("admin")
    other = FitmentModel.objects.create(make=camry.make, name="Camry XV", slug="camry-xv")
    body = {"kind": "model", "goneId": str(other.pk), "intoId": str(camry.pk)}
    # when
    made = api.post("/api/fitment/merges", body, format="json")
    # then
    assert made.status_code == 201
    assert made.json()["keptLabel"] == "Toyota Camry"
    other.refresh_from_db()
    assert other.merged_into == camry
    # when
    undone = api.post(f"/api/fitment/merges/{made.json()['id']}/undo")
    # then
    assert undone.json()["undoneAt"] is not None
    other.refresh_from_db()
    assert other.merged_into is None
    assert api.get("/api/fitment/merges").json()["total"] == 1
    assert api_of("user").post("/api/fitment/merges", body, format="json").status_code == 403
