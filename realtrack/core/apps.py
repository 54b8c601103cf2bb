from __future__ import annotations

from django.apps import AppConfig


class CoreConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "realtrack.core"
    label = "core"

    def ready(self) -> None:
        """Register what core itself offers to its own registry."""
        from realtrack.core import health

        health.register_builtin_checks()
