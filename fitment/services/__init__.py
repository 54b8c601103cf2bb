"""Every write of fitment."""

from __future__ import annotations

from fitment.services.detect import DetectResult, fitments_detect
from fitment.services.fitments import (
    fitment_add,
    fitment_correct,
    fitment_remove,
    fitment_verify,
    fitments_add,
    fitments_copy,
    fitments_verify,
)
from fitment.services.merge import fitments_merge

__all__ = [
    "DetectResult",
    "fitment_add",
    "fitment_correct",
    "fitment_remove",
    "fitment_verify",
    "fitments_add",
    "fitments_copy",
    "fitments_detect",
    "fitments_merge",
    "fitments_verify",
]
