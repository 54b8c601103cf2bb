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

__all__ = [
    "DetectResult",
    "fitment_add",
    "fitment_correct",
    "fitment_remove",
    "fitment_verify",
    "fitments_add",
    "fitments_copy",
    "fitments_detect",
    "fitments_verify",
]
