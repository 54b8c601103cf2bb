"""Facets: how many hits each further choice would leave.

Those of the unfiltered catalog are kept (`FacetCount`), never counted per request. All others are
counted in one statement for all facets that see the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Sum

from listings.enums import Condition, ListingStatus
from listings.selectors.kept import kept_rows
from listings.selectors.ranking import through_time
from listings.selectors.search import COUNT_CAP, SearchRequest, search_hits

if TYPE_CHECKING:
    from listings.selectors.search import Hits, SearchPage
    from settings_app.models import User

_TOP = 30  # values a facet; more are found by typing
# Hits that are counted at most, the newest ones; more take longer than a person waits.
COUNTED_MAX = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A choice with its number of hits."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The choices of one filter, most hits first.

    `is_partial` says that only the newest hits were counted: there are at least so many.
    """

    key: str
    label: str
    values: tuple[FacetValue, ...]
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    counts: Mapping[str, Mapping[str, int]]
    is_partial: bool = False


_LABELS = {
    "status": "Status",
    "type": "Part type",
    "brand": "Brand",
    "stock": "Stock",
    "channel": "Channel",
    "condition": "Condition",
}
_VALUE_LABELS: dict[str, dict[str, str]] = {
    "status": {key: str(label) for key, label in ListingStatus.choices},
    "condition": {key: str(label) for key, label in Condition.choices},
}
_STOCK = (("in", "In stock"), ("last", "Last one"), ("none", "None"))
_COUNT = """
WITH hit AS MATERIALIZED ({hits})
SELECT 'all' AS facet, '' AS value, count(*) AS number FROM hit
{facets}
"""
_PLAIN = """
UNION ALL (SELECT '{key}', {column}, count(*) FROM hit WHERE {column} <> ''
    GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT {top})
"""
_STOCK_SQL = """
UNION ALL SELECT 'stock', CASE WHEN stock_free <= 0 THEN 'none' WHEN stock_free = 1 THEN 'last'
    ELSE 'more' END, count(*) FROM hit GROUP BY 2
"""
# States are counted by their whole value first: there are few different ones.
_CHANNEL_SQL = """
UNION ALL (SELECT 'channel', coalesce(pair.key || '=' || pair.value, 'none'), sum(number)::bigint
    FROM (SELECT channel_states, count(*) AS number FROM hit GROUP BY 1) AS state
    LEFT JOIN LATERAL jsonb_each_text(state.channel_states) AS pair ON true
    GROUP BY 2 ORDER BY 3 DESC, 2 LIMIT {top})
"""
_COLUMNS = {
    "status": "status",
    "type": "part_type",
    "brand": "brand",
    "condition": "condition_id",
}
_SQL = {
    **{key: _PLAIN.format(key=key, column=name, top=_TOP) for key, name in _COLUMNS.items()},
    "stock": _STOCK_SQL,
    "channel": _CHANNEL_SQL.format(top=_TOP),
}


def listing_facets(
    request: SearchRequest, *, user: User, fuzzy: bool = False, page: SearchPage | None = None
) -> list[Facet]:
    """Counts by filter; each facet leaves its own filter out, so that several can be chosen.

    The page of the same search, where it is there already, saves looking how many hits there are.
    """
    search = replace(request, cursor="", before="", offset=0)
    whole = search_hits(search, user=user, fuzzy=fuzzy)
    chosen = {one.key for one in whole.filters}
    open_keys = [key for key in _LABELS if key not in chosen]
    found: dict[str, _Counted] = {}
    kept: _Counted | None = None
    for without, keys in [("", open_keys), *((key, [key]) for key in _LABELS if key in chosen)]:
        hits = search_hits(search, user=user, without=without, fuzzy=fuzzy) if without else whole
        if hits.tsquery is None and chosen <= {without}:
            kept = kept or _kept(user)
            counted = kept
        else:
            known = page.total_is_capped if page is not None and not without else None
            counted = _count(hits, keys, is_broad=known)
        found.update(dict.fromkeys(keys, counted))
    selected = {key: {v.casefold() for v in values} for key, values in request.filters.items()}
    facets = [_facet(key, found[key], selected.get(key, set())) for key in _LABELS if key in found]
    return [facet for facet in facets if facet.values]


def facets_come_later(page: SearchPage) -> bool:
    """Whether this page's facets take long enough to be asked for by themselves, after the rows."""
    return page.total_is_capped and bool(page.filters or page.parsed.has_words)


def values_beginning(key: str, start: str, *, user: User, limit: int) -> list[FacetValue]:
    """Values of a facet that begin so, most parts first, out of the kept counts."""
    rows = kept_rows(user).filter(facet=key, value__istartswith=start)
    found = rows.values_list("value").annotate(n=Sum("number")).filter(n__gt=0)
    return [
        FacetValue(value=value, label=value, count=count)
        for value, count in found.order_by("-n", "value")[:limit]
    ]


def _kept(user: User) -> _Counted:
    rows = kept_rows(user).values_list("facet", "value").annotate(n=Sum("number"))
    return _Counted(counts=_by_facet(rows.filter(n__gt=0)))


def _count(found: Hits, keys: Iterable[str], *, is_broad: bool | None) -> _Counted:
    """Count these facets in one statement; of very many hits the newest."""
    hits = found.rows.order_by()
    if is_broad is None:
        is_broad = hits.values("pk")[: COUNT_CAP + 1].count() > COUNT_CAP
    if is_broad:
        hits = hits.order_by("-created_at", "-listing_id")
    narrow = hits.values(*_COLUMNS.values(), "stock_free", "channel_states")
    if is_broad:
        narrow = narrow[: COUNTED_MAX + 1]
    sql, params = narrow.query.sql_with_params()
    if is_broad and found.tsquery is not None:
        sql = through_time(sql, found.tsquery)
    # Django's own SQL with its parameters beside it, and constants of this module.
    statement = _COUNT.format(hits=sql, facets="".join(_SQL[key] for key in keys))
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        counts = _by_facet(cursor.fetchall())
    total = counts.get("all", {}).get("", 0)
    return _Counted(counts=counts, is_partial=total > COUNTED_MAX)


def _by_facet(rows: Iterable[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for facet, value, number in rows:
        found.setdefault(facet, {})[value] = int(number)
    return found


def _facet(key: str, counted: _Counted, selected: set[str]) -> Facet:
    counts = counted.counts.get(key, {})
    if key == "stock":
        several, last = counts.get("more", 0), counts.get("last", 0)
        counts = {"in": several + last, "last": last, "none": counts.get("none", 0)}
        values = [(value, label) for value, label in _STOCK if counts[value]]
    else:
        top = sorted(counts, key=lambda value: (-counts[value], value))[:_TOP]
        values = [(value, _value_label(key, value)) for value in top]
    return Facet(
        key=key,
        label=_LABELS[key],
        values=tuple(
            FacetValue(
                value=value,
                label=label,
                count=counts[value],
                selected=value.casefold() in selected,
            )
            for value, label in values
        ),
        is_partial=counted.is_partial,
    )


def _value_label(key: str, value: str) -> str:
    if key != "channel":
        return _VALUE_LABELS.get(key, {}).get(value, value)
    if value == "none":
        return "Nowhere"
    channel, _, state = value.partition("=")
    name = {"ebay": "eBay", "shopify": "Shopify"}.get(channel, channel)
    return f"{name}: {state.replace('_', ' ')}"
