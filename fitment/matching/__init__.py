"""Reading fitments out of sellers' words; pure, over a frozen lookup."""

from __future__ import annotations

from fitment.matching.detect import detect
from fitment.matching.lookup import VehicleLookup
from fitment.matching.results import Detected, Detection, Qualifier, Unresolved

__all__ = [
    "Detected",
    "Detection",
    "Qualifier",
    "Unresolved",
    "VehicleLookup",
    "detect",
]
