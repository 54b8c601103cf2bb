"""Print how well texts are read, on cases used in tuning and on those held back, and how well VINs."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from typing_extensions import override

from fitment.matching.accuracy import cases_read, score
from fitment.matching.from_seed import seed_lookup
from fitment.matching.lookup import VehicleLookup
from fitment.vin import vin_read, vins_read
from fitment.vin_accuracy import vin_rows, vin_score


class Command(BaseCommand):
    help = "Measure the reading of texts and VINs against cases with known answers."

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="*", type=Path, help="case files; else the project's own"
        )
        parser.add_argument("--vins", type=Path, help="VINs with their answers; else our own")
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
        vins = options["vins"] or own / "vins.csv"
        if vins.exists():
            self._vins(vins, is_telling=options["wrong"])

    def _vins(self, path: Path, *, is_telling: bool) -> None:
        rows, lookup = vin_rows(path), seed_lookup()
        result = vin_score(rows, lookup)
        self.stdout.write(f"\n{'':12}{'VINs':>7}{'right':>9}{'share':>9}")
        for name, known in (
            ("year", result.vins), ("make", result.vins), ("model", result.vins),
            ("engine", result.engines_known),
        ):  # fmt: skip
            right = getattr(result, name)
            share = right / known if known else 1.0
            self.stdout.write(f"{name:12}{known:7}{right:9}{share:9.1%}")
        if is_telling:
            for vin, wanted, read in result.wrong:
                self.stdout.write(f"    {vin}: {wanted}, read as {read}")
        one_by_one, all_at_once = _seconds(rows, lookup)
        self.stdout.write(
            f"{one_by_one / len(rows) * 1000:.2f} ms a VIN, {len(rows) / all_at_once:,.0f} VINs a "
            "second in bulk"
        )


def _seconds(rows: Sequence[dict[str, str]], lookup: VehicleLookup) -> tuple[float, float]:
    """Return the processor seconds of reading all VINs one by one, and at once, with warm tables."""
    vins = [row["vin"] for row in rows]
    begun = time.process_time()
    for vin in vins:
        vin_read(vin, lookup)
    between = time.process_time()
    vins_read(vins, lookup)
    return between - begun, max(time.process_time() - between, 1e-9)
