"""Every route of the marketplace, in the order in which they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels_app.sandbox import (
    account,
    analytics,
    compatibility,
    control,
    feed,
    fulfillment,
    inventory,
    locations,
    media,
    migrate,
    notification_routes,
    oauth,
    offers,
    orders,
    pages_control,
    pages_seller,
    pages_shop,
    price_quantity,
    taxonomy,
    trading,
)

if TYPE_CHECKING:
    from channels_app.sandbox.http import Route

ALL: list[Route] = [
    *oauth.ROUTES,
    *account.ROUTES,
    *locations.ROUTES,
    *compatibility.ROUTES,
    *inventory.ROUTES,
    *offers.ROUTES,
    *price_quantity.ROUTES,
    *orders.ROUTES,
    *fulfillment.ROUTES,
    *taxonomy.ROUTES,
    *media.ROUTES,
    *notification_routes.ROUTES,
    *analytics.ROUTES,
    *migrate.ROUTES,
    *trading.ROUTES,
    *feed.ROUTES,
    *pages_shop.ROUTES,
    *pages_seller.ROUTES,
    *pages_control.ROUTES,
    *control.ROUTES,
]
