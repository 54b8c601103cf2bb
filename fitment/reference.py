"""Load the shipped vehicle data by COPY and set-based upserts; idempotent, a few seconds.

Rows and fields that the staff own stay as they are. Parents are found by their natural keys, so that
a make that the staff entered first is used and not made twice; what the staff merged away goes
to where it was merged.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection, transaction

from fitment.seed import DATA, Row, SeedRows, seed_rows
from realtrack.core.registry import SeedResult
from realtrack.core.seeds import is_seeded, mark_seeded

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

# Any fixed number; two seeders at once wait for each other instead of for each other's rows.
_LOCK = 4_120_318


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One upsert: `rows` go to a temporary table `seed`, `select` turns them into table rows."""

    name: str
    rows: str
    seed_columns: str
    columns: tuple[str, ...]
    select: str
    key: tuple[str, ...]
    updates: tuple[str, ...] = ()


_MAKE = "JOIN fitment_makes ma0 ON ma0.slug = s.make"
_MAKE_ID = "coalesce(ma0.merged_into_id, ma0.id)"
_MODEL = (
    f"{_MAKE} JOIN fitment_models mo0 ON mo0.make_id = {_MAKE_ID} AND mo0.slug = s.model"
)  # fmt: skip
_MODEL_ID = "coalesce(mo0.merged_into_id, mo0.id)"
_SUBMODEL = f"{_MODEL} JOIN fitment_submodels su ON su.model_id = {_MODEL_ID} AND su.name = s.name"
_YEAR = f"{_MODEL} JOIN fitment_model_years my ON my.model_id = {_MODEL_ID} AND my.year = s.year"
_CHASSIS = (
    f"{_MODEL} JOIN fitment_chassis_codes cc"
    f" ON cc.make_id = {_MAKE_ID} AND cc.code = s.code AND cc.year_start = s.start"
)

_TABLES: tuple[_Table, ...] = (
    _Table(
        name="fitment_makes",
        rows="makes",
        seed_columns="id uuid, slug text, name text",
        columns=("slug", "name"),
        select="s.slug, s.name FROM seed s",
        key=("slug",),
        updates=("name",),
    ),
    _Table(
        name="fitment_models",
        rows="models",
        seed_columns="id uuid, make text, slug text, name text",
        columns=("make_id", "slug", "name"),
        select=f"{_MAKE_ID}, s.slug, s.name FROM seed s {_MAKE}",
        key=("make_id", "slug"),
        updates=("name",),
    ),
    _Table(
        name="fitment_model_years",
        rows="model_years",
        seed_columns="id uuid, make text, model text, year int",
        columns=("model_id", "year"),
        select=f"{_MODEL_ID}, s.year FROM seed s {_MODEL}",
        key=("model_id", "year"),
    ),
    _Table(
        name="fitment_engines",
        rows="engines",
        seed_columns="id uuid, code text, displacement_l numeric, cylinders int, layout text,"
        " fuel_type text, aspiration text",
        columns=(
            "code",
            "displacement_l",
            "cylinders",
            "layout",
            "fuel_type",
            "aspiration",
        ),
        select="s.code, s.displacement_l, s.cylinders, s.layout, s.fuel_type, s.aspiration"
        " FROM seed s",
        key=("code",),
        updates=("displacement_l", "cylinders", "layout", "fuel_type", "aspiration"),
    ),
    _Table(
        name="fitment_model_year_engines",
        rows="model_year_engines",
        seed_columns="id uuid, make text, model text, year int, code text",
        columns=("model_year_id", "engine_id"),
        select=f"my.id, e.id FROM seed s {_YEAR} JOIN fitment_engines e ON e.code = s.code",
        key=("model_year_id", "engine_id"),
    ),
    _Table(
        name="fitment_submodels",
        rows="submodels",
        seed_columns="id uuid, make text, model text, name text",
        columns=("model_id", "name"),
        select=f"{_MODEL_ID}, s.name FROM seed s {_MODEL}",
        key=("model_id", "name"),
    ),
    _Table(
        name="fitment_submodel_years",
        rows="submodel_years",
        seed_columns="id uuid, make text, model text, name text, year int",
        columns=("submodel_id", "year"),
        select=f"su.id, s.year FROM seed s {_SUBMODEL}",
        key=("submodel_id", "year"),
    ),
    _Table(
        name="fitment_make_aliases",
        rows="make_aliases",
        seed_columns="id uuid, make text, alias text, key text, kind text, caution text",
        columns=("make_id", "alias", "key", "kind", "caution"),
        select=f"{_MAKE_ID}, s.alias, s.key, s.kind, s.caution FROM seed s {_MAKE}",
        key=("make_id", "alias"),
        updates=("key", "kind", "caution"),
    ),
    _Table(
        name="fitment_model_aliases",
        rows="model_aliases",
        seed_columns="id uuid, make text, model text, alias text, key text, kind text, note text",
        columns=("model_id", "alias", "key", "kind", "note"),
        select=f"{_MODEL_ID}, s.alias, s.key, s.kind, s.note FROM seed s {_MODEL}",
        key=("model_id", "alias"),
        updates=("key", "kind", "note"),
    ),
    _Table(
        name="fitment_chassis_codes",
        rows="chassis",
        seed_columns="id uuid, make text, code text, start int, finish int, us_sold boolean,"
        " is_certain boolean, stands_alone boolean, notes text",
        columns=(
            "make_id",
            "code",
            "year_start",
            "year_end",
            "us_sold",
            "is_certain",
            "stands_alone",
            "notes",
        ),
        select=f"{_MAKE_ID}, s.code, s.start, s.finish, s.us_sold, s.is_certain,"
        f" s.stands_alone, s.notes FROM seed s {_MAKE}",
        key=("make_id", "code", "year_start"),
        updates=("year_end", "us_sold", "is_certain", "stands_alone", "notes"),
    ),
    _Table(
        name="fitment_chassis_models",
        rows="chassis_models",
        seed_columns="id uuid, make text, code text, start int, model text",
        columns=("chassis_id", "model_id"),
        select=f"cc.id, {_MODEL_ID} FROM seed s {_CHASSIS}",
        key=("chassis_id", "model_id"),
    ),
)


