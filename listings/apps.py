from __future__ import annotations

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """The catalog."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "listings"
