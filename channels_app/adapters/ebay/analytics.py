"""What eBay itself says of its limits: read now and then, and kept for all workers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels_app.adapters.base import CallBudget
from channels_app.adapters.ebay import budget
from channels_app.adapters.ebay.client import app_call

_PATH = "/developer/analytics/v1_beta/rate_limit/"
# (apiContext, apiName) as eBay writes them → our name of the API.
_NAMES: Mapping[tuple[str, str], str] = {
    ("sell", "inventory"): "inventory",
    ("sell", "fulfillment"): "fulfillment",
    ("sell", "account"): "account",
    ("sell", "feed"): "feed",
    ("sell", "metadata"): "metadata",
    ("commerce", "identity"): "identity",
    ("commerce", "taxonomy"): "taxonomy",
    ("commerce", "notification"): "notification",
    ("developer", "analytics"): "analytics",
    ("tradingapi", "tradingapi"): "trading",
    ("trading", "trading"): "trading",
}


def call_budgets(*, ask: bool) -> list[CallBudget]:
    """Return the limits of all APIs; `ask` asks eBay first. Raises ChannelError."""
    if ask:
        body = app_call("analytics", "GET", _PATH).body
        for row in body.get("rateLimits") or ():
            _take_over(row)
    return budget.state()


def _take_over(row: Mapping[str, Any]) -> None:
    names = (str(row.get("apiContext", "")).lower(), str(row.get("apiName", "")).lower())
    api = _NAMES.get(names)
    # An API has several resources; the one with the least left is what stops us.
    rates = [
        rate
        for resource in row.get("resources") or ()
        for rate in resource.get("rates") or ()
        if int(rate.get("timeWindow") or 0) == budget.DAY_SECONDS
    ]
    if api is None or not rates:
        return
    least = min(rates, key=lambda rate: int(rate.get("remaining") or 0))
    budget.told(
        api,
        limit=int(least.get("limit") or 0),
        remaining=int(least.get("remaining") or 0),
        reset=str(least.get("reset") or ""),
    )
