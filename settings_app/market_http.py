"""Market prices of any service that answers in this form (docs/market-prices.md).

`GET <base>/v1/prices?partNumber=…&currency=…` with a bearer key; 404 where the number is not
known. eBay's own searches are no source: its licence forbids to model prices from its content.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings

from realtrack.core import http
from realtrack.core.errors import Unavailable
from realtrack.core.registry import MarketOffer, MarketProvider
from settings_app.selectors import secret_value

NAME = "http"
_MOST = 200  # offers of one number; more do not move the median
_WAIT = 3600.0


def call(part_number: str, currency: str, *, key: str, attempts: int = 2) -> http.Answer:
    """Ask once for a number. Raises http.NoAnswer."""
    return http.request(
        "market_prices",
        "GET",
        f"{settings.MARKET_PRICES_BASE.rstrip('/')}/v1/prices",
        params={"partNumber": part_number, "currency": currency},
        headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
        timeout=10,
        attempts=attempts,
    )


def is_on() -> bool:
    """Say whether there is whom to ask: an address and a key."""
    return bool(settings.MARKET_PRICES_BASE and secret_value("pricing", "market_prices_key"))


def ask(part_number: str, currency: str) -> Sequence[MarketOffer]:
    """Return what is asked for this number now; none where it is not known.

    Offers in another currency, without a price above 0 or without a day are left out. Raises
    Unavailable where the service does not answer, refuses the key, or answers in another form.
    """
    key = secret_value("pricing", "market_prices_key")
    try:
        answer = call(part_number, currency, key=key)
    except http.NoAnswer as error:
        raise Unavailable(f"The market price service did not answer: {error.failure}.") from error
    if answer.status == 404:
        return ()
    if answer.status != 200:
        raise Unavailable(
            f"The market price service answers {answer.status}.",
            retry_after=answer.retry_after or _WAIT,
        )
    try:
        body = answer.json()
        rows = body["prices"]
        source = str(body.get("source", ""))[:100]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unavailable("The market price service answers in another form.") from error
    if not isinstance(rows, list):
        raise Unavailable("The market price service answers in another form.")
    offers = [_offer(row, currency, source) for row in rows[:_MOST]]
    return [offer for offer in offers if offer is not None]


def _offer(row: Any, currency: str, source: str) -> MarketOffer | None:
    if not isinstance(row, dict) or row.get("currency") != currency:
        return None
    try:
        price = Decimal(str(row.get("price"))).quantize(Decimal("0.01"))
        day = datetime.date.fromisoformat(str(row.get("date"))[:10])
    except (InvalidOperation, ValueError):
        return None
    if not price.is_finite() or not 0 < price < 100_000_000:
        return None
    url = str(row.get("url", ""))
    return MarketOffer(
        price=price,
        currency=currency,
        seen_on=day,
        source=source,
        url=url[:500] if url.startswith("https://") else "",
    )


PROVIDER = MarketProvider(label="Market price service", is_on=is_on, ask=ask)
