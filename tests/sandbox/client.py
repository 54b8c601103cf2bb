"""A small marketplace client for the tests: signs in, sends the headers, makes a live listing."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer

SCOPE = "https://api.ebay.com/oauth/api_scope"
LANGUAGE = {"accept-language": "en-US", "content-language": "en-US"}
INVENTORY = "/sell/inventory/v1"
LOCATION = {
    "location": {
        "address": {
            "addressLine1": "1200 Main St",
            "city": "Houston",
            "stateOrProvince": "TX",
            "postalCode": "77002",
            "country": "US",
        }
    },
    "name": "Main yard",
    "locationTypes": ["WAREHOUSE"],
    "merchantLocationStatus": "ENABLED",
}
ITEM: dict[str, Any] = {
    "availability": {"shipToLocationAvailability": {"quantity": 1}},
    "condition": "USED_EXCELLENT",
    "product": {
        "title": "2018-2020 Toyota Camry 2.5L Alternator OEM Used",
        "description": "<p>Used alternator.</p>",
        "aspects": {"Brand": ["Toyota"], "Manufacturer Part Number": ["27060-F0010"]},
        "imageUrls": ["https://img.example.com/parts/alt-001/1.jpg"],
    },
}


def make_item(**changes: Any) -> dict[str, Any]:
    """Return an item body; `quantity` and product fields may be given."""
    item = copy.deepcopy(ITEM)
    if "quantity" in changes:
        quantity = changes.pop("quantity")
        item["availability"]["shipToLocationAvailability"]["quantity"] = quantity
    if "condition" in changes:
        item["condition"] = changes.pop("condition")
    item["product"].update(changes)
    return item


class Client:
    """Speaks to the marketplace as one seller's application."""

    def __init__(self, server: SandboxServer, seller: str | None = None) -> None:
        self.server = server
        self.http = httpx.Client(base_url=server.base, trust_env=False, timeout=30)
        grant = server.control("consent", seller=seller or server.seller)
        self.tokens = self.token(
            grant_type="authorization_code", code=grant["code"], redirect_uri=server.ru_name
        ).json()
        self.headers = {"authorization": f"Bearer {self.tokens['access_token']}", **LANGUAGE}
        app = self.token(grant_type="client_credentials", scope=SCOPE).json()
        self.app = {"authorization": f"Bearer {app['access_token']}"}
        self.policies: dict[str, str] = {}

    def token(self, **form: str) -> httpx.Response:
        """POST the token endpoint with the application's credentials."""
        return self.http.post(
            "/identity/v1/oauth2/token",
            data=form,
            auth=(self.server.client_id, self.server.client_secret),
        )

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Call as the seller."""
        headers = {**self.headers, **more.pop("headers", {})}
        if body is not None:
            more["json"] = body
        return self.http.request(method, path, headers=headers, **more)

    def prepare(self) -> None:
        """Make the location and learn the policy ids."""
        self.call("POST", f"{INVENTORY}/location/houston-main", LOCATION)
        for kind in ("fulfillment", "payment", "return"):
            found = self.call(
                "GET",
                f"/sell/account/v1/{kind}_policy",
                params={"marketplace_id": "EBAY_MOTORS_US"},
            ).json()
            self.policies[f"{kind}PolicyId"] = found[f"{kind}Policies"][0][f"{kind}PolicyId"]

    def offer_body(self, sku: str, **changes: Any) -> dict[str, Any]:
        """Return the body of an offer that can be published."""
        return {
            "sku": sku,
            "marketplaceId": "EBAY_MOTORS",
            "format": "FIXED_PRICE",
            "availableQuantity": None,
            "categoryId": "33550",
            "listingDuration": "GTC",
            "merchantLocationKey": "houston-main",
            "includeCatalogProductDetails": False,
            "pricingSummary": {"price": {"value": "129.95", "currency": "USD"}},
            "listingPolicies": dict(self.policies),
            **changes,
        }

    def put_item(self, sku: str, **changes: Any) -> httpx.Response:
        """PUT an item."""
        return self.call("PUT", f"{INVENTORY}/inventory_item/{sku}", make_item(**changes))

    def draft(self, sku: str, *, quantity: int = 1, **changes: Any) -> str:
        """Make item and offer; returns the offer's id."""
        if not self.policies:
            self.prepare()
        assert self.put_item(sku, quantity=quantity).status_code == 204
        answer = self.call("POST", f"{INVENTORY}/offer", self.offer_body(sku, **changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["offerId"])

    def publish(self, offer_id: str) -> httpx.Response:
        """POST publish."""
        return self.call("POST", f"{INVENTORY}/offer/{offer_id}/publish", {})

    def live(self, sku: str, *, quantity: int = 1, **changes: Any) -> tuple[str, str]:
        """Make a live listing; returns (offer id, listing id)."""
        offer_id = self.draft(sku, quantity=quantity, **changes)
        answer = self.publish(offer_id)
        assert answer.status_code == 200, answer.text
        return offer_id, str(answer.json()["listingId"])


def error_ids(answer: httpx.Response) -> list[int]:
    """Return the error ids of an envelope."""
    return [row["errorId"] for row in answer.json()["errors"]]
