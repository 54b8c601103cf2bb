from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from ingestion import services
from ingestion.enums import AssetStatus, Band, JobMode, JobStatus, ReviewStatus
from ingestion.models import AiResult, ImageAsset, IngestionJob
from ingestion.providers import registry as providers
from ingestion.providers.base import PhotoInput, ProviderReading, ProviderUnavailable, Purse
from ingestion.services import running
from ingestion.storage import storage
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.models import AuditLog
from settings_app.services import setting_set
from tests.ingestion import pictures
from tests.ingestion.factories import (
    confirmed,
    job_of,
    one_result,
    person,
    read_job,
)

pytestmark = pytest.mark.django_db

BOX = pictures.PHOTOS / "zx_ean13-1-24.png"


class Unsteady:
    """A reader that fails as often as it is told, then reads nothing."""

    name = "unsteady"
    model = "1"
    batch = 1

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    def read(self, photos: Sequence[PhotoInput], purse: Purse) -> ProviderReading:
        if self.errors:
            raise self.errors.pop(0)
        return ProviderReading(provider=self.name, model=self.model, photos=())

    def estimate_cost(self, photo_count: int) -> Decimal:
        return Decimal(photo_count)


def use(monkeypatch: pytest.MonkeyPatch, reader: object) -> None:
    monkeypatch.setattr(running, "providers_in_order", lambda name: [reader])


def events_of(job: IngestionJob) -> list[str]:
    rows = AuditLog.objects.filter(entity_id=str(job.pk)).order_by("created_at", "id")
    return [row.event for row in rows]


def test_sure_label_becomes_a_draft_with_its_photo() -> None:
    # given, when
    job = read_job([pictures.ALTERNATOR])
    # then
    assert job.status == JobStatus.APPROVED
    assert job.review_status == ReviewStatus.AUTO_APPROVED
    assert job.attempt_count == 1
    assert [step["name"] for step in job.steps] == ["variants", "recognise", "normalise"]
    result = one_result(job)
    assert result.band == Band.AUTO
    listing = result.listing
    assert listing is not None
    assert listing.status == "draft"
    assert listing.title == "Alternator 31100-R40-A01 Used"
    assert listing.c_brand == "Denso"
    assert listing.c_manufacturer_part_number == "104210-5890"
    # what a machine wrote belongs to nobody
    assert listing.person_fields == []
    photo = listing.photos.get()
    assert photo.is_primary
    assert photo.status == AssetStatus.PROCESSED
    assert events_of(job) == ["ingestion.job_created", "ingestion.job_completed"]


def test_doubtful_photo_waits_for_a_person() -> None:
    job = read_job([BOX])
    assert job.status == JobStatus.REVIEW_REQUIRED
    result = one_result(job)
    assert result.band == Band.MANUAL
    assert result.review_status == ReviewStatus.NEEDS_REVIEW
    assert result.normalised["ean"]["value"] == "5709262942503"
    source = result.normalised["ean"]["source"]
    assert source["assetId"] == str(job.photos.get().pk)
    assert all(0 <= number <= 1 for number in source["box"])
    assert Listing.objects.count() == 0


def test_thresholds_are_settings(django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        setting_set(
            category="ai", key="ai_auto_approve_threshold", value="0.99", actor=Actor.system("test")
        )
    job = read_job([pictures.ALTERNATOR])
    assert job.status == JobStatus.REVIEW_REQUIRED
    assert one_result(job).band == Band.REVIEW


def test_run_twice_leaves_one_result_and_one_draft() -> None:
    job = read_job([pictures.ALTERNATOR])
    assert services.job_run(job_id=job.pk) is None
    assert AiResult.objects.count() == 1
    assert Listing.objects.count() == 1
    assert services.job_run(job_id=uuid.uuid4()) is None


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"a text file as a photo", "not_an_image", "no JPEG"),
        (pictures.encoded()[:-600], "truncated", "cut off"),
    ],
)
def test_job_of_a_refused_photo_says_so(data: bytes, code: str, words: str) -> None:
    # given a photo that was sent and is none; when it is made a job without a confirm
    job = job_of([data])
    # then
    assert job.status == JobStatus.FAILED
    assert words in job.last_error
    assert job.next_retry_at is None
    asset = job.photos.get()
    assert asset.reason_code == code
    assert storage().stat(asset.s3_key) is None
    assert AiResult.objects.count() == 0
    assert events_of(job) == ["ingestion.job_created", "ingestion.job_failed"]


def test_job_reads_the_good_photos_and_names_the_bad_one() -> None:
    # given one label, one damaged photo
    job = read_job([pictures.ALTERNATOR, pictures.damaged_jpeg()])
    # then
    assert job.status == JobStatus.APPROVED
    assert "part.jpg" in job.last_error
    assert "decoded" in job.last_error
    assert Listing.objects.get().photos.count() == 1


def test_bulk_makes_a_part_of_each_photo() -> None:
    job = read_job([pictures.ALTERNATOR, BOX], JobMode.BULK)
    states = list(job.results.order_by("position").values_list("review_status", flat=True))
    assert states == [ReviewStatus.AUTO_APPROVED, ReviewStatus.NEEDS_REVIEW]
    assert job.status == JobStatus.REVIEW_REQUIRED
    assert job.listing is not None


def test_bundle_groups_by_what_is_read() -> None:
    job = read_job(
        [pictures.ALTERNATOR, pictures.encoded(), pictures.DEMO / "throttle_body_bosch.jpg"],
        JobMode.BUNDLE,
    )
    results = list(job.results.order_by("position"))
    assert [one.photos.count() for one in results] == [2, 1]
    assert [one.extracted_part_type for one in results] == ["Alternator", "Throttle Body"]


