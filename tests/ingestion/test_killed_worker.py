"""A real worker process, killed after each step of the pipeline: nothing is lost, nothing doubled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from ingestion.enums import JobStatus
from ingestion.models import AiResult, AssetReading, ImageAsset, IngestionJob
from listings.models import Listing
from realtrack.core import redis
from tests.ingestion import pictures
from tests.ingestion.factories import job_of

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = ("_process_all", "_recognise", "_normalise", "_record", "_decide")
ROOT = Path(__file__).resolve().parents[2]


def work(job: IngestionJob, step: str = "") -> int:
    """Let a process read the job on this test's own servers; returns how it ended."""
    settings = connection.settings_dict
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.ingestion.drill_settings",
        "DRILL_DATABASE": str(settings["NAME"]),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingestion.drill_worker", str(job.pk), *([step] if step else [])],
        cwd=ROOT, env=environment, capture_output=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode not in {0, -signal.SIGKILL}:
        pytest.fail(done.stderr.decode()[-3000:])
    return done.returncode


def killed_and_resumed(step: str) -> None:
    """Kill a worker after that step; another one finishes the job, once."""
    # given
    redis.client().flushdb()
    job = job_of([pictures.PHOTOS / "zx_ean13-1-24.png"])
    # when
    assert work(job, step) == -signal.SIGKILL
    stopped = IngestionJob.objects.get(pk=job.pk)
    assert stopped.status in {JobStatus.PROCESSING, JobStatus.AI_COMPLETE, JobStatus.REVIEW_REQUIRED,
                              JobStatus.APPROVED}  # fmt: skip
    IngestionJob.objects.filter(pk=job.pk).update(heartbeat_at="2020-01-01T00:00:00Z")
    assert work(job) == 0
    # then
    job.refresh_from_db()
    assert job.status in {JobStatus.REVIEW_REQUIRED, JobStatus.APPROVED}
    assert AiResult.objects.filter(job=job).count() == 1
    assert AssetReading.objects.filter(asset__job=job).count() == 1
    assert ImageAsset.objects.filter(job=job).count() == 1
    drafts = Listing.objects.count()
    assert drafts == (1 if job.status == JobStatus.APPROVED else 0)
    # and a third worker finds nothing to do
    assert work(job) == 0
    assert (AiResult.objects.filter(job=job).count(), Listing.objects.count()) == (1, drafts)


def test_a_worker_killed_after_recording_loses_and_doubles_nothing() -> None:
    killed_and_resumed("_record")


@pytest.mark.drill
@pytest.mark.parametrize("step", STEPS)
def test_a_worker_killed_after_each_step_loses_and_doubles_nothing(step: str) -> None:
    killed_and_resumed(step)
