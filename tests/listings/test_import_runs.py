"""The run of an import: a dry run applied, workers that die, cancelling, newer claims."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from listings.models import Listing
from listings.services import (
    import_apply,
    import_run,
    import_start,
    importing,
    imports_sweep,
)
from listings.services.imports import STALE_AFTER
from realtrack.core import runs
from realtrack.core.actors import Actor, ActorKind
from realtrack.core.errors import Conflict
from realtrack.core.models import Run, RunItem, RunState
from settings_app.models import User
from tests.listings.factories import make_listing, make_user
from tests.listings.files import csv_file
from tests.listings.test_import import counts, imported

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user()


def test_a_dry_run_says_what_the_import_does_and_is_applied(user: User) -> None:
    # given
    make_listing(custom_label_sku="A-1", title="Old", actor=Actor(kind=ActorKind.IMPORT))
    content = csv_file("SKU,Title", "A-1,New", "A-2,Other", "A-3," + "x" * 81)
    # when
    check = imported(content, user, dry_run=True)
    # then
    assert counts(check) == (1, 1, 0, 1, 3)
    assert check.items.get(position=1).before == {"title": "Old"}
    assert check.items.get(position=1).after == {"title": "New", "fitments": 0}
    assert list(Listing.objects.values_list("title", flat=True)) == ["Old"]
    # when
    run = import_apply(run_id=check.pk, actor=Actor.person(user))
    import_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert counts(run) == (1, 1, 0, 1, 3)
    assert set(Listing.objects.values_list("title", flat=True)) == {"New", "Other"}
    with pytest.raises(Conflict):
        import_apply(run_id=run.pk, actor=Actor.person(user))


def test_a_killed_worker_is_followed_by_one_that_goes_on(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a worker that dies at the third row
    run = import_start(
        name="p.csv",
        content=csv_file("SKU,Title", *(f"K-{n},Part {n}" for n in range(5))),
        dry_run=False,
        actor=Actor.person(user),
    )
    judge = importing._judged

    monkeypatch.setattr(importing, "BATCH", 1)

    def dies(work: Any, places: Any) -> Any:
        if places[0].part.number == 4:
            raise KeyboardInterrupt
        return judge(work, places)

    monkeypatch.setattr(importing, "_judged", dies)
    with pytest.raises(KeyboardInterrupt):
        import_run(run_id=run.pk)
    monkeypatch.setattr(importing, "_judged", judge)
    run.refresh_from_db()
    assert (run.state, run.created_count) == (RunState.RUNNING, 2)
    # when its message comes again while it may be alive: nothing
    import_run(run_id=run.pk)
    assert Listing.objects.count() == 2
    assert imports_sweep() == 0
    # when it has been silent for long
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - STALE_AFTER * 2)
    assert imports_sweep() == 1
    import_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert run.state == RunState.DONE
    assert counts(run) == (5, 0, 0, 0, 5)
    assert run.result["new"] == 5
    assert RunItem.objects.filter(run=run).count() == 5
    assert Listing.objects.count() == 5


def test_a_fault_of_ours_and_a_file_that_kills_end_the_run(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    run = import_start(
        name="p.csv", content=csv_file("SKU,Title", "A,1"), dry_run=False, actor=Actor.person(user)
    )

    def faulty(work: Any, places: Any) -> Any:
        raise ZeroDivisionError

    # when
    with monkeypatch.context() as patched:
        patched.setattr(importing, "_judged", faulty)
        with pytest.raises(ZeroDivisionError):
            import_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert (run.state, run.error) == (
        RunState.FAILED,
        "A fault in the program: ZeroDivisionError.",
    )
    # when its worker was killed ten times
    silent = timezone.now() - STALE_AFTER * 2
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING, attempts=10, heartbeat_at=silent)
    import_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.FAILED, "Its worker ended 10 times.")


def test_a_worker_gives_way_to_a_newer_claim(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    run = import_start(
        name="p.csv",
        content=csv_file("SKU,Title", "A,1", "B,2"),
        dry_run=False,
        actor=Actor.person(user),
    )
    judge = importing._judged

    monkeypatch.setattr(importing, "BATCH", 1)

    def overtaken(work: Any, places: Any) -> Any:
        Run.objects.filter(pk=run.pk).update(attempts=7)
        return judge(work, places)

    monkeypatch.setattr(importing, "_judged", overtaken)
    # when
    import_run(run_id=run.pk)
    # then the first row is stored once, and the run is the other's
    run.refresh_from_db()
    assert (run.state, run.created_count) == (RunState.RUNNING, 1)


def test_a_cancelled_import_is_started_again_where_it_stopped(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    run = import_start(
        name="p.csv",
        content=csv_file("SKU,Title", "A,1", "B,2"),
        dry_run=False,
        actor=Actor.person(user),
    )
    judge = importing._judged

    monkeypatch.setattr(importing, "BATCH", 1)

    def asked(work: Any, places: Any) -> Any:
        Run.objects.filter(pk=run.pk).update(cancel_requested_at=timezone.now())
        return judge(work, places)

    monkeypatch.setattr(importing, "_judged", asked)
    import_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.created_count) == (RunState.CANCELLED, 1)
    # when
    monkeypatch.setattr(importing, "_judged", judge)
    runs.run_retry(run_id=run.pk, actor=Actor.person(user))
    import_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert (run.state, run.created_count) == (RunState.DONE, 2)
