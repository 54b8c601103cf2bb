"""An order's log in words, for its timeline."""

from __future__ import annotations

from orders.enums import MANUAL
from realtrack.core.models import AuditLog

_WORDS = {
    "order.created": "the order arrived",
    "order.paid": "paid",
    "order.updated": "the marketplace changed {field_names}",
    "order.picked": "picked",
    "order.packed": "packed",
    "order.shipped": "shipped with {carrier} {tracking_number}",
    "order.tracking_changed": "tracking is {carrier} {tracking_number}",
    "order.shipment_told": "carrier and number were told to the marketplace",
    "order.shipment_refused": "the marketplace refused carrier or number: {reason}",
    "order.delivered": "delivered",
    "order.completed": "completed",
    "order.cancelled": "cancelled: {reason}",
    "order.cancel_requested": "cancellation asked for: {reason}",
    "order.refund_requested": "refund asked for: {reason}",
    "order.refunded": "{amount} {currency} given back",
    "order.disputed": "disputed: {reason}",
    "order.line_matched": "a line was matched to its part",
    "order.buyer_viewed": "looked at the buyer",
    "order.buyer_erased": "the buyer's data were erased",
}


class _Known(dict[str, str]):
    """What the log row holds; a name that it lacks is empty."""

    def __missing__(self, key: str) -> str:
        return ""


def event_words(row: AuditLog) -> str:
    """What happened, as one line without a full stop."""
    known = _Known({name: _text(value) for name, value in row.metadata.items()})
    if row.event == "order.created" and known["channel"] == MANUAL:
        return "wrote the order"
    pattern = _WORDS.get(row.event, row.event.removeprefix("order.").replace("_", " "))
    words = " ".join(pattern.format_map(known).split()).rstrip(": ")
    if row.event == "order.shipped" and known["by_marketplace"] == "True":
        return f"{words}, as the marketplace says".replace(" with,", ",")
    return words.removesuffix(" with")


def event_icon(row: AuditLog) -> str:
    """The glyph of its kind."""
    return {
        "order.created": "store",
        "order.paid": "check",
        "order.shipped": "truck",
        "order.cancelled": "x",
        "order.refunded": "ret",
    }.get(row.event, "order")


def _text(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one).replace("_", " ") for one in value)
    return str(value)
