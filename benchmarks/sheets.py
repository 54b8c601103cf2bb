"""Sheets of one car: rows to drafts with stock, vehicle, title and evidence; peak of memory.

    .venv/bin/python benchmarks/sheets.py [--rows 300 1300]

Floor: the same file read and its cells copied into a bare table. Limits: 300 rows in 30 s, 1,300 in
120 s, without pictures; the same sheet again makes nothing; memory grows by less than 60 MB from
the first size to the last.
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

LIMITS = {300: 30.0, 1300: 120.0}
SECONDS_A_ROW = 0.1  # for other sizes, as 300 in 30 s
GROWTH_MB = 60.0
HEADERS = ("Part Number", "Description", "Price", "Side", "Bin", "Qty")
NAMES = ("Alternator", "Headlamp", "Window Regulator", "Fuse Box", "Door Mirror", "Fender Liner",
         "Starter Motor", "Tail Lamp", "Blower Motor", "Odd Bracket", "Wheel Hub", "Seat Belt")  # fmt: skip
VINS = ("4T1BF1FK7EU123456", "1HGCM82633A004352", "1FTFW1ET5DFC10312", "JTDKN3DU0A0123456")


def file_of(rows: int) -> bytes:
    """A yard's sheet of that many parts."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS)
    for n in range(rows):
        side = ("", "LH", "RH")[n % 3]
        writer.writerow(
            (f"{10000 + n:05d}-{n % 97:02d}A{n % 89:02d}", NAMES[n % len(NAMES)], f"{20 + n % 400}.90",
             side, f"A-{n % 40:02d}", 1)
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


def run(content: bytes, vin: str) -> tuple[float, dict[str, object]]:
    """Seconds from the file to the last verdict, and the stages of the run."""
    from ingestion.services import sheet_run, sheet_start
    from realtrack.core.actors import Actor
    from realtrack.core.models import Run, RunState
    from settings_app.models import User

    user = User.objects.get_or_create(
        email="bench@example.test", defaults={"role": "admin", "name": "Bench"}
    )[0]
    started = time.perf_counter()
    made = sheet_start(name=f"{vin}.csv", content=content, actor=Actor.person(user), user=user)
    sheet_run(run_id=made.pk)
    seconds = time.perf_counter() - started
    made = Run.objects.get(pk=made.pk)
    if made.state != RunState.DONE or made.refused_count:
        message = f"{made.state}: {made.refused_count} refused of {made.total}; {made.error}"
        raise SystemExit(message)
    counts = {"created": made.created_count, "same": made.same_count, "changed": made.changed_count}
    return seconds, {**counts, "stages": made.result["stages"]}


def main() -> None:
    """Print seconds, rows a second, the ratio to the floor and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[300, 1300])
    sizes = parser.parse_args().rows[: len(VINS)]
    embedded.ensure(FOLDER, fast=True)
    try:
        import logging

        import django

        logging.disable(logging.INFO)
        import realtrack.celery  # noqa: F401 - tasks are sent through this app

        django.setup()
        from django.core.management import call_command

        from fitment.reference import reference_load

        call_command("migrate", verbosity=0)
        reference_load()
        run(file_of(10), VINS[-1])  # what a worker has loaded long before
        print(json.dumps(measured(sizes), indent=2))
    finally:
        embedded.stop_if_unused(FOLDER)
        shutil.rmtree(FOLDER, ignore_errors=True)


def measured(sizes: list[int]) -> dict[str, object]:
    """Measure each size, new and again; raises SystemExit where a limit is broken."""
    found: dict[str, object] = {}
    broken: list[str] = []
    peaks: list[float] = []
    for size, vin in zip(sizes, VINS, strict=False):
        content = file_of(size)
        least = floor(content)
        seconds, told = run(content, vin)
        again, same = run(content, vin)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        limit = LIMITS.get(size, SECONDS_A_ROW * size)
        found[f"{size} rows"] = {
            "seconds": round(seconds, 1), "limit": limit, "times_floor": round(seconds / least),
            "again_seconds": round(again, 1), "again": same, **told, "peak_mb": round(peaks[-1]),
        }  # fmt: skip
        if seconds > limit:
            broken.append(f"{size} rows took {seconds:.1f} s")
        if same["created"] or same["changed"] or told["created"] != size:
            broken.append(f"{size} rows: {told['created']} new, again {same}")
    if peaks[-1] - peaks[0] > GROWTH_MB:
        broken.append(f"memory grew by {peaks[-1] - peaks[0]:.0f} MB")
    if broken:
        print(json.dumps(found, indent=2))
        raise SystemExit("; ".join(broken))
    return found


if __name__ == "__main__":
    main()
