"""When each scheduled task ran last and how it ended, for the System page."""

from __future__ import annotations

import datetime
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab
from celery.signals import task_postrun
from django.utils import timezone

from realtrack.core import redis
from realtrack.schedules import SCHEDULES

_KEY = "task-results"
_SECONDS = 7 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRow:
    """A schedule: its task, when it ran, how that ended, when it is due."""

    task: str
    last: datetime.datetime | None
    state: str
    next: datetime.datetime | None


def watch() -> None:
    """Note the end of every task from now on, in whatever process runs it."""
    task_postrun.connect(_note, dispatch_uid="settings_app.beat_watch")


def _note(sender: Any = None, state: str | None = None, **_: Any) -> None:
    # A Redis that is away loses a line of a page, nothing else.
    with suppress(redis.RedisError):
        key = redis.key(_KEY)
        text = json.dumps([timezone.now().isoformat(), state or ""])
        redis.client().hset(key, getattr(sender, "name", ""), text)
        redis.client().expire(key, _SECONDS)


def schedule_rows() -> list[ScheduleRow]:
    """Return all schedules with what is known of their last run."""
    try:
        noted: dict[str, str] = redis.client().hgetall(redis.key(_KEY))  # type: ignore[assignment]  # redis-py types sync and async answers as one
    except redis.RedisError:
        noted = {}
    return [_row(entry["task"], entry["schedule"], noted) for entry in SCHEDULES.values()]


def _row(task: str, every: float | crontab, noted: dict[str, str]) -> ScheduleRow:
    if task not in noted:
        # Beat counts seconds from its own start, which nobody here knows.
        now = timezone.now()
        first = None if isinstance(every, float) else now + every.remaining_estimate(now)
        return ScheduleRow(task=task, last=None, state="", next=first)
    at, state = json.loads(noted[task])
    last = datetime.datetime.fromisoformat(at)
    following = (
        last + datetime.timedelta(seconds=every)
        if isinstance(every, float)
        else timezone.now() + every.remaining_estimate(last)
    )
    return ScheduleRow(task=task, last=last, state=state, next=following)
