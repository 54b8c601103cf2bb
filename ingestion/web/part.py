"""A part's Photos tab: its photos in order, the main one, new ones, away with one."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ingestion import selectors, services
from ingestion.enums import AssetStatus
from ingestion.limits import PHOTOS_PER_LISTING, browser_pixels
from listings.selectors import listing_get
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, trigger

# Pages that show the grid fetch it anew on this event.
_CHANGED = "photos"
_QUARTER = 90
_EDGES = {"left": "Left", "top": "Top", "right": "Right", "bottom": "Bottom"}


@require_GET
@requires(Right.PHOTOS_VIEW)
def panel(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The photos of one part and the field to put in more; `?part=grid` is the photos alone."""
    photos = selectors.listing_assets(listing_id, user=user_of(request))
    same = selectors.same_pictures(photos)
    good = [one for one in photos if one.status != AssetStatus.FAILED]
    return render_page(
        request,
        "ingestion/panel.html",
        {
            "listing": listing_get(listing_id, user=user_of(request)),
            "photos": [(one, selectors.photo_ref(one), same.get(one.pk, "")) for one in photos],
            "is_moving": any(one.status == AssetStatus.UPLOADED for one in photos),
            "browser_pixels": browser_pixels(),
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
def turn(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """Turn a photo a quarter clockwise."""
    selectors.asset_get(asset_id, user=user_of(request))
    services.asset_edit(asset_id=asset_id, actor=actor_of(request), turn=_QUARTER)
    return toast(trigger(HttpResponse(status=204), _CHANGED), "The photo is turned.")


@require_http_methods(["GET", "POST"])
@requires(Right.PHOTOS_EDIT)
def crop(request: HttpRequest, asset_id: uuid.UUID) -> HttpResponse:
    """The photo with how much to cut from each edge, in percent; then back to its part."""
    asset = selectors.asset_get(asset_id, user=user_of(request))
    edges = {name: _percent(request.POST.get(name, "0")) for name in _EDGES}
    if request.method == "POST":
        services.asset_edit(
            asset_id=asset_id,
            actor=actor_of(request),
            crop=services.Crop(
                x=edges["left"] / 100,
                y=edges["top"] / 100,
                width=(100 - edges["left"] - edges["right"]) / 100,
                height=(100 - edges["top"] - edges["bottom"]) / 100,
            ),
        )
        messages.success(request, "The photo is cut.")
        return redirect(request, f"/listings/{asset.listing_id}/edit/")
    return render_page(
        request,
        "ingestion/crop.html",
        {
            "photo": selectors.photo_ref(asset),
            "edges": list(_EDGES.items()),
            "back": f"/listings/{asset.listing_id}/edit/",
        },
    )


def _percent(text: str) -> int:
    return min(99, int(text)) if text.isdigit() and len(text) < 4 else 0


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
