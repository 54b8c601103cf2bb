"""Carries what subscribers are owed: claim, deliver, forget; retry with back-off; dead at last."""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Sequence

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from realtrack.core import context, events
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from realtrack.core.models import AuditLog, DeliveryState, EventDelivery

logger = structlog.get_logger(__name__)

BATCH = 500
# A worker killed in the middle leaves its claims; longer than any handler may take.
STALE_AFTER = datetime.timedelta(seconds=120)
# 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 1 h: about three hours, then a person looks at it.
BACKOFF_SECONDS = (1, 5, 30, 120, 600, 1800, 3600, 3600)


class EventDead(events.DomainEvent):
    """A delivery was given up; shown in the back office with a retry button."""

    name = "event.dead"
    entity_type = "event"


def dispatch_due(*, limit: int = BATCH) -> int:
    """Deliver up to `limit` due rows; return how many were claimed. Safe to run many times at once.

    Handlers may run twice (a kill between effect and forgetting): they are idempotent.
    """
    claimed = _claim(limit)
    if not claimed:
        return 0
    logs = _logs_of(claimed)
    for delivery in claimed:
        row = logs.get(delivery.event_id)
        if row is None:
            _give_up(delivery, "the event's row is not in the log any more")
            continue
        _deliver(delivery, row)
    return len(claimed)


def _claim(limit: int) -> list[EventDelivery]:
    now = timezone.now()
    due = Q(state=DeliveryState.PENDING, next_attempt__lte=now) | Q(
        state=DeliveryState.CLAIMED, claimed_at__lt=now - STALE_AFTER
    )
    with transaction.atomic():
        rows = list(
            EventDelivery.objects.select_for_update(skip_locked=True)
            .filter(due)
            .order_by("next_attempt", "id")[:limit]
        )
        EventDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=DeliveryState.CLAIMED, claimed_at=now, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def _logs_of(deliveries: Sequence[EventDelivery]) -> dict[uuid.UUID, AuditLog]:
    # The times prune partitions: without them each look-up would visit every month.
    times = [delivery.event_created_at for delivery in deliveries]
    rows = AuditLog.objects.filter(
        created_at__gte=min(times),
        created_at__lte=max(times),
        id__in=[delivery.event_id for delivery in deliveries],
    )
    return {row.id: row for row in rows}


def _deliver(delivery: EventDelivery, row: AuditLog) -> None:
    one = events.subscription(delivery.event, delivery.subscriber)
    if one is None:
        _give_up(delivery, "nobody subscribes to this event under that name any more")
        return
    context.set_request_id(row.request_id)
    try:
        one.handler(events.envelope_of(row))
    except NotFound as error:
        # What the event speaks of has gone since: there is nothing left to do.
        logger.info("event_moot", subscriber=delivery.subscriber, reason=str(error))
        EventDelivery.objects.filter(pk=delivery.pk).delete()
    except (OperationalError, InterfaceError):
        # The database went away: the claim goes stale and is taken up again.
        connection.close()
        raise
    except Exception as error:
        logger.exception("event_delivery_failed", subscriber=delivery.subscriber)
        _put_back(delivery, f"{type(error).__name__}: {error}"[:2000])
    else:
        EventDelivery.objects.filter(pk=delivery.pk).delete()
    finally:
        context.clear_request_id()


def _put_back(delivery: EventDelivery, error: str) -> None:
    if delivery.attempts >= len(BACKOFF_SECONDS):
        _give_up(delivery, error)
        return
    base = BACKOFF_SECONDS[delivery.attempts - 1]
    wait = datetime.timedelta(seconds=base * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
    EventDelivery.objects.filter(pk=delivery.pk).update(
        state=DeliveryState.PENDING,
        next_attempt=timezone.now() + wait,
        claimed_at=None,
        last_error=error,
    )


def _give_up(delivery: EventDelivery, error: str) -> None:
    with transaction.atomic():
        EventDelivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.DEAD, claimed_at=None, last_error=error
        )
        if delivery.event != EventDead.name:
            events.emit(
                EventDead(
                    entity_id=delivery.event_id,
                    metadata={
                        "event": delivery.event,
                        "subscriber": delivery.subscriber,
                    },
                ),
                actor=Actor.system("dispatcher"),
            )


def delivery_retry(*, delivery_id: int, actor: Actor) -> None:
    """Put a dead delivery back in line with fresh attempts; raises NotFound when it is not dead."""
    del actor  # whoever may steer runs may do it; the log line of its effect names the cause
    updated = EventDelivery.objects.filter(pk=delivery_id, state=DeliveryState.DEAD).update(
        state=DeliveryState.PENDING, attempts=0, next_attempt=timezone.now()
    )
    if not updated:
        raise NotFound("This delivery is not waiting for a retry.")
