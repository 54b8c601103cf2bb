"""An application file of 100,000 rows from the upload to fitments, beside parse, validate and COPY.

Floor, in the same run: the same file parsed, validated and copied into a bare table, nothing else.
Limits: 100,000 rows in 10 s and 150 MB, 1,000,000 in 110 s, three times the floor; memory must not
grow with the file (counted on top of
Django's own). More rows: `ROWS=1000000`. Run it on an idle machine: `python benchmarks/aces.py`.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import sys
import tempfile
import time
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from realtrack import embedded  # noqa: E402  # the project is not installed as a package

ROWS = int(os.environ.get("ROWS", "100000"))
# Seconds for 100,000 rows and for a million; between them by line.
_SECONDS = (10.0, 110.0)
_MEGABYTES = 150.0
_RATIO = 3.0
_VEHICLES, _LISTED = 160_000, 90


def generate(path: Path, rows: int) -> None:
    """Write a valid file: four of five rows by base vehicle, one by years, make and model."""
    pick = random.Random(7)
    with path.open("w") as out:
        out.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<ACES version="4.2">\n<Header>'
            "<Company>Synthetic</Company><SenderName>x</SenderName><SenderPhone>1</SenderPhone>"
            "<TransferDate>2026-01-01</TransferDate><BrandAAIAID>BBBB</BrandAAIAID>"
            "<DocumentTitle>t</DocumentTitle><EffectiveDate>2026-01-01</EffectiveDate>"
            "<SubmissionType>FULL</SubmissionType><VcdbVersionDate>2025-12-26</VcdbVersionDate>"
            "<QdbVersionDate>2025-12-26</QdbVersionDate>"
            "<PcdbVersionDate>2025-12-26</PcdbVersionDate></Header>\n"
        )
        for number in range(1, rows + 1):
            out.write(f'<App action="A" id="{number}">')
            if number % 5:
                out.write(f'<BaseVehicle id="{pick.randint(1, _VEHICLES)}"/>')
            else:
                year = pick.randint(1985, 2020)
                out.write(f'<Years from="{year}" to="{year + pick.randint(0, 5)}"/>')
                out.write(f'<Make id="{pick.randint(1, 80)}"/><Model id="{pick.randint(1, 999)}"/>')
            if number % 3 == 0:
                out.write(f'<SubModel id="{pick.randint(1, 300)}"/>')
            if number % 2 == 0:
                out.write(f'<EngineBase id="{pick.randint(1, 400)}"/>')
            if number % 7 == 0:
                out.write("<Note>w/ ABS &amp; Tow Pkg</Note>")
            out.write(
                f'<Qty>1</Qty><PartType id="1684"/><Position id="{pick.choice([22, 30])}"/>'
                f"<Part>BP{pick.randint(100, 999)}</Part></App>\n"
            )
        out.write(f"<Footer><RecordCount>{rows}</RecordCount></Footer>\n</ACES>\n")


_CODES = (
    "INSERT INTO aces_codes (id, created_at, updated_at, kind, code, name, name_key, year,"
    " make_name, model_name, make_id, model_id, engine_id, is_person)"
    " SELECT gen_random_uuid(), now(), now(), {kind}, {columns}, false FROM {source}"
)


def fill() -> None:
    """Map nine of ten ids to vehicles of the reference data, and list a tenth of the numbers."""
    from django.db import connection

    from fitment.reference import reference_load
    from listings.models import Listing
    from listings.services import listing_create
    from realtrack.core.actors import Actor

    reference_load()
    numbered = "(SELECT row_number() OVER (ORDER BY {by}) AS n, t.* FROM {table} t) s"
    with connection.cursor() as cursor:
        cursor.execute(  # ten ids of each base vehicle, as if their configurations differed
            "INSERT INTO aces_codes (id, created_at, updated_at, kind, code, name, name_key, year,"
            " make_name, model_name, make_id, model_id, engine_id, is_person)"
            " SELECT gen_random_uuid(), now(), now(), 'BaseVehicle', s.n + 16000 * g, '', '',"
            " s.year, '', '', mo.make_id, mo.id, NULL, false FROM"
            " (SELECT row_number() OVER (ORDER BY id) AS n, * FROM fitment_model_years) s"
            " JOIN fitment_models mo ON mo.id = s.model_id CROSS JOIN generate_series(0, 9) g"
            " WHERE s.n <= 14400"
        )
        named = "code, name, replace(slug, '-', ''), NULL, name, ''"
        makes = numbered.format(by="slug", table="fitment_makes").replace("AS n", "AS code")
        cursor.execute(
            _CODES.format(
                kind="'Make'", columns=f"{named}, id, NULL::uuid, NULL::uuid", source=makes
            )
        )
        models = numbered.format(by="slug, id", table="fitment_models").replace("AS n", "AS code")
        columns = f"{named}, NULL::uuid, NULL::uuid, NULL::uuid"
        cursor.execute(_CODES.format(kind="'Model'", columns=columns, source=models))
        engines = numbered.format(by="code", table="fitment_engines")
        columns = "n, s.code, '', NULL, '', '', NULL::uuid, NULL::uuid, s.id"
        cursor.execute(_CODES.format(kind="'EngineBase'", columns=columns, source=engines))
        columns = "n, 'Trim ' || n, '', NULL, '', '', NULL::uuid, NULL::uuid, NULL::uuid"
        cursor.execute(
            _CODES.format(kind="'SubModel'", columns=columns, source="generate_series(1, 270) n")
        )
        cursor.execute("ANALYZE")
    first = listing_create(data={"title": "Pads"}, actor=Actor.system("benchmark"))
    every = [
        str(one.column)
        for one in Listing._meta.concrete_fields  # noqa: SLF001 - Django's documented API of models
    ]
    own = {
        "id": "md5(n::text)::uuid",
        "custom_label_sku": "'B-' || n",
        "c_brand": "'Acme'",
        "mpn_normalised": "'BP' || n",
    }
    taken = ", ".join(own.get(name, f't."{name}"') for name in every)
    names = ", ".join(f'"{name}"' for name in every)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO listings ({names}) SELECT {taken}"  # noqa: S608 - names of our own
            " FROM listings t, generate_series(100, %s) n WHERE t.id = %s",
            [99 + _LISTED, first.pk],
        )


def floor(path: Path) -> float:
    """Parse, validate and COPY the file's rows into a bare table; returns the seconds."""
    from django.db import connection, transaction

    from fitment.aces.reader import AcesReader
    from fitment.aces.rows import COLUMNS, copy_line
    from fitment.aces.staging import _INCOMING, CHUNK

    bare = _INCOMING.replace("TEMP TABLE aces_incoming", "TABLE bench_bare")
    with connection.cursor() as cursor:
        cursor.execute(bare.replace("ON COMMIT DROP", ""))
        begun = time.perf_counter()
        lines: list[str] = []

        def send() -> None:
            with (
                transaction.atomic(),
                cursor.copy(f"COPY bench_bare ({', '.join(COLUMNS)}) FROM STDIN") as copy,
            ):
                copy.write("".join(lines))
            lines.clear()

        for row in AcesReader(path).rows():
            lines.append(copy_line(row))
            if len(lines) == CHUNK:
                send()
        send()
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_bare")
    return seconds


