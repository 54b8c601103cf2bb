"""The System tab: health, queues, what was given up, schedules, version; for admins."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from realtrack.core import dispatcher, health, redis, selectors
from realtrack.core.rights import Right
from realtrack.core.web.access import actor_of, requires
from realtrack.core.web.render import redirect
from settings_app.beat_watch import schedule_rows


def system_context() -> dict[str, Any]:
    """Return how the installation is, for the tab."""
    readiness = health.readiness()
    return {
        "ready": readiness.ready,
        "checks": readiness.checks,
        "queues": _queues(),
        "dead": selectors.dead_deliveries()[:50],
        "schedules": schedule_rows(),
        "version": settings.SPECTACULAR_SETTINGS["VERSION"],
    }


@require_POST
@requires(Right.HEALTH_DETAIL)
def dead_retry(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Put a delivery that was given up back in line."""
    dispatcher.delivery_retry(delivery_id=delivery_id, actor=actor_of(request))
    messages.success(request, "It is tried again.")
    return redirect(request, reverse("settings:index", query={"tab": "system"}))


def _queues() -> list[tuple[str, int]]:
    try:
        # Celery keeps each queue as a list of its name.
        names = [queue.name for queue in settings.CELERY_TASK_QUEUES]
        prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
        return [(name, int(redis.client().llen(prefix + name))) for name in names]  # type: ignore[arg-type]  # redis-py types sync and async answers as one
    except redis.RedisError:
        return []
