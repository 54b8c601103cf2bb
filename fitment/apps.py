"""The fitment app: which vehicles a part fits."""

from __future__ import annotations

from django.apps import AppConfig


class FitmentConfig(AppConfig):
    """Registers what fitment offers to lower apps and does on their events."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "fitment"
    verbose_name = "Fitment"
