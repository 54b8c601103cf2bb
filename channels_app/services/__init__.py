"""Every write of this app."""

from __future__ import annotations

from channels_app.services.connections import (
    StartedSignIn,
    connection_configure,
    connection_disconnect,
    connection_finish_oauth,
    connection_location_create,
    connection_options_refresh,
    connection_start_oauth,
    connection_subscribe,
    connection_test,
)
from channels_app.services.maintenance import inbox_clean, out_of_sync_mark, runs_cancelled_close
from channels_app.services.orders_in import (
    buyer_erase,
    order_fetch,
    order_reread,
    order_store,
    orders_poll,
)
from channels_app.services.owed import owed_retry, owed_write, sync_request
from channels_app.services.publishing import listing_end, listing_publish
from channels_app.services.reconcile import reconcile_next
from channels_app.services.sessions import (
    connection_refresh_token,
    connection_token,
    session_of,
)
from channels_app.services.shipping import order_ship
from channels_app.services.webhooks import webhook_process, webhook_receive

__all__ = [
    "StartedSignIn",
    "buyer_erase",
    "connection_configure",
    "connection_disconnect",
    "connection_finish_oauth",
    "connection_location_create",
    "connection_options_refresh",
    "connection_refresh_token",
    "connection_start_oauth",
    "connection_subscribe",
    "connection_test",
    "connection_token",
    "inbox_clean",
    "listing_end",
    "listing_publish",
    "order_fetch",
    "order_reread",
    "order_ship",
    "order_store",
    "orders_poll",
    "out_of_sync_mark",
    "owed_retry",
    "owed_write",
    "reconcile_next",
    "runs_cancelled_close",
    "session_of",
    "sync_request",
    "webhook_process",
    "webhook_receive",
]
