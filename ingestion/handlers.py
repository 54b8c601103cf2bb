"""What the intake does on other apps' events."""

from __future__ import annotations

import uuid

from ingestion.services import readings_follow_merge
from realtrack.core.events import Envelope


def listings_merged(envelope: Envelope) -> None:
    """Readings that found the part which went follow it."""
    readings_follow_merge(gone_id=uuid.UUID(str(envelope.metadata["gone_id"])))
