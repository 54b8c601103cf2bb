"""Fitment's pages: the overview, a listing's board, the panel on the listing's page."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fitment import selectors, services
from fitment.vehicle_text import vehicle_condition
from fitment.web.board import board_context
from fitment.web.forms import AddForm, Cascade, CorrectForm, cascade_asked
from listings.models import Listing
from realtrack.core.errors import AppError
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, wants_fragment

_PAGE = 50
_BOARD = "fitment/listing.html"
_ONLY = ("unverified", "all", "verified", "none")


@require_GET
@requires(Right.FITMENT_VIEW)
def index(request: HttpRequest) -> HttpResponse:
    """Parts with what is known of their vehicles; first those that wait for a person."""
    user = user_of(request)
    vehicle = request.GET.get("q", "").strip()[:200]
    only = request.GET.get("show", "all" if vehicle else "unverified")
    only = only if only in _ONLY else "unverified"
    found = selectors.listings_overview(user=user, only=only)
    unread = False
    if vehicle:
        condition = vehicle_condition(vehicle)
        unread = condition is None
        found = selectors.fits_filter(found, vehicle)
    page = _page(request)
    rows = list(found[(page - 1) * _PAGE : page * _PAGE + 1])
    totals = selectors.totals(user=user)
    return render_page(
        request,
        "fitment/index.html",
        {
            "rows": rows[:_PAGE],
            "has_next": len(rows) > _PAGE,
            "page": page,
            "only": only,
            "query": vehicle,
            "unread": unread,
            "totals": totals,
            "choices": [
                ("unverified", "To verify"),
                ("all", "All"),
                ("verified", "Verified"),
                ("none", "No vehicle"),
            ],
        },
        partial="results",
    )


@require_GET
@requires(Right.FITMENT_VIEW)
def listing(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """A listing's vehicles: grid, rows, what each rests on."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    return _board(request, found, row_id=_id(request.GET.get("row", "")))


