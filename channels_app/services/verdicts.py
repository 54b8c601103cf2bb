"""What became of what was owed: confirmed, tried again, or waiting for a person."""

from __future__ import annotations

import datetime
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from channels_app.adapters.base import (
    Failure,
    Ours,
    SellerMustFix,
    SignInAgain,
    TryAgain,
)
from channels_app.enums import OwedKind, Verdict
from channels_app.models import ChannelListing, ChannelOwed
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.models import Run, RunItem, RunItemState, RunState

RUN_PUBLISH = "channels.publish"
RUN_END = "channels.end"
TARGET = "channel_listing"
# 5, 10, 20 … seconds, at most two minutes: it heals soon after the marketplace is back. While it
# is away the open circuit spares it the calls.
FIRST_WAIT = 5.0
LONGEST_WAIT = 120.0


def kind_of(failure: Failure) -> Verdict:
    """The sort of a failure as the tables keep it."""
    if isinstance(failure, TryAgain):
        return Verdict.TRY_AGAIN
    if isinstance(failure, SignInAgain):
        return Verdict.SIGN_IN
    return Verdict.SELLER if isinstance(failure, SellerMustFix) else Verdict.OURS


_CONFIRMED = (
    "confirmed_version", "confirmed_at", "claimed_at", "attempts", "last_error", "last_error_id",
    "last_error_kind", "owed_since", "next_attempt",
)  # fmt: skip


def owed_confirm(row: ChannelListing, versions: Mapping[OwedKind, int]) -> None:
    """Note that the marketplace has these versions; newer ones stay owed."""
    owed_confirm_many({row.pk: versions})


def owed_confirm_many(versions: Mapping[uuid.UUID, Mapping[OwedKind, int]]) -> None:
    """The same for a whole batch, by channel listing: two statements, however many rows."""
    now = timezone.now()
    found = []
    rows = ChannelOwed.objects.select_for_update().filter(channel_listing_id__in=list(versions))
    for one in rows.order_by("channel_listing_id", "id"):
        version = versions[one.channel_listing_id].get(OwedKind(one.kind))
        if version is None:
            continue
        one.confirmed_version = max(one.confirmed_version, version)
        one.confirmed_at = now
        one.claimed_at = None
        one.attempts = 0
        one.last_error = one.last_error_id = one.last_error_kind = ""
        if one.is_owed:
            # Something newer came in between: it is owed since now, and due at once.
            one.owed_since = now
            one.next_attempt = one.next_attempt or now
        found.append(one)
    ChannelOwed.objects.bulk_update(found, _CONFIRMED)


def owed_postpone(
    row: ChannelListing, versions: Mapping[OwedKind, int], failure: Failure
) -> datetime.datetime | None:
    """Note a failure: due again after a while, or (None) when a person has done something."""
    now = timezone.now()
    due: datetime.datetime | None = None
    for kind, version in versions.items():
        one = ChannelOwed.objects.select_for_update().get(channel_listing=row, kind=kind)
        one.claimed_at = None
        one.last_error = failure.reason
        one.last_error_id = failure.error_id
        one.last_error_kind = kind_of(failure)
        if isinstance(failure, SignInAgain):
            # Due as it was: the account's own state keeps it back until someone signed in.
            due = one.next_attempt
        elif isinstance(failure, TryAgain):
            one.attempts += 1
            backoff = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(one.attempts - 1, 10))
            wait = max(failure.after, backoff * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
            one.next_attempt = due = now + datetime.timedelta(seconds=wait)
        elif one.desired_version == version:
            one.attempts += 1
            one.next_attempt = None
        one.save()
    return due


def error_note(row: ChannelListing, failure: Failure) -> None:
    """Write why into the channel listing (not saved)."""
    row.last_sync_error = failure.reason
    row.last_error_id = failure.error_id[:20]
    row.last_error_domain = failure.domain[:60]
    row.last_error_field = failure.field[:80] if isinstance(failure, SellerMustFix) else ""
    row.last_error_kind = kind_of(failure)
    row.last_error_at = timezone.now()


def error_clear(row: ChannelListing) -> None:
    """Forget the last error (not saved)."""
    row.last_sync_error = row.last_error_id = row.last_error_domain = ""
    row.last_error_field = row.last_error_kind = ""
    row.last_error_at = None


def is_final(failure: Failure) -> bool:
    """Say whether nothing more happens by itself."""
    return isinstance(failure, (SellerMustFix, Ours))


def run_verdict(
    row: ChannelListing,
    *,
    kind: str,
    state: RunItemState,
    after: Mapping[str, Any] | None = None,
    reason_code: str = "",
    reason: str = "",
) -> None:
    """Give every run that waits for this channel listing its verdict, in this transaction."""
    waiting = RunItem.objects.filter(
        target_type=TARGET, target_id=str(row.pk), run__kind=kind, state=RunItemState.PENDING
    ).order_by("run_id", "position")
    finished: set[uuid.UUID] = set()
    for item in waiting:
        runs.run_item_record(
            run_id=item.run_id,
            position=item.position,
            state=state,
            before=item.before,
            after=after,
            reason_code=reason_code,
            reason=reason,
        )
        finished.add(item.run_id)
    for run_id in finished:
        run_finish_if_done(run_id)


def run_wait_note(row: ChannelListing, *, kind: str, reason: str) -> None:
    """Say on the rows of waiting runs what will happen next."""
    RunItem.objects.filter(
        target_type=TARGET, target_id=str(row.pk), run__kind=kind, state=RunItemState.PENDING
    ).update(reason=reason)


def run_finish_if_done(run_id: uuid.UUID) -> None:
    """End the run once every row has its verdict; safe to call from many workers."""
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state == RunState.RUNNING and run.done >= run.total:
            runs.run_finish(run_id=run_id, actor=run_actor(run))


def run_actor(run: Run) -> Actor:
    """Who a run acts for."""
    return Actor(
        kind=ActorKind(run.actor_kind),
        user_id=run.user_id,
        label=run.actor_label,
        run_id=run.pk,
    )


def publish_withdraw(channel_listing_ids: Sequence[uuid.UUID]) -> None:
    """Take back what is asked for and not done yet, because it shall end: the newest wish wins."""
    for row in ChannelListing.objects.filter(pk__in=channel_listing_ids):
        for one in row.owed.filter(kind__in=(OwedKind.PUBLISH, OwedKind.CONTENT)):
            owed_confirm(row, {OwedKind(one.kind): one.desired_version})
        run_verdict(
            row,
            kind=RUN_PUBLISH,
            state=RunItemState.REFUSED,
            reason_code="ended",
            reason="It was taken off meanwhile.",
        )


def end_withdraw(channel_listing_ids: Sequence[uuid.UUID]) -> None:
    """Take back an end that is not done yet, because the part shall be live."""
    for row in ChannelListing.objects.filter(pk__in=channel_listing_ids):
        for one in row.owed.filter(kind=OwedKind.END):
            owed_confirm(row, {OwedKind.END: one.desired_version})
        run_verdict(
            row,
            kind=RUN_END,
            state=RunItemState.REFUSED,
            reason_code="published",
            reason="It was published again meanwhile.",
        )
