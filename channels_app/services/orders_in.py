"""Orders into the inbox: by notification and by poll, each state once, a bad one parked."""

from __future__ import annotations

import datetime
import hashlib
import json
import uuid
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import ChannelError, RawOrder, SignInAgain
from channels_app.adapters.registry import adapter_for
from channels_app.enums import InboxState
from channels_app.locks import connection_locked
from channels_app.models import ChannelConnection, ChannelOrder
from channels_app.selectors.orders import found_order_of
from channels_app.services.sessions import connection_note_failure, session_of
from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from realtrack.core.events import emit
from realtrack.core.ids import uuid7

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = structlog.get_logger(__name__)

# Marketplaces show a change a little later than they date it.
OVERLAP = datetime.timedelta(minutes=5)


def order_fetch(*, connection_id: uuid.UUID, external_order_id: str, source: str) -> ChannelOrder:
    """Read one order from the marketplace and take it in. Raises ChannelError."""
    connection = ChannelConnection.objects.get(pk=connection_id)
    raw = adapter_for(connection.channel).fetch_order(session_of(connection), external_order_id)
    return order_store(connection=connection, raw=raw, source=source)


def order_store(*, connection: ChannelConnection, raw: RawOrder, source: str) -> ChannelOrder:
    """Keep the order's state and tell it, in one transaction; idempotent by order and last change.

    An older state than the stored one is left out. A body that cannot be read is parked and told
    as such: it is kept, shown, and the others go on.
    """
    body = json.dumps(raw.body, sort_keys=True)
    digest = hashlib.sha256(body.encode()).hexdigest()
    with transaction.atomic():
        row, is_new = ChannelOrder.objects.select_for_update(of=("self",)).get_or_create(
            connection=connection,
            external_order_id=raw.external_order_id[:100],
            defaults={
                "id": uuid7(),
                "external_modified_at": raw.modified_at,
                "fetched_at": timezone.now(),
                "revision": 0,
            },
        )
        if not is_new and not _is_newer(row, raw, digest):
            return row
        row.external_modified_at = raw.modified_at
        row.payload = crypto.encrypt(body, aad=row.payload_aad)
        row.payload_hash = digest
        row.index = dict(raw.index)
        row.buyer_hash = crypto.keyed_hash(raw.buyer_key)
        row.revision += 1
        row.source = source
        row.fetched_at = timezone.now()
        row.error = _reading_fault(row)
        row.state = InboxState.PARKED if row.error else InboxState.RECEIVED
        row.save()
        _tell(row, is_new=row.revision == 1)
    return row


def _is_newer(row: ChannelOrder, raw: RawOrder, digest: str) -> bool:
    if row.state == InboxState.REDACTED or raw.modified_at < row.external_modified_at:
        return False
    # The same moment with other content (a list leaves details out): only a parked row is retried.
    same_moment = raw.modified_at == row.external_modified_at
    return not (same_moment and (row.payload_hash == digest or row.state == InboxState.RECEIVED))


def _reading_fault(row: ChannelOrder) -> str:
    try:
        found_order_of(row)
    except (ValueError, KeyError, TypeError, ArithmeticError, AttributeError) as error:
        # Never the value itself: it may be a buyer's.
        return f"It is not as the marketplace documents it ({type(error).__name__})."
    return ""


def _tell(row: ChannelOrder, *, is_new: bool) -> None:
    actor = Actor.marketplace(row.connection.label)
    if row.state == InboxState.PARKED:
        emit(
            events.ChannelOrderParked(
                entity_id=row.pk,
                connection_id=row.connection_id,
                external_order_id=row.external_order_id,
                reason=row.error,
            ),
            actor=actor,
        )
        return
    emit(
        events.ChannelOrderReceived(
            entity_id=row.pk,
            connection_id=row.connection_id,
            external_order_id=row.external_order_id,
            modified_at=row.external_modified_at,
            is_new=is_new,
        ),
        actor=actor,
    )


def orders_poll(*, connection_id: uuid.UUID) -> int:
    """Take in what changed since the cursor, with an overlap; returns how many were looked at.

    The cursor moves only when the whole window was read and stored. A failure is noted on the
    account; the next poll begins at the same place.
    """
    connection = ChannelConnection.objects.get(pk=connection_id)
    if not connection.is_usable:
        return 0
    begun = timezone.now()
    since = (connection.orders_cursor or begun - datetime.timedelta(days=1)) - OVERLAP
    count = 0
    try:
        orders = adapter_for(connection.channel).fetch_orders(session_of(connection), since=since)
        for raw in orders:
            count += 1
            _store_safely(connection, raw)
    except ChannelError as error:
        logger.warning(
            "orders_poll_failed", connection_id=str(connection_id), reason=error.first.reason
        )
        if isinstance(error.first, SignInAgain):
            connection_note_failure(connection_id=connection_id, error=error)
        ChannelConnection.objects.filter(pk=connection_id).update(orders_polled_at=begun)
        return count
    with transaction.atomic():
        row = connection_locked(connection_id)
        row.orders_cursor = max(begun, row.orders_cursor or begun)
        row.orders_polled_at = begun
        row.last_ok_at = timezone.now()
        row.save(update_fields=["orders_cursor", "orders_polled_at", "last_ok_at", "updated_at"])
    return count


def _store_safely(connection: ChannelConnection, raw: RawOrder) -> None:
    """One order that cannot be kept does not hold up the others; it is read again next time."""
    try:
        order_store(connection=connection, raw=raw, source="poll")
    except AppError:
        logger.exception("order_not_stored", connection_id=str(connection.pk))


def order_reread(*, order_id: uuid.UUID) -> ChannelOrder:
    """Try a parked order again: from the marketplace, as it is now. Raises ChannelError."""
    row = ChannelOrder.objects.select_related("connection").get(pk=order_id)
    return order_fetch(
        connection_id=row.connection_id, external_order_id=row.external_order_id, source="retry"
    )


def buyer_erase(*, username: str, account_id: str) -> int:
    """Delete what the inbox holds of a buyer; returns how many orders. Idempotent."""
    return buyer_rows(username, account_id).update(
        payload="", index={}, buyer_hash="", state=InboxState.REDACTED
    )


def buyer_rows(username: str, account_id: str) -> QuerySet[ChannelOrder]:
    """The inbox's orders of a buyer, by either name."""
    hashes = [one for one in (crypto.keyed_hash(username), crypto.keyed_hash(account_id)) if one]
    return ChannelOrder.objects.filter(buyer_hash__in=hashes)


def order_would_change(connection: ChannelConnection, raw: RawOrder) -> bool:
    """Say whether `order_store` would take this state in; changes nothing."""
    row = ChannelOrder.objects.filter(
        connection=connection, external_order_id=raw.external_order_id[:100]
    ).first()
    digest = hashlib.sha256(json.dumps(raw.body, sort_keys=True).encode()).hexdigest()
    return row is None or _is_newer(row, raw, digest)
