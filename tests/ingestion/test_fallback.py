"""Jobs over remote readers: who reads when one is away, what it costs, and that it heals."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from ingestion import services
from ingestion.enums import CallState, JobMode, JobStatus
from ingestion.models import AiBudgetDay, AiCall, AiResult, AssetReading, IngestionJob
from ingestion.providers.base import BudgetSpent, Receipt
from ingestion.services import budget, running
from realtrack.core import redis
from realtrack.core.actors import Actor
from settings_app.services import setting_set
from tests.ingestion import pictures
from tests.ingestion.ai_server import AiServer, Reply, google_photo, read_as
from tests.ingestion.factories import job_of, one_result, person
from tests.listings.factories import make_listing

LABEL = ("DENSO ALTERNATOR", "104210-5890", "31100-R40-A01", "HONDA")


@pytest.fixture
def remote_first(ai: AiServer, django_capture_on_commit_callbacks: Callable[..., Any]) -> AiServer:
    with django_capture_on_commit_callbacks(execute=True):
        set_ai("ai_provider", "openai_vision")
    return ai


def set_ai(key: str, value: object) -> None:
    setting_set(category="ai", key=key, value=value, actor=Actor.system("test"))


def run(job: IngestionJob) -> IngestionJob:
    services.job_run(job_id=job.pk)
    job.refresh_from_db()
    return job


def outcomes(job: IngestionJob) -> list[tuple[str, str]]:
    return [(step["name"], step["outcome"]) for step in job.steps]


@pytest.mark.django_db
def test_remote_reading_becomes_a_part_with_its_cost(remote_first: AiServer) -> None:
    remote_first.answer = read_as(*LABEL, part_type=("Alternator", 0.9), mpn=("104210-5890", 0.9))
    job = run(job_of([pictures.encoded()]))
    result = one_result(job)
    assert (job.ai_provider, job.ai_model) == ("openai_vision", "gpt-4o")
    assert result.extracted_mpn == "104210-5890"
    assert job.ai_cost_usd == Decimal("0.0060")
    call = AiCall.objects.get()
    assert (call.state, call.job_id, call.cost_usd) == (
        CallState.SETTLED, job.pk, Decimal("0.006"),
    )  # fmt: skip
    assert AiBudgetDay.objects.get().held_usd == Decimal("0.006")


@pytest.mark.django_db
def test_a_number_that_nobody_can_see_is_never_a_value(remote_first: AiServer) -> None:
    # given a model that invents a number and a brand
    remote_first.answer = read_as("scratched", mpn=("AB-99887", 0.99), brand=("Zzyzx Motors", 0.99))
    result = one_result(run(job_of([pictures.encoded()])))
    assert result.extracted_mpn == ""
    field = result.normalised["mpn"]
    assert [one["value"] for one in field["alternatives"]] == ["AB-99887"]
    assert "nothing on the photo" in field["alternatives"][0]["reason"]
    assert (result.confidence_brand or 0) <= 0.4
    assert result.confidence_overall < 0.6


@pytest.mark.django_db
def test_outage_falls_to_the_other_service_and_then_to_this_machine(
    remote_first: AiServer, settings: Settings
) -> None:
    # given OpenAI away, Google well
    settings.GOOGLE_VISION_API_KEY = "g-key"

    def answer(seen: Any) -> Reply:
        if "completions" in seen.path:
            return Reply(status=500)
        return Reply({"responses": [google_photo(*LABEL)] * seen.photos})

    remote_first.answer = answer
    job = run(job_of([pictures.encoded()]))
    assert job.ai_provider == "google_vision"
    assert outcomes(job)[:3] == [
        ("variants", "done"), ("recognise", "fallback"), ("recognise", "done"),
    ]  # fmt: skip
    # given both away
    remote_first.answer = lambda seen: Reply(status=503)
    job = run(job_of([pictures.encoded(seed=4)]))
    assert job.ai_provider == "local_ocr"
    assert job.status == JobStatus.REVIEW_REQUIRED
    assert [one for one in outcomes(job) if one[1] == "fallback"] == [("recognise", "fallback")] * 2
    assert job.ai_cost_usd == 0


@pytest.mark.django_db
def test_spent_budget_falls_to_this_machine_and_sends_nothing(remote_first: AiServer) -> None:
    set_ai("max_daily_ai_spend", "0.01")
    job = run(job_of([pictures.encoded()]))
    assert job.ai_provider == "local_ocr"
    assert remote_first.seen == []
    assert "budget" in next(step["note"] for step in job.steps if step["outcome"] == "fallback")
    # a spent budget is not waited for: the sweep leaves the job to people
    services.intake_sweep()
    job.refresh_from_db()
    assert job.status == JobStatus.REVIEW_REQUIRED


@pytest.mark.django_db
def test_practice_46_what_was_degraded_is_done_again_when_it_heals(remote_first: AiServer) -> None:
    # given a minute of "too many" in the middle of a run
    remote_first.answer = read_as(*LABEL)
    run(job_of([pictures.encoded(seed=1)]))
    remote_first.answer = lambda seen: Reply(status=429, headers={"Retry-After": "60"})
    asked = len(remote_first.seen)
    jobs = [run(job_of([pictures.encoded(seed=seed)])) for seed in range(2, 5)]
    # then one call found it out, all were read here, and none is sent back yet
    assert len(remote_first.seen) == asked + 1
    assert {job.ai_provider for job in jobs} == {"local_ocr"}
    assert services.rereading.jobs_reread() == 0
    # when the minute is over
    redis.client().delete(redis.key("ai-rest", "openai_vision"))
    remote_first.answer = read_as(*LABEL)
    assert services.rereading.jobs_reread() == 3
    for job in jobs:
        run(job)
        assert job.ai_provider == "openai_vision"
        assert one_result(job).extracted_mpn == "104210-5890"
    assert services.rereading.jobs_reread() == 0
    # a job that a person has begun stays theirs
    assert not AssetReading.objects.exclude(degraded_from="").exists()


class Killed(BaseException):
    """A worker that is gone."""


@pytest.mark.django_db
def test_killed_worker_pays_no_photo_twice(
    remote_first: AiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker that dies after the reading
    remote_first.answer = read_as(*LABEL)
    job = job_of([pictures.encoded(seed=seed) for seed in range(3)])

    def die(*args: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(running, "_normalise", die)
        with pytest.raises(Killed):
            services.job_run(job_id=job.pk)
    stale = timezone.now() - datetime.timedelta(seconds=120)
    IngestionJob.objects.filter(pk=job.pk).update(heartbeat_at=stale)
    # when another one goes on
    run(job)
    # then
    assert len(remote_first.seen) == 1
    assert AiResult.objects.count() == 1
    assert job.ai_cost_usd == Decimal("0.0060")


@pytest.mark.django_db
def test_crashed_reservation_is_freed_and_a_late_answer_still_counts() -> None:
    set_ai("max_daily_ai_spend", "1.00")
    call = reserve(Decimal("0.9"))
    with pytest.raises(BudgetSpent, match=r"\$1\.00"):
        reserve(Decimal("0.2"))
    # when its worker is gone for longer than any call takes
    AiCall.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    assert budget.calls_free() == 1
    assert budget.calls_free() == 0
    assert AiBudgetDay.objects.get().held_usd == 0
    reserve(Decimal("0.2"))
    # and where it answers after all, its cost is added; once
    for _ in range(2):
        budget.call_settle(call_id=call.pk, receipt=Receipt(cost_usd=Decimal("0.05"), tokens=7))
    assert AiBudgetDay.objects.get().held_usd == Decimal("0.25")


def reserve(amount: Decimal) -> AiCall:
    return budget.call_reserve(
        job_id=None, provider="openai_vision", model="m", task="label", photos=1, worst_usd=amount
    )


@pytest.mark.django_db(transaction=True)
def test_fifty_workers_at_once_never_pass_the_budget() -> None:
    # given a dollar, fifty workers, and calls of up to 7 cents that cost 6
    set_ai("max_daily_ai_spend", "1.00")
    start = threading.Barrier(50)
    most: list[Decimal] = []
    refused: list[int] = []

    def work() -> None:
        try:
            start.wait(30)
            for _ in range(2):
                try:
                    call = reserve(Decimal("0.07"))
                except BudgetSpent:
                    refused.append(1)
                    continue
                most.append(AiBudgetDay.objects.get().held_usd)
                budget.call_settle(call_id=call.pk, receipt=Receipt(cost_usd=Decimal("0.06")))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    # then
    assert max(most) <= Decimal("1.00")
    spent = sum((one.cost_usd for one in AiCall.objects.all()), Decimal(0))
    assert spent == AiBudgetDay.objects.get().held_usd
    assert Decimal("0.93") - Decimal("0.06") <= spent <= Decimal("1.00")
    assert len(most) + len(refused) == 100
    assert connection.vendor == "postgresql"


@pytest.mark.django_db
def test_dearer_model_reads_again_what_is_in_doubt(remote_first: AiServer) -> None:
    set_ai("ai_hard_model", "dear-1")

    def answer(seen: Any) -> Reply:
        return read_as(*(LABEL if seen.body["model"] == "dear-1" else ("dirt",)))(seen)

    remote_first.answer = answer
    job = run(job_of([pictures.encoded()]))
    assert [seen.body["model"] for seen in remote_first.seen] == ["gpt-4o", "dear-1"]
    assert one_result(job).extracted_mpn == "104210-5890"
    assert one_result(job).model == "dear-1"
    assert job.ai_cost_usd == Decimal("0.0120")


@pytest.mark.django_db
def test_hourly_limit_of_paid_jobs(remote_first: AiServer) -> None:
    set_ai("ai_jobs_per_hour", 1)
    remote_first.answer = read_as(*LABEL)
    first, second = (run(job_of([pictures.encoded(seed=seed)])) for seed in (1, 2))
    assert (first.ai_provider, second.ai_provider) == ("openai_vision", "local_ocr")
    assert len(remote_first.seen) == 1


@pytest.mark.django_db
def test_price_far_from_the_usual_is_a_doubt_in_words(remote_first: AiServer) -> None:
    for price in ("80.00", "100.00", "120.00"):
        make_listing(c_type="Alternator", start_price=price, c_brand="Denso")
    remote_first.answer = read_as(*LABEL, price_usd=("900", 0.9))
    result = one_result(run(job_of([pictures.encoded()])))
    assert result.confidence_overall <= 0.5
    assert "9.0 times the usual 100.00" in " ".join(result.notes)
    # what is proposed is the usual price, with its evidence
    assert result.normalised["price"]["value"] == "100.00"
    assert "3 prices" in result.normalised["price"]["reason"]


@pytest.mark.django_db
def test_retry_by_hand_reads_anew(remote_first: AiServer) -> None:
    remote_first.answer = read_as("dirt")
    job = run(job_of([pictures.encoded()]))
    services.job_cancel(job_id=job.pk, actor=person())
    services.job_retry(job_id=job.pk, actor=person())
    remote_first.answer = read_as(*LABEL)
    assert one_result(run(job)).extracted_mpn == "104210-5890"
    assert len(remote_first.seen) == 2
    assert JobMode(job.mode) is JobMode.SINGLE