def _upsert_sql(table: _Table) -> str:
    """Return the statement; a field in `person_fields` and a row of the staff are left alone."""
    columns = ", ".join(table.columns)
    conflict = "DO NOTHING"
    if table.updates:
        mine = "NOT ({name} = ANY(t.person_fields))"
        sets = ", ".join(
            f"{name} = CASE WHEN {mine.format(name=repr(name))} THEN excluded.{name}"
            f" ELSE t.{name} END"
            for name in table.updates
        )
        differs = " OR ".join(
            f"({mine.format(name=repr(name))} AND t.{name} IS DISTINCT FROM excluded.{name})"
            for name in table.updates
        )
        conflict = (
            f"DO UPDATE SET {sets}, updated_at = now() WHERE t.source = 'seed' AND ({differs})"
        )
    moved_key = ", ".join(f"moved.{name}" for name in table.key)
    incoming_key = ", ".join(f"incoming.{name}" for name in table.key)
    return (  # every name in it is a constant of this module
        f"WITH touched AS (INSERT INTO {table.name} AS t"  # noqa: S608 - see above
        f" (id, {columns}, source, person_fields, created_at, updated_at)"
        f" SELECT DISTINCT ON ({', '.join(table.key)}) id, {columns}, 'seed',"
        " '{}'::varchar[], now(), now()"
        f" FROM (SELECT s.id, {table.select}) AS incoming (id, {columns})"
        # A row that the staff renamed or moved has the id under another key: it is not made anew.
        f" WHERE NOT EXISTS (SELECT 1 FROM {table.name} moved WHERE moved.id = incoming.id"
        f" AND ({moved_key}) IS DISTINCT FROM ({incoming_key}))"
        f" ORDER BY {', '.join(table.key)}, id"
        f" ON CONFLICT ({', '.join(table.key)}) {conflict} RETURNING xmax = 0 AS is_new)"
        " SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM touched"
    )


def _load(cursor: CursorWrapper, table: _Table, rows: list[Row]) -> tuple[int, int]:
    cursor.execute("DROP TABLE IF EXISTS pg_temp.seed")
    cursor.execute(f"CREATE TEMPORARY TABLE seed ({table.seed_columns}) ON COMMIT DROP")
    with cursor.copy("COPY seed FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute("ANALYZE seed")
    cursor.execute(_upsert_sql(table))
    created, changed = cursor.fetchone()
    # The next table joins this one: without statistics the planner thinks it empty.
    cursor.execute(f"ANALYZE {table.name}")
    return created, changed


def reference_load(rows: SeedRows | None = None) -> SeedResult:
    """Load `rows` (the shipped ones by default) in one transaction and say what changed.

    Idempotent: a second load changes nothing and creates nothing.
    """
    source = rows or seed_rows()
    created = changed = total = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for table in _TABLES:
            table_rows: list[Row] = getattr(source, table.rows)
            new, other = _load(cursor, table, table_rows)
            created, changed, total = (
                created + new,
                changed + other,
                total + len(table_rows),
            )
        if created or changed:
            reference_touch()
    return SeedResult(
        created=created,
        changed=changed,
        same=total - created - changed,
        note="vehicle reference data",
    )


def reference_touch() -> None:
    """Raise the version, inside the transaction of a change; copies in memory are then renewed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fitment_reference_state AS t (id, version, changed_at)"
            " VALUES (1, 1, now())"
            " ON CONFLICT (id) DO UPDATE SET version = t.version + 1, changed_at = now()"
        )


def _fingerprint() -> str:
    """Return a hash of the shipped files and of this loader's version."""
    digest = hashlib.sha256(b"1")
    for path in sorted(DATA.glob("*.csv")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def reference_seed() -> SeedResult:
    """Load the shipped data unless this very version is loaded already; for the start."""
    fingerprint = _fingerprint()
    if is_seeded("fitment", fingerprint):
        return SeedResult(note="vehicle reference data, loaded before")
    with transaction.atomic():
        result = reference_load()
        mark_seeded("fitment", fingerprint)
    return result
