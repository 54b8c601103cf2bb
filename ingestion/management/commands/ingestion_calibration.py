"""How often people corrected what was read, by how sure it was; and thresholds that follow."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingestion.services.calibrating import calibration, suggestion


class Command(BaseCommand):
    """Prints a table of the bands and what thresholds they suggest; changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="decided in the last so many days")
        parser.add_argument(
            "--target",
            type=float,
            default=0.02,
            help="largest share of corrections to approve by itself",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        bands = calibration(days=options["days"])
        self.stdout.write("sure from   parts   corrected   share   upper bound")
        for band in bands:
            self.stdout.write(
                f"{band.low:9.2f} {band.parts:7} {band.corrected:11} "
                f"{band.share:7.1%} {band.upper:13.1%}"
            )
        threshold = suggestion(bands, target=options["target"])
        if threshold is None:
            self.stdout.write("Too few decided parts to suggest a threshold.")
        else:
            self.stdout.write(
                f"Approve by itself from {threshold:.2f}: at most {options['target']:.1%} of those "
                "above it were corrected, with 95 % confidence."
            )
