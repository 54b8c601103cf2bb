"""Vehicle reference data (`reference`) and which vehicles a part fits (`part`)."""

from __future__ import annotations

from fitment.models.part import PartFitment
from fitment.models.reference import (
    FitmentChassisCode,
    FitmentChassisModel,
    FitmentEngine,
    FitmentMake,
    FitmentMakeAlias,
    FitmentModel,
    FitmentModelAlias,
    FitmentModelYear,
    FitmentModelYearEngine,
    FitmentReferenceState,
    FitmentSubmodel,
    FitmentSubmodelYear,
)

__all__ = [
    "FitmentChassisCode",
    "FitmentChassisModel",
    "FitmentEngine",
    "FitmentMake",
    "FitmentMakeAlias",
    "FitmentModel",
    "FitmentModelAlias",
    "FitmentModelYear",
    "FitmentModelYearEngine",
    "FitmentReferenceState",
    "FitmentSubmodel",
    "FitmentSubmodelYear",
    "PartFitment",
]
