"""Stock events in words, for timelines."""

from __future__ import annotations

from collections.abc import Callable

from inventory.enums import Source, StockEventType
from inventory.models import InventoryEvent

_HAND = {Source.MANUAL.value, Source.SYSTEM.value, Source.IMPORT.value}
_NAMES = {"ebay": "eBay", "shopify": "Shopify"}


def event_words(event: InventoryEvent) -> str:
    """What happened, as one line: `sold 1 on eBay, order 12-34567`."""
    kind = StockEventType(event.event_type)
    pieces = _PIECES.get(kind, _changed)(event)
    where = _NAMES.get(event.source_channel, event.source_channel)
    if event.source_channel not in _HAND:
        pieces += f" on {where}"
    if event.source_order_id:
        pieces += f", order {event.source_order_id}"
    return pieces


def event_icon(event: InventoryEvent) -> str:
    """The glyph of its kind."""
    return {
        StockEventType.SALE: "store",
        StockEventType.BULK_IMPORT: "import",
        StockEventType.RESERVE: "lock",
        StockEventType.RELEASE: "lock",
        StockEventType.CANCEL: "undo",
        StockEventType.RETURN: "ret",
        StockEventType.CORRECTION: "sync",
    }.get(StockEventType(event.event_type), "count")


def _changed(event: InventoryEvent) -> str:
    return f"stock {event.quantity_before} to {event.quantity_after}"


def _sold(event: InventoryEvent) -> str:
    short = f", {event.shortfall} missing" if event.shortfall else ""
    return f"sold {-event.quantity_asked}{short}"


def _back(event: InventoryEvent) -> str:
    return f"{event.quantity_change} back on the shelf"


_PIECES: dict[StockEventType, Callable[[InventoryEvent], str]] = {
    StockEventType.INITIAL_STOCK: lambda event: f"first stock {event.quantity_after}",
    StockEventType.BULK_IMPORT: lambda event: f"sheet set {event.quantity_after}",
    StockEventType.SALE: _sold,
    StockEventType.CANCEL: lambda event: f"sale cancelled, {_back(event)}",
    StockEventType.RETURN: lambda event: f"returned, {_back(event)}",
    StockEventType.RESERVE: lambda event: f"{event.reserved_change} reserved",
    StockEventType.RELEASE: lambda event: f"{-event.reserved_change} released",
    StockEventType.WRITE_OFF: lambda event: f"{-event.quantity_change} written off",
}
