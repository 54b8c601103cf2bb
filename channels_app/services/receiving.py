"""Many notifications at once: verified one by one, kept by one statement in one transaction.

A burst costs a commit for each handful instead of one for each notification.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import connection, transaction
from django.utils import timezone

from channels_app.adapters.base import ChannelError, Notification
from channels_app.adapters.registry import adapter_for
from channels_app.models import ChannelConnection
from channels_app.models.inbox import webhook_aad
from channels_app.services.webhooks import LANES
from realtrack.core import crypto
from realtrack.core.errors import AppError
from realtrack.core.events import plain
from realtrack.core.ids import uuid7

logger = structlog.get_logger(__name__)

_KEEP = """
INSERT INTO channel_webhook_logs AS old (id, channel, connection_id, event_id, event_type, body,
    signature, index, occurred_at, received_at, deliveries, processed, outcome, process_error,
    attempts, next_attempt)
SELECT new.id, %(channel)s, new.connection, new.event_id, new.event_type, new.body, new.signature,
    new.index::jsonb, new.occurred_at, %(now)s, new.deliveries, false, '', '', 0, %(now)s
FROM unnest(%(id)s::uuid[], %(connection)s::uuid[], %(event_id)s::text[], %(event_type)s::text[],
    %(body)s::text[], %(signature)s::text[], %(index)s::text[], %(occurred_at)s::timestamptz[],
    %(deliveries)s::int[]) AS new (id, connection, event_id, event_type, body, signature, index,
    occurred_at, deliveries)
ON CONFLICT ON CONSTRAINT uniq_webhook_event DO UPDATE SET
    deliveries = old.deliveries + EXCLUDED.deliveries
"""
_COLUMNS = (
    "id", "connection", "event_id", "event_type", "body", "signature", "index", "occurred_at",
    "deliveries",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Good:
    """A verified notification."""

    body: bytes
    signature: str
    told: Notification


def webhooks_keep(*, channel: str, given: Sequence[tuple[bytes, str]]) -> list[bool]:
    """Verify and keep (body, signature) pairs; says of each whether it is durably kept.

    A repeat is counted, not kept twice. What is not kept (a bad signature, no notification, a key
    that cannot be had) is left to `webhook_receive`, which says why. Raises what the database does.
    """
    adapter = adapter_for(channel)
    good: dict[int, _Good] = {}
    with adapter.notification_keys_kept():
        for place, (body, signature) in enumerate(given):
            try:
                adapter.verify_notification(body=body, signature=signature)
                told = adapter.read_notification(body)
            except (AppError, ChannelError, ValueError, TypeError, AttributeError):
                continue
            good[place] = _Good(body, signature, told)
    if good:
        _store(channel, list(good.values()))
    return [place in good for place in range(len(given))]


def _store(channel: str, good: Sequence[_Good]) -> None:
    owners = _owners(channel, {one.told.account_id for one in good})
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in good:
        owner = owners.get(one.told.account_id)
        key = (str(owner or ""), one.told.event_id[:200])
        if key in rows:
            rows[key]["deliveries"] += 1
        else:
            rows[key] = _row(one, owner)
    # In one order, so that two processes never wait for each other in a ring.
    ordered = [rows[key] for key in sorted(rows)]
    values: dict[str, Any] = {name: [row[name] for row in ordered] for name in _COLUMNS}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KEEP, {**values, "channel": channel, "now": timezone.now()})
        transaction.on_commit(lambda: _wake(len(ordered)))


def _row(one: _Good, owner: uuid.UUID | None) -> dict[str, Any]:
    log_id = uuid7()
    aad = webhook_aad(log_id)
    return {
        "id": log_id,
        "connection": owner,
        "event_id": one.told.event_id[:200],
        "event_type": one.told.event_type[:100],
        "body": crypto.encrypt_bytes(one.body, aad=aad),
        "signature": one.signature[:2000],
        "index": json.dumps(plain(dict(one.told.index))),
        "occurred_at": one.told.occurred_at,
        "deliveries": 1,
    }


def _owners(channel: str, account_ids: set[str]) -> Mapping[str, uuid.UUID]:
    """Whose they are, by the account's id: one that is connected before one that was."""
    found: dict[str, uuid.UUID] = {}
    rows = ChannelConnection.objects.filter(
        channel=channel, marketplace_account_id__in=account_ids - {""}
    ).order_by("disconnected_at", "created_at")
    live_first = sorted(
        rows.values_list("marketplace_account_id", "pk", "disconnected_at"),
        key=lambda row: row[2] is not None,
    )
    for account_id, pk, _ in live_first:
        found.setdefault(account_id, pk)
    return found


def _wake(count: int) -> None:
    from channels_app import tasks

    tasks.webhooks_kick(lanes=min(LANES, count))
