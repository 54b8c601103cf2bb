"""The catalog page: search, facets, rows, selection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, QueryDict
from django.views.decorators.http import require_GET

from listings import selectors
from listings.enums import Condition
from listings.selectors import SORTS, SearchPage, SearchRequest
from listings.selectors.address import NEXT, PAGE, PREVIOUS, paging, search_of
from listings.selectors.query import FILTERS, Filter
from listings.web.rows import look_of, rows_of
from realtrack.core.errors import InvalidInput
from realtrack.core.rights import Right
from realtrack.core.web.access import requires, user_of
from realtrack.core.web.render import render_page, wants_fragment

if TYPE_CHECKING:
    from settings_app.models import User


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
        # So many hits take longer to count than a page of them to show: the facets come on their own.
        "facets": None
        if selectors.facets_come_later(page)
        else selectors.listing_facets(search, user=user, fuzzy=page.is_fuzzy),
        "facet_query": _plain(request.GET).urlencode(),
        "query": request.GET.get("q", ""),
        "tokens": _tokens(request.GET, page),
        "sorts": [(key, sort.label) for key, sort in SORTS.items()],
        "sort": page.sort,
        "kept_by_facets": [(key, request.GET[key]) for key in ("q", "sort") if key in request.GET],
        "filter_count": sum(len(values) for values in search.filters.values()),
        "kept_by_sort": _kept(request.GET, "sort"),
        "address": request.get_full_path(),
        # The facets' form renews the tokens; whoever types in the field keeps it as it is.
        "renew_filters": request.headers.get("HX-Trigger") == "facet-form",
        "is_fragment": wants_fragment(request),
        "fault": fault,
        "views": _views(request.GET, user),
        "is_filtered": bool(request.GET.get("q") or search.filters),
        "shown": _shown_text(page, first, len(rows)),
        "prev_url": _turn(request.GET, PREVIOUS, page.previous_cursor, first - PAGE),
        "next_url": _turn(request.GET, NEXT, page.next_cursor, first + len(rows)),
        "total_text": _total_text(page),
        **look_of(user),
    }
    return render_page(request, "listings/listing_list.html", context, partial="results")


@require_GET
@requires(Right.LISTINGS_VIEW)
def sheet(request: HttpRequest) -> HttpResponse:
    """The facets and the order in a sheet, for screens that have no room beside the list."""
    user = user_of(request)
    search = replace(search_of(request.GET), cursor="", before="")
    page = selectors.listing_search(search, user=user)
    context = {
        "facets": selectors.listing_facets(search, user=user, fuzzy=page.is_fuzzy),
        "kept_by_facets": [("q", request.GET["q"])] if "q" in request.GET else [],
        "sorts": [(key, sort.label) for key, sort in SORTS.items()],
        "sort": page.sort,
        "count": page.total,
        "total_text": _total_text(page),
    }
    return render_page(request, "listings/_sheet.html", context)


@require_GET
@requires(Right.LISTINGS_VIEW)
def facets(request: HttpRequest) -> HttpResponse:
    """The facets of this address alone, for a list that was shown before they were counted."""
    user = user_of(request)
    search = replace(search_of(request.GET), cursor="", before="")
    page = selectors.listing_search(replace(search, limit=1), user=user)
    found = selectors.listing_facets(search, user=user, fuzzy=page.is_fuzzy)
    return render_page(request, "listings/_facets.html", {"facets": found, "prefix": "fc"})


def _total_text(page: SearchPage) -> str:
    return f"{page.total:,}{'+' if page.total_is_capped else ''}"


def _views(query: QueryDict, user: User) -> list[dict[str, object]]:
    """Saved searches as tabs; the present one is the one with this very query."""
    present = sorted(_kept(query))
    return [
        {
            "id": one.pk,
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
    return paging(query)[1] if page.previous_cursor else 0


def _shown_text(page: SearchPage, first: int, count: int) -> str:
    if not count:
        return "None"
    return f"{first + 1:,} to {first + count:,} of {_total_text(page)}"
