"""Every request of a working day, as the marketplace recorded it, against the contract's samples."""

from __future__ import annotations

import csv
import datetime
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone
from lxml import etree

from channels_app import services
from channels_app.adapters.ebay import publish as publishing
from channels_app.adapters.ebay import taxonomy
from channels_app.adapters.ebay.config import account_settings
from channels_app.models import ChannelListing, ChannelOrder, ForeignListing
from channels_app.services.inputs import listing_input, ref_of
from channels_app.tasks import webhook_endpoint
from listings.services import listing_update
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain, make_due
from tests.channels_app.test_field_publishing import photo
from tests.channels_app.test_publish import start
from tests.conftest import SHARED

if TYPE_CHECKING:
    from pytest_django.fixtures import Settings
    from pytest_django.live_server_helper import LiveServer

    from channels_app.models import ChannelConnection
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db(transaction=True)

CONTRACT = SHARED / "contracts" / "ebay"
_INVENTORY = "/sell/inventory/v1"
# Of Taxonomy's specification, though not in the list of what the marketplace must have.
_ALSO = {("GET", "/commerce/taxonomy/v1/category_tree/{id}/get_category_subtree")}
# What the contract writes out in its text (sections 4.3, 6.3, 9.1 and 14.3) instead of a file.
_IN_WORDS: dict[str, Any] = {
    f"POST {_INVENTORY}/bulk_update_price_quantity": {
        "requests": [
            {
                "sku": "A-1",
                "shipToLocationAvailability": {"quantity": 1},
                "offers": [
                    {
                        "offerId": "1",
                        "availableQuantity": 1,
                        "price": {"value": "1.00", "currency": "USD"},
                    }
                ],
            }
        ]
    },
    f"POST {_INVENTORY}/bulk_get_inventory_item": {"requests": [{"sku": "A-1"}]},
    f"POST {_INVENTORY}/offer/{{offerId}}/publish": {},
    f"POST {_INVENTORY}/offer/{{offerId}}/withdraw": {},
    "POST /sell/fulfillment/v1/order/{orderId}/shipping_fulfillment": {
        "lineItems": [{"lineItemId": "1", "quantity": 1}],
        "shippedDate": "2026-11-25T08:00:00.000Z",
        "shippingCarrierCode": "UPS",
        "trackingNumber": "1Z",
    },
    "PUT /commerce/notification/v1/config": {"alertEmail": "x@example.test"},
    "POST /commerce/notification/v1/destination": {
        "name": "x",
        "status": "ENABLED",
        "deliveryConfig": {"endpoint": "https://x", "verificationToken": "x"},
    },
    "POST /commerce/notification/v1/subscription": {
        "topicId": "x",
        "status": "ENABLED",
        "payload": {"format": "JSON", "schemaVersion": "1.0", "deliveryProtocol": "HTTPS"},
        "destinationId": "1",
    },
}
# Names here are the seller's own.
_FREE_NAMES = re.compile(r"\.product\.aspects$")


def samples() -> dict[str, Any]:
    """A whole body for each call that has one."""

    def of(name: str) -> Any:
        return json.loads((CONTRACT / f"{name}.json").read_text())["request"]

    offer = of("offer_create")
    return {
        **_IN_WORDS,
        f"POST {_INVENTORY}/location/{{key}}": of("location"),
        f"PUT {_INVENTORY}/inventory_item/{{sku}}": of("inventory_item"),
        f"PUT {_INVENTORY}/inventory_item/{{sku}}/product_compatibility": of("compatibility"),
        f"POST {_INVENTORY}/offer": offer,
        f"PUT {_INVENTORY}/offer/{{offerId}}": offer,
    }


def routes() -> list[tuple[str, str, re.Pattern[str]]]:
    """Method, path as the contract writes it, and what matches it."""
    with (CONTRACT / "sandbox_endpoints.csv").open(newline="") as file:
        known = {(row["method"], row["path"]) for row in csv.DictReader(file)} | _ALSO
    return [
        (method, path, re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path))))
        for method, path in sorted(known)
    ]


