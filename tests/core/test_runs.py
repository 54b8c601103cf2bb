from __future__ import annotations

import uuid

import pytest
from django.db import IntegrityError, transaction

from realtrack.core import registry, runs
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, NotFound
from realtrack.core.models import AuditLog, Run, RunItemState, RunState

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("test")


def _run(total: int = 2) -> Run:
    run = runs.run_create(kind="test.kind", title="A run", actor=ACTOR, total=total)
    return runs.run_start(run_id=run.pk, actor=ACTOR)


def _verdict(run: Run, position: int, state: RunItemState) -> None:
    runs.run_item_record(run_id=run.pk, position=position, state=state, reason="because")


def test_a_run_ends_well_only_if_it_adds_up() -> None:
    run = _run()
    _verdict(run, 1, RunItemState.CREATED)
    _verdict(run, 2, RunItemState.REFUSED)
    ended = runs.run_finish(run_id=run.pk, actor=ACTOR, result={"note": "x"})
    assert ended.state == RunState.DONE
    assert (ended.created_count, ended.refused_count, ended.done) == (1, 1, 2)
    assert ended.result == {"note": "x"}


def test_a_missing_verdict_fails_the_run_and_names_the_numbers() -> None:
    run = _run()
    _verdict(run, 1, RunItemState.SAME)
    ended = runs.run_finish(run_id=run.pk, actor=ACTOR)
    assert ended.state == RunState.FAILED
    assert ended.error == "2 rows went in, 1 have a verdict."
    assert AuditLog.objects.filter(event="run.failed", entity_id=str(run.pk)).count() == 1


def test_the_database_itself_refuses_a_done_run_that_does_not_add_up() -> None:
    run = _run()
    with pytest.raises(IntegrityError), transaction.atomic():
        Run.objects.filter(pk=run.pk).update(state=RunState.DONE)


def test_a_second_verdict_replaces_the_first() -> None:
    run = _run(1)
    _verdict(run, 1, RunItemState.REFUSED)
    _verdict(run, 1, RunItemState.CREATED)
    run.refresh_from_db()
    assert (run.refused_count, run.created_count) == (0, 1)
    item = run.items.get()
    assert (item.state, item.attempts) == (RunItemState.CREATED, 2)


def test_cancel_stops_after_the_present_row() -> None:
    run = _run()
    _verdict(run, 1, RunItemState.CREATED)
    runs.run_cancel(run_id=run.pk, actor=ACTOR)
    assert runs.is_cancelled(run.pk)
    assert runs.run_finish(run_id=run.pk, actor=ACTOR).state == RunState.CANCELLED
    with pytest.raises(Conflict):
        runs.run_cancel(run_id=run.pk, actor=ACTOR)


def test_a_waiting_run_is_cancelled_at_once_and_cannot_start() -> None:
    run = runs.run_create(kind="test.kind", title="A run", actor=ACTOR, total=1)
    assert runs.run_cancel(run_id=run.pk, actor=ACTOR).state == RunState.CANCELLED
    with pytest.raises(Conflict):
        runs.run_start(run_id=run.pk, actor=ACTOR)


def test_the_same_idempotency_key_is_the_same_run() -> None:
    first = runs.run_create(kind="k", title="t", actor=ACTOR, idempotency_key="a")
    second = runs.run_create(kind="k", title="t", actor=ACTOR, idempotency_key="a")
    assert first.pk == second.pk


def test_retry_starts_a_failed_run_again(
    django_capture_on_commit_callbacks: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    started: list[uuid.UUID] = []
    kind = registry.RunKind(title="Test", resume=started.append)
    monkeypatch.setitem(registry.run_kinds._values, "test.kind", kind)
    run = _run()
    runs.run_fail(run_id=run.pk, actor=ACTOR, error="broke")
    # when
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        again = runs.run_retry(run_id=run.pk, actor=ACTOR)
    # then
    assert (again.state, again.error) == (RunState.PENDING, "")
    assert started == [run.pk]


def test_a_kind_that_cannot_resume_says_so() -> None:
    run = _run()
    runs.run_fail(run_id=run.pk, actor=ACTOR, error="broke")
    with pytest.raises(Conflict, match="start a new one"):
        runs.run_retry(run_id=run.pk, actor=ACTOR)


def test_what_does_not_exist_is_said() -> None:
    with pytest.raises(NotFound):
        runs.run_start(run_id=uuid.uuid4(), actor=ACTOR)
