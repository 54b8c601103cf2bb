"""A part's Photos tab: its photos in order, the main one, new ones, away with one."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_POST

from ingestion import selectors, services
from ingestion.enums import AssetStatus
from ingestion.limits import PHOTOS_PER_LISTING
from listings.selectors import listing_get
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import render_page, toast, trigger

# Pages that show the grid fetch it anew on this event.
_CHANGED = "photos"


@require_GET
@requires(Right.PHOTOS_VIEW)
def panel(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The photos of one part and the field to put in more; `?part=grid` is the photos alone."""
    photos = selectors.listing_assets(listing_id, user=user_of(request))
    good = [one for one in photos if one.status != AssetStatus.FAILED]
    return render_page(
        request,
        "ingestion/panel.html",
        {
            "listing": listing_get(listing_id, user=user_of(request)),
            "photos": [(one, selectors.photo_ref(one)) for one in photos],
            "is_moving": any(one.status == AssetStatus.UPLOADED for one in photos),
            "left": max(0, PHOTOS_PER_LISTING - len(good)),
        },
        partial="grid" if request.GET.get("part") == "grid" else "",
    )


@require_POST
@requires(Right.PHOTOS_EDIT)
def order(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Take the order as dragged; the first photo is the main one."""
    listing_get(listing_id, user=user_of(request))
    services.listing_photos_order(
        listing_id=listing_id, asset_ids=_ids(request), actor=actor_of(request)
    )
    return trigger(HttpResponse(status=204), _CHANGED)


@require_POST
@requires(Right.PHOTOS_EDIT)
def main(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Make a photo the main one."""
    selectors.asset_get(asset_id, user=user_of(request))
    services.asset_update(asset_id=asset_id, actor=actor_of(request), is_primary=True, sort_order=0)
    return trigger(HttpResponse(status=204), _CHANGED)


@require_POST
@requires(Right.PHOTOS_EDIT)
def delete(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Take a photo away."""
    selectors.asset_get(asset_id, user=user_of(request))
    services.asset_delete(asset_id=asset_id, actor=actor_of(request))
    return toast(trigger(HttpResponse(status=204), _CHANGED), "The photo is removed.")


def _ids(request: HttpRequest) -> list[uuid.UUID]:
    found: list[uuid.UUID] = []
    for text in request.POST.getlist("ids"):
        try:
            found.append(uuid.UUID(text))
        except ValueError:
            continue
    return found
