"""Known numbers, the clean-up, and jobs over the API."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.utils import timezone

from ingestion import services
from ingestion.enums import JobStatus
from ingestion.models import ImageAsset, IngestionJob
from ingestion.storage import storage
from listings.models import Listing
from tests.ingestion import pictures
from tests.ingestion.factories import (
    announced,
    one_result,
    person,
    processed,
    read_job,
)
from tests.listings.factories import make_listing
from tests.people import api_of

pytestmark = pytest.mark.django_db

BOX = pictures.PHOTOS / "zx_ean13-1-24.png"


def test_known_number_under_another_brand_goes_down() -> None:
    make_listing(c_brand="Valeo", c_manufacturer_part_number="104210-5890")
    job = read_job([pictures.ALTERNATOR])
    result = one_result(job)
    assert job.status == JobStatus.REVIEW_REQUIRED
    assert "Valeo" in " ".join(result.notes)


def test_known_number_of_the_same_brand_is_matched() -> None:
    known = make_listing(c_brand="Denso", c_manufacturer_part_number="1042105890")
    result = one_result(read_job([pictures.ALTERNATOR]))
    assert result.matched_existing_id == known.pk


def test_clean_up_takes_only_what_nobody_uses() -> None:
    # given a photo of a part, one of an open job, one never sent, one nobody took
    job = read_job([pictures.ALTERNATOR])
    used = Listing.objects.get().photos.get()
    waiting = read_job([BOX]).photos.get()
    never_sent = announced(pictures.encoded(seed=7))
    lonely = processed(pictures.encoded(seed=8))
    ImageAsset.objects.update(
        created_at=timezone.now() - datetime.timedelta(days=8),
        updated_at=timezone.now() - datetime.timedelta(days=8),
    )
    # when
    assert services.orphans_clean() == 2
    # then
    assert set(ImageAsset.objects.values_list("pk", flat=True)) == {used.pk, waiting.pk}
    assert storage().stat(used.s3_key) is not None
    assert storage().stat(lonely.s3_key) is None
    assert storage().stat(f"p/{lonely.variant_large}.webp") is None
    assert storage().stat(never_sent.s3_key) is None
    assert job.photos.count() == 1


def test_clean_up_keeps_a_variant_that_another_photo_shares() -> None:
    data = pictures.encoded(seed=9)
    first, second = processed(data), processed(data)
    services.asset_delete(asset_id=first.pk, actor=person())
    ImageAsset.objects.filter(pk=first.pk).update(
        deleted_at=timezone.now() - datetime.timedelta(days=2)
    )
    assert services.orphans_clean() == 1
    assert storage().stat(f"p/{second.variant_large}.webp") is not None


def test_jobs_over_the_api() -> None:
    # given
    client = api_of("user")
    asset = announced(BOX.read_bytes(), mime_type="image/png")
    body = {"mode": "single", "assetIds": [str(asset.pk)], "source": "api"}
    # when
    created = client.post("/api/ingestion/jobs", body, format="json")
    # then
    assert created.status_code == 201
    job = created.json()["job"]
    assert (job["status"], job["mode"], job["sourceType"], job["imageCount"]) == (
        "pending", "single", "api", 1,
    )  # fmt: skip
    # a photo is in one job at a time
    again = client.post("/api/ingestion/jobs", body, format="json")
    assert again.status_code == 400
    assert again.json()["errors"][0]["attr"] == "assetIds"
    # when it is read
    services.job_run(job_id=uuid.UUID(job["id"]))
    detail = client.get(f"/api/ingestion/jobs/{job['id']}").json()
    assert detail["job"]["status"] == "review_required"
    assert detail["aiResult"]["fields"]["ean"]["value"] == "5709262942503"
    assert detail["aiResult"]["extractedMpn"] == "4448749"
    assert detail["images"][0]["thumbUrl"].startswith("/media/p/")
    listed = client.get("/api/ingestion/jobs?status=review_required&limit=5").json()
    assert (listed["total"], listed["limit"], listed["offset"]) == (1, 5, 0)
    stats = client.get("/api/ingestion/stats").json()
    assert (stats["reviewRequired"], stats["partsToReview"], stats["failed"]) == (1, 1, 0)
    # and cancelled, retried
    assert client.post(f"/api/ingestion/jobs/{job['id']}/retry").status_code == 409
    cancelled = client.post(f"/api/ingestion/jobs/{job['id']}/cancel").json()["job"]
    assert cancelled["status"] == "cancelled"
    assert client.post(f"/api/ingestion/jobs/{job['id']}/cancel").status_code == 409
    assert (
        client.post(f"/api/ingestion/jobs/{job['id']}/retry").json()["job"]["status"] == "pending"
    )
    assert client.get(f"/api/ingestion/jobs/{uuid.uuid4()}").status_code == 404


def test_job_of_unknown_or_unsent_photos_is_refused() -> None:
    client = api_of("user")
    unknown = client.post(
        "/api/ingestion/jobs", {"mode": "single", "assetIds": [str(uuid.uuid4())]}, format="json"
    )
    assert unknown.status_code == 400
    asset = announced(pictures.encoded())
    storage().delete(asset.s3_key)
    unsent = client.post(
        "/api/ingestion/jobs", {"mode": "single", "assetIds": [str(asset.pk)]}, format="json"
    )
    assert unsent.status_code == 400
    assert "not arrived" in unsent.json()["errors"][0]["detail"]
    assert IngestionJob.objects.count() == 0
