from __future__ import annotations

from django.contrib import admin

from notifications.models import Notification
from realtrack.core.web.admin import ReadOnlyAdmin


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin):
    list_display = (
        "created_at",
        "type",
        "title",
        "severity",
        "recipient",
    )
    list_filter = ("type", "severity")
