from __future__ import annotations

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Accounts on marketplaces, what is listed there, what is owed to them, what they tell us."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "channels_app"

    def ready(self) -> None:
        """Fill the slots of the registry and subscribe to events."""
        from channels_app import wiring

        wiring.register()
