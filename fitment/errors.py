"""Failures that only fitment knows."""

from __future__ import annotations

from typing import ClassVar

from realtrack.core.errors import Conflict


class FitmentExists(Conflict):
    """This listing already has this very vehicle."""

    code: ClassVar[str] = "fitment_exists"
    default_message: ClassVar[str] = "This part already lists this vehicle."


class QueueTaken(Conflict):
    """Another person has this part of the verification queue before him."""

    code: ClassVar[str] = "fitment_taken"
    default_message: ClassVar[str] = "Another person verifies this part now. Nothing was changed."