def differences(body: Any, sample: Any, where: str = "") -> list[str]:
    """Where a body has what the sample has not, or of another kind; what is left out is fine."""
    if _FREE_NAMES.search(where):
        good = all(isinstance(one, list) and one for one in body.values())
        return [] if good else [f"{where}: no lists of texts"]
    if isinstance(sample, Mapping) and isinstance(body, Mapping):
        found = [f"{where}.{name}: unknown" for name in body if name not in sample]
        for name in body.keys() & sample.keys():
            found += differences(body[name], sample[name], f"{where}.{name}")
        return found
    if isinstance(sample, list) and isinstance(body, list):
        return [
            fault
            for number, one in enumerate(body)
            for fault in _best([differences(one, like, f"{where}[{number}]") for like in sample])
        ]
    number = (int, float)
    alike = type(body) is type(sample) or (isinstance(body, number) and isinstance(sample, number))
    return [] if alike else [f"{where}: {body!r} where the sample has {sample!r}"]


def _best(found: list[list[str]]) -> list[str]:
    return min(found, key=len)


def a_day(account: ChannelConnection, ebay: SandboxServer, part: Listing) -> None:
    """Publish, revise, sell, ship, end, relist; serve what was made elsewhere; look around."""
    session = services.session_of(account)
    given = listing_input(make_listing(custom_label_sku="PHOTO-1", weight="14.5", weight_unit="lb"))
    from dataclasses import replace

    from channels_app.adapters.base import ListingRef, Vehicle
    from channels_app.adapters.store import TableStore
    from tests.channels_app.conformance import Journal

    car = Vehicle(year_start=2015, year_end=2016, make="Toyota", model="Camry")
    whole = replace(given, pictures=[photo(1), photo(2)], vehicles=[car])
    publishing.publish(session, whole, ListingRef(sku=given.sku), Journal(), TableStore())
    listing_update(
        listing_id=part.pk,
        data={"title": "2015-2017 Toyota Camry Headlight, left", "start_price": "150.00"},
        version=part.version,
        actor=person(),
    )
    make_due()
    drain()
    number = str(ebay.control("buy", sku=part.custom_label_sku, quantity=1)["orderId"])
    services.orders_poll(connection_id=account.pk)
    order = ChannelOrder.objects.get(external_order_id=number)
    line = ebay.control("orders")["orders"][0]["lineItems"][0]["lineItemId"]
    services.order_ship(
        connection_id=account.pk, external_order_id=order.external_order_id, lines={line: 1},
        shipped_at=timezone.now() - datetime.timedelta(minutes=1), carrier="UPS",
        tracking_number="1Z 999-AA1",
    )  # fmt: skip
    services.connection_test(connection_id=account.pk)
    services.drift_check(connection_id=account.pk)
    services.limits_read()
    row = ChannelListing.objects.get(listing=part)
    services.listing_end(channel_listing_ids=[row.pk], actor=person())
    drain()
    start(account, part)
    drain()
    ebay.control("add_legacy", seller=ebay.seller, title="Door mirror", price="20", quantity=2)
    run = services.foreign_read_start(connection_id=account.pk, actor=person())
    services.foreign_read(run_id=run.pk)
    one = ForeignListing.objects.get(title="Door mirror")
    run = services.foreign_adopt(connection_id=account.pk, foreign_ids=[one.pk], actor=person())
    services.adopt_work(run_id=run.pk)
    services.owed_write([ChannelListing.objects.get(external_id=one.external_id).listing_id],
                        "quantity")  # fmt: skip
    drain()
    taxonomy.Taxonomy(TableStore(), account_settings(session.settings)).suggest("Mirror")
    assert ref_of(row).sku == part.custom_label_sku


