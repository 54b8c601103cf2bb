"""Every read of this app that is more than a row by its key."""

from __future__ import annotations

from channels_app.selectors.connections import (
    ConnectionHealth,
    connection_get,
    connection_health,
    connection_list,
    setup_missing,
)
from channels_app.selectors.inbox import (
    category_list,
    drift_list,
    foreign_list,
    inbox_list,
    inbox_order_get,
    inbox_orders,
    owed_counts,
    webhook_get,
)
from channels_app.selectors.listings import (
    ListingOnAccount,
    channel_listing_get,
    channel_listings,
    listing_on_accounts,
    orders_parked,
    owed_list,
)
from channels_app.selectors.orders import BuyerErasure, buyer_erasure_get, channel_order_get

__all__ = [
    "BuyerErasure",
    "ConnectionHealth",
    "ListingOnAccount",
    "buyer_erasure_get",
    "category_list",
    "channel_listing_get",
    "channel_listings",
    "channel_order_get",
    "connection_get",
    "connection_health",
    "connection_list",
    "drift_list",
    "foreign_list",
    "inbox_list",
    "inbox_order_get",
    "inbox_orders",
    "listing_on_accounts",
    "orders_parked",
    "owed_counts",
    "owed_list",
    "setup_missing",
    "webhook_get",
]
