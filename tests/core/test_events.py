from __future__ import annotations

import datetime
import uuid
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
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
@pytest.mark.parametrize("is_back_at_once", [True, False])
def test_a_lost_connection_leaves_no_claim_behind(
    subscribers: Any, monkeypatch: pytest.MonkeyPatch, is_back_at_once: bool
) -> None:
    # given a server that ends our connection in the middle, once
    seen: list[str] = []
    lost: list[int] = []

    def handler(one: events.Envelope) -> None:
        if not lost:
            lost.append(1)
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        seen.append(str(one.entity_id))

    subscribers(Ping, key="test.a", handler=handler)
    wanted = [str(_emit().entity_id) for _ in range(3)]
    # when
    if is_back_at_once:
        dispatcher.dispatch_due()
        assert sorted(seen) == sorted(wanted[1:])
    else:
        monkeypatch.setattr(dispatcher, "_is_away", lambda: True)
        with pytest.raises(OperationalError):
            dispatcher.dispatch_due()
        assert seen == []
    # then
    left = EventDelivery.objects.values_list("state", "claimed_at").distinct()
    assert list(left) == [(DeliveryState.PENDING, None)]
    EventDelivery.objects.update(next_attempt=timezone.now())
    dispatcher.dispatch_due()
    assert sorted(seen) == sorted(wanted)
    assert not EventDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_makes_one_wait_and_the_others_go_on(subscribers: Any) -> None:
    # given
    seen: list[str] = []

    def unlucky(_: events.Envelope) -> None:
        message = "deadlock detected"
        raise OperationalError(message)

    subscribers(Ping, key="test.a", handler=unlucky)
    subscribers(Ping, key="test.b", handler=lambda one: seen.append(one.name))
    _emit()
    # when
    dispatcher.dispatch_due()
    # then
    left = EventDelivery.objects.get()
    assert (left.subscriber, left.state, left.attempts) == ("test.a", DeliveryState.PENDING, 1)
    assert seen == [Ping.name]


@pytest.mark.django_db(transaction=True)
def test_behind_a_slow_handler_claims_are_renewed_and_taken_ones_left_alone(
    subscribers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: every handler counts as slow, and another worker takes the last one meanwhile
    monkeypatch.setattr(dispatcher, "_RENEW_AFTER", datetime.timedelta(0))
    seen: list[str] = []
    elsewhere = timezone.now() + datetime.timedelta(hours=1)

    def slow(one: events.Envelope) -> None:
        if not seen:
            last = EventDelivery.objects.order_by("-pk").values("pk")[:1]
            EventDelivery.objects.filter(pk__in=last).update(claimed_at=elsewhere)
        seen.append(one.entity_id)

    subscribers(Ping, key="test.a", handler=slow)
    wanted = [_emit().entity_id for _ in range(3)]
    # when
    dispatcher.dispatch_due()
    # then
    assert seen == wanted[:2]
    left = EventDelivery.objects.get()
    assert (left.state, left.claimed_at) == (DeliveryState.CLAIMED, elsewhere)


@pytest.mark.django_db(transaction=True)
def test_a_lost_race_is_tried_again_soon_and_not_taken_for_an_outage(subscribers: Any) -> None:
    def deadlocked(_: events.Envelope) -> None:
        message = "deadlock detected"
        raise OperationalError(message)

    subscribers(Ping, key="test.race", handler=deadlocked)
    _emit()
    dispatcher.dispatch_due()
    left = EventDelivery.objects.get()
    assert (left.state, left.attempts) == (DeliveryState.PENDING, 1)
    assert left.last_error == "OperationalError: deadlock detected"


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
