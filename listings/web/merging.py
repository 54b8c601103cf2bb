"""Two parts side by side, made one."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST

from listings import selectors, services
from listings.models import Listing, ListingSearch
from realtrack.core.errors import AppError, InvalidInput, NotFound, VersionConflict
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

if TYPE_CHECKING:
    from settings_app.models import User

_TWO = 2


@require_POST
@requires(Right.LISTINGS_EDIT)
def chosen(request: HttpRequest) -> HttpResponse:
    """From two rows of the catalog to the page that shows them side by side."""
    ids = list(dict.fromkeys(request.POST.getlist("ids")))
    if len(ids) != _TWO:
        messages.warning(request, "Choose two parts to merge.")
        return redirect(request, reverse("listings:list"))
    return redirect(request, _page(ids[0], ids[1]))


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def merge_parts(request: HttpRequest) -> HttpResponse:
    """Both parts with what would become of each field and row; POST makes them one."""
    user = user_of(request)
    selectors.merge_check_allowed(user)
    data = request.POST if request.method == "POST" else request.GET
    kept = _part(data.get("kept", ""), user)
    other = data.get("other", "").strip()
    if kept is None or not (other or data.get("gone")):
        raise NotFound
    gone = selectors.sku_taken(other, user=user) if other else _part(data.get("gone", ""), user)
    if gone is None or gone.pk == kept.pk:
        text = f"No other part has the SKU {other}." if other else "Choose two different parts."
        messages.warning(request, text)
        return redirect(request, reverse("listings:edit", args=[kept.pk]))
    fault = ""
    if request.method == "POST":
        try:
            return _merged(request, kept, gone)
        except VersionConflict:
            fault = "One of the two was changed since you looked. This is how they are now."
        except InvalidInput as error:
            fault = " ".join(text for texts in error.fields.values() for text in texts)
        except AppError as error:
            fault = error.message
        kept.refresh_from_db()
        gone.refresh_from_db()
    context = {
        "preview": services.merge_preview(kept_id=kept.pk, gone_id=gone.pk),
        "sides": [(kept, _search(kept)), (gone, _search(gone))],
        "swap_url": _page(gone.pk, kept.pk),
        "fault": fault,
    }
    return render_page(request, "listings/merge.html", context, status=409 if fault else 200)


@require_POST
@requires(Right.LISTINGS_EDIT)
def undo(request: HttpRequest, merge_id: uuid.UUID) -> HttpResponse:
    """Two parts again."""
    user = user_of(request)
    selectors.merge_check_allowed(user)
    merge = selectors.merge_get(merge_id, user=user)
    services.merge_undo(merge_id=merge.pk, actor=actor_of(request))
    gone = selectors.listing_get(merge.gone_id, user=user)
    messages.success(request, f"{gone.custom_label_sku} is a part of its own again.")
    return redirect(request, reverse("listings:edit", args=[merge.kept_id]))


def _merged(request: HttpRequest, kept: Listing, gone: Listing) -> HttpResponse:
    prefix = "from:"
    take = [
        name.removeprefix(prefix)
        for name, value in request.POST.items()
        if name.startswith(prefix) and value == "gone"
    ]
    merge = services.listings_merge(
        kept_id=kept.pk,
        gone_id=gone.pk,
        take=take,
        kept_version=_number(request.POST.get("kept_version", "")),
        gone_version=_number(request.POST.get("gone_version", "")),
        actor=actor_of(request),
    )
    text = f"{gone.custom_label_sku} is merged into {kept.custom_label_sku}."
    messages.success(request, text, extra_tags=reverse("listings:merge-undo", args=[merge.pk]))
    return redirect(request, reverse("listings:edit", args=[kept.pk]))


def _part(text: str, user: User) -> Listing | None:
    try:
        return selectors.listing_get(uuid.UUID(text), user=user)
    except ValueError:
        return None


def _search(listing: Listing) -> ListingSearch | None:
    return ListingSearch.objects.filter(pk=listing.pk).first()


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and len(text) < len("1000000000") else None


def _page(kept: object, gone: object) -> str:
    return f"{reverse('listings:merge-parts')}?{urlencode({'kept': str(kept), 'gone': str(gone)})}"
