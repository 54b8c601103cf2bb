"""Typed filters on `listing_search`; upper apps add theirs through the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet

from listings.models import Listing, ListingSearch
from listings.part_numbers import normalise
from listings.selectors.query import (
    RANGE_FILTERS,
    Filter,
    Range,
    condition_ids,
    parse_range,
    statuses,
)
from realtrack.core import registry
from settings_app.models import Team

_RANGE_FIELDS = {
    "price": "price",
    "stock": "stock_free",
    "health": "health",
    "photos": "photo_count",
}
_NOTHING = Q(pk__isnull=True)
_MAX_INTEGER = Decimal(2_147_483_647)
# Words that a range may also be said by.
_WORDS: dict[tuple[str, str], Range] = {
    ("stock", "none"): Range(high=Decimal(0)),
    ("stock", "in"): Range(low=Decimal(1)),
    ("stock", "last"): Range(low=Decimal(1), high=Decimal(1)),
    ("photos", "none"): Range(high=Decimal(0)),
}


def more_filter_names() -> tuple[str, ...]:
    """Filters that upper apps offer, such as `fits`."""
    return tuple(key for key, _ in registry.search_filters.items())


def apply_filters(
    rows: QuerySet[ListingSearch], filters: Sequence[Filter]
) -> QuerySet[ListingSearch]:
    """Narrow by each filter; several values of one are alternatives."""
    for one in filters:
        narrow = registry.search_filters.get(one.key)
        if narrow is not None:
            condition = Q()
            for value in one.values:
                found = narrow(Listing.objects.all(), value).values("pk")
                condition |= Q(listing_id__in=found)
        else:
            condition = _condition(one)
        rows = rows.exclude(condition) if one.excluded else rows.filter(condition)
    return rows


def _condition(one: Filter) -> Q:
    condition = Q()
    for value in one.values:
        condition |= _value_condition(one.key, value)
    return condition


def _value_condition(key: str, value: str) -> Q:
    if key in RANGE_FILTERS:
        return _range_condition(key, value)
    condition = _CONDITIONS.get(key)
    return condition(value) if condition else _NOTHING


def _range_condition(key: str, value: str) -> Q:
    wanted = _WORDS.get((key, value.casefold())) or parse_range(value)
    if wanted is None:
        return _NOTHING
    name = _RANGE_FIELDS[key]
    condition = Q()
    if wanted.low is not None:
        step = "gt" if wanted.low_excluded else "gte"
        condition &= Q(**{f"{name}__{step}": _bounded(key, wanted.low)})
    if wanted.high is not None:
        step = "lt" if wanted.high_excluded else "lte"
        condition &= Q(**{f"{name}__{step}": _bounded(key, wanted.high)})
    return condition


def _bounded(key: str, number: Decimal) -> Decimal:
    """Within what the column can be compared with."""
    return min(number, _MAX_INTEGER) if key != "price" else min(number, Decimal(10) ** 12)


def _number_condition(value: str) -> Q:
    number = normalise(value)
    if not number:
        return _NOTHING
    starts = ListingSearch.objects.extra(
        where=["document @@ to_tsquery('simple', %s)"], params=[f"{number.lower()}:*"]
    )
    return Q(numbers__contains=[number]) | Q(pk__in=starts.values("pk"))


def _channel_state_condition(value: str) -> Q:
    """Some channel is in this state; letters, digits and underscores alone reach the path."""
    state = "".join(c for c in value if c.isalnum() or c == "_")
    found = ListingSearch.objects.extra(
        where=["channel_states @? ('$.* ? (@ == \"' || %s || '\")')::jsonpath"], params=[state]
    )
    return Q(pk__in=found.values("pk"))


def _channel_condition(value: str) -> Q:
    """`ebay` is listed there in any state; `ebay=live` in that one; `none` is listed nowhere."""
    if value.casefold() == "none":
        return Q(channel_states={})
    name, _, state = value.partition("=")
    if state:
        return Q(channel_states__contains={name.casefold(): state.casefold()})
    return Q(channel_states__has_key=name.casefold())


def _team_condition(value: str) -> Q:
    if value.casefold() == "none":
        return Q(team_id__isnull=True)
    return Q(team_id__in=Team.objects.filter(name__iexact=value).values("pk"))


_CONDITIONS: dict[str, Callable[[str], Q]] = {
    "status": lambda value: Q(status__in=statuses(value)),
    "condition": lambda value: Q(condition_id__in=condition_ids(value)),
    "brand": lambda value: Q(brand__iexact=value),
    "type": lambda value: Q(part_type__iexact=value),
    "category": lambda value: Q(category_id=value),
    "sku": lambda value: Q(sku_key__startswith=value.lower()),
    "number": _number_condition,
    "bin": lambda value: Q(bins__contains=[value.upper()]) | Q(bins__contains=[value]),
    "channel": _channel_condition,
    "channelstate": _channel_state_condition,
    "team": _team_condition,
}
