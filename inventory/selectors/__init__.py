"""Every read of stock and of cars."""

from __future__ import annotations

from inventory.selectors.donors import (
    CarSums,
    PartRow,
    TemplateLine,
    car_parts,
    car_sums,
    donor_list,
    donor_of,
    pull_list,
    template_for,
    template_lines,
)
from inventory.selectors.stock import (
    Stock,
    available,
    bins_of,
    default_threshold,
    event_list,
    event_listing,
    events_of,
    ledger_of,
    listing_for_stock,
    low_stock,
    nav_counts,
    reservations_of,
    stock_list,
    stock_of,
)

__all__ = [
    "CarSums",
    "PartRow",
    "Stock",
    "TemplateLine",
    "available",
    "bins_of",
    "car_parts",
    "car_sums",
    "default_threshold",
    "donor_list",
    "donor_of",
    "event_list",
    "event_listing",
    "events_of",
    "ledger_of",
    "listing_for_stock",
    "low_stock",
    "nav_counts",
    "pull_list",
    "reservations_of",
    "stock_list",
    "stock_of",
    "template_for",
    "template_lines",
]
