"""Celery tasks: ids in, one service each, over rows that stay when a task is lost."""

from __future__ import annotations

import datetime
import time
import uuid

import structlog
from celery import shared_task
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from channels_app import services
from channels_app.adapters.base import ChannelError
from channels_app.enums import Channel, ConnectionStatus
from channels_app.models import ChannelConnection
from channels_app.services import webhooks
from realtrack.core.actors import Actor
from realtrack.core.errors import AppError
from realtrack.core.tasks import begun, kick

logger = structlog.get_logger(__name__)

# A reconciler works this long and then makes room; the schedule or the next cause goes on.
_LANE_SECONDS = 120.0
_RENEW_BEFORE = datetime.timedelta(minutes=60)
# Notifications sent while we were away are lost after a few tries, and until an order is known its
# part is sold elsewhere: accounts that send them are polled as often. 1,440 calls of 100,000 a day.
_POLL_EVERY = datetime.timedelta(seconds=50)


def reconcile_kick(*, lanes: int = 1) -> None:
    """Wake so many reconcilers; one waiting message for each is enough."""
    for lane in range(max(1, lanes)):
        kick(reconcile, lane, coalesce=f"channels.reconcile:{lane}")


@shared_task(name="channels_app.reconcile")
def reconcile(lane: int = 0) -> int:
    """Send what is owed until nothing is due."""
    begun(f"channels.reconcile:{lane}")
    until = time.monotonic() + _LANE_SECONDS
    units = 0
    while time.monotonic() < until and services.reconcile_next():
        units += 1
    return units


@shared_task(name="channels_app.process_webhook")
def process_webhook(log_id: str) -> None:
    """Do what one notification asks for."""
    services.webhook_process(log_id=uuid.UUID(log_id))


def webhooks_kick(*, lanes: int = 1) -> None:
    """Have so many workers work off the notifications that wait."""
    for lane in range(max(1, lanes)):
        kick(process_webhooks, lane, coalesce=f"channels.webhooks:{lane}")


@shared_task(name="channels_app.process_webhooks")
def process_webhooks(lane: int = 0) -> int:
    """Work off what waits; several lanes share it, each notification has one."""
    begun(f"channels.webhooks:{lane}")
    until = time.monotonic() + _LANE_SECONDS
    done = 0
    while time.monotonic() < until and (due := webhooks.webhooks_due()):
        # Not all at the same end: the lanes would only find each other's.
        start = lane * len(due) // webhooks.LANES
        count = sum(services.webhook_process(log_id=one) for one in due[start:] + due[:start])
        if not count:
            # Others have them in hand.
            break
        done += count
    return done


@shared_task(name="channels_app.sweep")
def sweep() -> int:
    """Do what waits: a wake was lost, a retry is due, a person cancelled a run."""
    services.runs_cancelled_close()
    services.planned_publish()
    for run_id in services.adopt_stalled():
        kick(adopt, str(run_id))
    for run_id in services.reports_due():
        kick(read_report, str(run_id))
    due = webhooks.webhooks_due()
    for log_id in due:
        services.webhook_process(log_id=log_id)
    return len(due)


@shared_task(name="channels_app.fetch_orders")
def fetch_orders() -> int:
    """Poll each account that is due: every minute."""
    rows = ChannelConnection.objects.filter(
        status=ConnectionStatus.ACTIVE, disconnected_at__isnull=True
    ).filter(
        Q(orders_polled_at__isnull=True) | Q(orders_polled_at__lt=timezone.now() - _POLL_EVERY)
    )
    count = 0
    for row in rows:
        # Taken before the calls: a marketplace that hangs must not gather one poll per tick.
        taken = ChannelConnection.objects.filter(
            pk=row.pk, orders_polled_at=row.orders_polled_at
        ).update(orders_polled_at=timezone.now())
        if taken:
            count += services.orders_poll(connection_id=row.pk)
    return count


@shared_task(name="channels_app.poll_orders")
def poll_orders(connection_id: str) -> int:
    """Poll one account now."""
    if not ChannelConnection.objects.filter(pk=connection_id).exists():
        return 0
    return services.orders_poll(connection_id=uuid.UUID(connection_id))


