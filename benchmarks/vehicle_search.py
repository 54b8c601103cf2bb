"""Search by vehicle and the steps of the cascade on a big catalog, beside hand-written SQL.

`--rows` listings (1,000,000 unless said) with five fitments each, made by the database itself
(`generate_series`, minutes): models by a skew as in real catalogs, years within each model's life,
half of the rows for one engine. The real web process, one client on one kept connection; the floor is
plain SQL for the same answer, sent by psycopg in turns with the calls. Vehicles are drawn from the
fitments, so that what many parts fit is asked for most. `--folder` keeps the catalog.
`python benchmarks/vehicle_search.py [--rows 50000] [--calls 200] [--folder /tmp/rt-vehicles]`
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

PROJECT_ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT_ROOT))

from benchmarks import search  # noqa: E402  # the project is not installed as a package
from benchmarks.search import Client, Kind, Meter  # noqa: E402
from realtrack import embedded  # noqa: E402

CALLS = 200
PER_LISTING = 5
SEARCH_MS, STEP_MS, RATIO = 50, 30, 3
_SLOPE = 0.7  # the weight of the k-th model is 1 / k ** slope
_CAP = 10_000

# A number from 0 to 1 that the row's own number decides: the same rows on every machine.
_DRAW = "((hashint8extended({n}, {seed}) & 4503599627370495)::float8 / 4503599627370496)"
_MODELS = f"""
CREATE TEMP TABLE drawn_models ON COMMIT DROP AS
SELECT m.id AS model_id, m.make_id, min(y.year) AS first, max(y.year) AS last,
       row_number() OVER (ORDER BY md5(m.make_id::text || m.slug)) AS k,
       (SELECT array_agg(DISTINCT e.engine_id) FROM fitment_model_year_engines e
          JOIN fitment_model_years ey ON ey.id = e.model_year_id WHERE ey.model_id = m.id) AS engines
  FROM fitment_models m JOIN fitment_model_years y ON y.model_id = m.id
 WHERE m.merged_into_id IS NULL GROUP BY m.id;
CREATE TEMP TABLE drawn_sums ON COMMIT DROP AS
SELECT array_agg(total ORDER BY k) AS sums FROM (
    SELECT k, sum(k ^ -{_SLOPE}) OVER (ORDER BY k) / sum(k ^ -{_SLOPE}) OVER () AS total
      FROM drawn_models) t;
CREATE UNIQUE INDEX ON drawn_models (k);
ANALYZE drawn_models
"""  # noqa: S608 - a constant of this file
_LISTING_ID = (
    "(lpad(to_hex(1700000000000 + {n} * 60000), 12, '0') || '7' || substr(md5({n}::text), 1, 3)"
    " || '8' || substr(md5({n}::text), 4, 15))::uuid"
)
_OWN = {
    "id": _LISTING_ID.format(n="n"),
    "custom_label_sku": "'G-' || n",
    "title": "'Generated part ' || n",
    "mpn_normalised": "'N' || (n %% 200000)",
    "start_price": "10 + n %% 300",
    "created_at": "timestamptz '2024-11-01' + n * (interval '730 days' / %(count)s)",
    "updated_at": "timestamptz '2024-11-01' + n * (interval '730 days' / %(count)s)",
}
_FITMENTS = f"""
INSERT INTO part_fitments (id, created_at, updated_at, listing_id, make_id, model_id, engine_id,
    year_start, year_end, part_type, position, drive, transmission, body, qualifiers, notes,
    detail_key, source, evidence, verified)
SELECT gen_random_uuid(), now(), now(), {_LISTING_ID.format(n="(1 + r / 5)")}, m.make_id,
       m.model_id,
       CASE WHEN {_DRAW.format(n="r", seed=2)} < 0.5
            THEN m.engines[1 + floor({_DRAW.format(n="r", seed=3)} * cardinality(m.engines))::int]
       END,
       y.first, least(m.last, y.first + floor({_DRAW.format(n="r", seed=4)} * 7)::int),
       '', '', '', '', '', '[]', '', r::text, 'person', '{{}}',
       {_DRAW.format(n="r", seed=5)} < 0.9
  FROM (SELECT r, (width_bucket({_DRAW.format(n="r", seed=1)}, s.sums) + 1)::bigint AS k
          FROM generate_series(0, %(count)s * {PER_LISTING}::bigint - 1) r
         CROSS JOIN drawn_sums s OFFSET 0) d  -- drawn once a row, before the join looks at it
  JOIN drawn_models m ON m.k = d.k
 CROSS JOIN LATERAL (SELECT m.first
       + floor({_DRAW.format(n="r", seed=6)} * (m.last - m.first + 1))::int AS first) y
