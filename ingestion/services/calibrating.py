"""What the confidence was worth: how often people changed identity fields of what was read."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from ingestion.enums import ReviewStatus
from ingestion.models import AiResult

_EDGES = (0.0, 0.3, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# A price or a place that a person adds says nothing of the reading.
_IDENTITY = ("brand", "mpn", "oe_number", "part_type")
_Z = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class BandReport:
    """Parts from `low` up to the next band, and how many of them a person had to put right."""

    low: float
    parts: int
    corrected: int

    @property
    def share(self) -> float:
        """The share that was corrected."""
        return self.corrected / self.parts if self.parts else 0.0

    @property
    def upper(self) -> float:
        """The upper end of the 95 % Wilson interval of that share."""
        return wilson_upper(self.corrected, self.parts)


def wilson_upper(wrong: int, of: int) -> float:
    """Return the upper end of the 95 % Wilson interval of `wrong` in `of`; 1.0 of none."""
    if not of:
        return 1.0
    share = wrong / of
    middle = share + _Z * _Z / (2 * of)
    spread = _Z * ((share * (1 - share) + _Z * _Z / (4 * of)) / of) ** 0.5
    return float((middle + spread) / (1 + _Z * _Z / of))


def calibration(*, days: int) -> list[BandReport]:
    """Return the bands of what people decided in the last `days`; rejected ones count as wrong."""
    since = timezone.now() - datetime.timedelta(days=days)
    parts, wrong = [0] * len(_EDGES), [0] * len(_EDGES)
    decided = AiResult.objects.filter(
        reviewed_at__gte=since,
        reviewed_by__isnull=False,
        review_status__in=[ReviewStatus.APPROVED, ReviewStatus.REJECTED],
    ).values_list("confidence_overall", "review_status", "corrections")
    for confidence, status, corrections in decided.iterator():
        band = max(place for place, low in enumerate(_EDGES) if confidence >= low)
        parts[band] += 1
        wrong[band] += status == ReviewStatus.REJECTED or any(
            name in corrections for name in _IDENTITY
        )
    return [
        BandReport(low=low, parts=parts[place], corrected=wrong[place])
        for place, low in enumerate(_EDGES)
    ]


def suggestion(bands: Sequence[BandReport], *, target: float) -> float | None:
    """Return the lowest edge above which all together were corrected in at most `target`."""
    found: float | None = None
    total = wrong = 0
    for band in reversed(bands):
        total += band.parts
        wrong += band.corrected
        if total and wilson_upper(wrong, total) <= target:
            found = band.low
    return found
