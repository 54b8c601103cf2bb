"""Bring photos here that listings only name by address; may be stopped and started again."""

from __future__ import annotations

import time
import uuid
from typing import Any

from django.core.management.base import BaseCommand

from ingestion.services.mirroring import Mirrored, listing_photos_mirror, listings_to_mirror
from realtrack.core.actors import Actor
from realtrack.core.errors import TooManyRequests


class Command(BaseCommand):
    """Fetches the photos of every listing that has addresses and no photos of its own."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        actor = Actor.system("photos")
        fetched = same = 0
        faults: list[str] = []
        for listing_id in listings_to_mirror():
            done = _patiently(listing_id, actor)
            fetched, same = fetched + done.fetched, same + done.same
            faults += done.faults
        for fault in faults:
            self.stdout.write(fault)
        self.stdout.write(
            f"{fetched} fetched, {same} were here, {len(faults)} could not be fetched"
        )


def _patiently(listing_id: uuid.UUID, actor: Actor) -> Mirrored:
    """The limit of files a minute holds here too; what was fetched stays."""
    while True:
        try:
            return listing_photos_mirror(listing_id=listing_id, actor=actor)
        except TooManyRequests as wait:
            time.sleep(wait.retry_after or 1)
