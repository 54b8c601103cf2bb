"""Search in the catalog: rows of `listing_search`, filtered, ranked, paged without repeats."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, FloatField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from listings.models import ListingSearch
from listings.selectors.filters import apply_filters, more_filter_names
from listings.selectors.matching import TsQuery, tsquery_of
from listings.selectors.query import Filter, ParsedQuery, parse_query
from realtrack.core.errors import InvalidInput
from settings_app.enums import UserRole

if TYPE_CHECKING:
    from settings_app.models import User

COUNT_CAP = 10_000  # above it the exact number helps nobody and costs a scan
MAX_OFFSET = 10_000
_EXACT_BONUS = 10.0  # lifts a whole part number above any rank of words, which stays below 1


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
    is_fuzzy: bool = False


def listing_search(request: SearchRequest, *, user: User) -> SearchPage:
    """Search what this user may see. Raises `InvalidInput` on a broken cursor, sort or offset."""
    hits = search_hits(request, user=user)
    if not hits.is_fuzzy and hits.parsed.has_words and not hits.rows.exists():
        hits = search_hits(request, user=user, fuzzy=True)
    sort_name = _sort_name(request, hits)
    shown, has_more = _page(hits, sort_name, request)
    total = min(hits.rows.values("pk")[: COUNT_CAP + 1].count(), COUNT_CAP + 1)
    is_back = bool(request.before)
    has_next, has_previous = (
        (bool(shown), has_more) if is_back else (has_more, bool(request.cursor or request.offset))
    )
    return SearchPage(
        rows=shown,
        total=min(total, COUNT_CAP),
        total_is_capped=total > COUNT_CAP,
        next_cursor=_cursor_of(shown[-1], sort_name) if has_next and shown else "",
        previous_cursor=_cursor_of(shown[0], sort_name) if has_previous and shown else "",
        sort=sort_name,
        parsed=hits.parsed,
        filters=hits.filters,
        is_fuzzy=hits.is_fuzzy,
    )


def search_hits(
    request: SearchRequest, *, user: User, fuzzy: bool = False, without: str = ""
) -> Hits:
    """Rows that match text and filters; `without` leaves one filter out, for its own facet."""
    parsed = parse_query(request.text, more_filters=more_filter_names())
    filters = (*parsed.filters, *_given(request.filters))
    rows = visible_rows(user)
    tsquery = tsquery_of(parsed)
    if tsquery is not None and not fuzzy:
        # The SQL is made of constants by `matching`; what people typed goes as parameters.
        where = f"document @@ {tsquery.sql}"
        rows = rows.extra(where=[where], params=tsquery.params)  # noqa: S610 - see above
    if fuzzy:
        # `%%>`: each typed word is close to some word of the part; the trigram index serves it.
        for word in parsed.typed.split():
            rows = rows.extra(where=["words %%> lower(rt_unaccent(%s))"], params=[word])
    kept = tuple(one for one in filters if one.key != without)
    return Hits(
        rows=apply_filters(rows, kept),
        parsed=parsed,
        filters=filters,
        tsquery=tsquery,
        is_fuzzy=fuzzy,
    )


def visible_rows(user: User) -> QuerySet[ListingSearch]:
    """Rows of live listings that this user may see."""
    rows = ListingSearch.objects.filter(is_live=True)
    if user.role == UserRole.ADMIN:
        return rows
    team_ids = list(user.teams.values_list("pk", flat=True))
    no_team = rows.filter(team_id__isnull=True)
    return (no_team | rows.filter(team_id__in=team_ids)) if team_ids else no_team


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


def _ordered(hits: Hits, sort: Sort, *, descending: bool) -> QuerySet[ListingSearch]:
    rows = hits.rows.annotate(price_key=Coalesce("price", Value(Decimal(0))))
    if sort.field == "rank":
        rows = rows.annotate(rank=_rank(hits))
    order = F(sort.field).desc() if descending else F(sort.field).asc()
    key = F("listing_id").desc() if descending else F("listing_id").asc()
    return rows.order_by(order, key)


def _rank(hits: Hits) -> RawSQL:
    """Words by their weights; a whole part number first of all. Rounded, so that pages agree."""
    if hits.is_fuzzy or hits.tsquery is None:
        return RawSQL(
            "round(word_similarity(lower(rt_unaccent(%s)), words)::numeric, 4)::float8",
            (hits.parsed.typed,),
            output_field=FloatField(),
        )
    exact = "CASE WHEN numbers && %s::text[] THEN %s ELSE 0 END"
    sql = f"round((ts_rank(document, {hits.tsquery.sql}) + {exact})::numeric, 4)::float8"
    params = (*hits.tsquery.params, list(hits.tsquery.numbers), _EXACT_BONUS)
    return RawSQL(sql, params, output_field=FloatField())  # noqa: S611 - as in search_hits


def _page(hits: Hits, sort_name: str, request: SearchRequest) -> tuple[list[ListingSearch], bool]:
    """The rows of the page, and whether there are more in the direction that was asked for."""
    sort = SORTS[sort_name]
    cursor = request.before or request.cursor
    descending = sort.descending is not bool(request.before)
    rows = _ordered(hits, sort, descending=descending)
    if cursor:
        value, listing_id = _read_cursor(cursor, sort)
        rows = rows.filter(_beyond(sort, value, listing_id, descending=descending))
        found = list(rows[: request.limit + 1])
    elif 0 <= request.offset <= MAX_OFFSET:
        found = list(rows[request.offset : request.offset + request.limit + 1])
    else:
        raise InvalidInput(fields={"offset": f"Up to {MAX_OFFSET}; further pages go by cursor."})
    shown = found[: request.limit]
    return (shown[::-1] if request.before else shown), len(found) > request.limit


def _beyond(sort: Sort, value: object, listing_id: uuid.UUID, *, descending: bool) -> Q:
    step = "lt" if descending else "gt"
    return Q(**{f"{sort.field}__{step}": value}) | Q(
        **{sort.field: value, f"listing_id__{step}": listing_id}
    )


def _cursor_of(row: ListingSearch, sort_name: str) -> str:
    value = getattr(row, SORTS[sort_name].field)
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    raw = json.dumps([sort_name, text, str(row.listing_id)])
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _read_cursor(cursor: str, sort: Sort) -> tuple[object, uuid.UUID]:
    broken = InvalidInput(fields={"cursor": "This cursor is of another search; begin again."})
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, text, listing_id = json.loads(raw)
        if SORTS[name] != sort:
            raise broken
        return _typed(sort.field, text), uuid.UUID(listing_id)
    except (binascii.Error, ValueError, KeyError, TypeError, ArithmeticError) as error:
        raise broken from error


def _typed(name: str, text: str) -> object:
    match name:
        case "created_at" | "updated_at":
            return datetime.fromisoformat(text)
        case "price_key":
            return Decimal(text)
        case "rank":
            return float(text)
        case "stock_free" | "health":
            return int(text)
        case _:
            return text