"""  # noqa: S608 - constants of this file
_SAMPLE = """
SELECT k.id, k.name, m.id, m.name, f.year_start + (random() * (f.year_end - f.year_start))::int,
       e.id, e.code
  FROM part_fitments f TABLESAMPLE BERNOULLI (%s) REPEATABLE (7)
  JOIN fitment_makes k ON k.id = f.make_id JOIN fitment_models m ON m.id = f.model_id
  LEFT JOIN fitment_engines e ON e.id = f.engine_id ORDER BY f.id LIMIT %s
"""
# What the answer needs, by hand: the newest 25 parts, and how many there are, no further than 10,000.
_HITS = """
SELECT DISTINCT f.listing_id FROM part_fitments f
 WHERE f.make_id = %(make)s AND f.model_id = %(model)s AND f.year_start <= %(year)s
   AND f.year_end >= %(year)s AND f.rejected_at IS NULL
   AND (%(engine)s::uuid IS NULL OR f.engine_id = %(engine)s OR f.engine_id IS NULL)
"""
_BY_HAND = f"""
SELECT l.id, l.custom_label_sku, l.title, l.status, l.start_price, l.currency, l.quantity
  FROM ({_HITS}) h JOIN listings l ON l.id = h.listing_id AND l.deleted_at IS NULL
 ORDER BY l.created_at DESC, l.id DESC LIMIT 25
"""  # noqa: S608 - constants of this file
_COUNT_BY_HAND = f"""
SELECT count(*) FROM (SELECT FROM ({_HITS}) h JOIN listings l ON l.id = h.listing_id
    AND l.deleted_at IS NULL LIMIT {_CAP + 1}) t
