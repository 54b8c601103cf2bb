from __future__ import annotations

from ingestion.models.assets import ImageAsset
from ingestion.models.jobs import IngestionJob
from ingestion.models.results import AiResult

__all__ = ["AiResult", "ImageAsset", "IngestionJob"]
