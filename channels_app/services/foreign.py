"""Listings made elsewhere: read, linked to parts by a person's word, served where they stand."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import structlog
from django.db import connection as database
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels_app import events
from channels_app.adapters.base import ChannelError, ForeignItem, SignInAgain
from channels_app.adapters.registry import adapter_for
from channels_app.enums import SyncStatus
from channels_app.locks import channel_listing_locked
from channels_app.models import ChannelConnection, ChannelListing, ForeignListing
from channels_app.services.connections import connection_usable
from channels_app.services.outcomes import listing_ended_record
from channels_app.services.sessions import connection_note_failure, session_of
from channels_app.services.states import states_refresh
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.events import emit, plain
from realtrack.core.ids import uuid7
from realtrack.core.models import Run, RunState

logger = structlog.get_logger(__name__)

RUN_READ = "channels.read_elsewhere"
RUN_REPORT = "channels.read_report"
BATCH = 500
# A reading that shows so much less than before is not believed: nothing ends by it.
LEAST_SHARE = 0.9
_SMALL = 20
# A worker that has not noted anything for so long was killed.
STALE = datetime.timedelta(minutes=10)

# A poorer answer never overwrites a richer one: empty values leave what is there.
_UPSERT = """
INSERT INTO channel_foreign_listings AS old (id, connection_id, external_id, variation_sku, sku,
    title, price, currency, quantity, category_id, condition_id, picture_urls, is_fixed_price,
    is_live, is_dismissed, seen_by, seen_at, created_at)
VALUES (%(id)s, %(connection)s, %(external_id)s, %(variation_sku)s, %(sku)s, %(title)s, %(price)s,
    %(currency)s, %(quantity)s, %(category_id)s, %(condition_id)s, %(pictures)s::jsonb,
    COALESCE(%(is_fixed_price)s::boolean, true), %(is_live)s, false, %(seen_by)s, %(now)s, %(now)s)
ON CONFLICT (connection_id, external_id, variation_sku) DO UPDATE SET
    sku = COALESCE(NULLIF(EXCLUDED.sku, ''), old.sku),
    title = COALESCE(NULLIF(EXCLUDED.title, ''), old.title),
    price = COALESCE(EXCLUDED.price, old.price),
    currency = COALESCE(NULLIF(EXCLUDED.currency, ''), old.currency),
    quantity = COALESCE(EXCLUDED.quantity, old.quantity),
    category_id = COALESCE(NULLIF(EXCLUDED.category_id, ''), old.category_id),
    condition_id = COALESCE(NULLIF(EXCLUDED.condition_id, ''), old.condition_id),
    picture_urls = CASE
        WHEN jsonb_array_length(EXCLUDED.picture_urls) >= jsonb_array_length(old.picture_urls)
        THEN EXCLUDED.picture_urls ELSE old.picture_urls END,
    is_fixed_price = COALESCE(%(is_fixed_price)s::boolean, old.is_fixed_price),
    is_live = EXCLUDED.is_live,
    seen_by = COALESCE(EXCLUDED.seen_by, old.seen_by),
    seen_at = EXCLUDED.seen_at