@shared_task(name="channels_app.refresh_tokens")
def refresh_tokens() -> int:
    """Renew tokens that end within the hour; those without an end are left alone."""
    services.sign_in_ends_warn()
    due = ChannelConnection.objects.filter(
        status=ConnectionStatus.ACTIVE,
        disconnected_at__isnull=True,
        token_expires_at__lt=timezone.now() + _RENEW_BEFORE,
    ).exclude(refresh_token="")
    count = 0
    for row in due:
        try:
            count += services.connection_refresh_token(connection_id=row.pk)
        except ChannelError as error:
            logger.warning(
                "token_not_renewed", connection_id=str(row.pk), reason=error.first.reason
            )
    return count


@shared_task(name="channels_app.sync_inventory")
def sync_inventory() -> int:
    """Mark what is out of sync and send what is owed; what is confirmed costs no call."""
    services.out_of_sync_mark()
    reconcile_kick(lanes=4)
    return 0


@shared_task(name="channels_app.subscribe_notifications")
def subscribe_notifications(connection_id: str = "") -> int:
    """See to it that notifications come, for one account or all."""
    rows = ChannelConnection.objects.filter(
        status=ConnectionStatus.ACTIVE, disconnected_at__isnull=True
    )
    if connection_id:
        rows = rows.filter(pk=connection_id)
    for row in rows:
        services.connection_subscribe(connection_id=row.pk, endpoint=webhook_endpoint(row.channel))
    return len(rows)


@shared_task(name="channels_app.read_elsewhere")
def read_elsewhere(run_id: str) -> None:
    """Read all that is live on an account and was made elsewhere."""
    services.foreign_read(run_id=uuid.UUID(run_id))


@shared_task(name="channels_app.read_report")
def read_report(run_id: str) -> None:
    """Take the next step of a report: order it, look for it, read it."""
    services.report_step(run_id=uuid.UUID(run_id))


@shared_task(name="channels_app.read_elsewhere_nightly")
def read_elsewhere_nightly() -> int:
    """Order the report of each account that has listings made elsewhere: their lists would cost
    more calls than a day has for twelve accounts of 150,000."""
    count = 0
    for row in _usable().filter(foreign_cursor__isnull=False):
        try:
            services.report_start(
                connection_id=row.pk, actor=Actor.system("channels.read_elsewhere")
            )
        except AppError as error:
            logger.info("not_read_now", connection_id=str(row.pk), reason=error.message)
        else:
            count += 1
    return count


@shared_task(name="channels_app.read_changes")
def read_changes() -> int:
    """Read what changed of listings made elsewhere."""
    rows = _usable().filter(foreign_cursor__isnull=False)
    return sum(services.foreign_changes_read(connection_id=row.pk) for row in rows)


@shared_task(name="channels_app.adopt")
def adopt(run_id: str) -> None:
    """Go on adopting."""
    services.adopt_work(run_id=uuid.UUID(run_id))


@shared_task(name="channels_app.compare_listings")
def compare_listings() -> int:
    """Hold what is live against the marketplaces, and ask them what calls are left."""
    found = sum(services.drift_check(connection_id=row.pk) for row in _usable())
    try:
        services.limits_read()
    except ChannelError as error:
        logger.info("limits_not_read", reason=error.first.reason)
    return found


@shared_task(name="channels_app.verify_categories")
def verify_categories() -> int:
    """Hold categories against the marketplaces' trees."""
    return services.categories_verify()


def _usable() -> QuerySet[ChannelConnection]:
    return ChannelConnection.objects.filter(
        status=ConnectionStatus.ACTIVE, disconnected_at__isnull=True
    )


@shared_task(name="channels_app.clean_inbox")
def clean_inbox() -> int:
    """Delete old bodies."""
    return services.inbox_clean()


def webhook_endpoint(channel: str) -> str:
    """The address that a marketplace sends to."""
    return f"{settings.PUBLIC_BASE_URL}/api/channels/webhooks/{Channel(channel).value}"
