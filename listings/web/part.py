"""The page of one part: tabs, saving field by field, conflicts, status, proposals."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from listings import fields, selectors, services
from listings.descriptions import description_clean
from listings.models import Listing, ListingSearch
from listings.selectors.evidence import fixes_for
from listings.selectors.owners import field_owners
from listings.selectors.timeline import timeline
from listings.services.search_index import photos_of
from listings.transitions import allowed_from
from listings.web.conflict import chosen_of, conflict_dialog
from listings.web.new_part import unsaved
from listings.web.specs import ASPECT, FieldView, field_view, main_sections, more_sections
from realtrack.core.errors import Conflict, InvalidInput, VersionConflict
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


@require_GET
@requires(Right.LISTINGS_VIEW)
def detail(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """The short address of a part leads to its page."""
    return redirect(request, reverse("listings:edit", args=[listing_id]))


@require_GET
@requires(Right.LISTINGS_VIEW)
# The preview of the description is a page within.
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]  # its type knows no ids in addresses
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
            "kept": unsaved(listing, user) if not readonly else None,
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
    version = _version(request, listing)
    cleaned = description_clean(raw) if name == "description" else None
    try:
        saved, merged = services.listing_update_merged(
            listing_id=listing_id,
            data=_data(listing, name, cleaned.html if cleaned else raw),
            version=version,
            actor=actor_of(request),
        )
    except VersionConflict as conflict:
        return conflict_dialog(request, listing_id, conflict)
    except InvalidInput as error:
        return _refused(request, listing, name, raw, _reason(error, name))
    except Conflict as error:
        return _refused(request, listing, name, raw, error.message)
    services.draft_forget(owner=user_of(request), listing_id=listing_id, name=name)
    if request.headers.get("HX-Request") != "true":
        return redirect(request, reverse("listings:edit", args=[listing_id]))
    others = _changed_by_others(saved, name, since=version) if merged else ()
    response = _field_response(request, saved, name, others)
    if cleaned is not None and cleaned.was_active:
        toast(response, "What could run in a buyer's browser was taken out of the description.")
    if merged:
        who = field_owners(saved.pk)
        people = sorted({one.label for one in who.values() if one.version == saved.version - 1})
        text = f"{' and '.join(people) or 'Someone'} changed this part too. Both are kept."
        toast(response, text)
    return response


def _changed_by_others(saved: Listing, own: str, *, since: int) -> tuple[str, ...]:
    """Fields of the page that others saved since its version: it must not show the old values.

    Else the next save would count as a change of the new value by someone who never saw it.
    """
    rows = selectors.revisions_of(saved.pk).filter(version__gt=since, version__lt=saved.version)
    names = {name for changed in rows.values_list("changed_fields", flat=True) for name in changed}
    shown = {name for name in names if name in fields.by_name()}
    if fields.ITEM_SPECIFICS in names:
        shown |= {f"{ASPECT}{fields.PLACEMENT}", f"{ASPECT}{fields.INTERCHANGE}"}
    return tuple(sorted(shown - {own}))


@require_POST
@requires(Right.LISTINGS_EDIT)
def merge(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Save what was chosen of three sides, on top of the version that was shown."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    data = chosen_of(request.POST)
    try:
        services.listing_update(
            listing_id=listing_id,
            data=data,
            version=_version(request, listing),
            actor=actor_of(request),
        )
    except VersionConflict as conflict:
        return conflict_dialog(request, listing_id, conflict)
    services.draft_drop(owner=user_of(request), listing_id=listing_id)
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
        "health": services.listing_health(
            listing, evidence=fixes_for(listing, user=user_of(request))
        ),
        "proposals": [
            {"row": one, "label": fields.label(one.field)}
            for one in selectors.proposals_open(listing.pk)
        ],
        "same_number": selectors.same_number(listing, user=user_of(request)),
        "may_merge": selectors.may_merge(user_of(request)),
        "merged_away": selectors.merge_of(listing.pk),
        "merges": selectors.merges_into(listing.pk),
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


def _field_response(
    request: HttpRequest, listing: Listing, name: str, others: Sequence[str]
) -> HttpResponse:
    owners: Mapping[str, FieldOwner] = field_owners(listing.pk)
    context = {
        "view": field_view(listing, name, owners),
        "others": [field_view(listing, other, owners) for other in others],
        "listing": listing,
        "health": services.listing_health(
            listing, evidence=fixes_for(listing, user=user_of(request))
        ),
        "is_saved": True,
    }
    response = render_page(request, "listings/_field.html", context)
    # With fields of others the page decides, by what it could show of them, which version it has.
    return response if others else trigger(response, "listingSaved", {"version": listing.version})
