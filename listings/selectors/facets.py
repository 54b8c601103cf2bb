"""Facets: how many hits each further choice would leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import Case, Count, IntegerField, Value, When

from listings.enums import Condition, ListingStatus
from listings.selectors.search import SearchRequest, search_hits

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from listings.models import ListingSearch
    from settings_app.models import User

_TOP = 30  # values a facet; more are found by typing


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetValue:
    """A choice with its number of hits."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """The choices of one filter, most hits first."""

    key: str
    label: str
    values: tuple[FacetValue, ...]


_STOCK = (("in", "In stock"), ("last", "Last one"), ("none", "None"))


def listing_facets(request: SearchRequest, *, user: User, fuzzy: bool = False) -> list[Facet]:
    """Counts by filter; each facet leaves its own filter out, so that several can be chosen."""
    search = replace(request, cursor="", offset=0)

    def rows(key: str) -> QuerySet[ListingSearch]:
        return search_hits(search, user=user, without=key, fuzzy=fuzzy).rows

    chosen = _chosen(request, user)
    facets = [
        _plain("status", "Status", rows("status"), "status", chosen, dict(ListingStatus.choices)),
        _plain("type", "Part type", rows("type"), "part_type", chosen, {}),
        _plain("brand", "Brand", rows("brand"), "brand", chosen, {}),
        _stock(rows("stock"), chosen),
        _channels(rows("channel"), chosen),
        _plain(
            "condition",
            "Condition",
            rows("condition"),
            "condition_id",
            chosen,
            dict(Condition.choices),
        ),
    ]
    return [facet for facet in facets if facet.values]


def _chosen(request: SearchRequest, user: User) -> dict[str, set[str]]:
    del user
    return {key: {value.casefold() for value in values} for key, values in request.filters.items()}


def _plain(
    key: str,
    label: str,
    rows: QuerySet[ListingSearch],
    column: str,
    chosen: dict[str, set[str]],
    labels: dict[str, str],
) -> Facet:
    counted = (
        rows.exclude(**{column: ""})
        .order_by()
        .values_list(column)
        .annotate(n=Count("pk"))
        .order_by("-n", column)[:_TOP]
    )
    selected = chosen.get(key, set())
    return Facet(
        key=key,
        label=label,
        values=tuple(
            FacetValue(
                value=value,
                label=str(labels.get(value, value)),
                count=count,
                selected=value.casefold() in selected,
            )
            for value, count in counted
        ),
    )


def _stock(rows: QuerySet[ListingSearch], chosen: dict[str, set[str]]) -> Facet:
    bucket = Case(
        When(stock_free__lte=0, then=Value(0)),
        When(stock_free=1, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    counted = dict(
        rows.order_by().annotate(bucket=bucket).values_list("bucket").annotate(n=Count("pk"))
    )
    counts = {
        "in": counted.get(1, 0) + counted.get(2, 0),
        "last": counted.get(1, 0),
        "none": counted.get(0, 0),
    }
    selected = chosen.get("stock", set())
    return Facet(
        key="stock",
        label="Stock",
        values=tuple(
            FacetValue(value=value, label=label, count=counts[value], selected=value in selected)
            for value, label in _STOCK
            if counts[value]
        ),
    )


def _channels(rows: QuerySet[ListingSearch], chosen: dict[str, set[str]]) -> Facet:
    sql, params = rows.order_by().values("channel_states").query.sql_with_params()
    # `sql` is Django's own, with its parameters apart.
    counting = f"""
        SELECT coalesce(pair.key || '=' || pair.value, 'none'), count(*)
        FROM ({sql}) AS hit LEFT JOIN LATERAL jsonb_each_text(hit.channel_states) AS pair ON true
        GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s
    """  # noqa: S608 - see above
    with connection.cursor() as cursor:
        cursor.execute(counting, (*params, _TOP))
        found = cursor.fetchall()
    selected = chosen.get("channel", set())
    return Facet(
        key="channel",
        label="Channel",
        values=tuple(
            FacetValue(
                value=value,
                label=_channel_label(value),
                count=count,
                selected=value in selected,
            )
            for value, count in found
        ),
    )


def _channel_label(value: str) -> str:
    if value == "none":
        return "Nowhere"
    channel, _, state = value.partition("=")
    name = {"ebay": "eBay", "shopify": "Shopify"}.get(channel, channel)
    return f"{name}: {state.replace('_', ' ')}"