def test_outage_is_tried_again_at_30_120_600_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a reader that is away for good
    use(monkeypatch, Unsteady(*[ProviderUnavailable("away")] * 9))
    job = job_of([pictures.encoded()])
    waits = []
    for _ in range(3):
        # when
        before = timezone.now()
        services.job_run(job_id=job.pk)
        job.refresh_from_db()
        if job.next_retry_at:
            waits.append(round((job.next_retry_at - before).total_seconds()))
            assert job.will_retry
            # not due yet: nobody takes it
            assert services.job_run(job_id=job.pk) is None
            IngestionJob.objects.filter(pk=job.pk).update(next_retry_at=timezone.now())
    # then
    assert waits == [30, 120]
    assert job.status == JobStatus.FAILED
    assert job.attempt_count == 3
    assert job.next_retry_at is None
    assert events_of(job) == [
        "ingestion.job_created",
        "ingestion.job_delayed",
        "ingestion.job_delayed",
        "ingestion.job_failed",
    ]
    # and by hand it has all its attempts again
    services.job_retry(job_id=job.pk, actor=person())
    job.refresh_from_db()
    assert (job.status, job.attempt_count) == (JobStatus.PENDING, 0)


def test_outage_that_ends_heals(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Unsteady(ProviderUnavailable("away", retry_after=45)))
    job = job_of([pictures.ALTERNATOR])
    before = timezone.now()
    services.job_run(job_id=job.pk)
    job.refresh_from_db()
    # what the service asks for is the least
    assert job.next_retry_at is not None
    assert (job.next_retry_at - before).total_seconds() >= 45
    monkeypatch.setattr(running, "providers_in_order", providers.providers_in_order)
    IngestionJob.objects.filter(pk=job.pk).update(next_retry_at=timezone.now())
    services.job_run(job_id=job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.APPROVED


def test_fault_of_ours_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, Unsteady(ZeroDivisionError("bug")))
    job = job_of([pictures.encoded()])
    services.job_run(job_id=job.pk)
    job.refresh_from_db()
    assert (job.status, job.error_code, job.next_retry_at) == (JobStatus.FAILED, "internal", None)


class Killed(BaseException):
    """A worker that is gone: nothing runs after it."""


@pytest.mark.parametrize("step", ["_process_all", "_recognise", "_normalise", "_record", "_decide"])
def test_killed_worker_at_any_step_loses_and_doubles_nothing(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    # given a worker that dies within the step
    job = job_of([pictures.ALTERNATOR])
    real = getattr(running, step)

    def die(*args: object, **more: object) -> object:
        raise Killed

    monkeypatch.setattr(running, step, die)
    with pytest.raises(Killed):
        services.job_run(job_id=job.pk)
    monkeypatch.setattr(running, step, real)
    # when it is too early, nobody takes it
    assert services.job_run(job_id=job.pk) is None
    # when its heart has not been heard for long
    stale = timezone.now() - datetime.timedelta(seconds=120)
    IngestionJob.objects.filter(pk=job.pk).update(heartbeat_at=stale)
    assert services.intake_sweep() >= 1
    services.job_run(job_id=job.pk)
    # then
    job.refresh_from_db()
    assert job.status == JobStatus.APPROVED
    assert AiResult.objects.count() == 1
    assert Listing.objects.count() == 1
    assert ImageAsset.objects.filter(listing__isnull=False).count() == 1


def test_worker_lost_three_times_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of([pictures.encoded()])
    stale = timezone.now() - datetime.timedelta(seconds=120)
    IngestionJob.objects.filter(pk=job.pk).update(
        status=JobStatus.PROCESSING, attempt_count=3, heartbeat_at=stale
    )
    assert services.job_run(job_id=job.pk) is None
    job.refresh_from_db()
    assert (job.status, job.error_code) == (JobStatus.FAILED, "worker_lost")


def test_late_worker_cannot_record_over_a_newer_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    # given a slow worker whose job another one took meanwhile
    job = job_of([pictures.ALTERNATOR])
    real = running._normalise

    def slow(*args: object, **more: object) -> object:
        IngestionJob.objects.filter(pk=job.pk).update(attempt_count=2)
        return real(*args, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(running, "_normalise", slow)
    # when
    assert services.job_run(job_id=job.pk) is None
    # then
    assert AiResult.objects.count() == 0


def test_cancel_while_it_is_read_drops_what_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    job = job_of([pictures.ALTERNATOR])
    real = running._normalise

    def cancelled(*args: object, **more: object) -> object:
        services.job_cancel(job_id=job.pk, actor=person())
        return real(*args, **more)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(running, "_normalise", cancelled)
    services.job_run(job_id=job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert AiResult.objects.count() == 0
    # its photos are free for another job
    ids = [one.pk for one in job.photos.all()]
    again = services.job_create(mode=JobMode.SINGLE, asset_ids=ids, actor=person())
    assert again.photos.count() == 1


def test_sweep_finds_what_the_broker_lost() -> None:
    # given a job whose message never arrived, an uploaded photo that nobody processed
    job = job_of([pictures.encoded()])
    asset = confirmed(pictures.encoded(seed=5))
    old = timezone.now() - datetime.timedelta(minutes=5)
    IngestionJob.objects.filter(pk=job.pk).update(created_at=old)
    ImageAsset.objects.filter(pk=asset.pk).update(uploaded_at=old, updated_at=old)
    # when, then: once now, not again within the minute
    assert services.intake_sweep() == 2
    assert services.intake_sweep() == 0
