"""The customer's table of ids: loading a file, mapping one id by hand; both free what waited.

A name is matched exactly (whatever its case, spaces and hyphens) or by an alias that means one
vehicle alone. What matches nothing keeps its name and waits for a person, or is added to the
vehicles where the sender asked for that.
"""
# ruff: noqa: S608 - statements are put together from our own fragments; values are parameters

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import connection, transaction

from fitment.aces import applying, fitting, staging
from fitment.aces.mapping_files import KINDS, Code, CodeFile, MappingRefused, codes_read
from fitment.aces.resolving import RERESOLVE
from fitment.aces.uploads import upload_opened
from fitment.enums import AcesUploadState
from fitment.events import AcesCodeMapped
from fitment.models import AcesCode, FitmentEngine, FitmentMake, FitmentModel
from fitment.naming import name_key
from fitment.reference import reference_touch
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.ids import uuid7
from realtrack.core.models import Run, RunItem, RunItemState

if TYPE_CHECKING:
    from fitment.aces.importing import Work

_FAULTS_KEPT = 1000

_INCOMING = """
CREATE TEMP TABLE codes_in (
    id uuid, kind text, code int, name text, name_key text, year smallint, make_name text,
    model_name text, make_key text, model_key text, make_id uuid, model_id uuid, engine_id uuid
) ON COMMIT DROP
"""

_MAKES = """
CREATE TEMP TABLE aces_make_names ON COMMIT DROP AS
SELECT key, (array_agg(DISTINCT make_id))[1] AS make_id FROM (
    SELECT replace(slug, '-', '') AS key, coalesce(merged_into_id, id) AS make_id
    FROM fitment_makes
    UNION ALL
    SELECT al.key, coalesce(ma.merged_into_id, ma.id)
    FROM fitment_make_aliases al JOIN fitment_makes ma ON ma.id = al.make_id
    WHERE al.kind IN ('alias', 'spelling', 'variant')
      AND NOT EXISTS (SELECT 1 FROM fitment_makes own WHERE replace(own.slug, '-', '') = al.key)
) named GROUP BY key HAVING count(DISTINCT make_id) = 1
"""

_MATCH = (
    """UPDATE codes_in c SET make_id = n.make_id FROM aces_make_names n
       WHERE c.make_key <> '' AND n.key = c.make_key""",
    """UPDATE codes_in c SET model_id = n.model_id FROM aces_model_names n
       WHERE c.kind = 'BaseVehicle' AND n.make_id = c.make_id AND n.key = c.model_key""",
    """UPDATE codes_in c SET engine_id = coalesce(e.merged_into_id, e.id) FROM fitment_engines e
       WHERE c.kind = 'EngineBase' AND lower(e.code) = lower(c.name)""",
)

# Only where asked for: what the table names and the vehicles lack.
_ADD = (
    """
    INSERT INTO fitment_makes (id, created_at, updated_at, source, person_fields, name, slug)
    SELECT gen_random_uuid(), now(), now(), 'import', '{}', min(c.make_name), s.slug
    FROM codes_in c CROSS JOIN LATERAL (SELECT trim(BOTH '-' FROM regexp_replace(
        lower(c.make_name), '[^a-z0-9]+', '-', 'g')) AS slug) s
    WHERE c.make_key <> '' AND c.make_id IS NULL AND s.slug <> ''
    GROUP BY s.slug ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO fitment_models (id, created_at, updated_at, source, person_fields, make_id, name, slug)
    SELECT gen_random_uuid(), now(), now(), 'import', '{}', c.make_id, min(c.model_name), s.slug
    FROM codes_in c CROSS JOIN LATERAL (SELECT trim(BOTH '-' FROM regexp_replace(
        lower(c.model_name), '[^a-z0-9]+', '-', 'g')) AS slug) s
    WHERE c.kind = 'BaseVehicle' AND c.make_id IS NOT NULL AND c.model_id IS NULL AND s.slug <> ''
    GROUP BY c.make_id, s.slug ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO fitment_engines (id, created_at, updated_at, source, person_fields, code,
        layout, fuel_type, aspiration)
    SELECT gen_random_uuid(), now(), now(), 'import', '{}', min(left(c.name, 50)), '', '', ''
    FROM codes_in c WHERE c.kind = 'EngineBase' AND c.engine_id IS NULL
    GROUP BY lower(left(c.name, 50)) ON CONFLICT DO NOTHING
    """,
)
_ADD_YEARS = """
INSERT INTO fitment_model_years (id, created_at, updated_at, source, person_fields, model_id, year)
SELECT gen_random_uuid(), now(), now(), 'import', '{}', model_id, year
FROM codes_in WHERE model_id IS NOT NULL AND year BETWEEN 1896 AND 2100
GROUP BY model_id, year ON CONFLICT DO NOTHING
"""

