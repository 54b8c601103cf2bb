"""The catalog page: search, facets, rows, selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from listings import selectors
from listings.enums import Condition
from listings.models import ListingSearch
from listings.selectors import SORTS, SearchPage, SearchRequest
from listings.selectors.filters import more_filter_names
from listings.selectors.query import FILTERS, Filter
from listings.services import listing_health
from listings.services.search_index import photos_of
from listings.services.searches import saved_search_delete, saved_search_save
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires, user_of
from realtrack.core.web.render import redirect, render_page

if TYPE_CHECKING:
    import uuid

    from listings.models import Listing
    from settings_app.models import User

PAGE = 50
# `?page=n.50.<cursor>`: the rows after a cursor, the first of them the 51st; `p.` those before it.
_NEXT, _PREVIOUS = "n", "p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A hit with what the table shows of it."""

    listing: Listing
    search: ListingSearch

    @property
    def reserved(self) -> int:
        """What of the stock is held for orders."""
        return max(0, self.search.stock_total - self.search.stock_free)

    @property
    def channels(self) -> list[tuple[str, str]]:
        """Channel and state; the two that everyone has are always shown."""
        known = dict.fromkeys(("ebay", "shopify"), "none") | self.search.channel_states
        return sorted(known.items())

    @property
    def tone(self) -> str:
        """The row's state as a class."""
        if "err" in self.search.channel_states.values():
            return "bad"
        return "gone" if self.listing.status in {"sold", "archived"} else ""


@require_GET
@requires(Right.LISTINGS_VIEW)
def catalog(request: HttpRequest) -> HttpResponse:
    """Rows with filters; the URL holds the whole state."""
    user = user_of(request)
    search = search_of(request.GET)
    fault = ""
    try:
        page = selectors.listing_search(search, user=user)
    except InvalidInput as error:  # an old link with a cursor of another search
        fault = " ".join(text for texts in error.fields.values() for text in texts)
        search = SearchRequest(text=search.text, filters=search.filters, limit=PAGE)
        page = selectors.listing_search(search, user=user)
    rows = rows_of(page)
    first = _first(request.GET, page)
    context = {
        "page": page,
        "rows": rows,
        "facets": selectors.listing_facets(search, user=user, fuzzy=page.is_fuzzy),
        "query": request.GET.get("q", ""),
        "tokens": _tokens(request.GET, page),
        "sorts": [(key, sort.label) for key, sort in SORTS.items()],
        "sort": page.sort,
        "kept_by_facets": [(key, request.GET[key]) for key in ("q", "sort") if key in request.GET],
        "kept_by_sort": _kept(request.GET, "sort"),
        "address": request.get_full_path(),
        # The facets' form renews the tokens; whoever types in the field keeps it as it is.
        "renew_filters": request.headers.get("HX-Trigger") == "facet-form",
        "fault": fault,
        "views": _views(request.GET, user),
        "is_filtered": bool(request.GET.get("q") or search.filters),
        "shown": _shown_text(page, first, len(rows)),
        "prev_url": _turn(request.GET, _PREVIOUS, page.previous_cursor, first - PAGE),
        "next_url": _turn(request.GET, _NEXT, page.next_cursor, first + len(rows)),
        "total_text": f"{page.total:,}{'+' if page.total_is_capped else ''}",
    }
    return render_page(request, "listings/listing_list.html", context, partial="results")


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


def search_of(query: QueryDict) -> SearchRequest:
    """The search that an address asks for; what it does not know is left aside."""
    known = {*FILTERS, *more_filter_names()}
    given = {key: query.getlist(key) for key in query if key in known}
    sort = query.get("sort", "")
    direction, _, cursor = _paging(query)
    return SearchRequest(
        text=query.get("q", ""),
        filters={key: [one for one in values if one] for key, values in given.items()},
        sort=sort if sort in SORTS else "",
        limit=PAGE,
        cursor=cursor if direction == _NEXT else "",
        before=cursor if direction == _PREVIOUS else "",
    )


def rows_of(page: SearchPage) -> list[Row]:
    """Hits with their listings, in order."""
    searches = {row.listing_id: row for row in page.rows}
    listings = selectors.listings_in_order(page.ids)
    return [Row(listing=one, search=searches[one.pk]) for one in listings]


