from __future__ import annotations

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "notifications"

    def ready(self) -> None:
        """Subscribe to what people are told of; offer the bell's number."""
        from notifications import handlers, selectors
        from realtrack.core import registry

        handlers.subscribe_all()
        registry.unread_counts.register("notifications", selectors.unread_count)
