"""One log: `emit` writes what happened; whoever subscribed is owed a delivery.

Audit log and outbox are the same rows (docs/decisions/0002-one-log.md). Nothing is sent from
here: deliveries are rows, carried by `core.dispatcher` after the commit.
"""

from __future__ import annotations

import dataclasses
import datetime
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

from django.db import connection, transaction
from django.utils import timezone

from realtrack.core import context
from realtrack.core.actors import Actor
from realtrack.core.ids import uuid7
from realtrack.core.models import AuditLog, EventDelivery

Handler = Callable[["Envelope"], None]
_BASE_FIELDS = frozenset({"entity_id", "changes", "metadata"})


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainEvent:
    """Base of events: subclass as a frozen dataclass with `name` past tense, `order.shipped`.

    Fields that a subclass adds land in the log's metadata under their names.
    `changes` is `{field: [old, new]}`; never a secret, never a buyer's datum.
    `log_only` marks an event that nobody needs to read.
    """

    name: ClassVar[str] = ""
    entity_type: ClassVar[str] = ""
    log_only: ClassVar[bool] = False

    entity_id: uuid.UUID | str
    changes: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def action(cls) -> str:
        """The last part of the name: `shipped` of `order.shipped`."""
        return cls.name.rpartition(".")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """An event as its subscribers get it, read back from the log."""

    event_id: uuid.UUID
    created_at: datetime.datetime
    name: str
    entity_type: str
    entity_id: str
    actor_type: str
    actor_id: uuid.UUID | None
    actor_label: str
    changes: Mapping[str, Any]
    metadata: Mapping[str, Any]
    run_id: uuid.UUID | None
    request_id: str

    @property
    def entity_uuid(self) -> uuid.UUID:
        """The entity's id, for the entities that have UUIDs (all of ours)."""
        return uuid.UUID(self.entity_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`inline` runs in the emitter's transaction and fails with it; else delivered after commit."""

    event: str
    key: str
    handler: Handler
    inline: bool


_subscriptions: dict[str, dict[str, Subscription]] = {}


def subscribe(
    event: type[DomainEvent] | str, *, key: str, handler: Handler, inline: bool = False
) -> None:
    """Connect `handler`, once per (event, key); call it from `AppConfig.ready` only.

    `key` is stable (`inventory.first_stock`): it is what delivery rows are known by. Handlers are
    idempotent and own their transactions (but for inline ones, which run in the emitter's).
    """
    name = event if isinstance(event, str) else event.name
    known = _subscriptions.setdefault(name, {})
    if key in known and known[key].handler is not handler:
        message = f"{name}: subscriber {key!r} is registered twice"
        raise ValueError(message)
    known[key] = Subscription(event=name, key=key, handler=handler, inline=inline)


def subscriptions() -> list[Subscription]:
    """Return every subscription; the wiring test walks them."""
    return [one for known in _subscriptions.values() for one in known.values()]


def subscription(event: str, key: str) -> Subscription | None:
    """Return the subscriber of that event, or None where it is gone since the event."""
    return _subscriptions.get(event, {}).get(key)


def event_types() -> dict[str, type[DomainEvent]]:
    """Return every event class by its name."""
    found: dict[str, type[DomainEvent]] = {}
    stack: list[type[DomainEvent]] = [DomainEvent]
    while stack:
        for child in stack.pop().__subclasses__():
            stack.append(child)
            if child.name:
                found[child.name] = child
    return found


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it: decimals and ids as text, times as ISO 8601."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value


def _log_row(event: DomainEvent, actor: Actor, now: datetime.datetime) -> AuditLog:
    extra = {
        item.name: getattr(event, item.name)
        for item in dataclasses.fields(event)
        if item.name not in _BASE_FIELDS
    }
    return AuditLog(
        id=uuid7(),
        created_at=now,
        event=event.name,
        entity_type=event.entity_type,
        entity_id=str(event.entity_id),
        action=event.action(),
        actor_id=actor.user_id,
        actor_type=actor.kind.value,
        actor_label=actor.label[:200],
        changes=plain(event.changes),
        metadata=plain({**event.metadata, **extra}),
        ip_address=actor.ip,
        request_id=context.request_id(),
        run_id=actor.run_id,
    )


def envelope_of(row: AuditLog) -> Envelope:
    """Return the event of a log row."""
    return Envelope(
        event_id=row.id,
        created_at=row.created_at,
        name=row.event,
        entity_type=row.entity_type,
        entity_id=row.entity_id,
        actor_type=row.actor_type,
        actor_id=row.actor_id,
        actor_label=row.actor_label,
        changes=row.changes,
        metadata=row.metadata,
        run_id=row.run_id,
        request_id=row.request_id,
    )


def emit(event: DomainEvent, *, actor: Actor) -> Envelope:
    """Write one event and what its subscribers are owed; only inside a transaction.

    Inline subscribers run here, and an exception of theirs fails the caller's transaction.
    Raises RuntimeError outside a transaction.
    """
    return emit_many([event], actor=actor)[0]


def emit_many(events: Sequence[DomainEvent], *, actor: Actor) -> list[Envelope]:
    """Write many events in one statement each for log and deliveries; otherwise as `emit`."""
    if not connection.in_atomic_block:
        message = "events are emitted inside the transaction of their cause"
        raise RuntimeError(message)
    now = timezone.now()
    rows = [_log_row(event, actor, now) for event in events]
    AuditLog.objects.bulk_create(rows)
    envelopes = [envelope_of(row) for row in rows]
    owed: list[EventDelivery] = []
    for envelope in envelopes:
        for one in list(_subscriptions.get(envelope.name, {}).values()):
            if one.inline:
                one.handler(envelope)
            else:
                owed.append(
                    EventDelivery(
                        event_id=envelope.event_id,
                        event_created_at=envelope.created_at,
                        event=envelope.name,
                        subscriber=one.key,
                        next_attempt=now,
                    )
                )
    if owed:
        EventDelivery.objects.bulk_create(owed)
        transaction.on_commit(_wake_dispatcher)
    return envelopes


def _wake_dispatcher() -> None:
    from realtrack.core import tasks

    tasks.kick(tasks.dispatch_events, coalesce="dispatch_events")
