from __future__ import annotations

import uuid
from typing import Any

import pytest

from ingestion import services
from ingestion.enums import JobMode, JobStatus, ReviewStatus
from ingestion.models import AiResult, IngestionJob
from listings.models import Listing
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.models import AuditLog
from tests.ingestion import pictures
from tests.ingestion.factories import one_result, person, read_job
from tests.people import api_of, user_of

pytestmark = pytest.mark.django_db

BOX = pictures.PHOTOS / "zx_ean13-1-24.png"
CORRECTIONS = {
    "brand": "Denso",
    "partType": "Alternator",
    "mpn": "104210-5890",
    "make": "Honda",
    "model": "Accord",
    "years": "2008-2012",
    "price": "89.90",
}


@pytest.fixture
def job() -> IngestionJob:
    return read_job([BOX])


def approve(job: IngestionJob, corrections: dict[str, object] | None = None) -> Any:
    return api_of("user").post(
        f"/api/ingestion/review/{job.pk}/approve",
        {"corrections": CORRECTIONS if corrections is None else corrections},
        format="json",
    )


def test_approval_makes_a_draft_with_photos_that_the_person_owns(job: IngestionJob) -> None:
    # given it waits in the queue
    queue = api_of("user").get("/api/ingestion/review").json()
    assert [one["id"] for one in queue["jobs"]] == [str(job.pk)]
    assert queue["jobs"][0]["results"][0]["fields"]["mpn"]["value"] == "4448749"
    # when
    answer = approve(job)
    # then
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["job"]["status"] == "approved"
    assert body["job"]["listingId"] == body["listing"]["id"]
    assert body["listing"]["title"] == "2008-2012 Honda Accord Alternator 104210-5890 Used"
    assert body["listing"]["startPrice"] == "89.90"
    assert body["listing"]["status"] == "draft"
    listing = Listing.objects.get()
    assert {"title", "c_brand", "c_type", "start_price", "condition_id", "ean"} <= set(
        listing.person_fields
    )
    assert listing.ean == "5709262942503"
    assert listing.photos.get().is_primary
    listing.search.refresh_from_db()
    assert listing.search.photo_count == 1
    result = AiResult.objects.get()
    assert result.review_status == ReviewStatus.APPROVED
    assert result.reviewed_by_id == user_of("user").pk
    assert result.corrections["brand"] == "Denso"
    names = set(AuditLog.objects.values_list("event", flat=True))
    assert {"listing.created", "ingestion.result_approved"} <= names
    assert api_of("user").get("/api/ingestion/review").json() == {"jobs": [], "total": 0}


def test_approval_twice_makes_one_draft(job: IngestionJob) -> None:
    first, second = approve(job), approve(job)
    assert second.status_code == 200
    assert second.json()["listing"]["id"] == first.json()["listing"]["id"]
    other = approve(job, {"brand": "Bosch"})
    assert other.status_code == 409
    assert Listing.objects.count() == 1


def test_typed_title_is_published_as_it_is(job: IngestionJob) -> None:
    answer = approve(job, {**CORRECTIONS, "title": "Odd one"})
    assert answer.json()["listing"]["title"] == "Odd one"


def test_catalog_names_are_taken_too(job: IngestionJob) -> None:
    answer = approve(job, {"cBrand": "Bosch", "startPrice": "12.50", "customLabelSku": "X-1"})
    assert answer.status_code == 200, answer.content
    listing = answer.json()["listing"]
    assert (listing["cBrand"], listing["startPrice"], listing["customLabelSku"]) == (
        "Bosch", "12.50", "X-1",
    )  # fmt: skip


def test_bad_corrections_are_refused_by_name_and_change_nothing(job: IngestionJob) -> None:
    unknown = approve(job, {"colour": "red"})
    assert unknown.status_code == 400
    assert unknown.json()["errors"][0]["attr"] == "colour"
    price = approve(job, {"price": "a lot"})
    assert price.json()["errors"][0]["attr"] == "price"
    years = approve(job, {"years": "old"})
    assert years.json()["errors"][0]["attr"] == "years"
    long_title = approve(job, {"title": "x" * 81})
    assert long_title.json()["errors"][0]["attr"] == "title"
    assert Listing.objects.count() == 0
    job.refresh_from_db()
    assert job.status == JobStatus.REVIEW_REQUIRED
    assert job.photos.get().listing_id is None


def test_reject_needs_a_reason_and_frees_the_photos(job: IngestionJob) -> None:
    client = api_of("user")
    assert (
        client.post(f"/api/ingestion/review/{job.pk}/reject", {}, format="json").status_code == 400
    )
    answer = client.post(
        f"/api/ingestion/review/{job.pk}/reject", {"reason": "not a part"}, format="json"
    )
    assert answer.json()["job"]["status"] == "rejected"
    assert AiResult.objects.get().review_notes == "not a part"
    assert approve(job).status_code == 409
    ids = [one.pk for one in job.photos.all()]
    again = services.job_create(mode=JobMode.SINGLE, asset_ids=ids, actor=person())
    assert again.status == JobStatus.PENDING


def test_job_with_several_parts_asks_which(job: IngestionJob) -> None:
    two = read_job([BOX, pictures.PHOTOS / "zx_code128-2-17.png"], JobMode.BULK)
    answer = approve(two)
    assert answer.status_code == 409
    ids = answer.json()["resultIds"]
    assert len(ids) == 2
    client = api_of("user")
    done = None
    for one in ids:
        done = client.post(
            f"/api/ingestion/review/{one}/approve",
            {"corrections": {"partType": "Hood"}},
            format="json",
        )
        assert done.status_code == 200
    assert done is not None
    assert done.json()["job"]["status"] == "approved"
    assert Listing.objects.count() == 2
    assert client.post(f"/api/ingestion/review/{uuid.uuid4()}/approve", {}).status_code == 404


def test_viewer_may_not_decide(job: IngestionJob) -> None:
    client = api_of("viewer")
    assert client.get("/api/ingestion/review").status_code == 200
    assert client.post(f"/api/ingestion/review/{job.pk}/approve", {}).status_code == 403


def test_two_people_never_get_the_same_part() -> None:
    # given two parts
    read_job([BOX, pictures.PHOTOS / "zx_code128-2-17.png"], JobMode.BULK)
    ana, marek = (
        Actor(kind=ActorKind.PERSON, user_id=user_of(role).pk, label=role)
        for role in ("user", "manager")
    )
    # when
    first = services.result_claim(actor=ana)
    second = services.result_claim(actor=marek)
    third = services.result_claim(actor=Actor(kind=ActorKind.PERSON, user_id=user_of("admin").pk))
    # then
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    assert third is None
    again = services.result_claim(actor=ana)
    assert again is not None
    assert again.pk == first.pk


def test_cancelled_job_cannot_be_approved(job: IngestionJob) -> None:
    services.job_cancel(job_id=job.pk, actor=person())
    with pytest.raises(Conflict):
        services.result_approve(result_id=one_result(job).pk, fields={}, actor=person())


def test_unsent_corrections_are_no_corrections(job: IngestionJob) -> None:
    result = one_result(job)
    services.result_approve(
        result_id=result.pk, fields={"mpn": "4448749", "part_type": "Hood"}, actor=person()
    )
    result.refresh_from_db()
    assert result.corrections == {"part_type": "Hood"}
    with pytest.raises(InvalidInput):
        services.job_create(mode=JobMode.SINGLE, asset_ids=[], actor=person())
