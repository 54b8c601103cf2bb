"""Photos and jobs for tests, made by the services that make real ones."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path

from ingestion.enums import JobMode
from ingestion.models import AiResult, ImageAsset, IngestionJob
from ingestion.services import (
    UploadRequest,
    asset_confirm,
    asset_process,
    job_create,
    job_run,
    upload_create,
)
from ingestion.storage import storage
from realtrack.core.actors import Actor, ActorKind
from tests.ingestion import pictures


def person() -> Actor:
    """A person as an actor."""
    return Actor(kind=ActorKind.PERSON, label="Ana")


def announced(
    data: bytes,
    *,
    mime_type: str = "image/jpeg",
    filename: str = "part.jpg",
    listing_id: uuid.UUID | None = None,
) -> ImageAsset:
    """A photo whose bytes were sent and not confirmed."""
    request = UploadRequest(filename=filename, mime_type=mime_type, size_bytes=len(data))
    ticket = upload_create(files=[request], actor=person(), listing_id=listing_id)[0]
    storage().save(ticket.asset.s3_key, data, mime_type)
    return ticket.asset


def confirmed(data: bytes = b"", **more: object) -> ImageAsset:
    """A photo that was sent and is good."""
    asset = announced(data or pictures.encoded(), **more)  # type: ignore[arg-type]  # as announced
    return asset_confirm(asset_id=asset.pk, actor=person())


def processed(data: bytes = b"", **more: object) -> ImageAsset:
    """A photo with its variants."""
    asset = confirmed(data, **more)
    return asset_process(asset_id=asset.pk, actor=person())


def job_of(paths: Sequence[Path | bytes], mode: JobMode = JobMode.SINGLE) -> IngestionJob:
    """A job of these photos, not read yet."""
    assets = [
        announced(one if isinstance(one, bytes) else one.read_bytes(), mime_type=_mime(one))
        for one in paths
    ]
    return job_create(mode=mode, asset_ids=[one.pk for one in assets], actor=person())


def _mime(one: Path | bytes) -> str:
    return "image/png" if isinstance(one, Path) and one.suffix == ".png" else "image/jpeg"


def read_job(paths: Sequence[Path | bytes], mode: JobMode = JobMode.SINGLE) -> IngestionJob:
    """A job that was read by the local reader."""
    job = job_of(paths, mode)
    job_run(job_id=job.pk)
    job.refresh_from_db()
    return job


def one_result(job: IngestionJob) -> AiResult:
    """The single result of a job."""
    return job.results.get()
