"""Pages by relevance, in one statement whatever the number of hits.

Up to `among` hits are ranked. Of more, the newest 2,000 are: words that so many parts have say
little about any of them, and ranking a million rows takes seconds. The others follow by date. The
cursor carries where the ranked ones end, so that pages agree while others write.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from listings.models import ListingSearch
from listings.selectors.cursors import Cursor, Edge, read_cursor, write_cursor

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from listings.selectors.matching import TsQuery

SORT = "relevance"
HEAVY = ("document", "words")  # columns that no list shows
_EXACT_BONUS = 10.0  # lifts a whole part number above any rank of words, which stays below 1
_TYPE_BONUS = 0.5  # an alternator before its bracket, when an alternator was asked for
_NEWEST = 2_000  # ranked of more hits than are ranked wholly
_RANKED, _OLDER = "rank", "created_at"
_NO_ID = uuid.UUID(int=0)
_COLUMNS = ", ".join(
    f"s.{field.column}"
    for field in ListingSearch._meta.concrete_fields  # noqa: SLF001 - Django's documented API
    if field.column not in HEAVY
)
# Rounded, so that pages agree.
_RANK = "round((ts_rank(s.document, {query}){bonus}) * 10000) / 10000"
_NUMBER_BONUS = " + CASE WHEN s.numbers && %s::text[] THEN %s::float8 ELSE 0 END"
_PART_TYPE_BONUS = " + CASE WHEN lower(s.part_type) = ANY(%s::text[]) THEN %s::float8 ELSE 0 END"
# Rows are read again by their place (`ctid`), which one snapshot keeps: half the work of the key.
_STATEMENT = """
WITH hit AS MATERIALIZED ({hits}),
chosen AS MATERIALIZED ({chosen}),
edge AS (
    SELECT (SELECT count(*) FROM hit) AS hit_count, created_at AS edge_at, listing_id AS edge_id
    FROM chosen ORDER BY created_at, listing_id LIMIT 1
),
ranked AS (
    SELECT s.listing_id, {rank} AS rank
    FROM chosen JOIN listing_search s ON s.ctid = chosen.place
),
page AS (
    SELECT * FROM ranked {beyond} ORDER BY rank {direction}, listing_id {direction}
    LIMIT %s OFFSET %s
)
SELECT {columns}, page.rank, edge.hit_count, edge.edge_at, edge.edge_id
FROM edge LEFT JOIN page ON true LEFT JOIN listing_search s ON s.listing_id = page.listing_id
ORDER BY page.rank DESC, page.listing_id DESC
"""
_ALL = "SELECT created_at, listing_id, place FROM hit"
# Either all hits or the newest; the branch that is not taken is not run.
_SOME = """
    SELECT created_at, listing_id, place FROM hit WHERE (SELECT count(*) FROM hit) <= %s
    UNION ALL
    SELECT created_at, listing_id, place FROM ({newest}) AS newest
    WHERE (SELECT count(*) FROM hit) > %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows in order, the number of hits as far as it was counted, and both cursors."""

    rows: list[ListingSearch]
    total: int
    next_cursor: str
    previous_cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One page of a ranked search."""

    rows: QuerySet[ListingSearch]
    tsquery: TsQuery
    limit: int
    offset: int
    among: int
    cursor: Cursor | None
    is_back: bool


def ranked_page(
    rows: QuerySet[ListingSearch],
    tsquery: TsQuery,
    *,
    limit: int,
    offset: int = 0,
    cursor: str = "",
    before: str = "",
    among: int,
) -> Page:
    """The page after `cursor` or before `before`; raises `InvalidInput` on a broken cursor."""
    text = before or cursor
    asked = _Asked(
        rows=rows,
        tsquery=tsquery,
        limit=limit,
        offset=0 if text else offset,
        among=among,
        cursor=read_cursor(text, sort=SORT, fields=(_RANKED, _OLDER)) if text else None,
        is_back=bool(before),
    )
    if asked.cursor is not None and asked.cursor.field == _OLDER:
        return _older_page(asked, asked.cursor)
    return _best_page(asked)


def _best_page(asked: _Asked) -> Page:
    found = list(_ranked(asked))
    if not found:
        return Page(rows=[], total=0, next_cursor="", previous_cursor="")
    facts: Any = found[0]
    given = asked.cursor.edge if asked.cursor else None
    edge = given
    if edge is None and facts.hit_count > asked.among:
        edge = Edge(created_at=facts.edge_at, listing_id=facts.edge_id)
    shown = [row for row in found if row.pk is not None]
    has_more = len(shown) > asked.limit
    shown = shown[-asked.limit :] if asked.is_back else shown[: asked.limit]
    following = ""
    if shown and (asked.is_back or has_more):
        following = _at(shown[-1], edge)
    elif edge is not None:
        following = write_cursor(
            Cursor(
                sort=SORT,
                field=_OLDER,
                value=edge.created_at,
                listing_id=edge.listing_id,
                edge=edge,
            )
        )
    has_previous = has_more if asked.is_back else bool(asked.cursor or asked.offset)
    return Page(
        rows=shown,
        total=max(facts.hit_count, asked.among + 1) if given else facts.hit_count,
        next_cursor=following,
        previous_cursor=_at(shown[0], edge) if has_previous and shown else "",
    )


