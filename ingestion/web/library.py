"""The photo library: photos before their part, matched by number, attached with one press."""

from __future__ import annotations

import uuid
from collections import defaultdict

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ingestion import row_selectors, selectors, services
from ingestion.limits import browser_pixels
from ingestion.models import LibraryPhoto
from ingestion.row_selectors import Match
from listings.selectors import listing_get
from realtrack.core.errors import AppError, NotFound
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

_FIELD = "match-"


@require_GET
@requires(Right.PHOTOS_VIEW)
def library(request: HttpRequest) -> HttpResponse:
    """What fits a part, what fits several, and what fits none yet, by folder."""
    matched, rest = row_selectors.library_matches(user=user_of(request))
    sure = [_shown(one) for one in matched if one.listing]
    context = {
        "sure": sure,
        "open": [_shown(one) for one in matched if not one.listing],
        "rest": [_shown(one) for one in rest],
        "browser_pixels": browser_pixels(),
        "count": row_selectors.library_count(),
        "sure_count": sum(len(photos) for _, photos in sure),
    }
    return render_page(request, "ingestion/library.html", context, partial="photos")


@require_POST
@requires(Right.PHOTOS_EDIT)
def attach(request: HttpRequest) -> HttpResponse:
    """Give the photos to the parts that were ticked or chosen."""
    wanted: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for name, text in request.POST.items():
        if not name.startswith(_FIELD) or not text:
            continue
        try:
            wanted[uuid.UUID(str(text))].append(uuid.UUID(name.removeprefix(_FIELD)))
        except ValueError:
            continue
    attached, refused = 0, ""
    for listing_id, asset_ids in wanted.items():
        try:
            listing_get(listing_id, user=user_of(request))
            attached += services.library_attach(
                matches={listing_id: asset_ids}, actor=actor_of(request)
            )
        except (NotFound, AppError) as error:
            refused = error.message
    if refused:
        messages.error(request, refused)
    if attached:
        messages.success(request, f"{attached} photos found their part.")
    return redirect(request, reverse("ingestion:library"))


def _shown(one: Match) -> tuple[Match, list[tuple[LibraryPhoto, str]]]:
    return one, [(photo, selectors.photo_ref(photo.asset).thumb_url) for photo in one.photos]
