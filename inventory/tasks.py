"""Scheduled work on stock."""

from __future__ import annotations

import structlog
from celery import shared_task

from inventory import services
from realtrack.core.actors import Actor

logger = structlog.get_logger(__name__)


@shared_task(name="inventory.reservations_expire", queue="inventory", ignore_result=True)
def reservations_expire() -> int:
    """End the holds of orders that nobody paid in time, until none is due."""
    ended = 0
    # Bounded, so that a worker that is asked to stop does so soon.
    for _ in range(20):
        count = services.reservations_expire(actor=Actor.system("reservations"))
        ended += count
        if count == 0:
            break
    return ended


@shared_task(name="inventory.ledger_verify", queue="inventory", ignore_result=True)
def ledger_verify() -> int:
    """Check that all numbers add up; each that does not is an event and a log line."""
    problems = services.drift_report(actor=Actor.system("ledger check"))
    if problems:
        logger.error("ledger_drift", problems=len(problems))
    return len(problems)
