"""The nightly report of what is live: ordered, waited for, read whole or not at all."""

from __future__ import annotations

import datetime
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.utils import timezone

from channels_app import services, tasks
from channels_app.adapters.base import ChannelError
from channels_app.adapters.ebay import feed
from channels_app.models import ChannelConnection, ForeignListing
from channels_app.services.foreign import RUN_REPORT, foreign_conclude
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict
from realtrack.core.models import Run
from tests.channels_app.factories import person
from tests.channels_app.helpers import drain
from tests.channels_app.test_elsewhere import add, read
from tests.channels_app.test_publish import requests, start

if TYPE_CHECKING:
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def step(run: Run) -> Run:
    """Let the time of the next step come, and take it."""
    Run.objects.filter(pk=run.pk).update(heartbeat_at=None)
    services.report_step(run_id=run.pk)
    run.refresh_from_db()
    return run


def reported(account: ChannelConnection, ebay: SandboxServer, **how: Any) -> Run:
    """Order a report and take every step."""
    ebay.control("feed", delay=0, **how)
    run = services.report_start(connection_id=account.pk, actor=person())
    for _ in range(4):
        if step(run).state not in {"pending", "running"}:
            break
    return run


def live() -> dict[str, str]:
    return dict(ForeignListing.objects.filter(is_live=True).values_list("external_id", "title"))


def test_the_report_ends_what_is_gone_and_finds_what_is_new(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given two that were read whole, of which one ends on the web site, and a new one
    stays, goes = add(ebay, title="Stays", quantity=2), add(ebay, title="Goes")
    read(account)
    ebay.control("end_legacy", item_id=goes)
    ebay.control("edit_legacy", item_id=stays, price="70.50")
    new = add(ebay, title="Is new", sku="N-1")
    before = len(requests(ebay, "trading"))
    # when
    run = reported(account, ebay)
    # then words stay, what is new has its words, our own listing is not among them
    assert (run.state, run.result["ended"]) == ("done", 1), run.error
    assert live() == {stays: "Stays", new: "Is new"}
    found = ForeignListing.objects.get(external_id=stays)
    assert (found.price, found.quantity) == (Decimal("70.50"), 2)
    # and of Trading's calls it cost the one for the new one's words
    assert len(requests(ebay, "trading")) - before <= 1


@pytest.mark.parametrize("form", ["gzip", "zip", "plain"])
def test_the_file_is_known_by_its_first_bytes(
    account: ChannelConnection, ebay: SandboxServer, form: str
) -> None:
    # given
    number = add(ebay, title="One", sku="A-1", price="12.50")
    # when
    reported(account, ebay, format=form)
    # then
    one = ForeignListing.objects.get()
    assert (one.external_id, one.sku, one.price) == (number, "A-1", Decimal("12.50"))


@pytest.mark.parametrize(
    "how", [{"format": "cut"}, {"outcome": "COMPLETED_WITH_ERROR"}, {"outcome": "FAILED"}]
)
def test_practice_30_a_report_that_is_not_whole_ends_nothing(
    account: ChannelConnection, ebay: SandboxServer, how: dict[str, str]
) -> None:
    # given
    numbers = [add(ebay, title=f"Part {number}") for number in range(3)]
    read(account)
    ebay.control("end_legacy", item_id=numbers[0])
    cursor = ChannelConnection.objects.get().foreign_cursor
    # when
    run = reported(account, ebay, **how)
    # then it says so, nothing is ended, no mark of freshness moves
    assert run.state == "failed"
    assert "Nothing is ended by a reading that is not whole." in run.error
    assert len(live()) == 3
    assert ChannelConnection.objects.get().foreign_cursor == cursor


def test_an_empty_report_of_many_is_not_believed(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    ebay.control("seed_legacy", seller=ebay.seller, n=30, seed=5)
    read(account)
    count = len(live())
    # when
    run = reported(account, ebay, empty=True)
    # then
    assert run.state == "failed"
    assert len(live()) == count > 20


def test_no_worker_waits_and_no_two_read_at_once(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given the report takes long
    add(ebay, title="One")
    read(account)
    ebay.control("feed", delay=3600)
    tasks.read_elsewhere_nightly()
    run = Run.objects.get(kind=RUN_REPORT)
    with pytest.raises(Conflict):
        services.foreign_read_start(connection_id=account.pk, actor=person())
    # when steps are taken
    assert services.reports_due() == [run.pk]
    services.report_step(run_id=run.pk)
    assert services.reports_due() == []
    services.report_step(run_id=run.pk)
    step(run)
    # then it was ordered once, and still waits
    assert run.state == "running"
    assert len(requests(ebay, "createInventoryTask")) == 1
    # when it never comes
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - datetime.timedelta(hours=4))
    step(run)
    # then
    assert run.state == "failed"
    assert len(live()) == 1


def test_a_file_that_unpacks_to_too_much_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    import gzip

    from channels_app.adapters.base import Session

    monkeypatch.setattr(feed, "MOST_BYTES", 10_000)
    bomb = gzip.compress(b"<a>" + b" " * 100_000 + b"</a>")
    monkeypatch.setattr(feed, "user_file", lambda *_: bomb)
    session = Session(connection_id=__import__("uuid").uuid4(), site="", settings={}, token=str)
    # when / then
    with pytest.raises(ChannelError):
        list(feed.read(session, "task-1"))


def test_practice_32_the_last_step_of_150000_takes_seconds_and_a_kill_resumes(
    account: ChannelConnection, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given 150,000 listings, of which the reading saw all but 5,000
    run = services.report_start(connection_id=account.pk, actor=person())
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channel_foreign_listings (id, connection_id, external_id, variation_sku,"
            " sku, title, currency, category_id, condition_id, picture_urls, is_fixed_price,"
            " is_live, is_dismissed, seen_by, seen_at, created_at) SELECT gen_random_uuid(), %s,"
            " (110000000000 + n)::text, '', '', 'Part ' || n, 'USD', '', '', '[]', true, true,"
            " false, CASE WHEN n > 5000 THEN %s::uuid END, now(), now()"
            " FROM generate_series(1, 150000) n",
            [account.pk, run.pk],
        )
    # when
    begun = time.monotonic()
    done = foreign_conclude(
        account, run.pk, before=150_000, seen=145_000, actor=Actor.system("test")
    )
    seconds = time.monotonic() - begun
    # then
    assert done
    assert ForeignListing.objects.filter(is_live=True).count() == 145_000
    assert seconds < 10
    # when another reading is killed in the middle
    ForeignListing.objects.all().delete()
    numbers = [add(ebay, title=f"Part {number}") for number in range(3)]
    real = feed.read

    def killed(*given: Any) -> Any:
        yield next(iter(real(*given)))
        raise KeyboardInterrupt

    monkeypatch.setattr(feed, "read", killed)
    with pytest.raises(KeyboardInterrupt):
        reported(account, ebay)
    monkeypatch.setattr(feed, "read", real)
    # then the next step reads it to its end
    again = Run.objects.filter(kind=RUN_REPORT).latest("created_at")
    assert step(again).state == "done"
    assert set(live()) == set(numbers)


def test_what_is_published_from_here_is_not_in_it(
    account: ChannelConnection, ebay: SandboxServer, part: Listing
) -> None:
    # given a part of ours is live
    start(account, part)
    drain()
    # when
    run = reported(account, ebay)
    # then
    assert run.state == "done"
    assert live() == {}
