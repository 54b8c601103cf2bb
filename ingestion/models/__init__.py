from __future__ import annotations

from ingestion.models.assets import ImageAsset
from ingestion.models.jobs import IngestionJob
from ingestion.models.learning import LearnedAlias
from ingestion.models.results import AiResult
from ingestion.models.spending import AiBudgetDay, AiCall, AssetReading

__all__ = [
    "AiBudgetDay",
    "AiCall",
    "AiResult",
    "AssetReading",
    "ImageAsset",
    "IngestionJob",
    "LearnedAlias",
]
