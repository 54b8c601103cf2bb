"""What this app offers to the registry and which events it hears; called once, at the start."""

from __future__ import annotations


def register() -> None:
    """Fill slots, subscribe."""
