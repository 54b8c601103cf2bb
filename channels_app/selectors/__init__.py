"""Every read of this app that is more than a row by its key."""

from __future__ import annotations

from channels_app.selectors.orders import (
    BuyerErasure,
    buyer_erasure_get,
    channel_order_get,
)

__all__ = ["BuyerErasure", "buyer_erasure_get", "channel_order_get"]
