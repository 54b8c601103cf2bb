from __future__ import annotations

from django.urls import path

from channels_app.web import (
    accounts,
    choosing,
    elsewhere,
    inbox,
    planning,
    publishing,
    syncing,
    watching,
)

app_name = "channels"

urlpatterns = [
    path("", accounts.index, name="index"),
    path("connect/<slug:channel>/", accounts.connect, name="connect"),
    path("signed-in/", accounts.signed_in, name="signed-in"),
    path("sync/", syncing.sync, name="sync"),
    path("sync/retry/", syncing.retry, name="sync-retry"),
    path("sync/now/", syncing.sync_now, name="sync-now"),
    path("sync/orders/<uuid:order_id>/retry/", syncing.order_retry, name="order-retry"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<uuid:log_id>/", inbox.notification, name="notification"),
    path("inbox/<uuid:log_id>/replay/", inbox.replay, name="replay"),
    path("inbox/orders/<uuid:order_id>/", inbox.order, name="inbox-order"),
    path("inbox/orders/<uuid:order_id>/replay/", inbox.order_replay, name="order-replay"),
    path("limits/", watching.limits, name="limits"),
    path("limits/ask/", watching.limits_ask, name="limits-ask"),
    path("drift/", watching.drift, name="drift"),
    path("drift/<int:drift_id>/keep/", watching.drift_keep, name="drift-keep"),
    path("drift/<uuid:connection_id>/owner/", watching.drift_owner, name="drift-owner"),
    path("policies/", choosing.policies, name="policies"),
    path("policies/choose/", choosing.policies_choose, name="policies-choose"),
    path("categories/", choosing.categories, name="categories"),
    path("categories/verify/", choosing.categories_verify, name="categories-verify"),
    path("categories/<int:category>/accept/", choosing.category_accept, name="category-accept"),
    path("publish/", publishing.publish, name="publish"),
    path("plan/", planning.plan, name="plan"),
    path("override/<uuid:listing_id>/", planning.override, name="override"),
    path("panel/<uuid:listing_id>/", publishing.panel, name="panel"),
    path("listings/<uuid:channel_listing_id>/end/", publishing.end, name="end"),
    path("listings/<uuid:channel_listing_id>/retry/", publishing.retry, name="retry"),
    path("<uuid:connection_id>/", accounts.detail, name="detail"),
    path("<uuid:connection_id>/elsewhere/", elsewhere.elsewhere, name="elsewhere"),
    path("<uuid:connection_id>/elsewhere/read/", elsewhere.read, name="elsewhere-read"),
    path("<uuid:connection_id>/elsewhere/adopt/", elsewhere.adopt, name="elsewhere-adopt"),
    path("<uuid:connection_id>/elsewhere/dismiss/", elsewhere.dismiss, name="elsewhere-dismiss"),
    path("<uuid:connection_id>/test/", accounts.test, name="test"),
    path("<uuid:connection_id>/choices/", accounts.choices_refresh, name="choices"),
    path("<uuid:connection_id>/choose/", accounts.choose, name="choose"),
    path("<uuid:connection_id>/location/", accounts.location, name="location"),
    path("<uuid:connection_id>/disconnect/", accounts.disconnect, name="disconnect"),
]
