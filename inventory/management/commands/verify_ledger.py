from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand

from inventory.services import ledger_verify


class Command(BaseCommand):
    help = (
        "Check that every ledger is the sum of its events, that open reservations are its reserved "
        "part, and that the copies agree. Prints what differs and ends with 1 then."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        problems = ledger_verify()
        for one in problems:
            self.stdout.write(
                f"{one.listing_id}: {one.rule}: expected {one.expected}, found {one.found}"
            )
        if problems:
            self.stderr.write(f"{len(problems)} numbers do not add up.")
            sys.exit(1)
        self.stdout.write("Every ledger adds up.")
