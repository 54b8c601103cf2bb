"""Checks, merges, sets, lists and batches, as pages and over the API."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from fitment.checking.finding import findings_refresh
from fitment.models import FitmentFinding, FitmentMerge, FitmentModel, FitmentSet, PartFitment
from fitment.services import fitment_add
from fitment.services.batch import detect_batch_run, detect_batch_start
from fitment.tasks import check_task
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import Run
from realtrack.core.rights import Role
from tests.fitment.factories import make_listing
from tests.people import api_of, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff() -> Client:
    return browser_of(Role.USER)


@pytest.fixture
def manager() -> Client:
    return browser_of(Role.MANAGER)


@pytest.fixture
def twice(actor: Actor, camry: FitmentModel) -> Listing:
    """A part that says one car twice."""
    listing = make_listing(actor=actor)
    for start, end in ((2007, 2010), (2009, 2011)):
        fitment_add(
            listing_id=listing.pk, model_id=camry.pk, year_start=start, year_end=end, actor=actor
        )
    return listing


def test_a_finding_is_shown_and_mended(staff: Client, twice: Listing) -> None:
    # given
    check_task()
    finding = FitmentFinding.objects.get()

    # when
    page = staff.get(reverse("fitment:checks")).content.decode()
    answer = staff.post(
        reverse("fitment:finding", args=[finding.pk]), {"answer": "join"}, headers=HTMX
    )
    wrong = staff.post(reverse("fitment:finding", args=[finding.pk]), {"answer": "join"})

    # then
    assert "2009 to 2010" in page
    assert "Make one of both" in page
    assert "Nothing found" in answer.content.decode()
    assert wrong.status_code == 404
    assert list(PartFitment.objects.values_list("year_start", "year_end")) == [(2007, 2011)]


def test_findings_over_the_api(twice: Listing) -> None:
    # given
    api = api_of(Role.USER)
    findings_refresh()

    # when
    found = api.get("/api/fitment/findings", {"kind": "duplicate"}).json()
    none = api.get("/api/fitment/findings", {"kind": "life"}).json()
    url = f"/api/fitment/findings/{found['findings'][0]['id']}"
    refused = api.post(url, {"answer": "trim"}, format="json")
    done = api.post(url, {"answer": "right"}, format="json")
    gone = api.post(url, {"answer": "right"}, format="json")

    # then
    assert (found["total"], none["total"]) == (1, 0)
    assert found["findings"][0]["listingId"] == str(twice.pk)
    assert (refused.status_code, done.status_code, gone.status_code) == (400, 200, 404)
    assert done.json() == {"success": True}


def test_models_are_added_and_merged_by_those_who_may(staff: Client, manager: Client) -> None:
    # given
    data = {"make": "Chevy", "model": "Silverado X", "years": "2010-12"}

    # when
    refused = staff.post(reverse("fitment:vehicle-add"), data)
    manager.post(reverse("fitment:vehicle-add"), data)
    unread = manager.post(reverse("fitment:vehicle-add"), {**data, "years": "soon"})
    added = FitmentModel.objects.select_related("make").get(slug="silverado-x")
    keep = FitmentModel.objects.get(make=added.make, slug="silverado-1500")
    listed = manager.get(reverse("fitment:vehicles"), {"q": "silverado"}).content.decode()
    manager.post(reverse("fitment:merge"), {"gone": added.pk, "into": keep.pk, "of": "model"})
    merge = FitmentMerge.objects.get()
    page = manager.get(reverse("fitment:vehicles")).content.decode()
    manager.post(reverse("fitment:merge-undo", args=[merge.pk]))

    # then
    assert refused.status_code == 403
    assert unread.status_code == 422
    assert added.make.slug == "chevrolet"
    assert sorted(added.years.values_list("year", flat=True)) == [2010, 2011, 2012]
    assert "Silverado X" in listed
    assert "Chevrolet Silverado X is Chevrolet Silverado 1500" in page
    merge.refresh_from_db()
    assert merge.undone_at is not None


def test_a_part_takes_lists_sets_and_returns(staff: Client, twice: Listing, actor: Actor) -> None:
    # given
    other = make_listing("Other", actor=actor)

    # when
    pasted = staff.post(
        reverse("fitment:paste", args=[other.pk]),
        {"text": "2008 Honda Accord\na chair"}, headers=HTMX,
    )  # fmt: skip
    staff.post(reverse("fitment:set-use", args=[twice.pk]), {"name": "Camry set"})
    made = FitmentSet.objects.get()
    staff.post(reverse("fitment:set-use", args=[other.pk]), {"set": made.pk})
    edited = staff.post(reverse("fitment:set", args=[made.pk]), {"add": "2004 Toyota Camry"})
    unread = staff.post(reverse("fitment:set", args=[made.pk]), {"add": "a chair"})
    doubted = staff.post(
        reverse("fitment:doubt", args=[other.pk]), {"vehicle": "2004 Toyota Camry"}, headers=HTMX
    )
    page = doubted.content.decode()
    sets = staff.get(reverse("fitment:sets")).content.decode()

    # then
    assert "Not understood: a chair" in pasted.headers["HX-Trigger"]
    assert edited.status_code == 303
    assert unread.status_code == 422
    assert "1 set back to review" in doubted.headers["HX-Trigger"]
    assert "A buyer sent the part back" in page
    assert "Camry set" in sets
    rows = PartFitment.objects.filter(listing=other).order_by("year_start", "year_end")
    assert [(row.year_start, row.year_end, row.verified) for row in rows] == [
        (2004, 2004, False),
        (2007, 2010, True),
        (2008, 2008, False),
        (2009, 2011, True),
    ]


def test_exports_of_a_part(staff: Client, twice: Listing) -> None:
    # given / when
    csv = staff.get(reverse("fitment:export", args=[twice.pk, "csv"]))
    ebay = staff.get(reverse("fitment:export", args=[twice.pk, "ebay"])).content.decode()
    tags = staff.get(reverse("fitment:export", args=[twice.pk, "tags"])).content.decode()
    none = staff.get(reverse("fitment:export", args=[twice.pk, "pdf"]))
    wire = api_of(Role.USER).get(
        f"/api/fitment/listing/{twice.pk}/compatibility", {"limit": 3}
    ).json()  # fmt: skip

    # then: each year once, though two rows say it
    assert csv.headers["Content-Disposition"].endswith('-csv.csv"')
    assert len(csv.content.decode().splitlines()) == 3
    assert ebay.count("Compatibility,") == 5
    assert tags.strip().split(", ") == [f"Toyota_Camry_{year}" for year in range(2007, 2012)]
    assert none.status_code == 404
    assert [row["Year"] for row in wire["rows"]] == ["2009", "2010", "2011"]
    assert (wire["left"], wire["leftCount"]) == (["2007 to 2008 Toyota Camry"], 2)


def test_drafts_are_read_in_a_run_once(actor: Actor) -> None:
    # given: made before anything read their words
    one = make_listing("2007-2011 Toyota Camry alternator", actor=actor)
    two = make_listing("Plain part", actor=actor)
    api: APIClient = api_of(Role.USER)

    # when
    answer = api.post(
        "/api/fitment/detect-batch", {"listingIds": [str(one.pk), str(two.pk)]}, format="json"
    )
    run = Run.objects.get(pk=answer.json()["jobId"])
    detect_batch_run(run_id=run.pk)
    detect_batch_run(run_id=run.pk)

    # then
    assert (answer.status_code, answer.json()["total"]) == (202, 2)
    run.refresh_from_db()
    assert (run.state, run.changed_count, run.same_count) == ("done", 1, 1)
    assert list(PartFitment.objects.values_list("listing_id", "verified")) == [(one.pk, False)]


def test_a_batch_takes_drafts_without_vehicles_and_says_when_there_are_none(actor: Actor) -> None:
    # given
    with pytest.raises(InvalidInput):
        detect_batch_start(actor=actor)
    listing = make_listing("2007 Toyota Camry", actor=actor)

    # when
    run = detect_batch_start(actor=actor)

    # then
    assert list(run.items.values_list("target_id", flat=True)) == [str(listing.pk)]
