"""The worker of an application file: read and stage, ask where something would go, apply, fit."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from fitment.aces import applying, staging
from fitment.aces.ahead import ahead
from fitment.aces.facts import FULL
from fitment.aces.reader import AcesReader, Facts
from fitment.aces.rows import copy_line
from fitment.aces.source import FileRefused, apps_guess
from fitment.aces.uploads import KIND, STALE_AFTER, upload_opened
from fitment.enums import AcesFileKind, AcesRowState, AcesUploadState
from fitment.models import AcesUpload
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import AppError, Conflict
from realtrack.core.models import Run, RunState

_MAX_CLAIMS = 10  # a file that kills its worker each time must not do so for ever


class TakenOver(Exception):
    """Another worker has this run now, or a person asked it to stop."""


@dataclass(slots=True, kw_only=True)
class Work:
    """A run being worked on; `attempt` is the fence: the number changes with each claim."""

    run: Run
    upload: AcesUpload
    attempt: int
    actor: Actor
    notes: dict[str, object] = field(default_factory=dict)

    def fence(self) -> None:
        """Hold the run's row until this transaction ends; give way to a newer claim."""
        held = Run.objects.select_for_update(of=("self",)).filter(
            pk=self.run.pk, attempts=self.attempt, state=RunState.RUNNING
        )
        if not held.exists():
            raise TakenOver
        if runs.is_cancelled(self.run.pk):
            raise TakenOver


def import_run(*, run_id: uuid.UUID) -> None:
    """Do what is left of a file. Safe to call at any time, by any number of workers.

    A run whose worker is alive is left alone. Killed at any point, the next call goes on after
    the last chunk that is stored.
    """
    run = Run.objects.filter(pk=run_id, kind=KIND).first()
    if run is None or run.state not in {RunState.PENDING, RunState.RUNNING}:
        return
    alive = run.heartbeat_at and run.heartbeat_at > timezone.now() - STALE_AFTER
    if run.state == RunState.RUNNING and alive:
        return
    actor = Actor(kind=ActorKind.IMPORT, user_id=run.user_id, label=run.actor_label, run_id=run.pk)
    if run.state == RunState.RUNNING and run.attempts >= _MAX_CLAIMS:
        runs.run_fail(run_id=run_id, actor=actor, error=f"Its worker ended {run.attempts} times.")
        return
    upload = AcesUpload.objects.get(run_id=run_id)
    try:
        claimed = runs.run_start(run_id=run_id, actor=actor)
        work = Work(run=run, upload=upload, attempt=claimed.attempts, actor=actor)
        _work_do(work)
    except TakenOver:
        if runs.is_cancelled(run_id):
            _cancelled(run_id, actor)
    except Conflict:
        return  # it has ended meanwhile
    except AppError as error:
        texts = [text for found in error.fields.values() for text in found]
        runs.run_fail(run_id=run_id, actor=actor, error=" ".join(texts) or error.message)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the run goes on when it is back
    except Exception as error:
        # A fault of ours would come again with each try: it ends the run where a person sees it.
        words = f"A fault in the program: {type(error).__name__}."
        runs.run_fail(run_id=run_id, actor=actor, error=words)
        raise


def _work_do(work: Work) -> None:
    if work.upload.kind == AcesFileKind.MAPPING:
        from fitment.aces import mapping

        mapping.mapping_run(work)
    elif work.upload.kind == AcesFileKind.NAMES:
        from fitment.aces import names

        names.names_run(work)
    elif work.upload.kind == AcesFileKind.LIST:
        from fitment.services import market_list

        market_list.list_run(work)
    elif work.upload.applied_at is not None:
        applying.fit_and_finish(work)
    elif work.upload.answer:
        applying.upload_apply(work)
    else:
        _read(work)


def _cancelled(run_id: uuid.UUID, actor: Actor) -> None:
    """End a run that a person stopped; a total that was reached would call it done."""
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).get(pk=run_id)
        if run.state == RunState.RUNNING:
            Run.objects.filter(pk=run_id).update(total=max(run.total, run.done + 1))
            runs.run_finish(run_id=run_id, actor=actor)


def _read(work: Work) -> None:
    with upload_opened(work.upload) as path:
        try:
            facts = _stage(work, path)
        except FileRefused as refusal:
            _refuse(work, [str(refusal)])
            return
    if facts.faults:
        _refuse(work, facts.faults)
        return
    _judge(work, facts)


def _stage(work: Work, path: Path) -> Facts:
    """Store all rows, a chunk per transaction; those of an earlier attempt are passed over.

    A thread reads the next chunk while the database stores this one.
    """
    if not work.run.total:
        Run.objects.filter(pk=work.run.pk).update(total=apps_guess(path))
    reader = AcesReader(path)
    with closing(ahead(_chunks(reader, after=work.upload.staged_through))) as chunks:
        for lines in chunks:
            _chunk(work, lines)
    return reader.facts


