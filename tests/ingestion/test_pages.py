from __future__ import annotations

import pytest
from django.urls import reverse

from ingestion.enums import JobMode
from ingestion.models import AiResult
from listings.models import Listing
from tests.ingestion import pictures
from tests.ingestion.factories import job_of, read_job
from tests.people import browser_of

pytestmark = pytest.mark.django_db

BOX = pictures.PHOTOS / "zx_ean13-1-24.png"


def test_intake_shows_jobs_and_what_to_do() -> None:
    client = browser_of("user")
    empty = client.get(reverse("ingestion:index"))
    assert "No photos yet" in empty.content.decode()
    assert "data-upload" in empty.content.decode()
    job = job_of([pictures.encoded()])
    page = client.get(reverse("ingestion:index") + "?mode=bulk").content.decode()
    assert f"job-{job.pk}" in page
    assert 'data-mode="bulk"' in page
    assert "every 1s" in page
    part = client.get(reverse("ingestion:index"), headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div id="jobs"')


def test_viewer_sees_jobs_without_the_drop_field() -> None:
    page = browser_of("viewer").get(reverse("ingestion:index")).content.decode()
    assert "data-upload" not in page


def test_job_page_tells_steps_photos_and_the_reason() -> None:
    client = browser_of("user")
    job = read_job([BOX])
    page = client.get(reverse("ingestion:job", args=[job.pk])).content.decode()
    assert "recognise" in page
    assert "part.jpg" in page
    failed = job_of([b"no photo at all"])
    page = client.get(reverse("ingestion:job", args=[failed.pk])).content.decode()
    assert "This is no JPEG, PNG, WebP or HEIC photo" in page
    client.post(reverse("ingestion:job-cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == "cancelled"
    client.post(reverse("ingestion:job-retry", args=[job.pk]))
    job.refresh_from_db()
    assert job.status == "pending"


def test_review_lights_boxes_and_goes_on_by_itself() -> None:
    # given two parts to review
    client = browser_of("user")
    read_job([BOX, pictures.PHOTOS / "zx_code128-2-17.png"], JobMode.BULK)
    first, second = AiResult.objects.order_by("pk")
    page = client.get(reverse("ingestion:review")).content.decode()
    assert 'data-box="mpn"' in page
    assert 'value="4448749"' in page
    assert 'data-alternative="907107"' in page
    assert 'data-key="a"' in page
    # when
    answer = client.post(
        reverse("ingestion:review-approve", args=[first.pk]),
        {"brand": "Menu", "mpn": "4448749", "part_type": "Hood", "price": "5", "title": "A hood"},
    )
    # then
    assert answer.status_code == 303
    assert Listing.objects.get().title == "A hood"
    following = client.get(answer["Location"]).content.decode()
    assert 'value="FW727"' in following
    client.post(reverse("ingestion:review-reject", args=[second.pk]))
    assert "Nothing to review" in client.get(reverse("ingestion:review")).content.decode()
    assert "2 done today" in client.get(reverse("ingestion:review")).content.decode()


def test_review_keeps_what_was_typed_when_it_is_refused() -> None:
    client = browser_of("user")
    result = read_job([BOX]).results.get()
    answer = client.post(
        reverse("ingestion:review-approve", args=[result.pk]), {"price": "a lot", "brand": "Typed"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Typed"' in page
    assert 'id="f-price-text"' in page
    assert Listing.objects.count() == 0


def test_title_follows_the_fields() -> None:
    client = browser_of("user")
    result = read_job([BOX]).results.get()
    answer = client.post(
        reverse("ingestion:review-title", args=[result.pk]),
        {"part_type": "Alternator", "make": "Honda", "model": "Civic", "years": "2006-2008"},
    )
    assert 'value="2006-2008 Honda Civic Alternator 4448749 Used"' in answer.content.decode()


def test_taken_part_is_shown_without_buttons() -> None:
    result = read_job([BOX]).results.get()
    browser_of("user").get(reverse("ingestion:review"))
    page = browser_of("manager").get(reverse("ingestion:review-one", args=[result.pk])).content
    assert b'data-key="a"' not in page
    assert b"Somebody else is at this part" in page


def test_text_of_a_photo_is_escaped() -> None:
    result = read_job([BOX]).results.get()
    result.normalised["brand"] = {
        "value": "<script>alert(1)</script>", "confidence": 0.5, "reason": "<b>", "source": None,
        "alternatives": [],
    }  # fmt: skip
    result.save()
    page = browser_of("user").get(reverse("ingestion:review")).content.decode()
    assert "<script>alert(1)" not in page
