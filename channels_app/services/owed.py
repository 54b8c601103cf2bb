"""What is owed: written in the cause's own transaction, last value wins."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from channels_app.enums import OwedKind, SyncStatus
from channels_app.models import ChannelListing, ChannelOwed
from channels_app.services.verdicts import publish_withdraw
from realtrack.core.errors import InvalidInput, NotFound

# Edits come in bursts: what buyers read is sent when the person has stopped typing.
CONTENT_SETTLE = datetime.timedelta(seconds=5)

_UPSERT = """
INSERT INTO channel_owed (channel_listing_id, kind, desired_version, confirmed_version, owed_since,
                          attempts, next_attempt, last_error, last_error_id, last_error_kind)
SELECT id, %(kind)s, 1, 0, %(now)s, 0, %(due)s, '', '', ''
FROM channel_listings WHERE id = ANY(%(ids)s)
ORDER BY id
ON CONFLICT (channel_listing_id, kind) DO UPDATE SET
    desired_version = channel_owed.desired_version + 1,
    owed_since = CASE WHEN channel_owed.desired_version > channel_owed.confirmed_version
                      THEN channel_owed.owed_since ELSE EXCLUDED.owed_since END,
    attempts = 0,
    next_attempt = EXCLUDED.next_attempt
"""
# What is listed or about to be: the rest is owed nothing until it is published.
_CONCERNED = frozenset(
    {SyncStatus.PUBLISHING, SyncStatus.ACTIVE, SyncStatus.OUT_OF_SYNC, SyncStatus.ERROR}
)


def owed_write(listing_ids: Sequence[uuid.UUID], kind: str) -> None:
    """Note that all marketplaces that show these listings are owed this kind.

    The slot `owed_writers`: runs in the cause's transaction, so that neither stands alone.
    """
    rows = ChannelListing.objects.filter(listing_id__in=listing_ids)
    live = rows.filter(sync_status__in=_CONCERNED)
    if kind != OwedKind.END:
        # A refused part that is not live is sent again when a person publishes it.
        live = live.exclude(sync_status=SyncStatus.ERROR, is_live=False)
    if kind == OwedKind.CONTENT:
        # Words of a listing made elsewhere are changed there.
        live = live.filter(managed_by="")
    ids = list(live.values_list("pk", flat=True))
    if kind == OwedKind.END:
        waiting = rows.filter(sync_status=SyncStatus.PENDING).values_list("pk", flat=True)
        publish_withdraw([*ids, *waiting])
    if ids:
        owed_add(ids, OwedKind(kind))


def owed_add(channel_listing_ids: Sequence[uuid.UUID], kind: OwedKind, *, lanes: int = 1) -> None:
    """Owe one kind to these channel listings from now on, and wake the reconciler after commit."""
    now = timezone.now()
    settle = CONTENT_SETTLE if kind is OwedKind.CONTENT else datetime.timedelta(0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _UPSERT,
            {
                "kind": kind.value,
                "now": now,
                "due": now + settle,
                "ids": list(channel_listing_ids),
            },
        )
        transaction.on_commit(lambda: wake(lanes=lanes))


def wake(*, lanes: int = 1) -> None:
    """Wake that many reconcilers; a lost wake is made good by the schedule."""
    from channels_app import tasks

    tasks.reconcile_kick(lanes=lanes)


def owed_retry(*, owed_ids: Sequence[int]) -> int:
    """Put what waits for a person, or for its time, in line now; returns how many were owed."""
    if not owed_ids:
        raise InvalidInput(fields={"ids": "Name what to retry."})
    with transaction.atomic():
        count = ChannelOwed.objects.filter(
            pk__in=owed_ids, desired_version__gt=F("confirmed_version")
        ).update(next_attempt=timezone.now(), attempts=0)
        transaction.on_commit(wake)
    if not count:
        raise NotFound("Nothing of that is owed any more.")
    return count


def owed_resume(*, connection_id: uuid.UUID) -> int:
    """Put in line what an account could not be given while it was away."""
    with transaction.atomic():
        count = ChannelOwed.objects.filter(
            channel_listing__connection_id=connection_id,
            desired_version__gt=F("confirmed_version"),
            next_attempt__isnull=False,
        ).update(next_attempt=timezone.now(), attempts=0)
        transaction.on_commit(wake)
    return count


def sync_request(*, connection_id: uuid.UUID | None = None) -> int:
    """Owe quantity and price of everything live again; returns how many listings."""
    rows = ChannelListing.objects.filter(is_live=True, connection__status="active")
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    ids = list(rows.values_list("pk", flat=True))
    for start in range(0, len(ids), 1000):
        with transaction.atomic():
            owed_add(ids[start : start + 1000], OwedKind.QUANTITY, lanes=4)
            owed_add(ids[start : start + 1000], OwedKind.PRICE, lanes=4)
    return len(ids)
