"""The page of one part: tabs, saving field by field, conflicts, status, proposals."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from listings import fields, selectors, services
from listings.models import Listing, ListingSearch
from listings.selectors.owners import field_owners
from listings.selectors.timeline import compare, timeline
from listings.services.search_index import photos_of
from listings.transitions import allowed_from
from listings.web.specs import ASPECT, FieldView, field_view, main_sections, more_sections
from realtrack.core.errors import AppError, Conflict, InvalidInput, VersionConflict
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page, toast, trigger

if TYPE_CHECKING:
    from listings.selectors.owners import FieldOwner

TABS = ("details", "photos", "fitment", "stock", "channels", "history")
# Tabs of upper apps: the fragment behind this name fills the tab, where it exists.
_PANELS = {
    "photos": "ingestion:panel",
    "fitment": "fitment:panel",
    "stock": "inventory:panel",
    "channels": "channels:panel",
}
_MOVE_WORDS = {
    "draft": "Back to draft",
    "ready": "Mark ready",
    "published": "Mark published",
    "sold": "Mark sold",
    "delisted": "Delist",
    "archived": "Archive",
}
_NEW_FIELDS = (
    "title", "c_type", "c_brand", "c_manufacturer_part_number", "c_oe_oem_part_number",
    "condition_id", "start_price", "quantity", "category_id", "custom_label_sku", "description",
)  # fmt: skip
# What a similar part does not share with the one it is copied from.
_NOT_COPIED = frozenset({fields.SKU, fields.QUANTITY, "item_photo_url", "p_upc", "ean", "action"})


@require_GET
@requires(Right.LISTINGS_VIEW)
def detail(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The short address of a part leads to its page."""
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_GET
@requires(Right.LISTINGS_VIEW)
def edit(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The page of a part; the tab stands in the address."""
    user = user_of(request)
    listing = selectors.listing_get(listing_id, user=user)
    tab = request.GET.get("tab", "details")
    tab = tab if tab in TABS else "details"
    readonly = not user_can(user, Right.LISTINGS_EDIT)
    context = {
        **_rail(request, listing),
        "tab": tab,
        "tabs": _tabs(listing),
        "panel_url": panel_url(tab, listing.pk),
        "readonly": readonly,
        "moves": [(to, _MOVE_WORDS[to]) for to in allowed_from(listing.status)],
        "publish_url": _url("channels:publish"),
    }
    if tab == "details":
        owners = field_owners(listing.pk)
        context |= {
            "title_field": field_view(listing, "title", owners, readonly=readonly),
            "sections": main_sections(listing, owners, readonly=readonly),
            "more": more_sections(listing, owners, readonly=readonly),
        }
    if tab == "history":
        context["entries"] = timeline(listing.pk)
    return render_page(request, "listings/listing_edit.html", context)


@require_POST
@requires(Right.LISTINGS_EDIT)
def field_save(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Save one field; what does not collide with others' changes is merged by itself."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    name = next((key for key in request.POST if _is_field(key)), "")
    if not name:
        raise InvalidInput("This page has no such field.")
    raw = request.POST[name]
    try:
        saved, merged = services.listing_update_merged(
            listing_id=listing_id,
            data=_data(listing, name, raw),
            version=_version(request, listing),
            actor=actor_of(request),
        )
    except VersionConflict as conflict:
        return conflict_dialog(request, listing_id, conflict)
    except InvalidInput as error:
        return _refused(request, listing, name, raw, _reason(error, name))
    except Conflict as error:
        return _refused(request, listing, name, raw, error.message)
    response = _field_response(request, saved, name)
    if merged:
        who = field_owners(saved.pk)
        others = sorted({one.label for one in who.values() if one.version == saved.version - 1})
        toast(
            response, f"{' and '.join(others) or 'Someone'} changed this part too. Both are kept."
        )
    return response


@require_POST
@requires(Right.LISTINGS_EDIT)
def merge(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Save what was chosen of three sides, on top of the version that was shown."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    data: dict[str, object] = {}
    for key, chosen in request.POST.items():
        name = key.removeprefix("pick:")
        if key.startswith("pick:") and chosen == "yours" and _is_field(name):
            data.update(_data(listing, name, request.POST.get(f"yours:{name}", "")))
    try:
        services.listing_update(
            listing_id=listing_id,
            data=data,
            version=_version(request, listing),
            actor=actor_of(request),
        )
    except VersionConflict as conflict:
        return conflict_dialog(request, listing_id, conflict)
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def status(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Move along the life cycle; refusals say what is missing or possible."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    services.listing_transition(
        listing_id=listing_id, to=request.POST.get("to", ""), actor=actor_of(request)
    )
    messages.success(request, f"{listing.custom_label_sku} is {request.POST.get('to', '')} now.")
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_POST
@requires(Right.LISTINGS_DELETE)
def delete(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Into the trash, with Undo."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    services.listing_delete(listing_id=listing_id, actor=actor_of(request))
    undo = reverse("listings:restore", args=[listing_id])
    messages.success(request, f"{listing.custom_label_sku} is in the trash.", extra_tags=undo)
    return redirect(request, reverse("listings:list"))


@require_POST
@requires(Right.LISTINGS_DELETE)
def restore(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Out of the trash."""
    selectors.listing_get_any(listing_id, user=user_of(request))
    services.listing_restore(listing_id=listing_id, actor=actor_of(request))
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_EDIT)
def new(request: HttpRequest) -> HttpResponse:
    """A new part: what is typed becomes a draft, the rest follows on its page."""
    blank = Listing()
    typed: Mapping[str, str] = {name: request.POST.get(name, "") for name in _NEW_FIELDS}
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            listing = services.listing_create(
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
    context = {"fields": views, "has_errors": bool(errors)}
    return render_page(request, "listings/listing_new.html", context, status=422 if errors else 200)


@require_GET
@requires(Right.LISTINGS_VIEW)
def duplicates(request: HttpRequest) -> HttpResponse:
    """Warn while typing: a part with this SKU or this part number is there already."""
    user = user_of(request)
    taken = selectors.sku_taken(request.GET.get("custom_label_sku", ""), user=user)
    number = request.GET.get("c_manufacturer_part_number", "")
    same = selectors.parts_with_number(number, user=user)
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


@require_GET
@requires(Right.LISTINGS_VIEW)
def history(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Every version with what it changed; any two can be compared, any restored."""
    listing = selectors.listing_get_any(listing_id, user=user_of(request))
    first, second = _number(request, "from"), _number(request, "to")
    versions = list(selectors.revisions_of(listing.pk).values_list("version", flat=True)[:500])
    context = {
        "listing": listing,
        "entries": timeline(listing.pk, limit=200),
        "versions": versions,
        "first": first,
        "second": second,
        "compared": compare(listing.pk, first, second) if first and second else None,
    }
    return render_page(request, "listings/history.html", context)


@require_POST
@requires(Right.LISTINGS_EDIT)
def revision_restore(request: HttpRequest, listing_id: uuid.UUID, revision: int) -> HttpResponse:
    """Bring back what it was, as a new version on top."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    saved = services.listing_revision_restore(
        listing_id=listing_id,
        revision_version=revision,
        version=listing.version,
        actor=actor_of(request),
    )
    undo = reverse("listings:revision-restore", args=[listing_id, listing.version])
    text = f"Version {revision} is back, as version {saved.version}."
    messages.success(request, text, extra_tags=undo)
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_POST
@requires(Right.LISTINGS_EDIT)
def proposal(request: HttpRequest, proposal_id: uuid.UUID, verdict: str) -> HttpResponse:
    """Take or drop what a machine proposes."""
    found = selectors.proposal_get(proposal_id, user=user_of(request))
    if verdict == "take":
        services.proposal_take(proposal_id=proposal_id, actor=actor_of(request))
    else:
        services.proposal_drop(proposal_id=proposal_id, actor=actor_of(request))
    return redirect(request, reverse("listings:edit", args=[found.listing_id]))


def conflict_dialog(
    request: HttpRequest, listing_id: uuid.UUID, conflict: VersionConflict
) -> HttpResponse:
    """Three sides by field; what does not collide is named and kept from both."""
    names = fields.names_by_api()
    collisions = set(conflict.extra["collisions"])
    rows: list[dict[str, object]] = []
    merged: list[dict[str, object]] = []
    for api_name, sides in conflict.extra["changes"].items():
        name = names.get(api_name, api_name)
        row = {"name": name, "label": fields.label(name), **sides}
        (rows if api_name in collisions else merged).append(row)
    last = selectors.revisions_of(listing_id).first()
    context = {
        "listing_id": listing_id,
        "rows": rows,
        "merged": merged,
        "current_version": conflict.extra["current_version"],
        "your_version": conflict.extra["your_version"],
        "who": last.actor_label if last else "Someone",
        "when": last.history_date if last else None,
    }
    return render_page(request, "listings/_conflict.html", context, status=409)


def panel_url(tab: str, listing_id: uuid.UUID) -> str:
    """Where the fragment of another app's tab comes from; empty where that app has none."""
    return _url(_PANELS[tab], listing_id) if tab in _PANELS else ""


def _url(name: str, *args: object) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def _rail(request: HttpRequest, listing: Listing) -> dict[str, object]:
    photos = photos_of([listing.pk]).get(listing.pk, ())
    return {
        "listing": listing,
        "photos": photos,
        "search": ListingSearch.objects.filter(pk=listing.pk).first(),
        "health": services.listing_health(listing),
        "proposals": [
            {"row": one, "label": fields.label(one.field)}
            for one in selectors.proposals_open(listing.pk)
        ],
        "same_number": selectors.same_number(listing, user=user_of(request)),
    }


def _tabs(listing: Listing) -> list[tuple[str, str] | tuple[str, str, object]]:
    search = ListingSearch.objects.filter(pk=listing.pk).first()
    counts: dict[str, object] = {"history": listing.version}
    if search is not None:
        counts |= {"photos": search.photo_count, "stock": search.stock_free}
    names = [tab for tab in TABS if tab not in _PANELS or panel_url(tab, listing.pk)]
    return [
        (tab, tab.capitalize(), counts[tab]) if tab in counts else (tab, tab.capitalize())
        for tab in names
    ]


def _is_field(name: str) -> bool:
    return name in fields.by_name() or (name.startswith(ASPECT) and len(name) > len(ASPECT))


def _data(listing: Listing, name: str, raw: str) -> dict[str, object]:
    """One posted control as data for the service; an aspect changes the whole of them."""
    if not name.startswith(ASPECT):
        return {name: raw if raw.strip() or name == "description" else None}
    aspect = name.removeprefix(ASPECT)
    values = [piece.strip() for piece in raw.split("|") if piece.strip()]
    return {fields.ITEM_SPECIFICS: {**listing.item_specifics, aspect: values}}


def _version(request: HttpRequest, listing: Listing) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < len("1000000000") else listing.version


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() and len(text) < len("1000000000") else 0


def _reason(error: InvalidInput, name: str) -> str:
    key = fields.ITEM_SPECIFICS if name.startswith(ASPECT) else name
    texts = error.fields.get(key) or [error.message]
    return " ".join(texts)


def _refused(
    request: HttpRequest, listing: Listing, name: str, raw: str, reason: str
) -> HttpResponse:
    view: FieldView = field_view(listing, name, {}, error=reason, value=raw)
    context = {"view": view, "listing": listing}
    return render_page(request, "listings/_field.html", context, status=422)


def _field_response(request: HttpRequest, listing: Listing, name: str) -> HttpResponse:
    owners: Mapping[str, FieldOwner] = field_owners(listing.pk)
    context = {
        "view": field_view(listing, name, owners),
        "listing": listing,
        "health": services.listing_health(listing),
        "is_saved": True,
    }
    response = render_page(request, "listings/_field.html", context)
    return trigger(response, "listingSaved", {"version": listing.version})
