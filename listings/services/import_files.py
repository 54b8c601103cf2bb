"""What is kept of imports: presets of columns, refused rows to take back, files for a while."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from listings import events
from listings.files.headers import guess, guess_shopify, is_shopify, mapped
from listings.files.refused import refused_bytes
from listings.models import ImportFile, ImportPreset
from listings.services.imports import stored_tables_opened
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.models import RunItemState, RunState

# Long enough to look into a row that was refused last month; the verdicts stay for ever.
KEPT_DAYS = 30
_OPEN = (RunState.PENDING, RunState.RUNNING)
_NAME_MAX = 80
_SAMPLES = 3


def import_preset_save(*, name: str, mapping: Mapping[str, str], actor: Actor) -> ImportPreset:
    """Keep a mapping by name; the same name, whatever its case, is written over.

    Raises `InvalidInput` naming `name` or `mapping`.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > _NAME_MAX:
        raise InvalidInput(fields={"name": f"Type a name of 1 to {_NAME_MAX} characters."})
    for header in mapping:
        mapped(header, mapping)
    with transaction.atomic():
        preset = ImportPreset.objects.select_for_update().filter(name__iexact=plain).first()
        preset = preset or ImportPreset(name=plain, created_by=actor.user_id)
        preset.mapping = dict(mapping)
        preset.save()
        core_events.emit(
            events.ImportPresetSaved(entity_id=preset.pk, preset_name=preset.name), actor=actor
        )
    return preset


def import_preset_delete(*, preset_id: uuid.UUID, actor: Actor) -> None:
    """Forget a preset; imports that used it stay as they are. Raises `NotFound`."""
    with transaction.atomic():
        preset = ImportPreset.objects.select_for_update().filter(pk=preset_id).first()
        if preset is None:
            raise NotFound
        core_events.emit(
            events.ImportPresetForgotten(entity_id=preset.pk, preset_name=preset.name), actor=actor
        )
        preset.delete()


def import_columns(*, run_id: uuid.UUID) -> list[tuple[str, str, list[str]]]:
    """Each header of an import's file: what it is read as (a name of the API, `C:Name` or empty)
    and its first values. Raises `NotFound` where the file is not kept any more.
    """
    found: dict[str, tuple[str, list[str]]] = {}
    with stored_tables_opened(file_kept(run_id)) as tables:
        for table, plan in tables:
            samples: dict[str, list[str]] = {header: [] for header in table.headers}
            for number, row in enumerate(table.rows()):
                if number >= _SAMPLES:
                    break
                for header, cell in zip(table.headers, row.cells, strict=False):
                    if cell.strip():
                        samples[header].append(" ".join(cell.split())[:60])
            for header, target in zip(table.headers, plan.targets, strict=True):
                found.setdefault(header, (target.wire if target else "", samples[header]))
    return [(header, read, samples) for header, (read, samples) in found.items()]


def mapping_of(choices: Mapping[str, str]) -> dict[str, str]:
    """The mapping that makes these choices: only what is not guessed so anyway."""
    shop = is_shopify(list(choices))
    found = {}
    for header, wanted in choices.items():
        target = guess_shopify(header) if shop else guess(header)
        if wanted != (target.wire if target else ""):
            found[header] = wanted
    return found


def import_refused(*, run_id: uuid.UUID) -> tuple[str, Iterator[bytes]]:
    """Name and bytes of a file with the refused rows. Raises `NotFound` where there are none."""
    file = file_kept(run_id)
    items = file.run.items.filter(state=RunItemState.REFUSED)
    reasons = dict(items.values_list("position", "reason"))
    if not reasons:
        raise NotFound("No row of this import was refused.")
    stem = file.name.rpartition(".")[0] or file.name
    return f"{stem}-refused.csv", _refused(file, reasons)


def _refused(file: ImportFile, reasons: Mapping[int, str]) -> Iterator[bytes]:
    with stored_tables_opened(file) as tables:
        yield from refused_bytes(tables, reasons)


def file_kept(run_id: uuid.UUID) -> ImportFile:
    """The file of an import, without its bytes. Raises `NotFound` where it is not kept any more."""
    file = ImportFile.objects.defer("content").select_related("run").filter(pk=run_id).first()
    if file is None:
        raise NotFound(f"Files of imports are kept for {KEPT_DAYS} days.")
    return file


def import_files_purge() -> int:
    """Delete files whose import ended long ago; their verdicts stay. Says how many; idempotent."""
    edge = timezone.now() - timedelta(days=KEPT_DAYS)
    old = ImportFile.objects.filter(created_at__lt=edge).exclude(run__state__in=_OPEN)
    deleted, _ = old.delete()
    return deleted
