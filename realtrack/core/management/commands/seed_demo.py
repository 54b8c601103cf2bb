from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from realtrack.core.errors import NotAllowed
from realtrack.core.seeds import seed_demo


class Command(BaseCommand):
    help = "Load demo users and data; refused in production."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            results = seed_demo()
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        for name, result in results:
            self.stdout.write(
                f"{name}: {result.created} new, {result.changed} changed, {result.same} same"
                f" {result.note}".rstrip()
            )
