from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from channels_app import services
from channels_app.adapters.registry import adapter_for
from channels_app.services.inputs import listing_input
from tests.channels_app.conformance import AdapterConformance
from tests.channels_app.factories import make_listing

if TYPE_CHECKING:
    from channels_app.models import ChannelConnection
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db

FAULTS: dict[str, dict[str, Any]] = {
    "server": {"status": 500},
    "limit": {"status": 429, "headers": {"retry-after": "3"}},
    "page": {"html": True, "status": 200},
    "cut": {"truncate": True},
}


class EbayWorld:
    """The local marketplace from its own side."""

    def __init__(self, account: ChannelConnection, ebay: SandboxServer) -> None:
        self._ebay = ebay
        self.adapter = adapter_for("ebay")
        self.session = services.session_of(account)
        self.listing = listing_input(make_listing(stock=3))

    def live(self, sku: str) -> list[dict[str, Any]]:
        rows = self._ebay.control("listings", sku=sku)["listings"]
        return [
            {"id": row["listing_id"], "quantity": row["quantity"], "price": row["price"]}
            for row in rows
            if row["status"] in {"ACTIVE", "OUT_OF_STOCK"}
        ]

    def fail(self, kind: str) -> None:
        if kind == "grant":
            self._ebay.control("change_password", seller=self._ebay.seller)
            self._ebay.control("expire_tokens", seller=self._ebay.seller)
            return
        self._ebay.control("fault", route="bulkUpdatePriceQuantity", times=3, **FAULTS[kind])

    def heal(self) -> None:
        self._ebay.control("clear_faults")

    def buy(self, sku: str, quantity: int) -> str:
        return str(self._ebay.control("buy", sku=sku, quantity=quantity)["orderId"])


class TestEbay(AdapterConformance):
    """eBay passes the suite that every adapter must pass."""

    @pytest.fixture
    def world(self, account: ChannelConnection, ebay: SandboxServer) -> EbayWorld:
        return EbayWorld(account, ebay)
