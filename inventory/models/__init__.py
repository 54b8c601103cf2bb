"""Tables of stock and of the cars that parts come from."""

from __future__ import annotations

from inventory.models.donors import (
    MAX_MILEAGE,
    DonorCar,
    DonorPart,
    Teardown,
    TeardownTemplate,
    TeardownTemplateItem,
)
from inventory.models.ledger import (
    MAX_QUANTITY,
    InventoryEvent,
    InventoryLedger,
    InventoryPlace,
    InventoryReservation,
)

__all__ = [
    "MAX_MILEAGE",
    "MAX_QUANTITY",
    "DonorCar",
    "DonorPart",
    "InventoryEvent",
    "InventoryLedger",
    "InventoryPlace",
    "InventoryReservation",
    "Teardown",
    "TeardownTemplate",
    "TeardownTemplateItem",
]