@require_GET
@requires(Right.FITMENT_VIEW)
def panel(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The fragment on the listing's page."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    rows = list(selectors.fitments_list(listing_id=listing_id))
    context = {
        "listing": found,
        "fitments": rows[:12],
        "more": max(0, len(rows) - 12),
        "waiting": sum(not row.verified for row in rows),
    }
    return render_page(request, "fitment/panel.html", context)


@require_GET
@requires(Right.FITMENT_VIEW)
def cascade(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The add form with the choices of the next step."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    context = {"listing": found, "cascade": cascade_asked(request.GET), "errors": {}}
    return render_page(request, "fitment/_cascade.html", context)


@require_POST
@requires(Right.FITMENT_EDIT)
def add(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Add a vehicle; several ranges of years and several engines become several rows.

    With `next` nothing is added: the form comes back with the choices of the next step.
    """
    found = selectors.listing_get(listing_id, user=user_of(request))
    form = AddForm(request.POST)
    chosen = cascade_asked(request.POST)
    if request.POST.get("next"):
        return _board(request, found, cascade=chosen)
    if not form.is_valid():
        errors = {name: " ".join(map(str, texts)) for name, texts in form.errors.items()}
        return _refused(request, found, chosen, errors)
    data = form.cleaned_data
    try:
        rows = services.fitments_add(
            listing_id=listing_id,
            ranges=data["years"],
            make_id=data["make"],
            model_id=data["model"],
            engine_ids=data["engine"],
            submodel_id=data["submodel"],
            actor=actor_of(request),
        )
    except AppError as error:
        texts = [text for faults in error.fields.values() for text in faults]
        return _refused(request, found, chosen, {"years": " ".join(texts) or error.message})
    return board_done(request, found, "Added and verified.", row_id=rows[-1].pk)


@require_POST
@requires(Right.FITMENT_EDIT)
def verify(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Verify the ticked rows, or take one back."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    ids = _own_ids(found, request.POST.getlist("ids"))
    if not ids:
        return board_done(request, found, "No row is ticked.")
    is_verified = request.POST.get("verified", "true") != "false"
    services.fitments_verify(fitment_ids=ids, verified=is_verified, actor=actor_of(request))
    word = "verified" if is_verified else "set back to proposed"
    return board_done(request, found, f"{len(ids)} {word}.", row_id=None if is_verified else ids[0])


@require_POST
@requires(Right.FITMENT_EDIT)
def remove(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Take rows off the listing."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    ids = _own_ids(found, request.POST.getlist("ids"))
    for fitment_id in ids:
        services.fitment_remove(fitment_id=fitment_id, actor=actor_of(request))
    return board_done(request, found, f"{len(ids)} removed." if ids else "No row is ticked.")


@require_POST
@requires(Right.FITMENT_EDIT)
def correct(request: HttpRequest, listing_id: uuid.UUID, fitment_id: uuid.UUID) -> HttpResponse:
    """Change a row's years or engine, and verify it by that."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    if fitment_id not in _own_ids(found, [str(fitment_id)]):
        return board_done(request, found, "This vehicle is not there any more.")
    form = CorrectForm(request.POST)
    if not form.is_valid():
        text = " ".join(str(text) for texts in form.errors.values() for text in texts)
        return _board(request, found, row_id=fitment_id, status=422, correct_error=text)
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
        message = " ".join(texts) or error.message
        return _board(request, found, row_id=fitment_id, status=422, correct_error=message)
    return board_done(request, found, "Corrected and verified.", row_id=fitment_id)


@require_POST
@requires(Right.FITMENT_EDIT)
def read_words(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Read title and description again."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    result = services.fitments_detect(listing_id=listing_id, actor=actor_of(request))
    text = f"{result.added} found, {result.removed} gone, {result.same} as before."
    return board_done(request, found, text)


@require_POST
@requires(Right.FITMENT_EDIT)
def copy(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Copy the verified vehicles of the part with this SKU."""
    user = user_of(request)
    found = selectors.listing_get(listing_id, user=user)
    sku = request.POST.get("sku", "").strip()
    source = Listing.objects.visible_to(user).filter(custom_label_sku__iexact=sku).first()
    if source is None:
        return board_done(request, found, f"There is no part with the SKU {sku or '(empty)'}.")
    added = services.fitments_copy(
        from_listing_id=source.pk, to_listing_id=listing_id, actor=actor_of(request)
    )
    return board_done(request, found, f"{len(added)} copied from {source.custom_label_sku}.")


def _board(
    request: HttpRequest,
    found: Listing,
    *,
    row_id: uuid.UUID | None = None,
    cascade: Cascade | None = None,
    errors: dict[str, str] | None = None,
    status: int = 200,
    correct_error: str = "",
) -> HttpResponse:
    context: dict[str, Any] = board_context(found, row_id=row_id, cascade=cascade)
    context["errors"] = errors or {}
    context["correct_error"] = correct_error
    context["is_fragment"] = wants_fragment(request)
    return render_page(request, _BOARD, context, partial="board", status=status)


def _refused(
    request: HttpRequest, found: Listing, chosen: Cascade, errors: dict[str, str]
) -> HttpResponse:
    return _board(request, found, cascade=chosen, errors=errors, status=422)


def board_done(
    request: HttpRequest,
    found: Listing,
    text: str,
    *,
    row_id: uuid.UUID | None = None,
    kind: str = "ok",
) -> HttpResponse:
    """Answer a form of the board: the board as it is now, and what happened in a toast."""
    if wants_fragment(request):
        return toast(_board(request, found, row_id=row_id), text, kind=kind)
    return redirect(request, reverse("fitment:listing", args=[found.pk]))


def _own_ids(found: Listing, texts: list[str]) -> list[uuid.UUID]:
    """Return those ids that are fitments of this listing; others are not this page's business."""
    ids = [one for one in map(_id, texts[:500]) if one is not None]
    rows = selectors.fitments_list(listing_id=found.pk).filter(pk__in=ids)
    return [row.pk for row in rows]


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, min(int(text), 200)) if text.isascii() and text.isdigit() else 1
