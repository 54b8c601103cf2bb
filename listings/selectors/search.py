"""Search in the catalog: rows of `listing_search`, filtered, ranked, paged without repeats."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from listings.models import ListingSearch
from listings.selectors.cursors import Cursor, read_cursor, write_cursor
from listings.selectors.filters import apply_filters, more_filter_names
from listings.selectors.kept import kept_total, seen_only
from listings.selectors.matching import TsQuery, tsquery_of
from listings.selectors.query import Filter, ParsedQuery, parse_query
from listings.selectors.ranking import HEAVY, Page, ranked_page
from listings.selectors.spelling import with_close_words
from realtrack.core.errors import InvalidInput

if TYPE_CHECKING:
    from settings_app.models import User

COUNT_CAP = 10_000  # above it the exact number helps nobody and costs a scan
MAX_OFFSET = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """How a page is ordered: one expression, then the key of the listing."""

    label: str
    field: str
    descending: bool


SORTS: dict[str, Sort] = {
    "relevance": Sort(label="Best match", field="rank", descending=True),
    "newest": Sort(label="Newest", field="created_at", descending=True),
    "oldest": Sort(label="Oldest", field="created_at", descending=False),
    "price": Sort(label="Price, low first", field="price_key", descending=False),
    "-price": Sort(label="Price, high first", field="price_key", descending=True),
    "stock": Sort(label="Stock, low first", field="stock_free", descending=False),
    "-stock": Sort(label="Stock, high first", field="stock_free", descending=True),
    "health": Sort(label="Health, poor first", field="health", descending=False),
    "-health": Sort(label="Health, good first", field="health", descending=True),
    "updated": Sort(label="Last changed", field="updated_at", descending=True),
    "title": Sort(label="Title", field="title_key", descending=False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """One search. `filters` come beside the text, as facets and query parameters do.

    `cursor` gives the rows after it, `before` those before it, in the same order.
    """

    text: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sort: str = ""
    limit: int = 50
    offset: int = 0
    cursor: str = ""
    before: str = ""
    # A relevance search of more hits ranks the newest of them and lets the others follow by date.
    rank_among: int = COUNT_CAP


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """A page of hits, newest or best first, with what it needs to be shown."""

    rows: list[ListingSearch]
    total: int
    total_is_capped: bool
    next_cursor: str
    previous_cursor: str
    sort: str
    parsed: ParsedQuery
    filters: tuple[Filter, ...]
    is_fuzzy: bool = False

    @property
    def ids(self) -> list[uuid.UUID]:
        """Keys of the listings, in order."""
        return [row.listing_id for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The narrowed rows before ordering and paging; facets count on the same."""

    rows: QuerySet[ListingSearch]
    parsed: ParsedQuery
    filters: tuple[Filter, ...]
    tsquery: TsQuery | None
    user: User
    is_fuzzy: bool = False


def listing_search(request: SearchRequest, *, user: User) -> SearchPage:
    """Search what this user may see. Raises `InvalidInput` on a broken cursor, sort or offset."""
    hits = search_hits(request, user=user)
    sort_name = _sort_name(request, hits)
    page = _page(hits, sort_name, request)
    if not page.total and hits.parsed.words and hits.tsquery is not None:
        close = search_hits(request, user=user, fuzzy=True)
        if close.tsquery != hits.tsquery:
            hits, page = close, _page(close, sort_name, request)
    return SearchPage(
        rows=page.rows,
        total=min(page.total, COUNT_CAP),
        total_is_capped=page.total > COUNT_CAP,
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        sort=sort_name,
        parsed=hits.parsed,
        filters=hits.filters,
        is_fuzzy=hits.is_fuzzy,
    )


def search_count(request: SearchRequest, *, user: User) -> int:
    """How many parts this search finds: up to `COUNT_CAP`, and one more where there are more."""
    hits = search_hits(request, user=user)
    if hits.tsquery is None and not hits.filters:
        return min(kept_total(user), COUNT_CAP + 1)
    found = hits.rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    if not found and hits.parsed.words and hits.tsquery is not None:
        close = search_hits(request, user=user, fuzzy=True)
        found = close.rows.order_by().values("pk")[: COUNT_CAP + 1].count()
    return found


