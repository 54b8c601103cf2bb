"""A part's vehicles beside another part's or a list; the same vehicles in fewer rows."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from fitment import comparing, selectors
from fitment.services.compacting import fitments_compact
from fitment.web.inputs import fault_words
from fitment.web.views import board_done
from listings.models import Listing
from listings.part_numbers import normalise
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import render_page
from settings_app.models import User

_TEXT_MAX = 40_000


@require_http_methods(["GET", "POST"])
@requires(Right.FITMENT_VIEW)
def compare(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Compare with the part of a SKU or number (`with`), or with a pasted list (`text`)."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    sent = request.POST if request.method == "POST" else request.GET
    wanted, text = sent.get("with", "").strip()[:65], sent.get("text", "")[:_TEXT_MAX]
    other: Listing | None = None
    result: comparing.Comparison | None = None
    fault = ""
    try:
        if wanted:
            other = _other(wanted, found, user_of(request))
            result = comparing.parts_compare(listing_id=found.pk, other_id=other.pk)
        elif text.strip():
            result = comparing.text_compare(listing_id=found.pk, text=text)
        elif request.method == "POST":
            raise InvalidInput("Name a part or paste a list.")
    except AppError as error:
        fault = fault_words(error)
    context = {
        "listing": found,
        "other": other,
        "result": result,
        "wanted": wanted,
        "text": text,
        "fault": fault,
    }
    return render_page(request, "fitment/compare.html", context, status=422 if fault else 200)


def _other(wanted: str, listing: Listing, user: User) -> Listing:
    rows = Listing.objects.visible_to(user).exclude(pk=listing.pk)
    found = rows.filter(custom_label_sku__iexact=wanted).first()
    if found is None and (key := normalise(wanted)):
        numbered = list(rows.filter(mpn_normalised=key).order_by("-created_at")[:2])
        if len(numbered) > 1:
            raise InvalidInput(f"Several parts have the number “{wanted}”; write a SKU.")
        found = numbered[0] if numbered else None
    if found is None:
        raise InvalidInput(f"There is no other part “{wanted}”.")
    return found


@require_POST
@requires(Right.FITMENT_EDIT)
def compact(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Join ranges of years that touch; the vehicles stay the same."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    before, after = fitments_compact(listing_id=found.pk, actor=actor_of(request))
    said = f"{before} rows are {after} now." if after < before else "No two rows could be joined."
    return board_done(request, found, said)
