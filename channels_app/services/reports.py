"""The nightly account of what is live: by a report, ordered, waited for and read in steps.

No worker waits for it: the run keeps the report's id, and a tick takes the next step.
"""

from __future__ import annotations

import datetime
import uuid

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from channels_app.adapters.base import ChannelError, SignInAgain, TryAgain
from channels_app.adapters.registry import adapter_for
from channels_app.models import ChannelConnection, ForeignListing
from channels_app.services.foreign import (
    BATCH,
    RUN_REPORT,
    batches,
    foreign_conclude,
    foreign_run_open,
    foreign_store,
)
from channels_app.services.sessions import connection_note_failure, session_of
from realtrack.core import runs
from realtrack.core.actors import Actor
from realtrack.core.models import Run, RunState

logger = structlog.get_logger(__name__)

# A report takes minutes; it is asked for this often, and given up after the longest.
STEP = datetime.timedelta(seconds=60)
LONGEST = datetime.timedelta(hours=3)
# Words of listings that only the report knew: a call each, of the day that all accounts share.
MOST_WORDS = 100
ACTOR = "channels.read_report"


def report_start(*, connection_id: uuid.UUID, actor: Actor) -> Run:
    """Order the account's report; returns the run, whose steps the ticks take.

    Raises NotFound, ConnectionUnusable, Conflict while a reading is under way.
    """
    return foreign_run_open(
        connection_id=connection_id, kind=RUN_REPORT, title="Compare what is live on", actor=actor
    )


def reports_due() -> list[uuid.UUID]:
    """Runs whose next step is due."""
    due = Q(heartbeat_at__isnull=True) | Q(heartbeat_at__lt=timezone.now() - STEP)
    rows = Run.objects.filter(
        due, kind=RUN_REPORT, state__in=(RunState.PENDING, RunState.RUNNING)
    ).order_by("created_at")
    return list(rows.values_list("pk", flat=True)[:50])


def report_step(*, run_id: uuid.UUID) -> None:
    """Order the report, or look whether it is ready, or read it; idempotent.

    Only a whole report ends what it does not hold; a refusal that passes is tried at the next step.
    """
    run = _claim(run_id)
    if run is None:
        return
    actor = Actor.system(ACTOR)
    account = ChannelConnection.objects.get(pk=run.entity_id)
    try:
        _step(run, account, actor)
    except ChannelError as error:
        if isinstance(error.first, SignInAgain):
            connection_note_failure(connection_id=account.pk, error=error)
        if isinstance(error.first, TryAgain) and run.created_at > timezone.now() - LONGEST:
            logger.info("report_waits", run_id=str(run_id), reason=error.first.reason)
            return
        words = f"{error.first.reason} Nothing is ended by a reading that is not whole."
        # Tried again, it orders another one.
        Run.objects.filter(pk=run_id).update(params={})
        runs.run_fail(run_id=run_id, actor=actor, error=words)


def _claim(run_id: uuid.UUID) -> Run | None:
    """Take the step, so that two ticks do not take it at once; None when it is taken or over."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(pk=run_id)
        fresh = run.heartbeat_at and run.heartbeat_at > timezone.now() - STEP
        if run.state not in {RunState.PENDING, RunState.RUNNING} or fresh:
            return None
        Run.objects.filter(pk=run_id).update(heartbeat_at=timezone.now())
    if run.state == RunState.PENDING:
        runs.run_start(run_id=run_id, actor=Actor.system(ACTOR))
    return run


def _step(run: Run, account: ChannelConnection, actor: Actor) -> None:
    adapter, session = adapter_for(account.channel), session_of(account)
    report_id = str(run.params.get("reportId") or "")
    if not report_id:
        found = adapter.foreign_report_ask(session)
        Run.objects.filter(pk=run.pk).update(params={**run.params, "reportId": found})
        return
    if not adapter.foreign_report_ready(session, report_id):
        if run.created_at < timezone.now() - LONGEST:
            words = "eBay's report did not come. Nothing is ended by that."
            runs.run_fail(run_id=run.pk, actor=actor, error=words)
        return
    before = ForeignListing.objects.filter(connection=account, is_live=True).count()
    seen = 0
    for batch in batches(adapter.foreign_report_read(session, report_id), BATCH):
        seen += foreign_store(account, batch, reading=run.pk)
        Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now())
    # What changed meanwhile is read by the changes, whose own cursor this leaves alone.
    if foreign_conclude(account, run.pk, before=before, seen=seen, actor=actor):
        _words_read(account)


def _words_read(account: ChannelConnection) -> None:
    """Read what the report does not tell of listings that nothing else has told of."""
    adapter, session = adapter_for(account.channel), session_of(account)
    bare = ForeignListing.objects.filter(connection=account, is_live=True, title="")
    numbers = bare.order_by("external_id").values_list("external_id", flat=True).distinct()
    for number in list(numbers[:MOST_WORDS]):
        try:
            found = adapter.foreign_listing(session, number)
        except ChannelError as error:
            # The rest has its words tomorrow.
            logger.info("words_not_read", external_id=number, reason=error.first.reason)
            return
        foreign_store(account, found, reading=None)
