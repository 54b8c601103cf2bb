"""Print how well titles and descriptions are read, on cases used in tuning and on those held back."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from fitment.matching.accuracy import cases_read, score
from fitment.matching.from_seed import seed_lookup


class Command(BaseCommand):
    help = "Measure the reading of vehicles out of texts against cases with known answers."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, help="case files; else the project's own"
        )
        parser.add_argument("--wrong", action="store_true", help="list what was read wrongly")

    @override
    def handle(self, *args: Any, **options: Any) -> None:
        own = Path(settings.BASE_DIR) / "tests" / "fitment" / "data"
        paths = options["files"] or sorted(own.glob("text_cases*.txt"))
        if not paths:
            raise CommandError("There are no cases here; name files.")
        cases = cases_read(paths)
        lookup = seed_lookup()
        self.stdout.write(
            f"{'':12}{'texts':>7}{'exact':>9}{'precision':>11}{'empty':>7}{'false':>8}"
        )
        for name, is_held in (("tuned on", False), ("held back", True)):
            part = [case for case in cases if case.is_held is is_held]
            result = score(part, lookup)
            self.stdout.write(
                f"{name:12}{result.cases:7}{result.exact_share:9.1%}{result.precision:11.1%}"
                f"{result.empty:7}{result.false_share:8.1%}"
            )
            if options["wrong"]:
                for text, found in result.wrong:
                    self.stdout.write(f"    {text}\n      read as {found}")
        begun = time.process_time()
        score(cases, lookup)
        rate = len(cases) / (time.process_time() - begun)
        self.stdout.write(f"{rate:,.0f} texts a second on one core")