_STORE = """
INSERT INTO aces_codes AS t (id, created_at, updated_at, kind, code, name, name_key, year,
    make_name, model_name, make_id, model_id, engine_id, is_person)
SELECT id, now(), now(), kind, code, name, name_key, year, make_name, model_name, make_id,
    model_id, engine_id, false FROM codes_in
ON CONFLICT (kind, code) DO UPDATE SET
    updated_at = now(), name = excluded.name, name_key = excluded.name_key, year = excluded.year,
    make_name = excluded.make_name, model_name = excluded.model_name, make_id = excluded.make_id,
    model_id = excluded.model_id, engine_id = excluded.engine_id
WHERE NOT t.is_person AND (t.name, t.year, t.make_id, t.model_id, t.engine_id) IS DISTINCT FROM
    (excluded.name, excluded.year, excluded.make_id, excluded.model_id, excluded.engine_id)
RETURNING xmax = 0 AS is_new
"""

_UNMATCHED = """
SELECT count(*) FROM codes_in
WHERE kind = 'BaseVehicle' AND model_id IS NULL OR kind = 'EngineBase' AND engine_id IS NULL
   OR kind = 'Make' AND make_id IS NULL
"""


def mapping_run(work: Work) -> None:
    """Load a table of ids and free the rows that waited for them; one transaction, then the parts."""
    try:
        with upload_opened(work.upload) as path:
            found = codes_read(path, work.upload.name)
    except MappingRefused as refusal:
        work.upload.state, work.upload.verdict = AcesUploadState.REFUSED, str(refusal)
        work.upload.save()
        raise InvalidInput(fields={"file": str(refusal)}) from refusal
    with transaction.atomic():
        work.fence()
        staging.imports_lock()
        new, changed, unmatched = _codes_store(
            found, add_missing=bool(work.upload.options.get("add_missing"))
        )
        freed = reresolve()
        _verdicts(work, found, new, changed)
        work.upload.state = AcesUploadState.APPLIED
        work.upload.counts = {
            "codes": len(found.codes), "new": new, "changed": changed, "unmatched": unmatched,
            "rows_freed": freed, "faults": len(found.faults), "repeated": found.repeated,
        }  # fmt: skip
        work.upload.save()
    applying.fit_and_finish(work)


def _verdicts(work: Work, found: CodeFile, new: int, changed: int) -> None:
    refused = len(found.faults)
    same = found.rows - refused - new - changed
    RunItem.objects.filter(run=work.run).delete()
    RunItem.objects.bulk_create(
        [
            RunItem(
                run=work.run, position=number, label=place[:200], state=RunItemState.REFUSED,
                reason_code="invalid", reason=reason,
            )
            for number, (place, reason) in enumerate(found.faults[:_FAULTS_KEPT])
        ]
    )  # fmt: skip
    Run.objects.filter(pk=work.run.pk).update(
        total=found.rows, created_count=new, changed_count=changed, same_count=same,
        refused_count=refused,
    )  # fmt: skip


