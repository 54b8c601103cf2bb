from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from realtrack.core.seeds import seed_reference


class Command(BaseCommand):
    help = "Load the reference data of every app; idempotent, keeps what staff changed."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, result in seed_reference():
            self.stdout.write(
                f"{name}: {result.created} new, {result.changed} changed, {result.same} same"
                f" {result.note}".rstrip()
            )
