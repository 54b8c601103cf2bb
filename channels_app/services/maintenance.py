"""What time alone brings about: out of sync after an hour, old bodies deleted."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from channels_app import events
from channels_app.enums import ConnectionStatus, InboxState, OwedKind, SyncStatus
from channels_app.locks import connection_locked
from channels_app.models import (
    ChannelCache,
    ChannelConnection,
    ChannelListing,
    ChannelOrder,
    ChannelOwed,
    ChannelWebhookLog,
    OAuthState,
)
from channels_app.services import verdicts
from channels_app.services.states import settled_status, states_refresh
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.events import emit, emit_many
from realtrack.core.models import Run, RunItemState, RunState

OUT_OF_SYNC_AFTER = datetime.timedelta(hours=1)
# So long before its end somebody is told.
SIGN_IN_AHEAD = datetime.timedelta(days=30)
KEPT = datetime.timedelta(days=30)
_AT_ONCE = 500


def out_of_sync_mark() -> int:
    """Mark what is live and has been owed something for over an hour; returns how many."""
    late = timezone.now() - OUT_OF_SYNC_AFTER
    owed = ChannelOwed.objects.filter(
        desired_version__gt=F("confirmed_version"),
        owed_since__lt=late,
        channel_listing__is_live=True,
        channel_listing__sync_status=SyncStatus.ACTIVE,
    ).select_related("channel_listing__connection")
    kinds: dict[object, list[str]] = {}
    rows: dict[object, ChannelListing] = {}
    for one in owed.order_by("owed_since")[:_AT_ONCE]:
        kinds.setdefault(one.channel_listing_id, []).append(one.kind)
        rows[one.channel_listing_id] = one.channel_listing
    if not rows:
        return 0
    with transaction.atomic():
        ChannelListing.objects.filter(pk__in=list(rows), sync_status=SyncStatus.ACTIVE).update(
            sync_status=SyncStatus.OUT_OF_SYNC
        )
        emit_many(
            [
                events.ChannelListingOutOfSync(
                    entity_id=row.pk,
                    listing_id=row.listing_id,
                    connection_id=row.connection_id,
                    channel=row.connection.channel,
                    sku=row.external_sku,
                    external_id=row.external_id,
                    kinds=tuple(kinds[row.pk]),
                )
                for row in rows.values()
            ],
            actor=Actor.system("channels.out_of_sync"),
        )
        states_refresh([row.listing_id for row in rows.values()])
        _alert(list(rows.values()))
    return len(rows)


def _alert(rows: Sequence[ChannelListing]) -> None:
    """Ring once for each account: a person looks at what has not come through."""
    by_account: dict[object, list[ChannelListing]] = {}
    for row in rows:
        by_account.setdefault(row.connection_id, []).append(row)
    for late in by_account.values():
        account = late[0].connection
        some = ", ".join(row.external_sku for row in late[:3]) + (" …" if len(late) > 3 else "")
        emit(
            events.ChannelFailed(
                entity_id=account.pk,
                label=account.label,
                channel=account.channel,
                status=account.status,
                reason=f"{len(late)} listings are out of sync for over an hour: {some}",
            ),
            actor=Actor.system("channels.out_of_sync"),
        )


def sign_in_ends_warn() -> int:
    """Ring once, a month ahead, where the sign-in of an account ends; returns how many."""
    soon = ChannelConnection.objects.filter(
        status=ConnectionStatus.ACTIVE,
        disconnected_at__isnull=True,
        refresh_token_expires_at__lt=timezone.now() + SIGN_IN_AHEAD,
    )
    count = 0
    for one in soon:
        ends = one.refresh_token_expires_at
        if ends is None or one.options.get("endWarned") == ends.isoformat():
            continue
        with transaction.atomic():
            row = connection_locked(one.pk)
            row.options["endWarned"] = ends.isoformat()
            row.save(update_fields=["options", "updated_at"])
            emit(
                events.ChannelFailed(
                    entity_id=row.pk,
                    label=row.label,
                    channel=row.channel,
                    status=row.status,
                    reason=f"The sign-in ends on {ends:%d %b %Y}. Sign in again before that day.",
                ),
                actor=Actor.system("channels.refresh_tokens"),
            )
        count += 1
    return count


def inbox_clean() -> int:
    """Delete bodies of notifications and orders after 30 days; what is shown of them stays."""
    before = timezone.now() - KEPT
    ChannelCache.objects.filter(expires_at__lt=timezone.now()).delete()
    OAuthState.objects.filter(expires_at__lt=before).delete()
    bodies = ChannelWebhookLog.objects.filter(received_at__lt=before, processed=True)
    count = bodies.exclude(body="").update(body="", signature="")
    orders = ChannelOrder.objects.filter(fetched_at__lt=before, state=InboxState.RECEIVED)
    return count + orders.update(payload="", buyer_hash="", state=InboxState.REDACTED)


def runs_cancelled_close() -> int:
    """End the runs that a person cancelled: what has no verdict yet is not done any more."""
    asked = Run.objects.filter(
        kind__in=(verdicts.RUN_PUBLISH, verdicts.RUN_END),
        state=RunState.RUNNING,
        cancel_requested_at__isnull=False,
    )
    count = 0
    for run in asked:
        kinds = (OwedKind.END,) if run.kind == verdicts.RUN_END else (OwedKind.PUBLISH,)
        waiting = run.items.filter(state=RunItemState.PENDING).values_list("target_id", flat=True)
        with transaction.atomic():
            for row in ChannelListing.objects.filter(pk__in=list(waiting)):
                for one in row.owed.filter(kind__in=kinds):
                    verdicts.owed_confirm(row, {OwedKind(one.kind): one.desired_version})
                row.sync_status = settled_status(row)
                row.save(update_fields=["sync_status", "updated_at"])
            runs.run_finish(run_id=run.pk, actor=verdicts.run_actor(run))
        count += 1
    return count
