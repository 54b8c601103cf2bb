"""Telling a marketplace that lines were shipped."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping

from channels_app.adapters.base import ChannelError, Shipment
from channels_app.adapters.registry import adapter_for
from channels_app.services.connections import connection_usable, refused
from channels_app.services.sessions import session_of


def order_ship(
    *,
    connection_id: uuid.UUID,
    external_order_id: str,
    lines: Mapping[str, int],
    shipped_at: datetime.datetime,
    carrier: str = "",
    tracking_number: str = "",
) -> str:
    """Tell that lines (external line id → quantity) went out; returns the marketplace's id of it.

    Repeating it with the same tracking number tells nothing twice. Never inside a transaction.
    Raises InvalidInput (the marketplace refused), Unavailable (try again), ConnectionUnusable.
    """
    connection = connection_usable(connection_id)
    shipment = Shipment(
        external_order_id=external_order_id,
        lines=dict(lines),
        shipped_at=shipped_at,
        carrier=carrier,
        tracking_number=tracking_number,
    )
    try:
        return adapter_for(connection.channel).order_ship(session_of(connection), shipment)
    except ChannelError as error:
        raise refused(error) from error
