"""What a part may cost, from our own listed and sold parts; and whether a named price is absurd."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from decimal import Decimal

from listings.models import Listing
from realtrack.core import registry

# Five times the usual, or a tenth of it, is a misread number or an invention.
_TOO_HIGH, _TOO_LOW = Decimal(5), Decimal("0.1")
_NEWEST = 50
_CENT = Decimal("0.01")
# Prices of one's own parts are a start for a person, never sure enough to be left alone.
SURE_BY_NUMBER, SURE_BY_TYPE = 0.75, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualPrice:
    """The middle of what such parts cost here, with the evidence in words."""

    amount: Decimal
    confidence: float
    reason: str


def usual_price(*, match: Listing | None, part_type: str) -> UsualPrice | None:
    """Return the usual price of a known part, else of its type; None where nothing is known."""
    if match is not None:
        found = [
            (source, price)
            for source, read in registry.price_evidence.items()
            for price in read([match.pk]).get(match.pk, ())
            if price > 0
        ]
        if match.start_price:
            found.append(("listed", match.start_price))
        if found:
            prices = [price for _, price in found]
            sources = " and ".join(dict.fromkeys(source for source, _ in found))
            return UsualPrice(
                amount=_middle(prices),
                confidence=SURE_BY_NUMBER,
                reason=f"{_span(prices)} {sources} for this number",
            )
    if not part_type:
        return None
    priced = (
        Listing.objects.filter(c_type__iexact=part_type, start_price__gt=0)
        .order_by("-created_at")
        .values_list("start_price", flat=True)[:_NEWEST]
    )
    prices = [price for price in priced if price is not None]
    if not prices:
        return None
    return UsualPrice(
        amount=_middle(prices),
        confidence=SURE_BY_TYPE,
        reason=f"{_span(prices)} of ours of this type",
    )


def price_doubt(named: Decimal, usual: UsualPrice) -> str:
    """Return in words why a named price cannot be right, or an empty text."""
    ratio = named / usual.amount
    if _TOO_LOW <= ratio <= _TOO_HIGH:
        return ""
    return (
        f"The price {named:.2f} is {ratio.quantize(Decimal('0.1'))} times the usual "
        f"{usual.amount:.2f} ({usual.reason})."
    )


def _middle(prices: list[Decimal]) -> Decimal:
    return Decimal(statistics.median(prices)).quantize(_CENT)


def _span(prices: list[Decimal]) -> str:
    if len(prices) == 1:
        return f"1 part at {prices[0]:.2f}"
    return f"{len(prices)} prices, {min(prices):.2f} to {max(prices):.2f},"
