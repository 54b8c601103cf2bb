"""Acts that several of these tests need."""

from __future__ import annotations

from django.utils import timezone

from channels_app import services
from channels_app.models import ChannelOwed


def drain() -> int:
    """Let the reconciler do what is due; returns how many units."""
    units = 0
    while services.reconcile_next():
        units += 1
    return units


def make_due() -> None:
    """Let the time of everything that is tried again have come."""
    ChannelOwed.objects.filter(next_attempt__isnull=False).update(next_attempt=timezone.now())
