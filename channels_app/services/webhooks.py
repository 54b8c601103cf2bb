"""Notifications: kept durably at once, worked off by a task, in any order, as often as they come."""

from __future__ import annotations

import datetime
import uuid

import structlog
from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    connections,
    transaction,
)
from django.db.models import F, Q
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import ChannelError, Notification, Ours, SignInAgain, TryAgain
from channels_app.adapters.registry import adapter_for
from channels_app.models import ChannelConnection, ChannelWebhookLog
from channels_app.services.orders_in import buyer_erase, order_fetch
from channels_app.services.sessions import connection_note_failure
from realtrack.core import crypto
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.events import emit
from realtrack.core.ids import uuid7
from realtrack.core.redis import RedisError
from realtrack.core.tasks import kick

logger = structlog.get_logger(__name__)

# So long does what a killed worker had in hand lie; reading an order twice does no harm.
LEASE = datetime.timedelta(seconds=60)
# Past this it is dead and shown; polling finds the order all the same.
MOST_ATTEMPTS = 12
# Workers that share what a burst brings.
LANES = 4


def webhook_receive(*, channel: str, body: bytes, signature: str) -> ChannelWebhookLog:
    """Verify, keep, and wake the worker. A repeat is counted, not kept twice.

    Raises BadSignature before anything is believed, ChannelError when the key cannot be had (the
    marketplace sends again), InvalidInput for what is no notification.
    """
    adapter = adapter_for(channel)
    adapter.verify_notification(body=body, signature=signature)
    try:
        told = adapter.read_notification(body)
    except (ValueError, TypeError, AttributeError) as error:
        raise InvalidInput("This is not a notification.") from error
    connection = _connection_of(channel, told)
    log_id = uuid7()
    log = ChannelWebhookLog(
        id=log_id,
        channel=channel,
        connection=connection,
        event_id=told.event_id[:200],
        event_type=told.event_type[:100],
        signature=signature[:2000],
        index=dict(told.index),
        occurred_at=told.occurred_at,
        next_attempt=timezone.now(),
    )
    log.body = crypto.encrypt_bytes(body, aad=log.body_aad)
    try:
        with transaction.atomic():
            log.save(force_insert=True)
    except IntegrityError:
        same = ChannelWebhookLog.objects.filter(
            channel=channel, connection=connection, event_id=log.event_id
        )
        same.update(deliveries=F("deliveries") + 1)
        return same.get()
    from channels_app import tasks

    kick(tasks.process_webhook, str(log.pk))
    return log


def _connection_of(channel: str, told: Notification) -> ChannelConnection | None:
    """Whose it is: signatures are the application's, so only the account id tells."""
    if not told.account_id:
        return None
    rows = ChannelConnection.objects.filter(
        channel=channel, marketplace_account_id=told.account_id
    ).order_by("disconnected_at", "created_at")
    live = rows.filter(disconnected_at__isnull=True).first()
    return live or rows.first()


def webhook_process(*, log_id: uuid.UUID, is_replay: bool = False) -> bool:
    """Do what a notification asks for; False when it is done, taken or gone. Idempotent."""
    log = _claim(log_id, is_replay=is_replay)
    if log is None:
        return False
    try:
        body = crypto.decrypt_bytes(log.body, aad=log.body_aad)
        told = adapter_for(log.channel).read_notification(body)
        outcome = _act(log, told)
    except ChannelError as error:
        _postpone(log, error)
        return True
    except (OperationalError, InterfaceError, RedisError, OSError):
        # A server of ours went away in the middle: the same again soon, if that can be noted.
        connections["default"].close_if_unusable_or_obsolete()
        _postpone(log, ChannelError(TryAgain(reason="A server of ours did not answer.", after=5.0)))
        return True
    except Exception as error:
        # It would only meet it again: it is shown, polling finds the order, and others go on.
        logger.exception("webhook_broken", log_id=str(log_id))
        _postpone(log, ChannelError(Ours(reason=f"A fault of ours: {type(error).__name__}.")))
        return True
    ChannelWebhookLog.objects.filter(pk=log_id).update(
        processed=True, processed_at=timezone.now(), outcome=outcome, process_error="",
        claimed_until=None, next_attempt=None,
    )  # fmt: skip
    return True


def _claim(log_id: uuid.UUID, *, is_replay: bool) -> ChannelWebhookLog | None:
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    with transaction.atomic():
        log = (
            ChannelWebhookLog.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(free, pk=log_id)
            .first()
        )
        if log is None or (log.processed and not is_replay) or not log.body:
            return None
        log.claimed_until = now + LEASE
        log.attempts += 1
        log.save(update_fields=["claimed_until", "attempts"])
    return log


def _act(log: ChannelWebhookLog, told: Notification) -> str:
    if told.erase_buyer is not None:
        return _erase(log, told.erase_buyer)
    if log.connection is None:
        return "No account of ours; nothing to do."
    if told.is_revocation:
        if log.connection.signed_in_at and log.connection.signed_in_at > log.received_at:
            return "The account was signed in again since; nothing to do."
        failure = SignInAgain(reason="The seller took the access away on eBay.", revoked=True)
        connection_note_failure(connection_id=log.connection.pk, error=ChannelError(failure))
        return "The account is marked as revoked."
    if not told.external_order_id:
        return "Nothing to do for this topic."
    if not log.connection.is_usable:
        raise ChannelError(TryAgain(reason="The account must be signed in again.", after=600.0))
    row = order_fetch(
        connection_id=log.connection.pk,
        external_order_id=told.external_order_id,
        source="notification",
    )
    return f"Order {row.external_order_id}: {row.get_state_display().lower()}."


def _erase(log: ChannelWebhookLog, buyer: tuple[str, str]) -> str:
    username, account_id = buyer
    with transaction.atomic():
        count = buyer_erase(username=username, account_id=account_id)
        emit(
            events.BuyerErasureRequested(entity_id=log.pk, channel=log.channel),
            actor=Actor.marketplace(log.get_channel_display()),
        )
    return f"Erased from {count} orders of the inbox; orders are told."


def _postpone(log: ChannelWebhookLog, error: ChannelError) -> None:
    first = error.first
    gives_up = log.attempts >= MOST_ATTEMPTS or not isinstance(first, (TryAgain, SignInAgain))
    wait = max(getattr(first, "after", 60.0), min(900.0, 5.0 * 2 ** min(log.attempts - 1, 8)))
    ChannelWebhookLog.objects.filter(pk=log.pk).update(
        process_error=first.reason,
        claimed_until=None,
        next_attempt=None if gives_up else timezone.now() + datetime.timedelta(seconds=wait),
    )


def webhooks_due(*, limit: int = 100) -> list[uuid.UUID]:
    """Notifications that wait for a worker: their wake was lost, or their time has come."""
    now = timezone.now()
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    rows = ChannelWebhookLog.objects.filter(free, processed=False, next_attempt__lte=now)
    return list(rows.order_by("next_attempt", "id").values_list("pk", flat=True)[:limit])
