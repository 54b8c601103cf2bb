"""The Celery application. Started as `celery -A realtrack.celery worker -Q <queues>`."""

from __future__ import annotations

import os

from celery import Celery
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "realtrack.settings")

app = Celery("realtrack")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Carries the request's id into the task, so that one search finds both in the logs.
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