def _megabytes() -> float:
    # On Linux in kilobytes; of the whole process, Django's own among it.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from fitment.aces.importing import import_run
    from fitment.aces.uploads import upload_start
    from fitment.models import AcesUpload, PartFitment
    from realtrack.core.actors import Actor

    call_command("migrate", verbosity=0)
    fill()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.xml"
        generate(path, ROWS)
        # Before the floor, which reads the same rows: what the import needs is not hidden by it.
        before = _megabytes()
        bare = floor(path)
        with path.open("rb") as file:
            begun = time.perf_counter()
            upload = upload_start(name="file.xml", file=file, actor=Actor.system("benchmark"))
            import_run(run_id=upload.run_id)
            seconds = time.perf_counter() - begun
    megabytes = _megabytes()
    upload = AcesUpload.objects.select_related("run").get(pk=upload.pk)
    low, high = _SECONDS
    limit = low + (high - low) * max(0, ROWS - 100_000) / 900_000
    print(f"machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{ROWS:,} rows: {upload.counts}")
    fits = PartFitment.objects.count()
    print(f"{fits:,} fitments on {_LISTED} parts; run {upload.run.state} {upload.run.error}")
    print(f"floor (parse, validate, COPY): {bare:.2f} s")
    print(f"import: {seconds:.2f} s, {ROWS / seconds:,.0f} rows/s   limit {limit:.0f} s")
    print(f"ratio: {seconds / bare:.2f}   limit {_RATIO}")
    grown = megabytes - before
    print(f"memory: {grown:.0f} MB on top of {before:.0f} MB of Django   limit 150")
    adds_up = upload.run.state == "done" and upload.counts["total"] == ROWS and fits > 0
    return int(not adds_up or seconds > limit or grown > _MEGABYTES or seconds / bare > _RATIO)


if __name__ == "__main__":
    state = Path(tempfile.mkdtemp(prefix="rt-bench-"))
    state.chmod(0o755)
    os.environ["REALTRACK_VAR"] = str(state / "var")
    os.environ["DJANGO_SETTINGS_MODULE"] = "realtrack.settings"
    # Figures alone; each message and each run would have its line else.
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    embedded.ensure(state / "var")
    try:
        code = main()
    finally:
        embedded.stop_if_unused(state / "var")
        shutil.rmtree(state, ignore_errors=True)
    sys.exit(code)