"""


def foreign_read_start(*, connection_id: uuid.UUID, actor: Actor) -> Run:
    """Start reading all that is live on the account; returns the run at once.

    Raises NotFound, ConnectionUnusable, Conflict while a reading is under way.
    """
    return foreign_run_open(
        connection_id=connection_id, kind=RUN_READ, title="Read what is live on", actor=actor
    )


def foreign_run_open(*, connection_id: uuid.UUID, kind: str, title: str, actor: Actor) -> Run:
    """Open a run that reads an account, one at a time, and wake it. Raises as its callers do."""
    account = connection_usable(connection_id)
    with transaction.atomic():
        ChannelConnection.objects.select_for_update(of=("self",), no_key=True).get(pk=account.pk)
        open_ = Run.objects.filter(
            kind__in=(RUN_READ, RUN_REPORT),
            entity_id=str(account.pk),
            state__in=(RunState.PENDING, RunState.RUNNING),
        )
        for run in open_:
            if (run.heartbeat_at or run.created_at) > timezone.now() - STALE:
                raise Conflict("This account is being read right now.")
            runs.run_fail(run_id=run.pk, actor=actor, error="Its worker was killed.")
        run = runs.run_create(
            kind=kind, title=f"{title} {account.label}", actor=actor, total=0,
            entity_type="channel_connection", entity_id=str(account.pk),
        )  # fmt: skip
        transaction.on_commit(lambda: foreign_read_kick(run.pk))
    return run


def foreign_read_kick(run_id: uuid.UUID) -> None:
    """Have a worker do the reading, or the next step of it."""
    from channels_app import tasks
    from realtrack.core.tasks import kick

    kind = Run.objects.values_list("kind", flat=True).get(pk=run_id)
    if kind == RUN_REPORT:
        kick(tasks.read_report, str(run_id))
    else:
        kick(tasks.read_elsewhere, str(run_id))


def foreign_read(*, run_id: uuid.UUID) -> None:
    """Read everything; only a whole reading ends what it did not see. Idempotent.

    A failure (or a reading with a tenth less than before) fails the run and changes nothing of
    what is live; a killed one is begun anew.
    """
    run = Run.objects.get(pk=run_id)
    if run.state not in {RunState.PENDING, RunState.RUNNING}:
        return
    account = ChannelConnection.objects.get(pk=run.entity_id)
    actor = Actor.system("channels.read_elsewhere")
    runs.run_start(run_id=run_id, actor=actor)
    before = ForeignListing.objects.filter(connection=account, is_live=True).count()
    begun = timezone.now()
    try:
        items = adapter_for(account.channel).foreign_listings(session_of(account))
        seen = 0
        for batch in batches(items, BATCH):
            seen += foreign_store(account, batch, reading=run_id)
            Run.objects.filter(pk=run_id).update(heartbeat_at=timezone.now())
            if runs.is_cancelled(run_id):
                runs.run_finish(run_id=run_id, actor=actor, result={"seen": seen})
                return
    except ChannelError as error:
        if isinstance(error.first, SignInAgain):
            connection_note_failure(connection_id=account.pk, error=error)
        words = f"{error.first.reason} Nothing is ended by a reading that is not whole."
        runs.run_fail(run_id=run_id, actor=actor, error=words)
        return
    if foreign_conclude(account, run_id, before=before, seen=seen, actor=actor):
        ChannelConnection.objects.filter(pk=account.pk).update(foreign_cursor=begun)


def foreign_conclude(
    account: ChannelConnection, run_id: uuid.UUID, *, before: int, seen: int, actor: Actor
) -> bool:
    """End what a whole reading did not see, and the run; False where it told of too few."""
    if before > _SMALL and seen < before * LEAST_SHARE:
        words = f"eBay told of {seen} listings where {before} were live; nothing is ended by that."
        runs.run_fail(run_id=run_id, actor=actor, error=words)
        return False
    ended = _end_unseen(account, run_id)
    runs.run_finish(run_id=run_id, actor=actor, result={"seen": seen, "ended": ended})
    return True


def batches(items: Iterable[ForeignItem], size: int) -> Iterable[list[ForeignItem]]:
    """Cut what comes into lists of at most `size`."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def foreign_store(
    account: ChannelConnection, items: Sequence[ForeignItem], *, reading: uuid.UUID | None
) -> int:
    """Keep what was read, without what we made ourselves; returns how many of it are live."""
    ours = set(
        ChannelListing.objects.filter(
            connection=account,
            external_id__in=[one.external_id for one in items],
            managed_by="",
        ).values_list("external_id", flat=True)
    )
    now = timezone.now()
    # The same one may come twice in a reading; sorted, so that two readings never wait in a ring.
    kept = {(one.external_id, one.variation_sku): one for one in items}
    rows = [
        _values(account, kept[key], reading=reading, now=now)
        for key in sorted(kept)
        if key[0] and key[0] not in ours
    ]
    with transaction.atomic(), database.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)
    return sum(row["is_live"] for row in rows)