def all_ids(query: str, *, user: User, limit: int) -> list[uuid.UUID]:
    """Every hit of a search, up to `limit` and one more."""
    search = search_of(QueryDict(query))
    found: list[uuid.UUID] = []
    cursor = ""
    while len(found) <= limit:
        page = selectors.listing_search(
            SearchRequest(
                text=search.text,
                filters=search.filters,
                sort="newest",
                limit=200,
                cursor=cursor,
            ),
            user=user,
        )
        found.extend(page.ids)
        cursor = page.next_cursor
        if not cursor:
            break
    return found[: limit + 1]


def _views(query: QueryDict, user: User) -> list[dict[str, object]]:
    """Saved searches as tabs; the present one is the one with this very query."""
    present = sorted(_kept(query))
    return [
        {
            "name": one.name,
            "url": f"?{one.query}",
            "is_current": sorted(_kept(QueryDict(one.query))) == present,
            "own_id": one.pk if one.owner_id == user.pk else None,
        }
        for one in selectors.saved_searches(user=user)
    ]


def _tokens(query: QueryDict, page: SearchPage) -> list[dict[str, object]]:
    """Filters as tokens that can be taken off: those of facets, and faults of the text."""
    tokens: list[dict[str, object]] = []
    typed = {one.token for one in page.parsed.filters}
    for one in page.filters:
        if one.token in typed and one.token:
            continue
        label = FILTERS.get(one.key, (one.key, ""))[0]
        tokens.append(
            {
                "name": label.lower(),
                "value": ", ".join(_value_label(one)),
                "remove_url": _without(query, one.key),
            }
        )
    for unknown in page.parsed.unknown:
        hint = f"No filter {unknown.key}."
        if unknown.suggestion:
            hint += f" Did you mean {unknown.suggestion}?"
        text = query.get("q", "").replace(unknown.token, "").strip()
        tokens.append(
            {
                "name": unknown.key,
                "value": unknown.token.partition(":")[2],
                "bad": True,
                "hint": hint,
                "remove_url": _with(query, "q", text),
            }
        )
    return tokens


def _value_label(one: Filter) -> Sequence[str]:
    if one.key == "condition":
        return [str(dict(Condition.choices).get(value, value)) for value in one.values]
    return [value.replace("=", ": ") for value in one.values]


def _kept(query: QueryDict, *names: str) -> list[tuple[str, str]]:
    """What a form beside keeps of the address: all but the page and the fields of its own."""
    return [
        (key, value)
        for key, values in query.lists()
        if key not in {"page", *names}
        for value in values
    ]


def _plain(query: QueryDict) -> QueryDict:
    copy = query.copy()
    copy.pop("page", None)
    return copy


def _paging(query: QueryDict) -> tuple[str, int, str]:
    """Direction, number of the first row and cursor of an address."""
    direction, _, rest = query.get("page", "").partition(".")
    number, _, cursor = rest.partition(".")
    if direction not in {_NEXT, _PREVIOUS} or not number.isdigit() or len(number) > len("1000000"):
        return "", 0, ""
    return direction, int(number), cursor


def _without(query: QueryDict, key: str) -> str:
    copy = _plain(query)
    copy.pop(key, None)
    return f"?{copy.urlencode()}"


def _with(query: QueryDict, key: str, value: str) -> str:
    copy = _plain(query)
    copy[key] = value
    return f"?{copy.urlencode()}"


def _turn(query: QueryDict, direction: str, cursor: str, first: int) -> str:
    if not cursor:
        return ""
    copy = _plain(query)
    copy["page"] = f"{direction}.{max(0, first)}.{cursor}"
    return f"?{copy.urlencode()}"


def _first(query: QueryDict, page: SearchPage) -> int:
    return _paging(query)[1] if page.previous_cursor else 0


def _shown_text(page: SearchPage, first: int, count: int) -> str:
    if not count:
        return "None"
    plus = "+" if page.total_is_capped else ""
    return f"{first + 1:,} to {first + count:,} of {page.total:,}{plus}"
