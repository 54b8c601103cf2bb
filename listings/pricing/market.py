"""Market prices: asked of providers in the background, kept with source and day, then evidence."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import structlog
from django.db.models import Exists, OuterRef
from django.utils import timezone

from listings.models import Listing
from listings.pricing.facts import EVIDENCE_MAX, priced
from realtrack.core import registry
from realtrack.core.errors import Unavailable
from realtrack.core.registry import MarketOffer, MarketProvider
from settings_app.enums import RuleType
from settings_app.models import MarketLookup, PricingRule
from settings_app.selectors import setting_value

logger = structlog.get_logger(__name__)

# A number is asked for again after a week; what is older than three months tells of other times.
ASK_AGAIN = datetime.timedelta(days=7)
TOO_OLD = datetime.timedelta(days=90)
PER_HOUR = 200  # numbers of one round and provider


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketEvidence:
    """What the market asks for a part: how many offers, of whom, the newest day, when asked."""

    source: str
    count: int
    low: Decimal
    high: Decimal
    newest: datetime.date
    asked_at: datetime.datetime


def market_refresh(*, limit: int = PER_HOUR) -> int:
    """Ask each provider that is on for numbers whose answer is missing or a week old.

    Only while a `competitive` rule exists, on or off (it is tried before it is switched on).
    Calls are made outside of any transaction; a provider that does not answer is left for this
    round. Returns how many numbers were asked for.
    """
    if not PricingRule.objects.filter(rule_type=RuleType.COMPETITIVE).exists():
        return 0
    currency = str(setting_value("general", "default_currency"))
    count = 0
    for name, provider in registry.market_providers.items():
        if provider.is_on():
            count += _refresh(name, provider, currency, limit)
    return count


def market_prices(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Sequence[Decimal]]:
    """Return, for each listing with a part number, what others ask for such parts."""
    return {
        key: [offer.price for _, offer in found][:EVIDENCE_MAX]
        for key, found in _offers(ids).items()
    }


def market_evidence(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[MarketEvidence]]:
    """Return where those prices come from and of which day, by source."""
    found: dict[uuid.UUID, list[MarketEvidence]] = {}
    for key, offers in _offers(ids).items():
        by_source: dict[str, list[tuple[MarketLookup, MarketOffer]]] = {}
        for lookup, offer in offers:
            by_source.setdefault(offer.source or lookup.provider, []).append((lookup, offer))
        found[key] = [
            MarketEvidence(
                source=source,
                count=len(rows),
                low=min(offer.price for _, offer in rows),
                high=max(offer.price for _, offer in rows),
                newest=max(offer.seen_on for _, offer in rows),
                asked_at=max(lookup.asked_at for lookup, _ in rows),
            )
            for source, rows in sorted(by_source.items())
        ]
    return found


def _refresh(name: str, provider: MarketProvider, currency: str, limit: int) -> int:
    fresh = MarketLookup.objects.filter(
        provider=name,
        currency=currency,
        part_number=OuterRef("mpn_normalised"),
        asked_at__gt=timezone.now() - ASK_AGAIN,
    )
    numbers = list(
        priced()
        .exclude(mpn_normalised="")
        .filter(~Exists(fresh))
        .order_by("mpn_normalised")
        .values_list("mpn_normalised", flat=True)
        .distinct()[:limit]
    )
    for count, number in enumerate(numbers):
        try:
            offers = provider.ask(number, currency)
        except Unavailable as error:
            logger.warning("market_prices_unavailable", provider=name, reason=error.message)
            return count
        _keep(name, number, currency, offers)
    return len(numbers)


def _keep(name: str, number: str, currency: str, offers: Sequence[MarketOffer]) -> None:
    """One row a number; that nothing is known is kept too, so that it is not asked for anew."""
    MarketLookup.objects.update_or_create(
        provider=name,
        part_number=number[:100],
        currency=currency,
        defaults={
            "asked_at": timezone.now(),
            "offers": [
                {
                    "price": str(offer.price),
                    "seenOn": offer.seen_on.isoformat(),
                    "source": offer.source,
                    "url": offer.url,
                }
                for offer in offers
            ],
        },
    )


def _offers(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[tuple[MarketLookup, MarketOffer]]]:
    """Return the kept offers of each listing's number in its currency, too old ones left out."""
    parts = list(
        Listing.all_objects.filter(pk__in=ids)
        .exclude(mpn_normalised="")
        .values_list("pk", "mpn_normalised", "currency")
    )
    by_number: dict[tuple[str, str], list[tuple[MarketLookup, MarketOffer]]] = {}
    for row in MarketLookup.objects.filter(part_number__in={number for _, number, _ in parts}):
        by_number.setdefault((row.part_number, row.currency), []).extend(_young(row))
    return {
        key: by_number[number, currency]
        for key, number, currency in parts
        if by_number.get((number, currency))
    }


def _young(row: MarketLookup) -> Iterator[tuple[MarketLookup, MarketOffer]]:
    before = timezone.localdate() - TOO_OLD
    for one in row.offers:
        day = datetime.date.fromisoformat(one["seenOn"])
        if day >= before:
            yield (
                row,
                MarketOffer(
                    price=Decimal(one["price"]),
                    currency=row.currency,
                    seen_on=day,
                    source=one["source"],
                    url=one["url"],
                ),
            )
