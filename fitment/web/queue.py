"""The verification queue: one part after another, by keyboard."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from fitment import selectors, services
from fitment.errors import QueueTaken
from fitment.evidence import excerpt, lit, numbers_evidence
from fitment.models import PartFitment
from fitment.services import queue
from fitment.web.board import WARNINGS, is_ticked, rests_on
from fitment.web.forms import CorrectForm
from listings.models import Listing, ListingSearch
from realtrack.core.errors import AppError
from realtrack.core.models import AuditLog
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, wants_fragment

_PAGE = "fitment/queue.html"


@require_GET
@requires(Right.FITMENT_VIEW)
def next_part(request: HttpRequest) -> HttpResponse:
    """The next part that nobody else looks at, or that nothing waits."""
    after = _id(request.GET.get("after", ""))
    if after is not None and user_can(request.user, Right.FITMENT_EDIT):
        # What is skipped is free for the others at once.
        queue.queue_release(listing_id=after, actor=actor_of(request))
    return _next(request, after)


@require_GET
@requires(Right.FITMENT_VIEW)
def part(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """A part of the queue with one of its rows in focus; taken by another: without buttons."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    is_mine = user_can(request.user, Right.FITMENT_EDIT) and queue.queue_claim_one(
        listing_id=found.pk, actor=actor_of(request)
    )
    return _shown(request, found, is_mine=is_mine, row_id=_id(request.GET.get("row", "")))


