"""The intake page: drop photos, watch jobs; and one job with its steps."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ingestion import selectors, services
from ingestion.enums import OPEN_JOBS, AssetStatus, JobMode, JobStatus
from ingestion.limits import browser_pixels
from ingestion.models import ImageAsset, IngestionJob
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, reload_page, render_page

_PAGE = 50
_DEFAULT_MODE = JobMode.SINGLE


@require_GET
@requires(Right.INGESTION_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Drop photos, and the jobs, newest first."""
    mode = request.GET.get("mode", "")
    mode = mode if mode in JobMode.values else _DEFAULT_MODE
    page = _page_number(request.GET.get("page", "1"))
    status = request.GET.get("status", "")
    found = selectors.job_list(status=status if status in JobStatus.values else "")
    rows = list(found[(page - 1) * _PAGE : page * _PAGE + 1])
    jobs = rows[:_PAGE]
    return render_page(
        request,
        "ingestion/index.html",
        {
            "mode": mode,
            "browser_pixels": browser_pixels(),
            "modes": list(JobMode.choices),
            "jobs": [(job, _first_photo(job), selectors.job_title(job)) for job in jobs],
            "is_busy": any(_is_moving(job) for job in jobs),
            "page": page,
            "shown": len(jobs),
            "has_next": len(rows) > _PAGE,
            "to_review": selectors.review_queue().count(),
        },
        partial="jobs",
    )


@require_GET
@requires(Right.INGESTION_VIEW)
def job(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """One job: state, steps with their seconds, photos, parts."""
    found = selectors.job_get(job_id)
    photos = selectors.job_photos(found)
    same = selectors.same_pictures(photos)
    response = render_page(
        request,
        "ingestion/job.html",
        {
            "job": found,
            "title": selectors.job_title(found),
            "photos": [(one, _thumb(one), same.get(one.pk, "")) for one in photos],
            "calls": selectors.job_calls(found),
            "can_regroup": found.status == JobStatus.REVIEW_REQUIRED and len(photos) > 1,
            "is_usable": any(one.status != AssetStatus.FAILED for one in photos),
            "results": list(found.results.order_by("position")),
            "is_moving": _is_moving(found),
        },
        partial="state",
    )
    # The page asks while the job moves: the answer that it ended changes state and buttons too.
    return response if _is_moving(found) else reload_page(request, response)


@require_GET
@requires(Right.INGESTION_VIEW)
def spending(request: HttpRequest) -> HttpResponse:
    """Today's budget and what each day and provider cost."""
    return render_page(request, "ingestion/spending.html", selectors.spending())


@require_POST
@requires(Right.INGESTION_EDIT)
def job_cancel(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Stop a job."""
    services.job_cancel(job_id=job_id, actor=actor_of(request))
    messages.success(request, "The job was cancelled. Its photos are free for another one.")
    return redirect(request, reverse("ingestion:job", args=[job_id]))


@require_POST
@requires(Right.INGESTION_EDIT)
def job_retry(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Read a job again."""
    services.job_retry(job_id=job_id, actor=actor_of(request))
    messages.success(request, "The photos are being read again.")
    return redirect(request, reverse("ingestion:job", args=[job_id]))


def _is_moving(job: IngestionJob) -> bool:
    return job.status in OPEN_JOBS or job.status == JobStatus.AI_COMPLETE or job.will_retry


def _first_photo(job: IngestionJob) -> str:
    photos = selectors.job_photos(job)
    return next((url for url in map(_thumb, photos) if url), "")


def _thumb(asset: ImageAsset) -> str:
    return selectors.photo_ref(asset).thumb_url


def _page_number(text: str) -> int:
    return max(1, int(text)) if text.isdigit() and len(text) < 6 else 1