@pytest.fixture
def recorded(
    account: ChannelConnection,
    ebay: SandboxServer,
    part: Listing,
    live_server: LiveServer,
    settings: Settings,
) -> list[dict[str, Any]]:
    """What the marketplace received in a day, consent and seeding calls left out."""
    if not Path(CONTRACT).exists():
        pytest.skip(f"eBay's contract is not beside this checkout: {CONTRACT}")
    settings.PUBLIC_BASE_URL = live_server.url
    services.connection_subscribe(connection_id=account.pk, endpoint=webhook_endpoint("ebay"))
    a_day(account, ebay, part)
    rows: list[dict[str, Any]] = ebay.control("requests", limit=5000)["requests"]
    return rows


def test_each_request_is_as_the_contract_says(recorded: list[dict[str, Any]]) -> None:
    known, bodies = routes(), samples()
    wrong: list[str] = []
    seen: set[str] = set()
    for row in recorded:
        path = row["path"]
        if path == "/ws/api.dll":
            path += "#" + row["headers"]["x-ebay-api-call-name"]
        found = [
            f"{method} {written}"
            for method, written, pattern in known
            if method == row["method"] and pattern.fullmatch(path)
        ]
        if path.startswith("/oauth2/consent"):
            continue
        if not found:
            wrong.append(f"{row['method']} {path}: no such call")
            continue
        seen.add(found[0])
        wrong += [f"{found[0]}: {one}" for one in _faults(row, found, bodies)]
    # then nothing differs, and the day held what the adapter is for
    assert wrong == []
    assert {name for name in bodies if name not in seen} == set()
    assert {
        f"POST /ws/api.dll#{name}" for name in ("GetSellerList", "ReviseInventoryStatus")
    } <= seen


def _faults(row: dict[str, Any], found: list[str], bodies: dict[str, Any]) -> list[str]:
    """What is wrong with headers and body of one request."""
    headers, wrong = row["headers"], []
    if row["path"].startswith(_INVENTORY):
        wrong += [
            f"header {name} is {headers.get(name)}"
            for name in ("content-language", "accept-language")
            if headers.get(name) != "en-US"
        ]
    if row["path"] == "/ws/api.dll":
        return wrong + _trading_faults(row)
    body = row["body"]
    sample = next((bodies[name] for name in found if name in bodies), None)
    if sample is None:
        return wrong + ([f"a body without a sample: {body[:200]}"] if body.startswith("{") else [])
    if not headers.get("content-type", "").startswith("application/json"):
        wrong.append(f"content type {headers.get('content-type')}")
    return wrong + differences(json.loads(body), sample)


def _trading_faults(row: dict[str, Any]) -> list[str]:
    headers = row["headers"]
    name = headers["x-ebay-api-call-name"]
    root = etree.fromstring(row["body"].encode())
    expected = {
        "root": (str(root.tag), f"{{urn:ebay:apis:eBLBaseComponents}}{name}Request"),
        "site": (headers.get("x-ebay-api-siteid"), "100"),
        "level": (headers.get("x-ebay-api-compatibility-level"), "1193"),
        "type": (headers.get("content-type"), "text/xml; charset=utf-8"),
        "key headers": (headers.get("x-ebay-api-app-name"), None),
    }
    return [f"{what}: {one!r}" for what, (one, good) in expected.items() if one != good]


def test_a_body_of_another_shape_is_noticed() -> None:
    sample = {"a": [{"b": "text", "c": 1}], "product": {"aspects": {"Brand": ["x"]}}}
    assert differences({"a": [{"c": 2.5}], "product": {"aspects": {"Any": ["y"]}}}, sample) == []
    assert differences({"a": [{"b": 1}]}, sample) == [".a[0].b: 1 where the sample has 'text'"]
    assert differences({"z": 1, "product": {"aspects": {"Any": "y"}}}, sample) == [
        ".z: unknown",
        ".product.aspects: no lists of texts",
    ]