def _chunks(reader: AcesReader, *, after: int) -> Iterator[list[str]]:
    """Yield lines for COPY; what was read before a break is given out first, to be findable."""
    lines: list[str] = []
    try:
        for row in reader.rows():
            if row.position <= after:
                continue
            lines.append(copy_line(row))
            if len(lines) >= staging.CHUNK:
                yield lines
                lines = []
    except FileRefused:
        if lines:
            yield lines
        raise
    if lines:
        yield lines


def _chunk(work: Work, lines: list[str]) -> None:
    with transaction.atomic():
        work.fence()
        staging.imports_lock()
        counts = staging.chunk_store(work.upload.pk, lines)
        work.upload.staged_through += len(lines)
        staging.rows_measure(staged=work.upload.staged_through, chunk=staging.CHUNK)
        work.upload.save(update_fields=["staged_through", "updated_at"])
        run = Run.objects.get(pk=work.run.pk)
        run.created_count += counts.get(AcesRowState.IMPORTED, 0)
        run.same_count += counts.get(AcesRowState.DUPLICATE, 0)
        run.refused_count = work.upload.staged_through - run.created_count - run.same_count
        run.total = max(run.total, run.done)
        run.heartbeat_at = timezone.now()
        run.save()


def _judge(work: Work, facts: Facts) -> None:
    """Note what the file says of itself, and apply it unless a person must decide first."""
    upload = work.upload
    upload.version, upload.header = facts.version, facts.header
    upload.submission = facts.header.get("SubmissionType", "").upper()[:6]
    with transaction.atomic():
        work.fence()
        upload.questions = _questions(upload, facts)
        if upload.questions:
            upload.state = AcesUploadState.ASKING
        upload.save()
    if not upload.questions:
        applying.upload_apply(work)
        return
    with transaction.atomic():
        work.fence()
        counts = counts_write(work)
        applying.quarantine_rebuild()
        asks = [one["text"] for one in upload.questions]
        runs.run_finish(
            run_id=work.run.pk, actor=work.actor, result={**counts, "asks": asks, "applied": False}
        )


def _questions(upload: AcesUpload, facts: Facts) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if str(facts.apps) != str(int(facts.footer or 0)):
        text = f"The footer counts {facts.footer} Apps, the file holds {facts.apps}."
        found.append({"code": "record_count", "count": facts.apps, "text": text})
    if upload.submission == FULL:
        gone = applying.replaced_count(upload)
        if gone:
            rows = (
                "1 earlier row of this supplier is" if gone == 1 else f"{gone:,} earlier rows are"
            )
            text = f"A full file replaces: {rows} not in it."
            found.append({"code": "replace", "count": gone, "text": text})
    return found


def _refuse(work: Work, faults: list[str]) -> None:
    """Refuse the file as a whole: each row stays findable, none counts."""
    upload = work.upload
    with transaction.atomic():
        work.fence()
        upload.state = AcesUploadState.REFUSED
        upload.verdict = "\n".join(faults)
        upload.save()
        kept = (AcesRowState.REJECTED, AcesRowState.UNSUPPORTED)
        upload.rows.exclude(state__in=kept).update(
            state=AcesRowState.REJECTED,
            reason_code="file_refused",
            reason="The file was refused as a whole.",
            is_live=False,
            missing=None,
        )
        counts = counts_write(work)
        Run.objects.filter(pk=work.run.pk).update(result={**counts, "refused": faults})
        runs.run_fail(run_id=work.run.pk, actor=work.actor, error="\n".join(faults))


def counts_write(work: Work) -> dict[str, int]:
    """Count the rows by verdict, into the file and its run; they add up to the total."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, count(*), count(*) FILTER (WHERE reason_code = 'deleted')"
            " FROM aces_rows WHERE upload_id = %s GROUP BY state",
            [work.upload.pk],
        )
        rows = cursor.fetchall()
    by_state: Mapping[str, int] = {state: number for state, number, _ in rows}
    deleted = sum(number for _, _, number in rows)
    counts = {state: by_state.get(state, 0) for state in AcesRowState.values}
    counts["total"] = sum(by_state.values())
    counts["deleted"] = deleted
    AcesUpload.objects.filter(pk=work.upload.pk).update(counts=counts)
    work.upload.counts = counts
    same = counts[AcesRowState.DUPLICATE]
    Run.objects.filter(pk=work.run.pk).update(
        total=counts["total"],
        created_count=counts[AcesRowState.IMPORTED] - deleted,
        changed_count=deleted,
        same_count=same,
        refused_count=counts["total"] - counts[AcesRowState.IMPORTED] - same,
        heartbeat_at=timezone.now(),
    )
    return counts
