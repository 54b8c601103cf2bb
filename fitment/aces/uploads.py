"""Taking files in, and what a person decides about them. The work itself: `importing`."""

from __future__ import annotations

import hashlib
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fitment.aces.source import FileRefused, head_check, is_workbook
from fitment.enums import AcesAnswer, AcesFileKind, AcesUploadState
from fitment.events import AcesFileDecided
from fitment.models import AcesUpload, AcesUploadPart
from realtrack.core import events as core_events
from realtrack.core import runs
from realtrack.core import tasks as core_tasks
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import Run, RunState
from realtrack.core.registry import RunKind

KIND = "fitment.import"
MAX_FILE = 512 * 1024**2
_PIECE = 4 * 1024**2
# A worker writes a sign of life with each chunk; one that is silent for longer was killed.
STALE_AFTER = timedelta(seconds=90)
_WAITING_AFTER = timedelta(seconds=10)
_TITLES = {
    AcesFileKind.ACES: "Application file {name}",
    AcesFileKind.MAPPING: "Table of ids {name}",
    AcesFileKind.NAMES: "Vehicles by name {name}",
    AcesFileKind.LIST: "Marketplace's vehicles {name}",
}
_PACKED = (b"PK\x03\x04", b"\x1f\x8b")


def kind_of(path: Path) -> AcesFileKind:
    """Say by its bytes whether a file is an application file or a table by names."""
    with path.open("rb") as handle:
        head = handle.read(64)
    bare = head.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \r\n\t")
    if bare.startswith(b"<") or head.startswith(_PACKED[1]):
        return AcesFileKind.ACES
    if head.startswith(_PACKED[0]):
        return AcesFileKind.NAMES if is_workbook(path) else AcesFileKind.ACES
    return AcesFileKind.NAMES


def upload_start(
    *,
    name: str,
    file: IO[bytes],
    actor: Actor,
    kind: AcesFileKind | None = None,
    brand: str = "",
    is_trusted: bool = False,
    options: Mapping[str, Any] | None = None,
) -> AcesUpload:
    """Keep a file and make the run that a worker takes up; the file is never whole in memory.

    `is_trusted`: its rows count as verified by who sends it. Raises InvalidInput naming `file` for
    what cannot be such a file at all; then nothing is kept.
    """
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        digest, size = hashlib.sha256(), 0
        while piece := file.read(_PIECE):
            size += len(piece)
            if size > MAX_FILE:
                message = f"At most {MAX_FILE // 1024**2} MB. Pack it as gz or split it."
                raise InvalidInput(fields={"file": message}, code="too_large")
            digest.update(piece)
            copy.write(piece)
        copy.flush()
        path = Path(copy.name)
        if size == 0:
            raise InvalidInput(fields={"file": "The file is empty."})
        chosen = kind or kind_of(path)
        if chosen == AcesFileKind.ACES:
            _aces_checked(path)
        with transaction.atomic():
            run = runs.run_create(
                kind=KIND,
                title=_TITLES[chosen].format(name=name[:150]),
                actor=actor,
                params={"file": name, "kind": chosen},
                entity_type="aces_upload",
            )
            upload = AcesUpload.objects.create(
                run=run, kind=chosen, name=name[:255], size=size, sha256=digest.hexdigest(),
                brand=brand.strip()[:65], is_trusted=is_trusted, options=dict(options or {}),
            )  # fmt: skip
            copy.seek(0)
            number = 0
            while piece := copy.read(_PIECE):
                AcesUploadPart.objects.create(upload=upload, number=number, content=piece)
                number += 1
            Run.objects.filter(pk=run.pk).update(entity_id=str(upload.pk))
            transaction.on_commit(lambda: upload_resume(run.pk))
    return upload


def _aces_checked(path: Path) -> None:
    try:
        head_check(path)
    except FileRefused as refusal:
        raise InvalidInput(fields={"file": str(refusal)}, code=refusal.code) from refusal


@contextmanager
def upload_opened(upload: AcesUpload) -> Iterator[Path]:
    """Give the file as a path on this host while the work lasts."""
    with tempfile.NamedTemporaryFile(suffix=".upload") as copy:
        for number in range((upload.size + _PIECE - 1) // _PIECE):
            piece = AcesUploadPart.objects.get(upload=upload, number=number)
            copy.write(bytes(piece.content))
        copy.flush()
        yield Path(copy.name)


def upload_resume(run_id: uuid.UUID) -> None:
    """Wake a worker for this run; what is stored is not done twice."""
    from fitment import tasks

    core_tasks.kick(tasks.import_run_task, str(run_id))


def uploads_sweep() -> int:
    """Wake workers for files whose wake was lost or whose worker was killed; says how many."""
    now = timezone.now()
    due = Run.objects.filter(kind=KIND).filter(
        Q(state=RunState.PENDING, created_at__lt=now - _WAITING_AFTER)
        | Q(state=RunState.RUNNING, heartbeat_at__lt=now - STALE_AFTER)
    )
    found = list(due.values_list("pk", flat=True))
    for run_id in found:
        upload_resume(run_id)
    return len(found)


def upload_answer(*, upload_id: uuid.UUID, answer: AcesAnswer, actor: Actor) -> AcesUpload:
    """Decide about a file that asks: replace what is not in it, or keep that; the run goes on.

    Raises NotFound, Conflict where nothing is asked any more.
    """
    with transaction.atomic():
        upload = _asking(upload_id)
        upload.answer = answer
        upload.save(update_fields=["answer", "updated_at"])
        Run.objects.filter(pk=upload.run_id).update(state=RunState.PENDING, finished_at=None)
        _decided(upload, answer, actor)
        transaction.on_commit(lambda: upload_resume(upload.run_id))
    return upload


def upload_discard(*, upload_id: uuid.UUID, actor: Actor) -> AcesUpload:
    """Put a file aside that asks; none of its rows ever counts. Raises NotFound, Conflict."""
    with transaction.atomic():
        upload = _asking(upload_id)
        upload.state = AcesUploadState.DISCARDED
        upload.rows.filter(is_live=True).update(is_live=False)
        upload.save(update_fields=["state", "updated_at"])
        _decided(upload, "discard", actor)
    return upload


def _asking(upload_id: uuid.UUID) -> AcesUpload:
    found = AcesUpload.objects.filter(pk=upload_id)
    upload = found.select_for_update(of=("self",)).first()
    if upload is None:
        raise NotFound("There is no such file.")
    if upload.state != AcesUploadState.ASKING or upload.answer:
        raise Conflict("Nothing is asked about this file any more.")
    return upload


def _decided(upload: AcesUpload, answer: str, actor: Actor) -> None:
    core_events.emit(
        AcesFileDecided(entity_id=upload.pk, file=upload.name, answer=answer), actor=actor
    )


RUN_KIND = RunKind(title="Fitment file", resume=upload_resume)
