"""Queues: each message goes to one, and the sender's request id goes along."""

from __future__ import annotations

from typing import Any, cast

import pytest
from celery import Task
from django.conf import settings

from realtrack.celery import app
from realtrack.core import context, redis
from realtrack.settings.queues import QUEUES
from realtrack.supervisor.pools import WORKER_POOLS


def test_every_queue_is_served_by_exactly_one_pool() -> None:
    served = [queue for pool in WORKER_POOLS.values() for queue in pool.queues]
    assert sorted(served) == sorted(QUEUES)


def lengths() -> dict[str, int]:
    """Return how many messages wait in each queue."""
    return {name: cast("int", redis.client().llen(f"rt:celery:{name}")) for name in QUEUES}


def test_a_message_goes_to_its_own_queue_only() -> None:
    # given
    before = lengths()

    # when
    app.send_task("orders.nothing_of_that_name")

    # then
    assert lengths() == before | {"orders": before["orders"] + 1}
    redis.client().delete("rt:celery:orders")


def test_only_json_travels() -> None:
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_acks_late
    longest = app.conf.task_time_limit
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > longest


def test_request_id_reaches_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    # given
    seen: list[str] = []

    def body(*_: Any) -> None:
        seen.append(context.request_id())

    task: Task[Any, Any] = app.task(name="tests.request_id")(body)

    # when
    task.apply(headers={"realtrack_request_id": "from-the-page-1"})

    # then
    assert seen == ["from-the-page-1"]
    assert context.request_id() == ""
    app.tasks.pop("tests.request_id")


def test_every_schedule_names_a_task_that_exists() -> None:
    app.loader.import_default_modules()
    known = set(app.tasks)
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= known
