"""Rows as the API answers them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from ingestion.api.serializers import AssetOut, JobOut, ResultOut
from ingestion.models import AiResult, ImageAsset, IngestionJob
from ingestion.services import UploadTicket
from ingestion.storage import public_url


def upload_answer(ticket: UploadTicket, absolute: str) -> dict[str, Any]:
    """Where to send a photo's bytes; `absolute` is that address with its host."""
    return {
        "upload_url": absolute,
        "method": "PUT",
        "headers": dict(ticket.put.headers),
        "s3_key": ticket.asset.s3_key,
        "asset_id": ticket.asset.pk,
        "expires_at": ticket.put.expires_at,
    }


def asset_answer(asset: ImageAsset) -> dict[str, Any]:
    """A photo."""
    return dict(
        AssetOut(
            {
                "id": asset.pk,
                "listing_id": asset.listing_id,
                "job_id": asset.job_id,
                "status": asset.status,
                "reason_code": asset.reason_code,
                "reason": asset.reason,
                "filename": asset.original_filename,
                "mime_type": asset.mime_type,
                "size_bytes": asset.file_size_bytes,
                "width": asset.width,
                "height": asset.height,
                "blurhash": asset.blurhash,
                "content_hash": asset.content_hash,
                "phash": asset.phash,
                "url": public_url(asset.variant_large),
                "medium_url": public_url(asset.variant_medium),
                "thumb_url": public_url(asset.variant_thumb),
                "sort_order": asset.sort_order,
                "is_primary": asset.is_primary,
                "source": asset.source,
                "uploaded_at": asset.uploaded_at,
                "created_at": asset.created_at,
            }
        ).data
    )


def result_answer(result: AiResult, photos: Sequence[ImageAsset]) -> dict[str, Any]:
    """A reading with the ids of its photos."""
    result.asset_ids = [one.pk for one in photos if one.result_id == result.pk]  # type: ignore[attr-defined]  # for the serializer alone
    return dict(ResultOut(result).data)


def job_answer(job: IngestionJob) -> dict[str, Any]:
    """A job."""
    job.review_url = reverse("ingestion:job", args=[job.pk])  # type: ignore[attr-defined]  # for the serializer alone
    return dict(JobOut(job).data)
