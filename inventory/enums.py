"""Closed sets of values of the ledger."""

from __future__ import annotations

from django.db import models


class StockEventType(models.TextChoices):
    """Why stock or its reserved part changed."""

    INITIAL_STOCK = "initial_stock", "First stock"
    MANUAL_ADJUST = "manual_adjust", "Adjusted"
    BULK_IMPORT = "bulk_import", "From sheet"
    SALE = "sale", "Sold"
    CANCEL = "cancel", "Sale cancelled"
    RETURN = "return", "Returned"
    RESERVE = "reserve", "Reserved"
    RELEASE = "release_reserve", "Released"
    CORRECTION = "sync_correction", "Corrected"
    WRITE_OFF = "damage_writeoff", "Written off"


# These move the reserved part alone.
RESERVING = (StockEventType.RESERVE, StockEventType.RELEASE)
# What a person may say an adjustment is.
BY_HAND = (StockEventType.MANUAL_ADJUST, StockEventType.WRITE_OFF)


class ReservationState(models.TextChoices):
    """What became of a hold on stock."""

    ACTIVE = "active", "Held"
    CONSUMED = "consumed", "Sold"
    RELEASED = "released", "Released"
    EXPIRED = "expired", "Ran out"


class Source(models.TextChoices):
    """Where a change comes from when it is no marketplace; those are named by their channel."""

    MANUAL = "manual", "By hand"
    SYSTEM = "system", "RealTrack"
    IMPORT = "import", "Sheet"


class DonorState(models.TextChoices):
    """Where a car stands."""

    ARRIVED = "arrived", "Arrived"
    DISMANTLING = "dismantling", "Being taken apart"
    DONE = "done", "Taken apart"
    CRUSHED = "crushed", "Crushed"


class TitleStatus(models.TextChoices):
    """What the car's papers say."""

    UNKNOWN = "unknown", "Not known"
    CLEAN = "clean", "Clean"
    SALVAGE = "salvage", "Salvage"
    REBUILT = "rebuilt", "Rebuilt"
    PARTS_ONLY = "parts_only", "Parts only"
    JUNK = "junk", "Junk"


class Side(models.TextChoices):
    """Where on the car the part sat, as seen from the driver's seat."""

    NONE = "none", "No side"
    LEFT = "left", "Left"
    RIGHT = "right", "Right"
    FRONT = "front", "Front"
    REAR = "rear", "Rear"
    FRONT_LEFT = "front_left", "Front left"
    FRONT_RIGHT = "front_right", "Front right"
    REAR_LEFT = "rear_left", "Rear left"
    REAR_RIGHT = "rear_right", "Rear right"


class PartStage(models.TextChoices):
    """How far a part of a car came."""

    TO_PULL = "to_pull", "To pull"
    TO_PHOTOGRAPH = "to_photograph", "To photograph"
    DRAFTED = "drafted", "Drafted"
    LIVE = "live", "Live"
    SOLD = "sold", "Sold"
    SCRAPPED = "scrapped", "Scrapped"
