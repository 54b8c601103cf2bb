"""Celery: queues by name, so that a host can serve just one; tasks carry ids in JSON."""

from __future__ import annotations

from typing import Any

from kombu import Exchange, Queue

from realtrack.schedules import SCHEDULES
from realtrack.settings.environment import REDIS_URL, STATE_DIR

# queue → app of the tasks that go there unless a task names its queue itself
QUEUES = {
    "ingestion": "ingestion",
    "storage": "",
    "fitment": "fitment",
    "channels": "channels_app",
    "inventory": "inventory",
    "orders": "orders",
    "dashboard": "dashboard",
    "notifications": "notifications",
    "default": "",
}


def _broker(url: str) -> str:
    """Return the address in kombu's spelling, which differs for a socket."""
    if url.startswith("unix://"):
        path, _, query = url.removeprefix("unix://").partition("?")
        number = next((p[3:] for p in query.split("&") if p.startswith("db=")), "0")
        return f"redis+socket://{path}?virtual_host={number}"
    return url


CELERY_BROKER_URL = _broker(REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than the longest task, or it would run twice. A killed worker's work is picked up
    # earlier, by the sweepers over its rows.
    "visibility_timeout": 3600,
    "global_keyprefix": "rt:celery:",
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 30,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Each with a key of its own: celery would give all of them the default one, and every message
# would go to every queue.
CELERY_TASK_QUEUES = tuple(
    Queue(name, Exchange("realtrack", type="direct"), routing_key=name) for name in QUEUES
)
CELERY_TASK_DEFAULT_EXCHANGE = "realtrack"
CELERY_TASK_DEFAULT_ROUTING_KEY = "default"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {f"{app}.*": {"queue": queue} for queue, app in QUEUES.items() if app}
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 9 * 60
CELERY_TASK_TIME_LIMIT = 10 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# Reading pictures leaks a little in native code; a child is replaced now and then.
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_TIMEZONE = "UTC"
# A tick that no worker took before the next one came is worth nothing: it must not pile up.
CELERY_BEAT_SCHEDULE = {
    name: {
        **entry,
        "options": {
            "expires": entry["schedule"] if isinstance(entry["schedule"], float) else 3600,
        },
    }
    for name, entry in SCHEDULES.items()
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "run" / "beat-schedule")
CELERY_REDBEAT_REDIS_URL = REDIS_URL
CELERY_REDBEAT_KEY_PREFIX = "rt:redbeat:"
