"""Import of a large file: rows a second and memory, beside a bare COPY of the same rows.

    .venv/bin/python benchmarks/imports.py [--rows 100000]

The floor in the same run: the file read by Python's own reader and copied into a table without
indexes, as text. What an import does above that: typed values, constraints, a revision, the search
row, first stock, an event and a verdict for each row.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("REALTRACK_ENV", "test")
FOLDER = Path(tempfile.mkdtemp(prefix="rt-bench-"))
FOLDER.chmod(0o755)
os.environ["REALTRACK_VAR"] = str(FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "realtrack.settings"
for _name in ("DATABASE_URL", "REDIS_URL"):
    os.environ.pop(_name, None)

from realtrack import embedded  # noqa: E402 - the folder must be named first

# The limits at 100,000 rows; fewer have their share of the time.
FULL, SECONDS, MEGABYTES = 100_000, 120.0, 300.0
BRANDS = ("Toyota", "Denso", "Bosch", "Honda", "Ford", "Valeo", "Hella", "Mopar")
TYPES = ("Headlight", "Alternator", "Mirror", "Starter", "Door", "Radio", "Bumper", "Sensor")
HEADERS = (
    "Custom label (SKU)", "Title", "Category ID", "Start price", "Quantity", "Condition ID",
    "C:Brand", "C:Manufacturer Part Number", "C:Type", "Description", "Item photo URL",
    "C:Placement on Vehicle", "Weight",
)  # fmt: skip


def file_of(rows: int, *, price: int = 0) -> bytes:
    """A supplier's file of that many parts, each with its own numbers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for n in range(rows):
        brand, kind = BRANDS[n % 8], TYPES[n // 8 % 8]
        year = 2005 + n % 15
        writer.writerow(
            (
                f"B-{n:07d}", f"{year}-{year + 3} {brand} {kind} Left Front {n}", "33710",
                f"{20 + n % 400 + price}.90", n % 4, "3000", brand, f"{n:06d}-{n % 97:02d}", kind,
                f"<p>{kind} of a {year} {brand}, tested. Stock number {n}.</p>",
                f"https://p.example.test/{n}.jpg", "Front|Left", "4.5",
            )
        )  # fmt: skip
    return out.getvalue().encode()


def floor(content: bytes) -> float:
    """Seconds of reading the file and copying its texts, nothing else."""
    from django.db import connection

    started = time.perf_counter()
    columns = ", ".join(f"c{n} text" for n in range(len(HEADERS)))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_floor ({columns})")
        with cursor.copy("COPY bench_floor FROM STDIN") as copy:
            for row in csv.reader(io.StringIO(content.decode(), newline="")):
                copy.write_row(row)
        cursor.execute("DROP TABLE bench_floor")
    return time.perf_counter() - started


def run(content: bytes, *, dry_run: bool, total: int) -> tuple[float, float]:
    """Seconds of one import from its start to its last verdict, and of this process's own work."""
    from listings.services import import_run, import_start
    from realtrack.core.actors import Actor, ActorKind
    from realtrack.core.models import Run, RunState

    made = import_start(
        name="bench.csv",
        content=content,
        dry_run=dry_run,
        actor=Actor(kind=ActorKind.IMPORT, label="benchmark"),
    )
    started, worked = time.perf_counter(), time.process_time()
    import_run(run_id=made.pk)
    seconds, own = time.perf_counter() - started, time.process_time() - worked
    made = Run.objects.get(pk=made.pk)
    if made.state != RunState.DONE or made.refused_count or made.total != total:
        message = f"{made.state}: {made.refused_count} refused of {made.total}; {made.error}"
        raise SystemExit(message)
    return seconds, own


def main() -> None:
    """Print seconds, rows a second, the ratio to the floor and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    embedded.ensure(FOLDER, fast=True)
    try:
        import logging

        import django

        logging.disable(logging.INFO)
        import realtrack.celery  # noqa: F401 - tasks are sent through this app

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        content = file_of(rows)
        least = floor(content)
        found: dict[str, object] = {"rows": rows, "mb": round(len(content) / 1e6, 1)}
        found["floor_s"] = round(least, 2)
        kinds = (
            ("check", content, True), ("new", content, False), ("same", content, False),
            ("changed", file_of(rows, price=1), False),
        )  # fmt: skip
        taken: dict[str, float] = {}
        for name, given, dry_run in kinds:
            seconds, own = run(given, dry_run=dry_run, total=rows)
            taken[name] = seconds
            found[name] = {
                "seconds": round(seconds, 1),
                "own_cpu_seconds": round(own, 1),
                "rows_a_second": round(rows / seconds),
                "times_floor": round(seconds / least, 1),
            }
        found["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        print(json.dumps(found, indent=2))
        slow = [name for name, seconds in taken.items() if seconds > SECONDS * rows / FULL]
        if slow or float(str(found["peak_mb"])) > MEGABYTES:
            message = f"over the limit: {', '.join(slow) or 'memory'}"
            raise SystemExit(message)
    finally:
        embedded.stop_if_unused(FOLDER)
        shutil.rmtree(FOLDER, ignore_errors=True)


if __name__ == "__main__":
    main()
