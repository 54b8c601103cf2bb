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
