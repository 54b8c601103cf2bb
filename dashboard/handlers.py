"""What the sums do on the events of orders. Words and numbers come from the events alone."""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

from dashboard import services
from realtrack.core.events import Envelope, subscribe


def subscribe_all() -> None:
    """Connect the handlers; called once at start."""
    subscribe("order.paid", key="dashboard.sale", handler=on_paid)
    subscribe("order.line_matched", key="dashboard.sale", handler=on_line_matched)
    subscribe("order.cancelled", key="dashboard.reverse", handler=on_cancelled)
    subscribe("order.refunded", key="dashboard.refund", handler=on_refunded)


def on_paid(envelope: Envelope) -> None:
    """A paid order's lines are sales."""
    _record(envelope)


def on_line_matched(envelope: Envelope) -> None:
    """A line of a paid order that a person matched counts from then on."""
    if envelope.metadata["is_sale"]:
        _record(envelope)


def on_cancelled(envelope: Envelope) -> None:
    """A paid order that ended counts no more."""
    if envelope.metadata["was_paid"]:
        services.sales_reverse(order_id=envelope.entity_uuid, at=envelope.created_at)


def on_refunded(envelope: Envelope) -> None:
    """Money that went back is taken from the sums of its day."""
    services.refund_record(
        event_id=envelope.event_id,
        order_id=envelope.entity_uuid,
        channel=envelope.metadata["channel"],
        amount=Decimal(str(envelope.metadata["amount"])),
        currency=envelope.metadata["currency"],
        at=envelope.created_at,
    )


def _record(envelope: Envelope) -> None:
    data = envelope.metadata
    services.sales_record(
        order_id=uuid.UUID(envelope.entity_id),
        channel=data["channel"],
        currency=data["currency"],
        lines=data["lines"],
        fee=Decimal(str(data["fee"])),
        sold_at=_time(data.get("paid_at")) or envelope.created_at,
    )


def _time(value: Any) -> datetime.datetime | None:
    return datetime.datetime.fromisoformat(str(value)) if value else None
