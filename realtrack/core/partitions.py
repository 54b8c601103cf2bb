"""Monthly partitions of the log. The SQL function is made by the first migration."""

from __future__ import annotations

import datetime

from django.db import connection
from django.utils import timezone

MONTHS_AHEAD = 6


def months_from(start: datetime.date, count: int) -> list[datetime.date]:
    """Return the first days of `count` months from that of `start`."""
    zero = start.year * 12 + start.month - 1
    return [datetime.date((zero + n) // 12, (zero + n) % 12 + 1, 1) for n in range(count)]


def extend() -> None:
    """Make the partitions from this month to `MONTHS_AHEAD` later; those that exist stay."""
    today = timezone.now().date()
    with connection.cursor() as cursor:
        for month in months_from(today, MONTHS_AHEAD + 1):
            cursor.execute("SELECT core_audit_partition(%s)", [month])
