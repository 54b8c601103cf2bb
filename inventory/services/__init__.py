"""Every write to stock."""

from __future__ import annotations

from inventory.services.adjusting import stock_adjust, stock_set, stock_undo
from inventory.services.donors import (
    donor_create,
    donor_part_pull,
    donor_part_scrap,
    donor_update,
    vin_check,
)
from inventory.services.first_stock import first_stock_write
from inventory.services.places import place_set
from inventory.services.record import Origin, StockResult
from inventory.services.reserving import reservations_expire, stock_release, stock_reserve
from inventory.services.selling import (
    reserve_key,
    sale_key,
    shortage_settle,
    stock_cancel_sale,
    stock_return,
    stock_sell,
)
from inventory.services.sheet_parts import (
    sheet_car_done,
    sheet_car_open,
    sheet_part_adopt,
    sheet_part_claim,
    sheet_part_make,
    sheet_parts_known,
)
from inventory.services.status import listing_status_follow
from inventory.services.teardown import (
    TeardownPart,
    TeardownResult,
    donor_teardown,
    litres_of,
    names_engine,
    teardown_template_changed,
    title_of,
)
from inventory.services.thresholds import low_stock_threshold_set
from inventory.services.verifying import Problem, drift_report, ledger_verify, stock_reconcile

__all__ = [
    "Origin",
    "Problem",
    "StockResult",
    "TeardownPart",
    "TeardownResult",
    "donor_create",
    "donor_part_pull",
    "donor_part_scrap",
    "donor_teardown",
    "donor_update",
    "drift_report",
    "first_stock_write",
    "ledger_verify",
    "listing_status_follow",
    "litres_of",
    "low_stock_threshold_set",
    "names_engine",
    "place_set",
    "reservations_expire",
    "reserve_key",
    "sale_key",
    "sheet_car_done",
    "sheet_car_open",
    "sheet_part_adopt",
    "sheet_part_claim",
    "sheet_part_make",
    "sheet_parts_known",
    "shortage_settle",
    "stock_adjust",
    "stock_cancel_sale",
    "stock_reconcile",
    "stock_release",
    "stock_reserve",
    "stock_return",
    "stock_sell",
    "stock_set",
    "stock_undo",
    "teardown_template_changed",
    "title_of",
    "vin_check",
]
