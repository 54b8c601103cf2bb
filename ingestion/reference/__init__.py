"""The trade's words and number shapes as frozen look-up tables, read once per process."""

from __future__ import annotations

from ingestion.reference.tables import Reference, reference

__all__ = ["Reference", "reference"]