@require_POST
@requires(Right.FITMENT_EDIT)
def decide(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Verify what is ticked (`do=verify`), or reject one row (`do=reject`, `row`)."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    is_reject = request.POST.get("do") == "reject"
    name = "row" if is_reject else "ids"
    ids = [one for one in map(_id, request.POST.getlist(name)[:500]) if one is not None]
    if not ids:
        return _said(request, _shown(request, found), "No row is ticked.")
    try:
        done = queue.queue_decide(
            listing_id=found.pk,
            verify_ids=() if is_reject else ids,
            reject_ids=ids if is_reject else (),
            actor=actor_of(request),
        )
    except QueueTaken as error:
        return _said(request, _next(request, found.pk), error.message)
    undo = urlencode({"v": [*done.verified], "r": [*done.rejected]}, doseq=True)
    url = f"{reverse('fitment:queue-undo', args=[found.pk])}?{undo}"
    text = f"{len(done.rejected)} rejected." if is_reject else f"{len(done.verified)} verified."
    response = _shown(request, found) if done.waiting else _next(request, found.pk)
    return _said(request, response, text, undo_url=url)


@require_POST
@requires(Right.FITMENT_EDIT)
def correct(request: HttpRequest, listing_id: uuid.UUID, fitment_id: uuid.UUID) -> HttpResponse:
    """Change a row's years or engine and verify it by that; then the next row or part."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    if not queue.queue_claim_one(listing_id=found.pk, actor=actor_of(request)):
        return _said(request, _next(request, found.pk), QueueTaken.default_message)
    row = selectors.fitments_list(listing_id=found.pk).filter(pk=fitment_id, verified=False).first()
    if row is None:
        return _said(request, _next(request, None), "This vehicle was decided meanwhile.")
    form = CorrectForm(request.POST)
    if not form.is_valid():
        text = " ".join(str(text) for texts in form.errors.values() for text in texts)
        return _shown(request, found, row_id=fitment_id, fault=text)
    start, end = form.cleaned_data["years"]
    changes: dict[str, object] = {
        "year_start": start,
        "year_end": end,
        "engine_id": form.cleaned_data["engine"],
    }
    try:
        services.fitment_correct(fitment_id=fitment_id, changes=changes, actor=actor_of(request))
    except AppError as error:
        texts = [text for faults in error.fields.values() for text in faults]
        return _shown(request, found, row_id=fitment_id, fault=" ".join(texts) or error.message)
    is_left = PartFitment.objects.filter(listing_id=found.pk, verified=False).exists()
    if not is_left:
        queue.queue_release(listing_id=found.pk, actor=actor_of(request))
    response = _shown(request, found) if is_left else _next(request, found.pk)
    return _said(request, response, "Corrected and verified.")


@require_POST
@requires(Right.FITMENT_EDIT)
def undo(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Take a decision back; leads to the part again."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    queue.queue_undo(
        listing_id=found.pk,
        verified_ids=[one for one in map(_id, request.GET.getlist("v")[:500]) if one],
        rejected_ids=[one for one in map(_id, request.GET.getlist("r")[:500]) if one],
        actor=actor_of(request),
    )
    return redirect(request, reverse("fitment:queue-part", args=[found.pk]))


def _next(request: HttpRequest, after: uuid.UUID | None) -> HttpResponse:
    user = user_of(request)
    if not user_can(user, Right.FITMENT_EDIT):
        # Who may only look takes nothing away from those who work.
        waiting = selectors.listings_overview(user=user, only="unverified")
        first = waiting.first()
        return _shown(request, first, is_mine=False) if first else _empty(request)
    found = queue.queue_claim(user=user, actor=actor_of(request), after=after)
    return _shown(request, found) if found is not None else _empty(request)


def _empty(request: HttpRequest) -> HttpResponse:
    totals = selectors.totals(user=user_of(request))
    context = {
        "listing": None,
        "totals": totals,
        "done": _done_today(request),
        "is_fragment": wants_fragment(request),
    }
    return render_page(request, _PAGE, context, partial="queue")


def _shown(
    request: HttpRequest,
    found: Listing,
    *,
    is_mine: bool = True,
    row_id: uuid.UUID | None = None,
    fault: str = "",
) -> HttpResponse:
    rows = list(selectors.fitments_list(listing_id=found.pk).filter(verified=False))
    if not rows:
        return _empty(request)
    current = next((row for row in rows if row.pk == row_id), rows[0])
    evidence = numbers_evidence(found, rows)
    words = [str(row.evidence.get("words", "")) for row in rows]
    now = str(current.evidence.get("words", ""))
    search = ListingSearch.objects.filter(listing_id=found.pk).only("photo_url").first()
    context: dict[str, Any] = {
        "listing": found,
        "photo_url": search.photo_url if search else "",
        "title": lit(found.title, words, now),
        "description": excerpt(lit(found.description or "", words, now)),
        "rows": [
            {
                "fitment": row,
                "rests_on": rests_on(row),
                "ticked": is_ticked(row),
                "evidence": evidence[row.pk],
            }
            for row in rows
        ],
        "current": _current(current, evidence[current.pk]),
        "is_mine": is_mine,
        "fault": fault,
        "totals": selectors.totals(user=user_of(request)),
        "done": _done_today(request),
        "is_fragment": wants_fragment(request),
        "engines": list(selectors.engines_of_model(current.model_id)),
    }
    status = 422 if fault else 200
    return render_page(request, _PAGE, context, partial="queue", status=status)


def _current(row: PartFitment, evidence: selectors.NumberEvidence) -> dict[str, Any]:
    warnings = [WARNINGS.get(name, name) for name in row.evidence.get("warnings") or []]
    if selectors.years_outside(row) and WARNINGS["years_outside_model"] not in warnings:
        warnings.append(WARNINGS["years_outside_model"])
    years = str(row.year_start)
    return {
        "fitment": row,
        "evidence": evidence,
        "warnings": warnings,
        "alternatives": row.evidence.get("alternatives") or [],
        "years_text": years if row.year_start == row.year_end else f"{years}-{row.year_end}",
    }


def _done_today(request: HttpRequest) -> int:
    begun = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    # The log has its place by person and time; five million fitments have none.
    mine = AuditLog.objects.filter(
        actor_id=user_of(request).pk, created_at__gte=begun, event="fitment.verified"
    )
    return mine.exclude(changes={"verified": [True, False]}).count()


def _said(
    request: HttpRequest, response: HttpResponse, text: str, *, undo_url: str = ""
) -> HttpResponse:
    """Tell what happened: in a toast, or for a plain form by going to the queue."""
    if wants_fragment(request):
        return toast(response, text, undo_url=undo_url)
    return redirect(request, reverse("fitment:queue"))


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
