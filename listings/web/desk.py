"""What stands around the list: cells typed in place, its look, saved views, trash, quick view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from listings import fields, selectors, services
from listings.enums import CatalogDensity, CatalogView
from listings.models import Listing, ListingSearch
from listings.selectors.address import PAGE
from listings.selectors.desk import catalog_preference
from listings.selectors.saved import count_text, saved_counts
from listings.services import listing_health
from listings.services.search_index import photos_of
from listings.services.searches import (
    saved_search_change,
    saved_search_delete,
    saved_search_save,
)
from listings.web import columns
from listings.web.conflict import conflict_dialog
from listings.web.rows import Row, look_of
from realtrack.core import registry
from realtrack.core.errors import (
    AppError,
    InvalidInput,
    NotAllowed,
    NotFound,
    VersionConflict,
)
from realtrack.core.rights import Right, user_can
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

if TYPE_CHECKING:
    import uuid

BIN = "bin"
# What can be typed into a row of the catalog.
CELLS = frozenset({"title", "start_price", fields.QUANTITY, BIN})


@require_POST
@requires(Right.LISTINGS_EDIT)
def cell(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """Save one value typed into a row; answers the row anew, a fault as text, a conflict as dialog.

    What others changed meanwhile in other fields is kept, as on the part's page.
    """
    user = user_of(request)
    listing = selectors.listing_get(listing_id, user=user)
    name, raw = request.POST.get("name", ""), request.POST.get("value", "")
    if name not in CELLS:
        raise InvalidInput("This list has no such field.")
    if name in {fields.QUANTITY, BIN} and not user_can(user, Right.INVENTORY_ADJUST):
        raise NotAllowed("Your role does not count or move parts.")
    try:
        if name == BIN:
            _place(listing, raw, request)
        else:
            services.listing_update_merged(
                listing_id=listing.pk,
                data={name: raw if raw.strip() else None},
                version=_version(request, listing),
                actor=actor_of(request),
            )
    except VersionConflict as conflict:
        return conflict_dialog(request, listing_id, conflict)
    except AppError as error:
        texts = [text for found in error.fields.values() for text in found]
        text = " ".join(texts) or error.message
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    row = Row(
        listing=selectors.listing_get(listing_id, user=user),
        search=ListingSearch.objects.get(pk=listing_id),
    )
    return render_page(request, "listings/_row.html", {"row": row, **look_of(user)})


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_VIEW)
def look(request: HttpRequest) -> HttpResponse:
    """How the catalog looks for this person: columns in their order, density, rows or cards."""
    user = user_of(request)
    if request.method == "POST":
        services.catalog_preference_set(
            user=user,
            columns=request.POST.getlist("columns") if "chooser" in request.POST else None,
            density=request.POST.get("density"),
            view=request.POST.get("view"),
            known=list(columns.COLUMNS),
        )
        response = redirect(request, reverse("listings:list"))
        if response.status_code == 204:  # htmx: the address with its filters is loaded anew
            del response["HX-Redirect"]
            response["HX-Refresh"] = "true"
        return response
    preference = catalog_preference(user)
    context = {
        "offered": columns.offered(preference),
        "densities": CatalogDensity.choices,
        "density": preference.density,
        "views": CatalogView.choices,
        "view": preference.view,
    }
    return render_page(request, "listings/_columns.html", context)


def _place(listing: Listing, raw: str, request: HttpRequest) -> None:
    for write in registry.place_writers.values():
        write(listing_id=listing.pk, bin_code=raw, actor=actor_of(request))


def _version(request: HttpRequest, listing: Listing) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < len("1000000000") else listing.version


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_VIEW)
def saved(request: HttpRequest) -> HttpResponse:
    """Save the present search by name; GET shows the form in the drawer."""
    if request.method == "GET":
        context = {"query": request.GET.urlencode()}
        return render_page(request, "listings/_save_view.html", context)
    try:
        row = saved_search_save(
            owner=user_of(request),
            name=request.POST.get("name", ""),
            query=request.POST.get("query", ""),
            is_shared=request.POST.get("is_shared") == "true",
            actor=actor_of(request),
        )
    except InvalidInput as error:
        context = {
            "query": request.POST.get("query", ""),
            "name": request.POST.get("name", ""),
            "error": error.fields.get("name", [""])[0],
        }
        return render_page(request, "listings/_save_view.html", context, status=422)
    return redirect(request, f"{reverse('listings:list')}?{row.query}")


@require_http_methods(["GET", "POST"])
@requires(Right.LISTINGS_VIEW)
def saved_change(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """Another name for one's own saved view, shared or not; GET shows the form in the drawer."""
    user = user_of(request)
    row = selectors.saved_searches(user=user).filter(pk=search_id, owner=user).first()
    if row is None:
        raise NotFound
    context: dict[str, object] = {"row": row, "name": row.name, "is_shared": row.is_shared}
    if request.method == "GET":
        return render_page(request, "listings/_save_view.html", context)
    try:
        saved_search_change(
            search_id=search_id,
            owner=user,
            name=request.POST.get("name", ""),
            is_shared=request.POST.get("is_shared") == "true",
            actor=actor_of(request),
        )
    except InvalidInput as error:
        context |= {
            "name": request.POST.get("name", ""),
            "error": error.fields.get("name", [""])[0],
        }
        return render_page(request, "listings/_save_view.html", context, status=422)
    return redirect(request, f"{reverse('listings:list')}?{row.query}")


@require_GET
@requires(Right.LISTINGS_VIEW)
def saved_numbers(request: HttpRequest) -> HttpResponse:
    """How many parts each saved view finds, for the tabs that are shown already."""
    user = user_of(request)
    rows = list(selectors.saved_searches(user=user))
    counts = saved_counts(rows, user=user)
    found = [(key, count_text(count)) for key, count in counts.items()]
    return render_page(request, "listings/_view_counts.html", {"counts": found})


@require_POST
@requires(Right.LISTINGS_VIEW)
def saved_delete(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """Forget a saved search; the owner's own only."""
    saved_search_delete(search_id=search_id, owner=user_of(request), actor=actor_of(request))
    return redirect(request, reverse("listings:list"))


@require_GET
@requires(Right.LISTINGS_VIEW)
def trash(request: HttpRequest) -> HttpResponse:
    """What was thrown away, last first."""
    text = request.GET.get("page", "1")
    number = max(1, int(text)) if text.isdigit() and len(text) < len("10000000") else 1
    found = selectors.listing_trash(user=user_of(request))
    rows = list(found[(number - 1) * PAGE : number * PAGE])
    context = {"rows": rows, "page_number": number, "total": found.count(), "size": PAGE}
    return render_page(request, "listings/trash.html", context)


@require_GET
@requires(Right.LISTINGS_VIEW)
def quick(request: HttpRequest, listing_id: uuid.UUID) -> HttpResponse:
    """A part in the drawer, without losing the list."""
    listing = selectors.listing_get(listing_id, user=user_of(request))
    context = {
        "listing": listing,
        "search": ListingSearch.objects.filter(pk=listing.pk).first(),
        "photos": photos_of([listing.pk]).get(listing.pk, ()),
        "health": listing_health(listing),
    }
    return render_page(request, "listings/_quick.html", context)
