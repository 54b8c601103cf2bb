"""Reading what rules may know of listings, in chunks by key: constant memory at any size."""

from __future__ import annotations

import datetime
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, QuerySet, When
from django.db.models.functions import Coalesce

from listings.enums import ListingStatus
from listings.models import Listing
from listings.pricing.engine import Facts, Fees
from realtrack.core import registry
from settings_app.selectors import setting_value

# Sold, delisted and archived parts keep the price that they had.
PRICED = (ListingStatus.DRAFT, ListingStatus.READY, ListingStatus.PUBLISHED)
CHUNK = 2000
EVIDENCE_MAX = 200  # comparable prices of one part; more do not move the median
_COLUMNS = (
    "id", "start_price", "cost", "c_brand", "c_type", "category_id", "condition_id", "status",
    "published_at", "search__stock_free", "search__channel_states", "rule_price__base",
    "rule_price__price", "version", "custom_label_sku",
)  # fmt: skip
Row = tuple[Any, ...]


def fees_now() -> Fees:
    """Return the marketplace's fees as the settings have them."""
    return Fees(
        share=Decimal(setting_value("pricing", "fee_percent")) / 100,
        fixed=Decimal(setting_value("pricing", "fee_fixed")),
    )


def priced(ids: Sequence[uuid.UUID] | None = None) -> QuerySet[Listing]:
    """Return the listings that rules may price: all of them, or those of `ids`."""
    found = Listing.objects.filter(status__in=PRICED)
    return found if ids is None else found.filter(pk__in=ids)


def chunk_after(
    rows: QuerySet[Listing], last: uuid.UUID | None, *, locked: bool = False
) -> list[Row]:
    """Return the next rows by key after `last`, locked where they are to be written."""
    found = rows if last is None else rows.filter(pk__gt=last)
    if locked:
        found = found.select_for_update(of=("self",))
    return list(found.order_by("pk").values_list(*_COLUMNS)[:CHUNK])


def chunks(rows: QuerySet[Listing]) -> Iterator[list[Row]]:
    """Yield all rows in chunks by key."""
    last: uuid.UUID | None = None
    while found := chunk_after(rows, last):
        yield found
        last = found[-1][0]


def facts_of(rows: Sequence[Row], *, today: datetime.date, with_evidence: bool) -> list[Facts]:
    """Turn rows into facts; the evidence of prices is read only where a rule asks for it."""
    evidence = _evidence([row[0] for row in rows]) if with_evidence else {}
    return [_facts(row, today, evidence) for row in rows]


def _facts(row: Row, today: datetime.date, evidence: dict[uuid.UUID, Any]) -> Facts:
    (key, price, cost, brand, part_type, category, condition, status, published, stock, states,
     rule_base, rule_price, *_) = row  # fmt: skip
    # A person who changed the price since the rule has the word: it is the new start.
    from_rule = rule_price is not None and rule_price == price
    return Facts(
        id=key,
        price=price,
        base=rule_base if from_rule else price,
        cost=cost,
        brand=brand,
        part_type=part_type,
        category_id=category,
        condition_id=condition,
        status=status,
        channels=frozenset(states or ()),
        stock=stock or 0,
        days_listed=(today - published.date()).days if published else None,
        evidence=evidence.get(key, {}),
    )


def _evidence(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, Sequence[Decimal]]]:
    found: dict[uuid.UUID, dict[str, Sequence[Decimal]]] = defaultdict(dict)
    for source, read in registry.price_evidence.items():
        for key, prices in read(ids).items():
            found[key][source] = prices
    return found


def listed_prices(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sequence[Decimal]]:
    """Return, for each listing, the prices of our other live listings of the same part number.

    Prices before rules: else rules would follow each other down.
    """
    numbers = dict(
        Listing.objects.filter(pk__in=ids)
        .exclude(mpn_normalised="")
        .values_list("pk", "mpn_normalised")
    )
    by_number: dict[str, list[tuple[uuid.UUID, Decimal]]] = defaultdict(list)
    others = (
        priced()
        .filter(mpn_normalised__in=set(numbers.values()), start_price__isnull=False)
        .annotate(before=Coalesce(_base_if_current(), F("start_price")))
        .order_by("pk")
    )
    for key, number, price in others.values_list("pk", "mpn_normalised", "before"):
        if len(by_number[number]) <= EVIDENCE_MAX:
            by_number[number].append((key, price))
    return {
        key: [price for other, price in by_number[number] if other != key]
        for key, number in numbers.items()
    }


def _base_if_current() -> Any:
    return Case(When(rule_price__price=F("start_price"), then=F("rule_price__base")))