def _values(
    account: ChannelConnection,
    item: ForeignItem,
    *,
    reading: uuid.UUID | None,
    now: datetime.datetime,
) -> dict[str, Any]:
    import json

    return {
        "id": uuid7(),
        "connection": account.pk,
        "external_id": item.external_id[:100],
        "variation_sku": item.variation_sku[:100],
        "sku": item.sku[:100],
        "title": item.title,
        "price": item.price,
        "currency": item.currency[:3],
        "quantity": item.quantity,
        "category_id": item.category_id[:20],
        "condition_id": item.condition_id[:10],
        "pictures": json.dumps(plain(list(item.picture_urls))),
        "is_fixed_price": item.is_fixed_price,
        "is_live": item.is_live,
        "seen_by": reading,
        "now": now,
    }


def _end_unseen(account: ChannelConnection, reading: uuid.UUID) -> int:
    """End, in one statement, what this whole reading did not see; linked parts are told."""
    unseen = ForeignListing.objects.filter(connection=account, is_live=True).filter(
        ~Q(seen_by=reading) | Q(seen_by__isnull=True)
    )
    count = unseen.update(is_live=False)
    _linked_end(account)
    return count


def _linked_end(account: ChannelConnection) -> int:
    """Record the end of linked listings whose page is gone; returns how many."""
    gone = ChannelListing.objects.filter(
        connection=account, managed_by="trading", is_live=True, foreign__is_live=False
    )
    ids = list(gone.values_list("pk", flat=True))
    for one in ids:
        with transaction.atomic():
            row = channel_listing_locked(one)
            if not row.is_live:
                continue
            listing_ended_record(row, actor=Actor.marketplace(account.label))
            row.save()
            states_refresh([row.listing_id])
    return len(ids)


def foreign_changes_read(*, connection_id: uuid.UUID) -> int:
    """Read what changed since the last look; returns how many. The cursor moves after it."""
    account = ChannelConnection.objects.get(pk=connection_id)
    if not account.is_usable or account.foreign_cursor is None:
        return 0
    begun = timezone.now()
    count = 0
    try:
        changes = adapter_for(account.channel).foreign_changes(
            session_of(account), since=account.foreign_cursor
        )
        for batch in batches(changes, BATCH):
            foreign_store(account, batch, reading=None)
            count += len(batch)
    except ChannelError as error:
        logger.warning("foreign_changes_failed", reason=error.first.reason)
        if isinstance(error.first, SignInAgain):
            connection_note_failure(connection_id=account.pk, error=error)
        return count
    _linked_end(account)
    ChannelConnection.objects.filter(pk=account.pk).update(foreign_cursor=begun)
    return count


def foreign_dismiss(*, foreign_id: uuid.UUID, actor: Actor) -> ForeignListing:
    """A person says that this page is not that part: it is unlinked and stays so.

    The page stays live on the marketplace; nothing is sent to it any more.
    """
    with transaction.atomic():
        one = ForeignListing.objects.select_for_update(of=("self",)).get(pk=foreign_id)
        linked = one.channel_listing_id
        one.is_dismissed, one.channel_listing = True, None
        one.save(update_fields=["is_dismissed", "channel_listing"])
        if linked is not None:
            row = channel_listing_locked(linked)
            row.is_live, row.external_key = False, None
            row.sync_status = SyncStatus.ENDED
            row.ended_at = timezone.now()
            row.save()
            states_refresh([row.listing_id])
            emit(
                events.ChannelListingUnlinked(
                    entity_id=row.pk,
                    listing_id=row.listing_id,
                    connection_id=row.connection_id,
                    channel=row.connection.channel,
                    sku=row.external_sku,
                    external_id=one.external_id,
                ),
                actor=actor,
            )
    return one
