"""The customer's own lists of a marketplace's vehicles, and what shares a part with its car."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from fitment import selectors
from fitment.checking.finding import findings_counts
from fitment.enums import AcesFileKind, FindingKind
from fitment.models import AcesUpload, MarketVehicleList
from fitment.services import expansion, market_list
from fitment.web.views import board_done
from realtrack.core.errors import AppError, InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page


@require_http_methods(["GET", "POST"])
@requires(Right.FITMENT_REFERENCE)
def lists(request: HttpRequest) -> HttpResponse:
    """The lists by site, with what they do not know of our cars; a file is sent here."""
    fault = ""
    if request.method == "POST":
        try:
            sent = request.FILES.get("file")
            if sent is None or isinstance(sent, list):
                raise InvalidInput(fields={"file": "Choose a file."})
            upload = market_list.list_send(
                site=request.POST.get("site", ""), name=sent.name or "file", file=sent,
                actor=actor_of(request),
            )  # fmt: skip
            return redirect(request, reverse("fitment:aces-upload", args=[upload.pk]))
        except AppError as error:
            fault = _words(error)
    context = {
        "rows": MarketVehicleList.objects.filter(is_current=True).select_related("by"),
        "sent": AcesUpload.objects.filter(kind=AcesFileKind.LIST).select_related("run")[:5],
        "unknown": findings_counts()[FindingKind.MARKET],
        "sites": [(one, one) for one in market_list.SITES],
        "fault": fault,
    }
    return render_page(request, "fitment/lists.html", context, status=422 if fault else 200)


@require_POST
@requires(Right.FITMENT_REFERENCE)
def remove(request: HttpRequest) -> HttpResponse:
    """Delete a site's list with all its rows."""
    market_list.list_remove(site=request.POST.get("site", ""))
    return redirect(request, reverse("fitment:lists"))


@require_POST
@requires(Right.FITMENT_EDIT)
def expand(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Propose the vehicles that share the part with the donor's car."""
    found = selectors.listing_get(listing_id, user=user_of(request))
    try:
        done = expansion.fitments_expand(listing_id=found.pk, actor=actor_of(request))
    except AppError as error:
        return board_done(request, found, _words(error), kind="bad")
    if done.reason:
        return board_done(request, found, done.reason, kind="warn")
    said = f"{len(done.proposed)} to verify, {done.known} known."
    if done.doubted:
        said += f" Your list does not have: {'; '.join(done.doubted[:3])}"
    row_id = done.proposed[0] if done.proposed else None
    return board_done(request, found, said, row_id=row_id)


def _words(error: AppError) -> str:
    said = [text for texts in error.fields.values() for text in texts]
    return " ".join(said) or error.message