"""  # noqa: S608 - constants of this file
_STEPS_BY_HAND = {
    "makes": "SELECT id, name, slug FROM fitment_makes WHERE merged_into_id IS NULL ORDER BY name",
    "models": "SELECT id, make_id, name, slug FROM fitment_models WHERE make_id = %(make)s "
    "AND merged_into_id IS NULL ORDER BY name",
    "years": "SELECT year FROM fitment_model_years WHERE model_id = %(model)s ORDER BY year DESC",
    "engines": "SELECT * FROM fitment_engines WHERE id IN (SELECT l.engine_id "
    "FROM fitment_model_year_engines l JOIN fitment_model_years y ON y.id = l.model_year_id "
    "WHERE y.model_id = %(model)s AND y.year = %(year)s) ORDER BY displacement_l, code",
    "submodels": "SELECT * FROM fitment_submodels WHERE model_id = %(model)s AND id IN (SELECT "
    "submodel_id FROM fitment_submodel_years WHERE year = %(year)s) ORDER BY name",
}

Vehicle = dict[str, Any]


def prepare(folder: Path, rows: int) -> None:
    """Start the folder's servers, migrate, and fill an empty catalog."""
    embedded.ensure(folder)
    subprocess.run(
        [sys.executable, "-m", "realtrack.supervisor.bootstrap", "--demo"],
        cwd=PROJECT_ROOT, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    import django

    django.setup()
    from listings.models import Listing

    if Listing.objects.filter(custom_label_sku="G-1").exists():
        print("  the catalog is filled already")
        return
    fill(rows)


def fill(rows: int) -> None:
    """Make listings and their fitments by two statements; prints what each step took."""
    from django.db import connection

    from fitment.models import PartFitment
    from listings.models import Listing
    from listings.services import listing_create
    from realtrack.core.actors import Actor

    template = listing_create(data={"title": "Blank part"}, actor=Actor.system("benchmark"))
    columns = [str(one.column) for one in Listing._meta.concrete_fields]  # noqa: SLF001 - documented
    taken = ", ".join(_OWN.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    insert = (
        f"INSERT INTO listings ({names}) SELECT {taken} FROM generate_series(1::bigint, %(count)s) n, "  # noqa: S608 - names of our own
        "listings t WHERE t.id = %(template)s"
    )
    values = {"count": rows, "template": template.pk}
    # References are right by construction: checking 25 million of them is not what is measured.
    with connection.cursor() as cursor:
        _step("listings", lambda: _load(cursor, Listing._meta.db_table, [(insert, values)]))  # noqa: SLF001 - documented
        _step(
            "fitments",
            lambda: _load(
                cursor,
                PartFitment._meta.db_table,  # noqa: SLF001 - documented
                [(_MODELS, None), (_FITMENTS, {"count": rows})],
            ),
        )
        _step("statistics", lambda: cursor.execute("VACUUM ANALYZE listings, part_fitments"))


def _load(cursor: Any, table: str, statements: Sequence[tuple[str, Any]]) -> None:
    """Run statements in one transaction without the table's plain indexes, then make those again."""
    from django.db import transaction

    from benchmarks.catalog.filling import without_indexes

    with transaction.atomic():
        definitions = without_indexes(table)
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement, values in statements:
            cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for definition in definitions:
            cursor.execute(definition)


def _step(what: str, work: Callable[[], Any]) -> None:
    begun = time.monotonic()
    work()
    print(f"  {what}: {time.monotonic() - begun:.1f} s", flush=True)


def vehicles(cursor: Any, count: int) -> list[Vehicle]:
    """Draw vehicles from the fitments: the same each time for the same catalog."""
    cursor.execute("SELECT setseed(0.5)")
    cursor.execute("SELECT count(*) FROM part_fitments")
    total = cursor.fetchone()[0]
    cursor.execute(_SAMPLE, [min(100.0, 100.0 * 3 * count / total), count])
    names = ("make", "make_name", "model", "model_name", "year", "engine", "engine_code")
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert found, "there are no fitments"
    return [found[n % len(found)] for n in range(count)]


def _sql(drawn: Sequence[Vehicle], *statements: str) -> Callable[[Any, int], None]:
    def run(cursor: Any, position: int) -> None:
        for statement in statements:
            cursor.execute(statement, drawn[position])
            cursor.fetchall()

    return run


def _by_ids(one: Vehicle) -> str:
    query = {"make": one["make"], "model": one["model"], "year": one["year"], "limit": 25}
    if one["engine_code"]:
        query["engine"] = one["engine_code"]
    return f"/api/fitment/search?{urlencode(query)}"


def _by_words(one: Vehicle) -> str:
    words = [str(one["year"]), one["make_name"], one["model_name"], one["engine_code"] or ""]
    return f"/api/fitment/search?limit=25&q={quote(' '.join(filter(None, words)))}"


def kinds(drawn: Sequence[Vehicle]) -> list[Kind]:
    """What is asked, with its limit at p95 in milliseconds, and the same by hand."""

    def get(make: Callable[[Vehicle], str]) -> list[tuple[str, str, Any]]:
        return [("GET", make(one), None) for one in drawn]

    def step(name: str, make: Callable[[Vehicle], str]) -> Kind:
        return Kind(f"step: {name}", STEP_MS, get(make), _sql(drawn, _STEPS_BY_HAND[name]))

    both = _sql(drawn, _BY_HAND, _COUNT_BY_HAND)
    return [
        Kind("vehicle search by ids", SEARCH_MS, get(_by_ids), both),
        Kind("vehicle search in words", SEARCH_MS, get(_by_words), both),
        step("makes", lambda one: f"/api/fitment/makes?q={quote(one['make_name'][:2])}"),
        step("models", lambda one: f"/api/fitment/makes/{one['make']}/models"),
        step("years", lambda one: f"/api/fitment/models/{one['model']}/years"),
        step("engines", lambda one: f"/api/fitment/engines?modelId={one['model']}"
             f"&yearStart={one['year']}&yearEnd={one['year']}"),
        step("submodels", lambda one: f"/api/fitment/models/{one['model']}/submodels"
             f"?yearStart={one['year']}&yearEnd={one['year']}"),
    ]  # fmt: skip


def report(kind: Kind) -> bool:
    """Print one line; returns whether its limits hold: p95, and for a search its ratio too."""
    ours, floor = statistics.quantiles(kind.ours, n=100), statistics.quantiles(kind.by_hand, n=100)
    ratio = ours[94] / floor[94]
    held = ours[94] <= kind.limit_ms
    if kind.limit_ms == SEARCH_MS:
        held &= ratio <= RATIO
    print(
        f"{kind.name:26} p50 {ours[49]:6.1f} ms by hand {floor[49]:6.1f} ({ours[49] / floor[49]:4.1f} ×)"
        f"   p95 {ours[94]:6.1f} ms by hand {floor[94]:6.1f} ({ratio:4.1f} ×)"
        f"   cpu {kind.our_cpu_ms / len(kind.ours):5.1f} ms by hand "
        f"{kind.cpu_by_hand_ms / len(kind.by_hand):5.1f}   limit {kind.limit_ms:3.0f} ms"
        f"{'' if held else '   BROKEN'}",
        flush=True,
    )
    return held


def run(folder: Path, rows: int, calls: int) -> int:
    """Fill, serve, measure, print; returns 1 when a limit is broken."""
    os.environ.update({**search.ENVIRONMENT, "REALTRACK_VAR": str(folder)})
    prepare(folder, rows)
    from django.db import connection

    process, port = search.start()
    try:
        client = Client(port)
        held = True
        print(f"load {os.getloadavg()[0]:.1f} at the start")
        with connection.cursor() as cursor:
            meter = Meter(cursor, process.pid)
            for kind in kinds(vehicles(cursor, calls)):
                search.measure(kind, client, cursor, meter, calls)
                held &= report(kind)
        print(f"load {os.getloadavg()[0]:.1f} at the end")
        return int(not held)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def main() -> int:
    """Read what is asked for, and tidy up a folder of our own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--calls", type=int, default=CALLS, help="of each kind")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="rt-bench-"))
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    folder.chmod(0o755)
    print(f"machine: {os.cpu_count()} cores; {asked.rows:,} listings, {PER_LISTING} vehicles each")
    try:
        return run(folder, asked.rows, asked.calls)
    finally:
        embedded.stop_if_unused(folder)
        if asked.folder is None:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
