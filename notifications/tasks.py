from __future__ import annotations

import datetime

from celery import shared_task
from django.utils import timezone

from notifications.models import Notification

KEEP = datetime.timedelta(days=90)
BATCH = 5000


@shared_task(name="notifications.purge", queue="notifications", ignore_result=True)
def purge() -> int:
    """Delete notifications older than 90 days, in batches; the log keeps what happened."""
    total = 0
    while True:
        old = Notification.objects.filter(created_at__lt=timezone.now() - KEEP)
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return total
        Notification.objects.filter(pk__in=ids).delete()
        total += len(ids)
