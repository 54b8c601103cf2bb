"""What is known of the format: names, order, values. Written from its structure, not copied."""

from __future__ import annotations

from collections.abc import Mapping

# Versions whose structure the 4.2 order covers; 5.0 has other names for the same things.
VERSIONS = ("3.0", "3.0.1", "3.1", "3.2", "4.0", "4.1", "4.2", "5.0")
RENAMED_FROM = "5.0"
NEW_NAMES: Mapping[str, str] = {
    "PartNumber": "Part",
    "PartTerminology": "PartType",
    "BrandID": "BrandAAIAID",
    "SubBrandID": "SubBrandAAIAID",
    "VcdbPublicationDate": "VcdbVersionDate",
    "QdbPublicationDate": "QdbVersionDate",
    "PcdbPublicationDate": "PcdbVersionDate",
}

# Qualities of a vehicle, in their order; each names one id. These four groups exclude each other.
BEFORE_TRANSMISSION = (
    "MfrBodyCode", "BodyNumDoors", "BodyType", "DriveType", "EngineBase", "EngineBlock",
    "EngineBoreStroke", "EngineDesignation", "EngineVIN", "EngineVersion", "EngineMfr",
    "PowerOutput", "ValvesPerEngine", "FuelDeliveryType", "FuelDeliverySubType",
    "FuelSystemControlType", "FuelSystemDesign", "Aspiration", "CylinderHeadType", "FuelType",
    "IgnitionSystemType", "TransmissionMfrCode",
)  # fmt: skip
TRANSMISSION = ("TransmissionType", "TransmissionControlType", "TransmissionNumSpeeds")
AFTER_TRANSMISSION = (
    "TransElecControlled", "TransmissionMfr", "BedLength", "BedType", "WheelBase", "BrakeSystem",
    "FrontBrakeType", "RearBrakeType", "BrakeABS", "FrontSpringType", "RearSpringType",
    "SteeringSystem", "SteeringType", "Region",
)  # fmt: skip
ATTRIBUTES = (*BEFORE_TRANSMISSION, "TransmissionBase", *TRANSMISSION, *AFTER_TRANSMISSION)

# (name, type, required) in their order; "date", "text" or the name of a structure below.
HEADER = (
    ("Company", "text", True), ("SenderName", "text", True), ("SenderPhone", "text", True),
    ("SenderPhoneExt", "text", False), ("TransferDate", "date", True), ("MfrCode", "text", False),
    ("BrandAAIAID", "brand", False), ("SubBrandAAIAID", "brand", False),
    ("DocumentTitle", "text", True), ("DocFormNumber", "text", False),
    ("EffectiveDate", "date", True), ("ApprovedFor", "countries", False),
    ("PartsApprovedFor", "countries", False), ("RegionFor", "regions", False),
    ("SubmissionType", "submission", True), ("MapperCompany", "text", False),
    ("MapperContact", "text", False), ("MapperPhone", "text", False),
    ("MapperPhoneExt", "text", False), ("MapperEmail", "text", False),
    ("VcdbVersionDate", "date", True), ("QdbVersionDate", "date", True),
    ("PcdbVersionDate", "date", True),
)  # fmt: skip
HEADER_NAMES = frozenset(name for name, _, _ in HEADER)

FULL, UPDATE = "FULL", "UPDATE"
PART_LENGTH = 48  # 45 up to 4.2
YEAR_SPAN = 50
# The first year that the format allows.
FIRST_YEAR = 1896
