"""Vehicle reference data, which vehicles a part fits, and which numbers stand for each other."""

from __future__ import annotations

from fitment.models.aces import (
    AcesCode,
    AcesDue,
    AcesMissing,
    AcesRow,
    AcesUpload,
    AcesUploadPart,
)
from fitment.models.interchange import InterchangeChange, InterchangeGroup, InterchangeNumber
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
from fitment.models.upkeep import (
    FitmentFinding,
    FitmentMerge,
    FitmentMergeRow,
    FitmentSet,
    FitmentSetUse,
    FitmentSetVehicle,
)
from fitment.models.work import (
    FitmentClaim,
    GarageVehicle,
    MarketVehicle,
    MarketVehicleList,
)

__all__ = [
    "AcesCode",
    "AcesDue",
    "AcesMissing",
    "AcesRow",
    "AcesUpload",
    "AcesUploadPart",
    "FitmentChassisCode",
    "FitmentChassisModel",
    "FitmentClaim",
    "FitmentEngine",
    "FitmentFinding",
    "FitmentMake",
    "FitmentMakeAlias",
    "FitmentMerge",
    "FitmentMergeRow",
    "FitmentModel",
    "FitmentModelAlias",
    "FitmentModelYear",
    "FitmentModelYearEngine",
    "FitmentReferenceState",
    "FitmentSet",
    "FitmentSetUse",
    "FitmentSetVehicle",
    "FitmentSubmodel",
    "FitmentSubmodelYear",
    "GarageVehicle",
    "InterchangeChange",
    "InterchangeGroup",
    "InterchangeNumber",
    "MarketVehicle",
    "MarketVehicleList",
    "PartFitment",
]
