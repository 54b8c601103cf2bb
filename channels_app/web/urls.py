from __future__ import annotations

from django.urls import path

from channels_app.web import accounts, publishing, syncing

app_name = "channels"

urlpatterns = [
    path("", accounts.index, name="index"),
    path("connect/<slug:channel>/", accounts.connect, name="connect"),
    path("sync/", syncing.sync, name="sync"),
    path("sync/retry/", syncing.retry, name="sync-retry"),
    path("sync/now/", syncing.sync_now, name="sync-now"),
    path("sync/orders/<uuid:order_id>/retry/", syncing.order_retry, name="order-retry"),
    path("publish/", publishing.publish, name="publish"),
    path("panel/<uuid:listing_id>/", publishing.panel, name="panel"),
    path("listings/<uuid:channel_listing_id>/end/", publishing.end, name="end"),
    path("listings/<uuid:channel_listing_id>/retry/", publishing.retry, name="retry"),
    path("<uuid:connection_id>/", accounts.detail, name="detail"),
    path("<uuid:connection_id>/test/", accounts.test, name="test"),
    path("<uuid:connection_id>/choices/", accounts.choices_refresh, name="choices"),
    path("<uuid:connection_id>/choose/", accounts.choose, name="choose"),
    path("<uuid:connection_id>/location/", accounts.location, name="location"),
    path("<uuid:connection_id>/disconnect/", accounts.disconnect, name="disconnect"),
]