def search_hits(
    request: SearchRequest, *, user: User, fuzzy: bool = False, without: str = ""
) -> Hits:
    """Rows that match text and filters; `without` leaves one filter out, for its own facet."""
    parsed = parse_query(request.text, more_filters=more_filter_names())
    filters = (*parsed.filters, *_given(request.filters))
    rows = visible_rows(user)
    meant = with_close_words(parsed) if fuzzy else parsed
    tsquery = tsquery_of(meant)
    if tsquery is not None:
        # The SQL is made of constants by `matching`; what people typed goes as parameters.
        rows = rows.extra(where=[tsquery.match], params=tsquery.params)  # noqa: S610 - see above
    kept = tuple(one for one in filters if one.key != without)
    return Hits(
        rows=apply_filters(rows, kept),
        parsed=parsed,
        filters=filters,
        tsquery=tsquery,
        user=user,
        is_fuzzy=fuzzy,
    )


def visible_rows(user: User) -> QuerySet[ListingSearch]:
    """Rows of live listings that this user may see."""
    return seen_only(ListingSearch.objects.filter(is_live=True), user)


def _given(filters: Mapping[str, Sequence[str]]) -> tuple[Filter, ...]:
    return tuple(
        Filter(key=key, values=tuple(value for value in values if value))
        for key, values in filters.items()
        if any(values)
    )


def _sort_name(request: SearchRequest, hits: Hits) -> str:
    if request.sort and request.sort not in SORTS:
        raise InvalidInput(fields={"sort": f"One of: {', '.join(SORTS)}."})
    name = request.sort or ("relevance" if hits.parsed.has_words else "newest")
    return "newest" if name == "relevance" and not hits.parsed.has_words else name


def _page(hits: Hits, sort_name: str, request: SearchRequest) -> Page:
    """The rows of the page, the number of hits up to the cap and one, and both cursors."""
    if not 0 <= request.offset <= MAX_OFFSET:
        raise InvalidInput(fields={"offset": f"Up to {MAX_OFFSET}; further pages go by cursor."})
    if sort_name == "relevance" and hits.tsquery is not None:
        return ranked_page(
            hits.rows,
            hits.tsquery,
            limit=request.limit,
            offset=request.offset,
            cursor=request.cursor,
            before=request.before,
            among=min(COUNT_CAP, request.rank_among),
        )
    return _plain_page(hits, sort_name, request)


def _plain_page(hits: Hits, sort_name: str, request: SearchRequest) -> Page:
    """A page in the order of a column."""
    sort = SORTS[sort_name]
    text = request.before or request.cursor
    is_back = bool(request.before)
    descending = sort.descending is not is_back
    rows = hits.rows.annotate(price_key=Coalesce("price", Value(Decimal(0)))).defer(*HEAVY)
    order = F(sort.field).desc() if descending else F(sort.field).asc()
    key = F("listing_id").desc() if descending else F("listing_id").asc()
    rows = rows.order_by(order, key)
    if text:
        cursor = read_cursor(text, sort=sort_name, fields=(sort.field,))
        rows = rows.filter(_beyond(sort, cursor, descending=descending))
        found: list[ListingSearch] = [*rows[: request.limit + 1]]
    else:
        found = [*rows[request.offset : request.offset + request.limit + 1]]
    shown = found[: request.limit]
    has_more = len(found) > request.limit
    shown = shown[::-1] if is_back else shown

    def cursor_at(row: ListingSearch) -> str:
        value = getattr(row, sort.field)
        return write_cursor(
            Cursor(sort=sort_name, field=sort.field, value=value, listing_id=row.listing_id)
        )

    has_next = bool(shown) if is_back else has_more
    has_previous = has_more if is_back else bool(request.cursor or request.offset)
    return Page(
        rows=shown,
        total=_total(hits, shown, request, has_more=has_more),
        next_cursor=cursor_at(shown[-1]) if has_next and shown else "",
        previous_cursor=cursor_at(shown[0]) if has_previous and shown else "",
    )


def _total(
    hits: Hits, shown: list[ListingSearch], request: SearchRequest, *, has_more: bool
) -> int:
    """The number of hits, up to one above the cap; a first page that holds all is counted."""
    if not (has_more or request.cursor or request.before or request.offset):
        return len(shown)
    if hits.tsquery is None and not hits.filters:
        return min(kept_total(hits.user), COUNT_CAP + 1)
    return hits.rows.order_by().values("pk")[: COUNT_CAP + 1].count()


def _beyond(sort: Sort, cursor: Cursor, *, descending: bool) -> Q:
    """Rows behind the cursor, as a range that the index of the order serves."""
    step = "lt" if descending else "gt"
    return Q(**{f"{sort.field}__{step}e": cursor.value}) & (
        Q(**{f"{sort.field}__{step}": cursor.value})
        | Q(**{f"listing_id__{step}": cursor.listing_id})
    )
