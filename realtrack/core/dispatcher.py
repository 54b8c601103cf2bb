"""Carries what subscribers are owed: claim, deliver, forget; retry with back-off; dead at last."""

from __future__ import annotations

import datetime
import random
import time
import uuid
from collections.abc import Sequence
from typing import ClassVar

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from realtrack.core import context, events
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from realtrack.core.models import AuditLog, DeliveryState, EventDelivery

logger = structlog.get_logger(__name__)

BATCH = 50
# A worker killed in the middle leaves its claims; longer than any handler may take. What waits
# behind a slow handler is claimed anew before it comes to that.
STALE_AFTER = datetime.timedelta(seconds=60)
_RENEW_AFTER = datetime.timedelta(seconds=10)
# How often a lost database is looked for before claims are left to go stale; 15 s in all.
_PAUSES = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
# 1 s, 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 1 h: about three hours, then a person looks at it.
BACKOFF_SECONDS = (1, 5, 30, 120, 600, 1800, 3600, 3600)


class EventDead(events.DomainEvent):
    """A delivery was given up; shown in the back office with a retry button."""

    name = "event.dead"
    entity_type = "event"


class EventRetried(events.DomainEvent):
    """A person put a delivery that was given up back in line."""

    name = "event.retried"
    entity_type = "event"
    log_only: ClassVar[bool] = True


def dispatch_due(*, limit: int = BATCH) -> int:
    """Deliver up to `limit` due rows; return how many were claimed. Safe to run many times at once.

    Handlers may run twice (a kill between effect and forgetting): they are idempotent.
    """
    claimed = _claim(limit)
    if not claimed:
        return 0
    rest = list(claimed)
    try:
        logs = _logs_of(claimed)
        while rest:
            if timezone.now() - (rest[0].claimed_at or timezone.now()) > _RENEW_AFTER:
                rest = _renew(rest)
                if not rest:
                    break
            row = logs.get(rest[0].event_id)
            if row is None:
                _give_up(rest[0], "the event's row is not in the log any more")
            else:
                _deliver(rest[0], row)
            del rest[0]
    except (OperationalError, InterfaceError):
        _hand_back(rest)
        raise
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
        row.claimed_at = now
    return rows


def _renew(rest: list[EventDelivery]) -> list[EventDelivery]:
    """Claim anew what waits behind a slow handler; what another worker took over is left to it."""
    now = timezone.now()
    kept: list[EventDelivery] = []
    with transaction.atomic():
        mine = {row.pk: row.claimed_at for row in rest}
        found = EventDelivery.objects.select_for_update(skip_locked=True).filter(
            pk__in=mine, state=DeliveryState.CLAIMED
        )
        held = {row.pk for row in found if row.claimed_at == mine[row.pk]}
        EventDelivery.objects.filter(pk__in=held).update(claimed_at=now)
    for row in rest:
        if row.pk in held:
            row.claimed_at = now
            kept.append(row)
    return kept


def _hand_back(rest: Sequence[EventDelivery]) -> None:
    """Put the claims back as soon as the database answers again; else they go stale."""
    for pause in _PAUSES:
        time.sleep(pause)
        connection.close()
        try:
            EventDelivery.objects.filter(
                pk__in=[row.pk for row in rest], state=DeliveryState.CLAIMED
            ).update(state=DeliveryState.PENDING, next_attempt=timezone.now(), claimed_at=None)
        except (OperationalError, InterfaceError):
            continue
        return


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
    except (OperationalError, InterfaceError) as error:
        if _is_away():
            raise
        # A deadlock or a lock's time-out: the database is there, the next try may pass.
        logger.warning("event_delivery_lost_a_race", subscriber=delivery.subscriber)
        _put_back(delivery, f"{type(error).__name__}: {error}"[:2000])
    except Exception as error:
        logger.exception("event_delivery_failed", subscriber=delivery.subscriber)
        _put_back(delivery, f"{type(error).__name__}: {error}"[:2000])
    else:
        EventDelivery.objects.filter(pk=delivery.pk).delete()
    finally:
        context.clear_request_id()


def _is_away() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError):
        return True
    return False


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
    with transaction.atomic():
        dead = EventDelivery.objects.select_for_update(of=("self",)).filter(
            pk=delivery_id, state=DeliveryState.DEAD
        )
        row = dead.first()
        if row is None:
            raise NotFound("This delivery is not waiting for a retry.")
        row.state, row.attempts, row.next_attempt = DeliveryState.PENDING, 0, timezone.now()
        row.save(update_fields=["state", "attempts", "next_attempt"])
        events.emit(
            EventRetried(
                entity_id=str(row.pk), metadata={"event": row.event, "for": row.subscriber}
            ),
            actor=actor,
        )
