"""Reading fitments out of sellers' words; pure, over a frozen lookup."""

from __future__ import annotations

from fitment.matching.detect import Detected, Detection, Qualifier, Unresolved, detect
from fitment.matching.lookup import VehicleLookup

__all__ = [
    "Detected",
    "Detection",
    "Qualifier",
    "Unresolved",
    "VehicleLookup",
    "detect",
]