def _codes_store(found: CodeFile, *, add_missing: bool) -> tuple[int, int, int]:
    """Match and store; returns how many are new, changed, and without a match."""
    staging.names_table()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS codes_in, aces_make_names")
        cursor.execute(_INCOMING)
        columns = "id, kind, code, name, name_key, year, make_name, model_name, make_key, model_key"
        with cursor.copy(f"COPY codes_in ({columns}) FROM STDIN") as copy:
            for one in found.codes.values():
                copy.write_row(_incoming(one))
        _match(cursor)
        if add_missing:
            _added(cursor)
        cursor.execute(_UNMATCHED)
        unmatched = int(cursor.fetchone()[0])
        cursor.execute(_STORE)
        stored = cursor.fetchall()
        cursor.execute("ANALYZE aces_codes")
    new = sum(1 for (is_new,) in stored if is_new)
    return new, len(stored) - new, unmatched


def _incoming(one: Code) -> tuple[object, ...]:
    make = one.make or (one.name if one.kind == "Make" else "")
    return (
        uuid7(), one.kind, one.code, one.name[:200], name_key(one.name)[:200], one.year,
        make[:100], one.model[:100], name_key(make), name_key(one.model),
    )  # fmt: skip


def _match(cursor: object) -> None:
    run = cursor.execute  # type: ignore[attr-defined]  # Django's cursor has no public type
    run("DROP TABLE IF EXISTS aces_make_names")
    run(_MAKES)
    run("ANALYZE codes_in")
    for statement in _MATCH:
        run(statement)


def _added(cursor: object) -> None:
    """Add makes, then their models, then years and engines; matched anew after each."""
    run = cursor.execute  # type: ignore[attr-defined]  # Django's cursor has no public type
    for statement in _ADD:
        run(statement)
        staging.names_table()
        _match(cursor)
    run(_ADD_YEARS)
    reference_touch()


def reresolve(ids: list[str] | None = None) -> int:
    """Judge waiting rows again, all or those that name one of `ids`; the quarantine follows.

    Inside a transaction that holds the imports' lock. Returns how many rows were freed.
    """
    staging.names_table()
    with connection.cursor() as cursor:
        cursor.execute(RERESOLVE, {"all": ids is None, "ids": ids or []})
        rows = cursor.fetchall()
    freed = sum(int(row[3]) for row in rows if row[2] == "imported")
    fitting.due_note(sorted({row[1] for row in rows}))
    _counts_follow({row[0] for row in rows})
    if ids is None:
        _due_everything()
    applying.quarantine_rebuild()
    return freed


def _counts_follow(uploads: set[uuid.UUID]) -> None:
    """A file's verdicts still add up after its rows were freed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE aces_uploads u SET counts = u.counts || now.counts FROM ("
            " SELECT upload_id, jsonb_build_object("
            "   'imported', count(*) FILTER (WHERE state = 'imported'),"
            "   'unresolved', count(*) FILTER (WHERE state = 'unresolved')) AS counts"
            " FROM aces_rows WHERE upload_id = ANY(%s) GROUP BY upload_id) now"
            " WHERE u.id = now.upload_id",
            [sorted(uploads)],
        )


def _due_everything() -> None:
    """A table that changed may mean other vehicles for rows that were resolved before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO aces_due (part_key, created_at)"
            " SELECT DISTINCT l.mpn_normalised, now() FROM listings l"
            " WHERE l.deleted_at IS NULL AND l.mpn_normalised <> '' AND EXISTS ("
            "   SELECT 1 FROM aces_rows r WHERE r.part_key = l.mpn_normalised AND r.is_live)"
            " ON CONFLICT DO NOTHING"
        )


