"""Acts that several of these tests need."""

from __future__ import annotations

from channels_app import services


def drain() -> int:
    """Let the reconciler do what is due; returns how many units."""
    units = 0
    while services.reconcile_next():
        units += 1
    return units
