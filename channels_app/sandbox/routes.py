"""Every route of the marketplace, in the order in which they are tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels_app.sandbox import (
    account,
    compatibility,
    control,
    inventory,
    locations,
    oauth,
    offers,
    price_quantity,
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
    *control.ROUTES,
]
