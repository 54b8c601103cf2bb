"""Scheduled work on orders."""

from __future__ import annotations

from celery import shared_task

from orders import services
from realtrack.core.actors import Actor


@shared_task(name="orders.auto_complete", queue="orders", ignore_result=True)
def auto_complete() -> int:
    """Complete what was delivered two weeks ago."""
    return services.orders_complete(actor=Actor.system("auto-complete"))
