from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from realtrack.core import dispatcher, events, partitions
from realtrack.core.actors import Actor
from realtrack.core.errors import NotFound
from realtrack.core.models import AuditLog, DeliveryState, EventDelivery

ACTOR = Actor.system("test")


class Ping(events.DomainEvent):
    name = "test.pinged"
    entity_type = "test"
    log_only: ClassVar[bool] = True


@pytest.fixture
def subscribers() -> Any:
    """Let a test subscribe, and forget its subscribers after it."""
    before = dict(events._subscriptions.get(Ping.name, {}))
    yield events.subscribe
    events._subscriptions[Ping.name] = before


def _emit(**metadata: Any) -> events.Envelope:
    with transaction.atomic():
        return events.emit(Ping(entity_id=uuid.uuid4(), metadata=metadata), actor=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_emit_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside the transaction"):
        events.emit(Ping(entity_id="x"), actor=ACTOR)
    assert AuditLog.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_cause_leaves_no_event(subscribers: Any) -> None:
    subscribers(Ping, key="test.a", handler=lambda _: None)

    def cause() -> None:
        with transaction.atomic():
            events.emit(Ping(entity_id="x"), actor=ACTOR)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cause()
    assert AuditLog.objects.count() == 0
    assert EventDelivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_each_subscriber_gets_it_once_and_the_row_goes(subscribers: Any) -> None:
    # given
    seen: list[str] = []
    subscribers(Ping, key="test.a", handler=lambda one: seen.append(f"a{one.metadata['n']}"))
    subscribers(Ping, key="test.b", handler=lambda one: seen.append(f"b{one.metadata['n']}"))
    _emit(n=1)
    assert EventDelivery.objects.count() == 2
    # when
    carried = dispatcher.dispatch_due()
    # then
    assert carried == 2
    assert sorted(seen) == ["a1", "b1"]
    assert EventDelivery.objects.count() == 0
    assert dispatcher.dispatch_due() == 0


@pytest.mark.django_db(transaction=True)
def test_a_failing_subscriber_waits_and_does_not_stop_the_other(
    subscribers: Any,
) -> None:
    # given
    seen: list[str] = []

    def broken(_: events.Envelope) -> None:
        message = "no luck"
        raise ValueError(message)

    subscribers(Ping, key="test.bad", handler=broken)
    subscribers(Ping, key="test.good", handler=lambda one: seen.append(one.name))
    _emit()
    # when
    dispatcher.dispatch_due()
    # then
    left = EventDelivery.objects.get()
    assert seen == [Ping.name]
    assert (left.subscriber, left.state, left.attempts) == (
        "test.bad",
        DeliveryState.PENDING,
        1,
    )
    assert left.last_error == "ValueError: no luck"
    assert left.next_attempt > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_after_the_last_attempt_it_is_dead_said_and_can_be_retried(
    subscribers: Any,
) -> None:
    # given
    healthy: list[int] = []

    def fickle(_: events.Envelope) -> None:
        if not healthy:
            message = "down"
            raise ValueError(message)

    subscribers(Ping, key="test.fickle", handler=fickle)
    _emit()
    # when
    for _ in dispatcher.BACKOFF_SECONDS:
        EventDelivery.objects.filter(subscriber="test.fickle").update(next_attempt=timezone.now())
        dispatcher.dispatch_due()
    # then
    dead = EventDelivery.objects.get(subscriber="test.fickle")
    assert dead.state == DeliveryState.DEAD
    assert AuditLog.objects.filter(event="event.dead").count() == 1
    # and when a person retries it
    healthy.append(1)
    dispatcher.delivery_retry(delivery_id=dead.pk, actor=ACTOR)
    dispatcher.dispatch_due()
    assert not EventDelivery.objects.filter(subscriber="test.fickle").exists()
    with pytest.raises(NotFound):
        dispatcher.delivery_retry(delivery_id=dead.pk, actor=ACTOR)


@pytest.mark.django_db(transaction=True)
def test_a_claim_of_a_killed_worker_is_taken_up_again(subscribers: Any) -> None:
    # given
    seen: list[str] = []
    subscribers(Ping, key="test.a", handler=lambda one: seen.append(one.name))
    _emit()
    EventDelivery.objects.update(state=DeliveryState.CLAIMED, claimed_at=timezone.now(), attempts=1)
    # when
    assert dispatcher.dispatch_due() == 0
    EventDelivery.objects.update(claimed_at=timezone.now() - dispatcher.STALE_AFTER * 2)
    assert dispatcher.dispatch_due() == 1
    # then
    assert seen == [Ping.name]


@pytest.mark.django_db(transaction=True)
def test_what_has_gone_since_needs_no_delivery(subscribers: Any) -> None:
    def gone(_: events.Envelope) -> None:
        raise NotFound

    subscribers(Ping, key="test.gone", handler=gone)
    _emit()
    dispatcher.dispatch_due()
    assert EventDelivery.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_inline_subscriber_fails_its_emitter(subscribers: Any) -> None:
    def refuse(_: events.Envelope) -> None:
        raise NotFound("no")

    subscribers(Ping, key="test.inline", handler=refuse, inline=True)
    with pytest.raises(NotFound):
        _emit()
    assert AuditLog.objects.count() == 0


def test_the_same_key_for_two_handlers_is_refused(subscribers: Any) -> None:
    subscribers(Ping, key="test.twice", handler=lambda _: None)
    with pytest.raises(ValueError, match="registered twice"):
        subscribers(Ping, key="test.twice", handler=lambda _: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "sql",
    ["UPDATE audit_logs SET event = 'x'", "DELETE FROM audit_logs"],
)
def test_the_log_takes_no_change(sql: str) -> None:
    _emit()
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditLog.objects.count() == 1


@pytest.mark.django_db
def test_every_partition_refuses_truncate_outside_test_databases() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_inherits i WHERE i.inhparent = 'audit_logs'::regclass"
            " AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = i.inhrelid"
            " AND t.tgname LIKE '%_no_truncate')"
        )
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'core_refuse_change'")
        (source,) = cursor.fetchone()
    assert r"current_database() LIKE 'test\_%'" in source


@pytest.mark.django_db
def test_partitions_reach_into_the_future_and_rows_land_in_their_month() -> None:
    # when
    partitions.extend()
    partitions.extend()
    ahead = timezone.now() + datetime.timedelta(days=31 * 5)
    AuditLog.objects.create(
        created_at=ahead,
        event="x",
        entity_type="t",
        entity_id="1",
        action="a",
        actor_type="system",
    )
    # then
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM audit_logs")
        assert cursor.fetchall() == [(f"audit_logs_{ahead:%Y_%m}",)]


def test_months_cross_the_year() -> None:
    months = partitions.months_from(datetime.date(2026, 11, 25), 4)
    assert months == [
        datetime.date(2026, 11, 1),
        datetime.date(2026, 12, 1),
        datetime.date(2027, 1, 1),
        datetime.date(2027, 2, 1),
    ]
