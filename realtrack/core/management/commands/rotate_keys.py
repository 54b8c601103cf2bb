from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from realtrack.core import registry


class Command(BaseCommand):
    help = (
        "Re-encrypt everything with the first key of ENCRYPTION_KEYS. Put the new key first, run "
        "this, then take the old key away. Safe to stop and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for name, rotate in registry.rotators.items():
            self.stdout.write(f"{name}: {rotate()} values re-encrypted")
