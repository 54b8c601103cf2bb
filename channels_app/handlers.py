"""What this app does on other apps' events."""

from __future__ import annotations

from django.db import transaction

from channels_app.enums import OwedKind
from channels_app.services.owed import owed_write
from realtrack.core.events import Envelope


def photos_changed(envelope: Envelope) -> None:
    """The photos of a part are others now: what is live is owed its content."""
    with transaction.atomic():
        owed_write([envelope.entity_uuid], OwedKind.CONTENT)
