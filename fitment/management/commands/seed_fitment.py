"""`manage.py seed_fitment`: load the shipped vehicle data."""

from __future__ import annotations

import time

from django.core.management.base import BaseCommand
from typing_extensions import override

from fitment.reference import reference_load


class Command(BaseCommand):
    """Idempotent; rows and fields that the staff own stay."""

    help = "Load makes, models, years, engines, submodels, aliases and chassis codes."

    @override
    def handle(self, *args: object, **options: object) -> None:
        started = time.monotonic()
        result = reference_load()
        self.stdout.write(
            f"{result.note}: {result.created} new, {result.changed} changed,"
            f" {result.same} the same, {time.monotonic() - started:.1f} s"
        )