def code_map(
    *,
    kind: str,
    code: int,
    actor: Actor,
    name: str = "",
    make_id: uuid.UUID | None = None,
    model_id: uuid.UUID | None = None,
    year: int | None = None,
    engine_id: uuid.UUID | None = None,
) -> int:
    """Say what one id stands for; all rows that wait for it are judged again. Atomic.

    A base vehicle takes model and year; a make its make; a model its model; an engine its engine;
    the rest a name. Returns how many rows were freed. Raises InvalidInput by field.
    """
    if kind not in KINDS:
        raise InvalidInput(fields={"kind": f"There is no kind {kind!r}."})
    values = _meaning(kind, name.strip(), make_id, model_id, year, engine_id)
    with transaction.atomic():
        staging.imports_lock()
        row, _ = AcesCode.objects.update_or_create(
            kind=kind, code=code, defaults={**values, "is_person": True}
        )
        wanted = [f"{kind}:{code}"]
        if kind == "Make":  # its rows may now wait for a model instead
            wanted += [f"AllModels:{code}"]
        freed = reresolve(wanted)
        _due_of(kind, code)
        core_events.emit(
            AcesCodeMapped(entity_id=row.pk, kind=kind, code=code, meaning=row.name, freed=freed),
            actor=actor,
        )
        transaction.on_commit(fit_kick)
    return freed


def fit_kick() -> None:
    """Wake the worker that fits what is due."""
    from fitment import tasks
    from realtrack.core import tasks as core_tasks

    core_tasks.kick(tasks.aces_fit_task, coalesce="fitment.aces_fit")


_COLUMN_OF = {
    "BaseVehicle": "base_vehicle", "Make": "make_code", "AllModels": "make_code",
    "Model": "model_code", "SubModel": "submodel_code", "EngineBase": "engine_code",
    "PartType": "part_type_code", "Position": "position_code",
}  # fmt: skip


def _due_of(kind: str, code: int) -> None:
    """Rows that were resolved with another meaning of this id are fitted anew."""
    column = _COLUMN_OF.get(kind)
    condition = f"r.{column} = %s" if column else "(r.attributes ->> %s)::int = %s"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.part_key FROM aces_rows r JOIN listings l"
            " ON l.mpn_normalised = r.part_key AND l.deleted_at IS NULL"
            f" WHERE r.is_live AND r.state = 'imported' AND {condition}",
            [code] if column else [kind, code],
        )
        fitting.due_note([key for (key,) in cursor.fetchall()])


def _meaning(
    kind: str,
    name: str,
    make_id: uuid.UUID | None,
    model_id: uuid.UUID | None,
    year: int | None,
    engine_id: uuid.UUID | None,
) -> dict[str, object]:
    if kind in {"BaseVehicle", "Model"}:
        model = (
            FitmentModel.objects.filter(pk=model_id, merged_into=None).first() if model_id else None
        )
        if model is None:
            raise InvalidInput(fields={"model_id": "Choose a model."})
        if kind == "Model":
            return {"name": model.name, "name_key": name_key(model.name), "model_name": model.name}
        if year is None or not 1896 <= year <= 2100:
            raise InvalidInput(fields={"year": "A base vehicle is of one year, such as 2007."})
        return {
            "name": f"{year} {model.make.name} {model.name}", "make_id": model.make_id,
            "model_id": model.pk, "year": year, "make_name": model.make.name,
            "model_name": model.name, "name_key": "",
        }  # fmt: skip
    if kind in {"Make", "AllModels"}:
        make = FitmentMake.objects.filter(pk=make_id, merged_into=None).first() if make_id else None
        if make is None:
            raise InvalidInput(fields={"make_id": "Choose a make."})
        return {"name": make.name, "name_key": name_key(make.name), "make_id": make.pk}
    if kind == "EngineBase":
        engines = FitmentEngine.objects.filter(merged_into=None)
        engine = engines.filter(pk=engine_id).first() if engine_id else None
        if engine is None:
            raise InvalidInput(fields={"engine_id": "Choose an engine."})
        return {"name": engine.code, "engine_id": engine.pk}
    if not name:
        raise InvalidInput(fields={"name": "Type the name."})
    return {"name": name[:200], "name_key": name_key(name)[:200]}
