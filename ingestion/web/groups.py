"""The photos of a job by part: each photo says which part it shows; moved by mouse or keys."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ingestion import selectors, services
from ingestion.enums import AssetStatus, ReviewStatus
from ingestion.models import AiResult, ImageAsset
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect, render_page

_FIELD = "part-"


@require_GET
@requires(Right.INGESTION_EDIT)
def groups(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """The open parts with their photos, and one empty part more."""
    job = selectors.job_get(job_id)
    results = list(job.results.filter(review_status=ReviewStatus.NEEDS_REVIEW).order_by("position"))
    parts = [
        (number, result, [(one, selectors.photo_ref(one)) for one in _ready(result)])
        for number, result in enumerate(results, start=1)
    ]
    count = sum(len(photos) for _, _, photos in parts)
    return render_page(
        request,
        "ingestion/groups.html",
        {
            "job": job,
            "title": selectors.job_title(job),
            "parts": parts,
            "numbers": range(1, min(count, len(parts) + 5) + 1),
            "decided": job.results.count() - len(results),
        },
    )


@require_POST
@requires(Right.INGESTION_EDIT)
def save(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Take the photos as sorted; nothing is read again, only put together anew."""
    wanted: dict[int, list[uuid.UUID]] = {}
    for name, text in request.POST.items():
        if name.startswith(_FIELD) and str(text).isdigit() and len(str(text)) < 4:
            try:
                asset_id = uuid.UUID(name.removeprefix(_FIELD))
            except ValueError:
                continue
            wanted.setdefault(int(str(text)), []).append(asset_id)
    ordered = [ids for _, ids in sorted(wanted.items())]
    services.job_regroup(job_id=job_id, groups=ordered, actor=actor_of(request))
    messages.success(request, f"{len(ordered)} parts now.")
    return redirect(request, reverse("ingestion:job", args=[job_id]))


def _ready(result: AiResult) -> list[ImageAsset]:
    photos = selectors.result_photos(result)
    return [one for one in photos if one.status == AssetStatus.PROCESSED]
