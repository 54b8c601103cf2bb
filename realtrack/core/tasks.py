"""Core's own tasks, and the one way to wake a task: a kick may be lost, the row behind it is not."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog
from celery import Task, shared_task
from celery.signals import heartbeat_sent
from kombu.exceptions import OperationalError

from realtrack.core import dispatcher, redis

logger = structlog.get_logger(__name__)


def kick(task: Task[Any, Any], *args: str | int, coalesce: str = "") -> bool:
    """Send `task` now; False when the broker is away, which loses nothing: its row is swept later.

    `coalesce` names work of which one waiting message is enough (a second one within 1 s is not
    sent). Call it from `transaction.on_commit`.
    """
    try:
        if coalesce and not redis.client().set(redis.key("kick", coalesce), "1", nx=True, px=1000):
            # The task that holds the key clears it when it begins: what commits later kicks anew.
            return True
        task.apply_async(args=args, retry=False)
    except (OperationalError, redis.RedisError, OSError) as error:
        logger.warning("broker_away", task=task.name, error=type(error).__name__)
        return False
    return True


def begun(coalesce: str) -> None:
    """Let the next kick of that name through again; call it first thing in the task."""
    # The key ends by itself within a second.
    with suppress(redis.RedisError):
        redis.client().delete(redis.key("kick", coalesce))


@shared_task(name="core.dispatch_events", queue="default", ignore_result=True)
def dispatch_events() -> int:
    """Deliver what is due until nothing is; also run by beat, so that nothing is forgotten."""
    begun("dispatch_events")
    carried = 0
    # Bounded, so that a worker that is asked to stop does so soon.
    for _ in range(200):
        count = dispatcher.dispatch_due()
        carried += count
        if count == 0:
            break
    return carried


@shared_task(name="core.audit_partitions_extend", queue="default", ignore_result=True)
def audit_partitions_extend() -> None:
    """Make the log's partitions of the coming months."""
    from realtrack.core.partitions import extend

    extend()


@heartbeat_sent.connect
def _note_sign_of_life(sender: Any = None, **_: Any) -> None:
    """A worker's own heartbeat also goes to Redis, where readiness reads its age."""
    from realtrack.core import health

    health.beat(str(getattr(getattr(sender, "eventer", None), "hostname", "worker")))
