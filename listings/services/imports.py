"""Import of files: checked at once, then a run that any worker begins or goes on with."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import BinaryField, Q
from django.db.models.functions import Substr
from django.utils import timezone

from listings.files.book import MAX_FILE, open_tables
from listings.files.headers import Plan, plan_of
from listings.files.tables import FileRefused, Table
from listings.models import ImportFile, ImportPreset
from realtrack.core import registry, runs
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import Run, RunState
from realtrack.core.registry import RunKind

KIND = "listings.import"
UNDO_KIND = "listings.import_undo"
# A worker writes a sign of life with each row; one that is silent for longer was killed.
STALE_AFTER = timedelta(seconds=60)
_WAITING_AFTER = timedelta(seconds=10)
_MAX_MAPPING = 500
_PIECE = 8 * 1024 * 1024  # bytes of a kept file that are in memory at once


def import_start(
    *,
    name: str,
    content: bytes,
    dry_run: bool,
    actor: Actor,
    mapping: Mapping[str, str] | None = None,
    preset_id: uuid.UUID | None = None,
) -> Run:
    """Check the file's kind and headers, keep it, and make the run that a worker takes up.

    A dry run gives each row its verdict and stores nothing else. Raises `InvalidInput` naming
    `file` or `mapping`: no run is made of a file that cannot be read. A preset's columns that the
    file does not have are passed over; those of `mapping` must be there.
    """
    chosen = _mapping_checked(mapping or {})
    if len(content) > MAX_FILE:
        message = f"At most {MAX_FILE // 1024 // 1024} MB. Split the file."
        raise InvalidInput(fields={"file": message}, code="too_large")
    if preset_id is not None:
        preset = ImportPreset.objects.filter(pk=preset_id).first()
        if preset is None:
            raise InvalidInput(fields={"preset": "There is no such preset."})
        chosen = {**preset.mapping, **chosen}
    ignored, chosen = _ignored(name, content, chosen, needed=mapping or {})
    words = "Check of" if dry_run else "Import of"
    with transaction.atomic():
        run = runs.run_create(
            kind=KIND,
            title=f"{words} {name}",
            actor=actor,
            params={"file": name, "dry_run": dry_run, "ignored_headers": ignored},
        )
        ImportFile.objects.create(
            run=run,
            name=name[:255],
            content=content,
            size=len(content),
            mapping=chosen,
            is_dry_run=dry_run,
        )
        transaction.on_commit(lambda: import_resume(run.pk))
    return run


def import_apply(*, run_id: uuid.UUID, actor: Actor) -> Run:
    """Import the file of a dry run that has ended. Raises `NotFound`, `Conflict`."""
    file = ImportFile.objects.select_related("run").filter(pk=run_id).first()
    if file is None:
        raise NotFound
    if not file.is_dry_run or file.run.state != RunState.DONE:
        raise Conflict("Only a check that has ended is imported.")
    return import_start(
        name=file.name,
        content=bytes(file.content),
        dry_run=False,
        actor=actor,
        mapping=file.mapping,
    )


def import_recheck(*, run_id: uuid.UUID, mapping: Mapping[str, str], actor: Actor) -> Run:
    """Check the file of an import again with other columns. Raises `NotFound`, `InvalidInput`."""
    file = ImportFile.objects.filter(pk=run_id).first()
    if file is None:
        raise NotFound
    return import_start(
        name=file.name,
        content=bytes(file.content),
        dry_run=True,
        actor=actor,
        mapping=mapping,
    )


def import_resume(run_id: uuid.UUID) -> None:
    """Wake a worker for this run; rows that have their verdict are not done twice."""
    from listings import tasks

    core_tasks.kick(tasks.import_run_task, str(run_id))


def imports_sweep() -> int:
    """Wake workers for imports whose wake was lost or whose worker was killed; says how many."""
    now = timezone.now()
    due = Run.objects.filter(kind__in=(KIND, UNDO_KIND)).filter(
        Q(state=RunState.PENDING, created_at__lt=now - _WAITING_AFTER)
        | Q(state=RunState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    )
    found = list(due.values_list("pk", "kind"))
    for run_id, kind in found:
        if (known := registry.run_kinds.get(kind)) and known.resume:
            known.resume(run_id)
    return len(found)


@contextmanager
def stored_tables_opened(file: ImportFile) -> Iterator[list[tuple[Table, Plan]]]:
    """As `tables_opened` for a file that is kept; it is read in pieces, not into memory whole."""
    with tempfile.NamedTemporaryFile(suffix=".import") as copy:
        start = 1
        content = ImportFile.objects.filter(pk=file.pk)
        while start <= file.size:
            piece = Substr("content", start, _PIECE, output_field=BinaryField())
            copy.write(bytes(content.values_list(piece, flat=True).get()))
            start += _PIECE
        copy.flush()
        with open_tables(Path(copy.name), name=file.name) as tables:
            yield [(table, plan_of(table.headers, file.mapping)) for table in tables]


@contextmanager
def tables_opened(
    name: str, content: bytes, mapping: Mapping[str, str]
) -> Iterator[list[tuple[Table, Plan]]]:
    """The tables of a file with their plans. Raises `FileRefused`, `InvalidInput`."""
    with tempfile.NamedTemporaryFile(suffix=".import") as copy:
        copy.write(content)
        copy.flush()
        with open_tables(Path(copy.name), name=name) as tables:
            yield [(table, plan_of(table.headers, mapping)) for table in tables]


def _ignored(
    name: str, content: bytes, mapping: Mapping[str, str], *, needed: Mapping[str, str]
) -> tuple[list[str], dict[str, str]]:
    """Headers that are left aside, and the mapping of those that are there.

    Raises where the file cannot be imported at all.
    """
    try:
        with tables_opened(name, content, mapping) as tables:
            headers = {header for table, _ in tables for header in table.headers}
            if unknown := [header for header in needed if header not in headers]:
                message = f"The file has no column {unknown[0]}."
                raise InvalidInput(fields={"mapping": message})
            ignored = list(dict.fromkeys(one for _, plan in tables for one in plan.ignored))
            return ignored, {key: value for key, value in mapping.items() if key in headers}
    except FileRefused as refusal:
        raise InvalidInput(fields={"file": str(refusal)}, code="unreadable") from refusal


def _mapping_checked(mapping: Mapping[str, str]) -> dict[str, str]:
    if len(mapping) > _MAX_MAPPING:
        message = f"At most {_MAX_MAPPING} columns."
        raise InvalidInput(fields={"mapping": message})
    return dict(mapping)


RUN_KIND = RunKind(title="Import", resume=import_resume)
