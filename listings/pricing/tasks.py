"""Background work of price rules; loaded by the app at start."""

from __future__ import annotations

import uuid

from celery import shared_task

from listings.pricing import apply, keep, market


@shared_task(name="listings.pricing_run", queue="default", ignore_result=True, time_limit=1800)
def pricing_run(run_id: str) -> None:
    """Apply or undo price rules; takes up what is left after a kill."""
    apply.pricing_run_work(run_id=uuid.UUID(run_id))


@shared_task(name="listings.pricing_sweep", queue="default", ignore_result=True)
def pricing_sweep() -> int:
    """Wake runs whose message was lost or whose worker is gone."""
    due = apply.runs_due()
    for run_id in due:
        apply.wake(run_id)
    return len(due)


@shared_task(name="listings.pricing_keep", queue="default", ignore_result=True, time_limit=600)
def pricing_keep() -> None:
    """Start a run where prices are not what the rules say that are switched on."""
    keep.pricing_keep()


@shared_task(name="listings.market_prices", queue="default", ignore_result=True, time_limit=1200)
def market_prices() -> int:
    """Ask for market prices of parts whose answer is missing or old."""
    return market.market_refresh()
