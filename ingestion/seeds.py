"""Demo photos: labels that the local reader can read, as jobs like anybody's."""

from __future__ import annotations

from pathlib import Path

from ingestion.enums import JobMode
from ingestion.models import IngestionJob
from ingestion.services import UploadRequest, asset_confirm, job_create, upload_create
from ingestion.storage import storage
from realtrack.core.actors import Actor
from realtrack.core.registry import SeedResult

_PHOTOS = Path(__file__).parent / "data" / "demo_photos"


def seed_demo_photos() -> SeedResult:
    """Upload the demo photos as one job each, where there is no job yet at all."""
    if IngestionJob.objects.exists():
        return SeedResult(same=1)
    actor = Actor.system("seed")
    paths = sorted(_PHOTOS.glob("*.jpg"))
    for path in paths:
        data = path.read_bytes()
        request = UploadRequest(filename=path.name, mime_type="image/jpeg", size_bytes=len(data))
        ticket = upload_create(files=[request], actor=actor)[0]
        storage().save(ticket.asset.s3_key, data, "image/jpeg")
        asset_confirm(asset_id=ticket.asset.pk, actor=actor)
        job_create(mode=JobMode.SINGLE, asset_ids=[ticket.asset.pk], actor=actor)
    return SeedResult(created=len(paths), note="photos are read by the workers")
