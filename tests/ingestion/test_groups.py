"""Photos in parts: grouped by what can be told of them, and moved by people."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal

import pytest

from ingestion import services
from ingestion.enums import JobMode, JobStatus
from ingestion.models import AiResult, ImageAsset, IngestionJob
from ingestion.pipeline.grouping import BundlePhoto, group_bundle
from ingestion.reference import reference
from ingestion.services import budget
from ingestion.services.running import job_run
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from settings_app.services import setting_set
from tests.ingestion import pictures
from tests.ingestion.ai_server import AiServer, Reply, completion, entry
from tests.ingestion.factories import confirmed, job_of, person, processed, read_job
from tests.ingestion.readings import reading
from tests.listings.factories import make_listing
from tests.people import api_of, browser_of, user_of

NOON = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)


def shot(seconds: int, *lines: str, phash: str = "") -> BundlePhoto:
    return BundlePhoto(
        reading=reading(*lines), taken_at=NOON + datetime.timedelta(seconds=seconds), phash=phash
    )


def sizes(*photos: BundlePhoto) -> list[int]:
    return [len(group) for group in group_bundle(photos, reference())]


def test_pause_begins_a_part_where_nothing_can_be_read() -> None:
    assert sizes(shot(0), shot(8), shot(90), shot(95)) == [2, 2]


def test_pause_does_not_part_pictures_that_look_alike() -> None:
    alike = ("00000000000000ff", "00000000000000fe")
    assert sizes(shot(0, phash=alike[0]), shot(90, phash=alike[1])) == [2]


def test_same_number_after_a_pause_is_the_same_part() -> None:
    assert sizes(shot(0, "BOSCH", "0 280 750 030"), shot(300, "0 280 750 030")) == [2]


def test_another_number_without_a_pause_is_another_part() -> None:
    assert sizes(shot(0, "BOSCH", "0 280 750 030"), shot(2, "DENSO", "104210-5890")) == [1, 1]


def test_unread_photos_after_a_pause_take_the_name_that_follows() -> None:
    assert sizes(shot(0, "BOSCH", "0 280 750 030"), shot(90), shot(95, "DENSO", "104210-5890")) == [
        1, 2,
    ]  # fmt: skip


@pytest.fixture
def bundle(ai: AiServer, db: None) -> IngestionJob:
    """Four photos that a reader put into two parts: the third belongs to the second."""
    setting_set(category="ai", key="ai_provider", value="openai_vision", actor=Actor.system("t"))
    lines = (("BOSCH", "0 280 750 030"), (), (), ("DENSO", "104210-5890"))

    def answer(seen: object) -> Reply:
        import json

        entries = [entry(number, *words) for number, words in enumerate(lines, start=1)]
        return Reply(completion(json.dumps({"photos": entries})))

    ai.answer = answer
    job = job_of([pictures.encoded(seed=seed) for seed in range(4)], JobMode.BUNDLE)
    job_run(job_id=job.pk)
    job.refresh_from_db()
    return job


def parts(job: IngestionJob) -> list[list[uuid.UUID]]:
    return [
        list(one.photos.order_by("sort_order").values_list("pk", flat=True))
        for one in job.results.order_by("position")
    ]


def test_photo_is_moved_to_another_part_and_nothing_is_read_again(
    bundle: IngestionJob, ai: AiServer
) -> None:
    # given
    (a, b, c), (d,) = parts(bundle)
    client = browser_of("user")
    page = client.get(f"/ingestion/jobs/{bundle.pk}/groups/").content.decode()
    assert page.count("data-group-photo=") == 4
    # when
    answer = client.post(
        f"/ingestion/jobs/{bundle.pk}/groups/save/",
        {f"part-{a}": "1", f"part-{b}": "1", f"part-{c}": "2", f"part-{d}": "2"},
    )
    # then
    assert answer.status_code == 303
    assert parts(bundle) == [[a, b], [c, d]]
    assert [one.extracted_mpn for one in bundle.results.order_by("position")] == [
        "0 280 750 030", "104210-5890",
    ]  # fmt: skip
    assert len(ai.seen) == 1


def test_regroup_over_the_api_loses_no_photo(bundle: IngestionJob) -> None:
    (a, b, c), (d,) = parts(bundle)
    client = api_of("user")
    url = f"/api/ingestion/jobs/{bundle.pk}/groups"
    for wrong in ([[a, b, c]], [[a, b, c, d], [a]], [[a, b, c, d, uuid.uuid4()]]):
        body = {"groups": [[str(one) for one in group] for group in wrong]}
        assert client.post(url, body, format="json").status_code == 400
    assert parts(bundle) == [[a, b, c], [d]]
    body = {"groups": [[str(d)], [str(c)], [str(b), str(a)]]}
    assert client.post(url, body, format="json").status_code == 200
    assert parts(bundle) == [[d], [c], [b, a]]


def test_decided_parts_stay_and_a_part_in_review_is_not_taken_away(bundle: IngestionJob) -> None:
    (a, b, c), (d,) = parts(bundle)
    first = bundle.results.get(position=0)
    _, listing = services.result_approve(
        result_id=first.pk, fields={"part_type": "Sensor"}, actor=person()
    )
    with pytest.raises(InvalidInput):
        services.job_regroup(job_id=bundle.pk, groups=[[a], [b, c, d]], actor=person())
    services.job_regroup(job_id=bundle.pk, groups=[[d]], actor=person())
    assert set(listing.photos.values_list("pk", flat=True)) == {a, b, c}
    assert Listing.objects.count() == 1
    # given somebody at the open part
    other = user_of("manager")
    services.result_claim(actor=Actor.person(other), result_id=AiResult.objects.latest("pk").pk)
    with pytest.raises(Conflict):
        services.job_regroup(job_id=bundle.pk, groups=[[d]], actor=person())


def test_spending_is_shown_by_day_and_on_the_job(bundle: IngestionJob) -> None:
    client = browser_of("user")
    page = client.get("/ingestion/spending/").content.decode()
    assert "0.0060" in page
    assert "openai_vision" in page
    assert "Paid calls" in client.get(f"/ingestion/jobs/{bundle.pk}/").content.decode()
    found = api_of("user").get("/api/ingestion/spending").json()
    assert found["days"] == [
        {
            "day": budget.business_day().isoformat(),
            "provider": "openai_vision",
            "calls": 1,
            "photos": 4,
            "usd": "0.006000",
            "reserved": "0.000000",
        }
    ]
    assert Decimal(found["left"]) == Decimal("49.994")


@pytest.mark.django_db
def test_camera_clock_is_kept_for_gaps() -> None:
    assert processed(pictures.jpeg_taken_at("2026:05:01 12:00:09")).taken_at == NOON + (
        datetime.timedelta(seconds=9)
    )
    assert processed(pictures.jpeg_taken_at("no clock")).taken_at is None


@pytest.mark.django_db
def test_same_picture_twice_is_said() -> None:
    # given a photo, the same saved again smaller, another one; and one of another part
    listing = make_listing()
    data = pictures.ALTERNATOR.read_bytes()
    first = processed(data, listing_id=listing.pk)
    processed(pictures.saved_again(data), listing_id=listing.pk)
    processed(pictures.encoded(seed=77, width=300, height=500), listing_id=listing.pk)
    page = browser_of("user").get(f"/ingestion/parts/{listing.pk}/").content.decode()
    assert page.count("the same picture as photo 1") == 2  # its title and its words
    other = make_listing()
    processed(data, listing_id=other.pk)
    page = browser_of("user").get(f"/ingestion/parts/{other.pk}/").content.decode()
    assert f"also a photo of {listing.custom_label_sku}" in page
    assert first.phash


@pytest.mark.django_db
def test_practice_35_turned_photo_has_a_new_address() -> None:
    # given
    listing = make_listing()
    photo = processed(pictures.encoded(width=640, height=480), listing_id=listing.pk)
    before = (photo.variant_large, photo.s3_key)
    client = browser_of("user")
    # when
    assert client.post(f"/ingestion/photos/{photo.pk}/turn/").status_code == 204
    # then
    photo.refresh_from_db()
    assert (photo.width, photo.height) == (480, 640)
    assert photo.variant_large != before[0]
    page = client.get(f"/ingestion/parts/{listing.pk}/").content.decode()
    assert photo.variant_thumb in page
    assert before[0] not in page
    from ingestion.storage import storage

    assert storage().stat(before[1]) is None
    assert storage().stat(photo.s3_key) is not None
    # when it is cut, over the API; a cut that leaves nothing is refused
    api = api_of("user")
    crop = {"x": 0.25, "y": 0.0, "width": 0.5, "height": 1.0}
    assert api.patch(f"/api/storage/{photo.pk}", {"crop": crop}, format="json").status_code == 200
    photo.refresh_from_db()
    assert (photo.width, photo.height) == (240, 640)
    tiny = {"x": 0, "y": 0, "width": 0.01, "height": 0.01}
    answer = api.patch(f"/api/storage/{photo.pk}", {"crop": tiny}, format="json")
    assert answer.status_code == 400
    outside = {"x": 0.9, "y": 0, "width": 0.5, "height": 1}
    assert (
        api.patch(f"/api/storage/{photo.pk}", {"crop": outside}, format="json").status_code == 400
    )
    # and on its page by the edges
    page = client.get(f"/ingestion/photos/{photo.pk}/crop/").content.decode()
    assert 'name="left"' in page
    client.post(f"/ingestion/photos/{photo.pk}/crop/", {"top": "50", "left": "0"})
    photo.refresh_from_db()
    assert (photo.width, photo.height) == (240, 320)


@pytest.mark.django_db
def test_photo_in_review_and_unready_ones_are_not_turned() -> None:
    job = read_job([pictures.PHOTOS / "zx_ean13-1-24.png"])
    assert job.status == JobStatus.REVIEW_REQUIRED
    with pytest.raises(Conflict):
        services.asset_edit(asset_id=job.photos.get().pk, turn=90, actor=person())
    with pytest.raises(Conflict):
        services.asset_edit(asset_id=confirmed().pk, turn=90, actor=person())
    with pytest.raises(InvalidInput):
        services.asset_edit(asset_id=confirmed().pk, turn=45, actor=person())
    assert ImageAsset.objects.count() == 3
