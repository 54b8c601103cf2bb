from __future__ import annotations

from ingestion.models.assets import ImageAsset
from ingestion.models.intake import KEY_MAX, IntakeRow, LibraryPhoto
from ingestion.models.jobs import IngestionJob
from ingestion.models.learning import LearnedAlias
from ingestion.models.results import AiResult
from ingestion.models.spending import AiBudgetDay, AiCall, AssetReading
from ingestion.models.trade import TradeWord

__all__ = [
    "KEY_MAX",
    "AiBudgetDay",
    "AiCall",
    "AiResult",
    "AssetReading",
    "ImageAsset",
    "IngestionJob",
    "IntakeRow",
    "LearnedAlias",
    "LibraryPhoto",
    "TradeWord",
]
