"""Every write of this app."""

from __future__ import annotations

from channels_app.services.adopting import adopt_stalled, adopt_work, foreign_adopt
from channels_app.services.categories import (
    categories_verify,
    category_accept,
    category_suggest,
)
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
from channels_app.services.drift import drift_check, drift_close, owner_set
from channels_app.services.foreign import (
    foreign_changes_read,
    foreign_dismiss,
    foreign_read,
    foreign_read_start,
)
from channels_app.services.limits import limits_read, limits_shown
from channels_app.services.maintenance import (
    inbox_clean,
    out_of_sync_mark,
    runs_cancelled_close,
    sign_in_ends_warn,
)
from channels_app.services.orders_in import (
    buyer_erase,
    order_fetch,
    order_reread,
    order_store,
    orders_poll,
)
from channels_app.services.owed import owed_retry, owed_write, sync_request
from channels_app.services.planning import (
    auto_publish,
    override_set,
    planned_publish,
    publish_plan,
)
from channels_app.services.policies import policies_choose
from channels_app.services.publishing import listing_end, listing_publish
from channels_app.services.receiving import webhooks_keep
from channels_app.services.reconcile import reconcile_next
from channels_app.services.replaying import order_replay, webhook_replay
from channels_app.services.reports import report_start, report_step, reports_due
from channels_app.services.sessions import (
    connection_refresh_token,
    connection_token,
    session_of,
)
from channels_app.services.shipping import order_ship
from channels_app.services.webhooks import webhook_process, webhook_receive

__all__ = [
    "StartedSignIn",
    "adopt_stalled",
    "adopt_work",
    "auto_publish",
    "buyer_erase",
    "categories_verify",
    "category_accept",
    "category_suggest",
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
    "drift_check",
    "drift_close",
    "foreign_adopt",
    "foreign_changes_read",
    "foreign_dismiss",
    "foreign_read",
    "foreign_read_start",
    "inbox_clean",
    "limits_read",
    "limits_shown",
    "listing_end",
    "listing_publish",
    "order_fetch",
    "order_replay",
    "order_reread",
    "order_ship",
    "order_store",
    "orders_poll",
    "out_of_sync_mark",
    "override_set",
    "owed_retry",
    "owed_write",
    "owner_set",
    "planned_publish",
    "policies_choose",
    "publish_plan",
    "reconcile_next",
    "report_start",
    "report_step",
    "reports_due",
    "runs_cancelled_close",
    "session_of",
    "sign_in_ends_warn",
    "sync_request",
    "webhook_process",
    "webhook_receive",
    "webhook_replay",
    "webhooks_keep",
]
