"""The Celery application. Started as `celery -A realtrack.celery worker -Q <queues>`."""

from __future__ import annotations

import os
import warnings
from typing import Any

import structlog
from celery import Celery
from celery.exceptions import SecurityWarning
from celery.signals import (
    beat_init,
    before_task_publish,
    celeryd_init,
    task_postrun,
    task_prerun,
)
from django_structlog.celery.steps import DjangoStructLogInitStep

from realtrack import embedded

# Root is the only account of many a container; messages are JSON, so nothing in them can run.
warnings.filterwarnings("ignore", category=SecurityWarning)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtrack.settings")

app = Celery("realtrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Carries the request's id into the task, so that one search finds both in the logs.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def _have_servers(**_: Any) -> None:
    """Count workers and beat among the users of the embedded servers."""
    embedded.ensure()


@before_task_publish.connect
def _send_request_id(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Give the message the id of the request or task that sends it."""
    from realtrack.core import context

    if headers is not None and context.request_id():
        headers["realtrack_request_id"] = context.request_id()


@task_prerun.connect
def _adopt_request_id(task: Any = None, **_: Any) -> None:
    """Work under the sender's id, so that events and logs of both are found by one search."""
    from realtrack.core import context

    request = task.request
    # A worker lays the headers out as attributes; a task run in place keeps them together.
    sent = request.get("realtrack_request_id") or (request.headers or {}).get(
        "realtrack_request_id", ""
    )
    structlog.contextvars.bind_contextvars(request_id=context.set_request_id(str(sent)))


@task_postrun.connect
def _drop_request_id(**_: Any) -> None:
    from realtrack.core import context

    context.clear_request_id()
