"""Days and periods as the business counts them: in its own time zone."""

from __future__ import annotations

import datetime
import zoneinfo
from dataclasses import dataclass

from django.utils import timezone

from settings_app.selectors import setting_value


def business_zone() -> zoneinfo.ZoneInfo:
    """Return the business's time zone."""
    return zoneinfo.ZoneInfo(str(setting_value("general", "timezone")))


def today_start() -> datetime.datetime:
    """Return when the business's day began."""
    now = timezone.now().astimezone(business_zone())
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` up to `end`, with the period of equal length before it."""

    start: datetime.datetime
    end: datetime.datetime

    @property
    def before(self) -> Period:
        return Period(start=self.start - (self.end - self.start), end=self.start)


def last_days(days: int) -> Period:
    """Return the last `days` days, today included, up to the end of today."""
    end = today_start() + datetime.timedelta(days=1)
    return Period(start=end - datetime.timedelta(days=days), end=end)