def _ranked(asked: _Asked) -> Any:
    edge = asked.cursor.edge if asked.cursor else None
    rows = asked.rows if edge is None else asked.rows.filter(_not_older(edge))
    hits = (
        rows.extra(select={"place": "listing_search.ctid"})
        .order_by()
        .values("created_at", "listing_id", "place")
    )
    chosen = _ALL
    chosen_params: list[Any] = []
    if edge is None:
        chosen, chosen_params = _newest(asked, hits)
        hits = hits[: asked.among + 1]
    sql, params = hits.query.sql_with_params()
    beyond, beyond_params = "", []
    if asked.cursor is not None:
        step = ">" if asked.is_back else "<"
        beyond = f"WHERE (rank, listing_id) {step} (%s, %s)"
        beyond_params = [asked.cursor.value, asked.cursor.listing_id]
    bonus = ""
    rank_params: list[Any] = [*asked.tsquery.params]
    if asked.tsquery.numbers:
        bonus += _NUMBER_BONUS
        rank_params += [list(asked.tsquery.numbers), _EXACT_BONUS]
    if asked.tsquery.types:
        bonus += _PART_TYPE_BONUS
        rank_params += [list(asked.tsquery.types), _TYPE_BONUS]
    # Made of constants and of the ORM's own SQL; what people typed stands in the parameters.
    statement = _STATEMENT.format(
        hits=sql,
        chosen=chosen,
        rank=_RANK.format(query=asked.tsquery.sql, bonus=bonus),
        beyond=beyond,
        direction="ASC" if asked.is_back else "DESC",
        columns=_COLUMNS,
    )
    paging = [asked.limit + 1, asked.offset]
    return ListingSearch.objects.raw(
        statement, (*params, *chosen_params, *rank_params, *beyond_params, *paging)
    )


def through_time(sql: str, tsquery: TsQuery) -> str:
    """The same SELECT of the newest hits, kept from the index of words.

    Of very many hits the newest lie close in the order of time. The planner does not know that
    there are many and would read all of them by their words; `IS TRUE` shuts that way.
    """
    return sql.replace(tsquery.match, f"({tsquery.match}) IS TRUE")


def _newest(asked: _Asked, hits: QuerySet[Any]) -> tuple[str, list[Any]]:
    """SQL of the hits that are ranked on a first page: all, or of very many the newest."""
    number = min(asked.among + 1, _NEWEST)
    sql, params = hits.order_by("-created_at", "-listing_id")[:number].query.sql_with_params()
    sql = through_time(sql, asked.tsquery)
    return _SOME.format(newest=sql), [asked.among, *params, asked.among]


def _older_page(asked: _Asked, cursor: Cursor) -> Page:
    """Hits that are older than all ranked ones, by date."""
    step = "gt" if asked.is_back else "lt"
    rows = asked.rows.filter(
        Q(**{f"created_at__{step}e": cursor.value})
        & (
            Q(**{f"created_at__{step}": cursor.value})
            | Q(**{f"listing_id__{step}": cursor.listing_id})
        )
    )
    edge = cursor.edge
    if asked.is_back and edge is not None:
        rows = rows.exclude(_not_older(edge))
    order = ("created_at", "listing_id") if asked.is_back else ("-created_at", "-listing_id")
    found = list(rows.defer(*HEAVY).order_by(*order)[: asked.limit + 1])
    has_more = len(found) > asked.limit
    shown = found[: asked.limit]
    shown = shown[::-1] if asked.is_back else shown

    def at(row: ListingSearch) -> str:
        return write_cursor(
            Cursor(
                sort=SORT,
                field=_OLDER,
                value=row.created_at,
                listing_id=row.listing_id,
                edge=edge,
            )
        )

    # Before the first of these stand the last of the ranked ones.
    last_ranked = write_cursor(
        Cursor(sort=SORT, field=_RANKED, value=-1.0, listing_id=_NO_ID, edge=edge)
    )
    is_first = not has_more if asked.is_back else cursor.listing_id == (edge and edge.listing_id)
    return Page(
        rows=shown,
        total=asked.among + 1,
        next_cursor=at(shown[-1]) if shown and (asked.is_back or has_more) else "",
        previous_cursor=last_ranked if is_first or not shown else at(shown[0]),
    )


def _not_older(edge: Edge) -> Q:
    return Q(created_at__gte=edge.created_at) & (
        Q(created_at__gt=edge.created_at) | Q(listing_id__gte=edge.listing_id)
    )


def _at(row: Any, edge: Edge | None) -> str:
    return write_cursor(
        Cursor(sort=SORT, field=_RANKED, value=row.rank, listing_id=row.listing_id, edge=edge)
    )
