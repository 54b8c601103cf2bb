"""A new part, what is typed and not saved yet, and a part made like another."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from listings import fields, selectors, services
from listings.descriptions import description_clean
from listings.models import Listing
from listings.selectors.desk import draft_of
from listings.services.drafts import ASPECT
from listings.web.conflict import conflict_dialog
from listings.web.specs import field_view
from realtrack.core.errors import AppError, VersionConflict
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

if TYPE_CHECKING:
    import datetime as dt

    from settings_app.models import User

_NEW_FIELDS = (
    "title", "c_type", "c_brand", "c_manufacturer_part_number", "c_oe_oem_part_number",
    "condition_id", "start_price", "quantity", "category_id", "custom_label_sku", "description",
)  # fmt: skip
# What a similar part does not share with the one it is copied from.
_NOT_COPIED = frozenset({fields.SKU, fields.QUANTITY, "item_photo_url", "p_upc", "ean", "action"})
_TYPED = "field:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsaved:
    """What a person typed on a part and did not save: the labels, and when it was kept."""

    labels: tuple[str, ...]
    when: dt.datetime


def unsaved(listing: Listing, user: User) -> Unsaved | None:
    """What was typed and differs from what is stored; None where nothing does."""
    kept = draft_of(user, listing.pk)
    if kept is None:
        return None
    labels = [_label(name) for name, text in kept.data.items() if _stored(listing, name) != text]
    return Unsaved(labels=tuple(labels), when=kept.updated_at) if labels else None


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """A new part: what is typed becomes a draft, the rest follows on its page."""
    blank = Listing()
    user = user_of(request)
    kept = None if request.method == "POST" else draft_of(user, None)
    source: Mapping[str, str] = kept.data if kept else request.POST
    typed = {name: source.get(name, "") for name in _NEW_FIELDS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed["description"] = description_clean(typed["description"]).html
        try:
            listing = services.listing_create_from_form(
                owner=user,
                data={name: value for name, value in typed.items() if value.strip()},
                actor=actor_of(request),
            )
        except AppError as error:
            errors = {name: texts[0] for name, texts in error.fields.items()}
            if not errors:
                raise
        else:
            return redirect(request, reverse("listings:edit", args=[listing.pk]))
    for name, value in typed.items():
        setattr(blank, name, value)
    views = [
        field_view(blank, name, {}, error=errors.get(name, ""), value=typed[name])
        for name in _NEW_FIELDS
    ]
    context = {"fields": views, "has_errors": bool(errors), "kept": kept}
    return render_page(request, "listings/listing_new.html", context, status=422 if errors else 200)


@require_GET
@requires(Right.LISTINGS_VIEW)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Warn while typing: a part with this SKU or this part number is there already."""
    user = user_of(request)
    own = request.GET.get("not", "")  # the part that is typed into is no duplicate of itself
    taken = selectors.sku_taken(request.GET.get("custom_label_sku", ""), user=user)
    number = request.GET.get("c_manufacturer_part_number", "")
    same = [one for one in selectors.parts_with_number(number, user=user) if str(one.pk) != own]
    if taken is not None and str(taken.pk) == own:
        taken = None
    return render(request, "listings/_duplicates.html", {"taken": taken, "same": same})


@require_POST
@requires(Right.LISTINGS_EDIT)
def copy(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Sell similar: a new draft with the same facts, its own SKU, no photos and no stock."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    names = [name for name in fields.snapshot_fields() if name not in _NOT_COPIED]
    data = {name: getattr(listing, name) for name in names}
    made = services.listing_create(data=data, actor=actor_of(request))
    messages.success(request, f"Copied from {listing.custom_label_sku}. Photos and stock are new.")
    return redirect(request, reverse("listings:edit", args=[made.pk]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def new_draft(request: HttpRequest) -> HttpResponse:
    """Keep what is typed into the page of a new part, or throw it away (`drop=1`)."""
    user = user_of(request)
    if request.POST.get("drop") == "1":
        services.draft_drop(owner=user, listing_id=None)
        return redirect(request, reverse("listings:new"))
    services.draft_save(owner=user, listing_id=None, data=_typed(request))
    return HttpResponse(status=204)


@require_POST
@requires(Right.LISTINGS_EDIT)
def draft(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Keep what is typed on a part; `step=take` saves what was kept, `step=drop` forgets it."""
    user = user_of(request)
    listing = selectors.listing_get(listing_id, user=user)
    step = request.POST.get("step", "")
    if step == "take":
        try:
            services.draft_take(owner=user, listing_id=listing_id, actor=actor_of(request))
        except VersionConflict as conflict:
            return conflict_dialog(request, listing_id, conflict)
        messages.success(request, "What you typed is saved.")
    elif step == "drop":
        services.draft_drop(owner=user, listing_id=listing_id)
    else:
        version = request.POST.get("version", "")
        services.draft_save(
            owner=user,
            listing_id=listing_id,
            data=_typed(request),
            version=int(version) if version.isdigit() and len(version) < 10 else listing.version,
        )
        return HttpResponse(status=204)
    return redirect(request, reverse("listings:edit", args=[listing_id]))


def _typed(request: HttpRequest) -> dict[str, str]:
    return {
        key.removeprefix(_TYPED): str(text)
        for key, text in request.POST.items()
        if key.startswith(_TYPED)
    }


def _label(name: str) -> str:
    return name.removeprefix(ASPECT) if name.startswith(ASPECT) else fields.label(name)


def _stored(listing: Listing, name: str) -> str:
    if name.startswith(ASPECT):
        return "|".join(listing.item_specifics.get(name.removeprefix(ASPECT), []))
    value = field_view(listing, name, {}).value
    return "" if value is None else str(value)
