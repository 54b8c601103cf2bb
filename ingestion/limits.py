"""Limits and thresholds of the intake, from the settings."""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.enums import Band
from ingestion.pipeline.checking import Limits
from settings_app.selectors import setting_value

_MEGABYTE = 1024 * 1024
# What the marketplaces take; a 25th is refused by name.
PHOTOS_PER_LISTING = 24
# A photo session of a tear-down.
PHOTOS_PER_JOB = 300


def photo_limits() -> Limits:
    """Return what one photo may be."""
    return Limits(
        max_bytes=setting_value("upload", "max_file_mb") * _MEGABYTE,
        max_pixels=setting_value("upload", "max_megapixels") * 1_000_000,
    )


def batch_bytes() -> int:
    """Return how many bytes one request may announce."""
    return int(setting_value("upload", "max_batch_mb")) * _MEGABYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """At or above `auto` a draft is made; at or above `review` a person checks; below one types."""

    auto: float
    review: float

    def band(self, confidence: float) -> Band:
        """Return what this confidence means."""
        if confidence >= self.auto:
            return Band.AUTO
        return Band.REVIEW if confidence >= self.review else Band.MANUAL


def thresholds() -> Thresholds:
    """Return the thresholds in force."""
    return Thresholds(
        auto=float(setting_value("ai", "ai_auto_approve_threshold")),
        review=float(setting_value("ai", "ai_review_threshold")),
    )


def browser_pixels() -> int:
    """The long side to which browsers make photos smaller before they send them; 0: they do not."""
    return int(setting_value("upload", "browser_pixels"))
