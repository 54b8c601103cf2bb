from __future__ import annotations

from django.apps import AppConfig


class DashboardConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "dashboard"

    def ready(self) -> None:
        """Subscribe to what counts as a sale."""
        from dashboard import handlers

        handlers.subscribe_all()
