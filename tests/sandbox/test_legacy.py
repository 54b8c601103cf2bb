"""Listings made elsewhere: Trading, Feed, migration."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ET
from typing import Any

import httpx
import pytest

from tests.sandbox.client import INVENTORY, Client, error_ids

NS = "urn:ebay:apis:eBLBaseComponents"
FEED = "/sell/feed/v1"


def read(raw: bytes) -> ET.Element:
    """Return the XML without its namespace."""
    return ET.fromstring(raw.replace(f' xmlns="{NS}"'.encode(), b""))  # noqa: S314 (our own server)


def trading(client: Client, call: str, inner: str, **headers: str) -> ET.Element:
    """Make a Trading call; returns the answer without its namespace."""
    answer = client.http.post(
        "/ws/api.dll",
        content=f'<?xml version="1.0"?><{call}Request xmlns="{NS}">{inner}</{call}Request>',
        headers={
            "content-type": "text/xml",
            "x-ebay-api-call-name": call,
            "x-ebay-api-siteid": "100",
            "x-ebay-api-compatibility-level": "1193",
            "x-ebay-api-iaf-token": client.tokens["access_token"],
            **headers,
        },
    )
    assert answer.status_code == 200
    return read(answer.content)


def codes(answer: ET.Element) -> list[str | None]:
    """Return the error codes of an answer."""
    return [node.text for node in answer.iter("ErrorCode")]


def add(client: Client, **fields: Any) -> str:
    """Make a listing on the web site."""
    given = {"title": "2018 Camry Alternator", "sku": "A-100", "quantity": 3, "sold": 1, **fields}
    made = client.server.control("add_legacy", seller=client.server.seller, **given)
    return str(made["item_id"])


def status_row(item_id: str, quantity: int) -> str:
    return (
        f"<InventoryStatus><ItemID>{item_id}</ItemID><Quantity>{quantity}</Quantity>"
        "</InventoryStatus>"
    )


def test_the_quantity_read_counts_the_sold_ones(client: Client) -> None:
    # given
    item_id = add(client)

    # when
    pushed = trading(client, "ReviseInventoryStatus", status_row(item_id, 1))
    same = trading(client, "ReviseInventoryStatus", status_row(item_id, 1))
    found = trading(client, "GetItem", f"<ItemID>{item_id}</ItemID>")

    # then
    assert (pushed.findtext("Ack"), pushed.findtext("InventoryStatus/Quantity")) == (
        "Success",
        None,
    )
    assert (same.findtext("Ack"), codes(same)) == ("Warning", ["21917091"])
    assert found.findtext("Item/Quantity") == "2"
    assert found.findtext("Item/SellingStatus/QuantitySold") == "1"


def test_rows_stand_on_their_own(client: Client) -> None:
    # given
    good, ended = add(client), add(client, sku="B-2")
    client.server.control("end_legacy", item_id=ended)
    _, ours = client.live("ALT-1")
    rows = [status_row(item_id, 5) for item_id in (good, ended, ours)]

    # when
    answer = trading(client, "ReviseInventoryStatus", "<MessageID>m1</MessageID>" + "".join(rows))
    many = trading(client, "ReviseInventoryStatus", status_row(good, 1) * 5)

    # then
    assert (answer.findtext("Ack"), codes(answer)) == ("PartialFailure", ["291", "21919474"])
    assert [node.findtext("ItemID") for node in answer.iter("InventoryStatus")] == [good]
    assert answer.findtext("CorrelationID") == "m1"
    assert many.findtext("Ack") == "Failure"


def test_zero_needs_the_out_of_stock_control(client: Client) -> None:
    item_id = add(client)
    client.server.control("out_of_stock", seller=client.server.seller, on=False)

    answer = trading(client, "ReviseInventoryStatus", status_row(item_id, 0))

    assert codes(answer) == ["21916583"]
    assert (
        client.server.control("legacy", seller=client.server.seller)["listings"][0]["quantity"] == 3
    )


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"x-ebay-api-iaf-token": ""}, "930"),
        ({"x-ebay-api-iaf-token": "Bearer abc"}, "21916984"),
        ({"x-ebay-api-siteid": ""}, "10012"),
        ({"x-ebay-api-call-name": "GetItem"}, "2"),
    ],
)
def test_trading_errors_come_with_200(client: Client, headers: dict[str, str], code: str) -> None:
    answer = trading(client, "GetUserPreferences", "", **headers)

    assert (answer.findtext("Ack"), codes(answer)) == ("Failure", [code])


def test_an_expired_token_and_a_spent_pot(client: Client) -> None:
    client.server.control("limits", resource="trading", limit=1)
    first = trading(client, "GetUserPreferences", "")
    spent = trading(client, "GetUserPreferences", "")
    client.server.control("clock", advance_seconds=7300)
    late = trading(client, "GetUserPreferences", "")

    assert first.findtext("OutOfStockControlPreference") == "true"
    assert codes(spent) == ["518"]
    assert codes(late) == ["21917053"]


def test_lists_are_paged_and_windows_checked(client: Client) -> None:
    # given
    seller = client.server.seller
    client.server.control("clock", frozen="2026-11-25T12:00:00.000Z")
    fresh = Client(client.server)
    client.server.control("seed_legacy", seller=seller, n=450, seed=7)
    active = "<ActiveList><Sort>ItemID</Sort><Pagination><EntriesPerPage>200</EntriesPerPage>"
    window = "<EndTimeFrom>{}</EndTimeFrom><EndTimeTo>{}</EndTimeTo>"

    # when
    pages = [
        trading(
            fresh,
            "GetMyeBaySelling",
            f"{active}<PageNumber>{page}</PageNumber></Pagination></ActiveList>",
        )
        for page in (1, 2, 3)
    ]
    month = window.format("2026-11-25T12:00:00.000Z", "2026-12-25T12:00:00.000Z")
    listed = trading(
        fresh,
        "GetSellerList",
        f"{month}<Pagination><EntriesPerPage>200</EntriesPerPage></Pagination>",
    )
    long = trading(
        fresh,
        "GetSellerList",
        window.format("2026-01-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z"),
    )
    none = trading(fresh, "GetSellerList", "")

    # then
    ids = [node.text for page in pages for node in page.iter("ItemID")]
    assert (len(ids), len(set(ids))) == (450, 450)
    assert listed.findtext("PaginationResult/TotalNumberOfEntries") == "450"
    assert (listed.findtext("HasMoreItems"), len(list(listed.iter("Item")))) == ("true", 200)
    assert [long.findtext("Ack"), none.findtext("Ack")] == ["Failure", "Failure"]


def test_item_details_only_when_asked_for(client: Client) -> None:
    # given
    cars = [{"Year": "2018", "Make": "Toyota", "Model": "Camry"}]
    item_id = add(client, compatibility=cars, aspects={"Brand": ["Denso"]})
    asked = (
        f"<ItemID>{item_id}</ItemID><DetailLevel>ReturnAll</DetailLevel>"
        "<IncludeItemSpecifics>true</IncludeItemSpecifics>"
        "<IncludeItemCompatibilityList>true</IncludeItemCompatibilityList>"
    )

    # when
    bare = trading(client, "GetItem", f"<ItemID>{item_id}</ItemID>").find("Item")
    full = trading(client, "GetItem", asked).find("Item")
    client.server.control("compat_list_missing", on=True)
    cut = trading(client, "GetItem", asked).find("Item")

    # then
    assert bare is not None
    assert full is not None
    assert cut is not None
    assert bare.findtext("ItemCompatibilityCount") == "1"
    assert bare.find("ItemCompatibilityList") is None
    assert bare.find("ItemSpecifics") is None
    assert full.findtext("ItemSpecifics/NameValueList/Value") == "Denso"
    assert len(full.findall("ItemCompatibilityList/Compatibility")) == 1
    assert full.find("SellerProfiles/SellerReturnProfile/ReturnProfileID") is not None
    assert cut.findtext("ItemCompatibilityCount") == "1"
    assert cut.find("ItemCompatibilityList") is None


def test_a_sale_shows_in_the_events_and_as_an_order(client: Client) -> None:
    # given
    item_id = add(client, sku=None)
    client.server.control("clock", advance_seconds=60)
    since = client.server.control("status")["now"]

    # when
    order = client.server.control("buy", listing_id=item_id)["order"]
    events = trading(client, "GetSellerEvents", f"<ModTimeFrom>{since}</ModTimeFrom>")

    # then
    assert order["lineItems"][0]["legacyItemId"] == item_id
    assert "sku" not in order["lineItems"][0]
    assert [node.text for node in events.iter("ItemID")] == [item_id]
    assert events.findtext("ItemArray/Item/SellingStatus/QuantitySold") == "2"
    invisible = client.call("GET", f"{INVENTORY}/offer", params={"sku": "A-100"})
    assert error_ids(invisible) == [25713]


def test_ending_twice_says_so(client: Client) -> None:
    first, second = add(client), add(client, sku="B-2")
    one = f"<ItemID>{first}</ItemID><EndingReason>NotAvailable</EndingReason>"

    def container(item_id: str) -> str:
        return (
            f"<EndItemRequestContainer><MessageID>{item_id}</MessageID><ItemID>{item_id}</ItemID>"
            "<EndingReason>NotAvailable</EndingReason></EndItemRequestContainer>"
        )

    done = trading(client, "EndFixedPriceItem", one)
    both = trading(client, "EndItems", container(first) + container(second))

    assert done.findtext("Ack") == "Success"
    assert (both.findtext("Ack"), codes(both)[0]) == ("PartialFailure", "1047")
    ended = both.findall("EndItemResponseContainer")
    assert ended[1].findtext("CorrelationID") == second
    assert ended[1].find("EndTime") is not None


def test_migration_hands_over_for_good(client: Client) -> None:
    # given
    good, no_sku = add(client), add(client, sku=None)
    twins = [add(client, sku="TWIN"), add(client, sku="TWIN")]
    auction = add(client, sku="AUC", format="Chinese")
    ids = [good, no_sku, twins[0], auction, "1"]

    # when
    answer = client.call(
        "POST",
        f"{INVENTORY}/bulk_migrate_listing",
        {"requests": [{"listingId": item_id} for item_id in ids]},
    )
    six = client.call(
        "POST",
        f"{INVENTORY}/bulk_migrate_listing",
        {"requests": [{"listingId": str(n)} for n in range(6)]},
    )

    # then
    rows = answer.json()["responses"]
    assert answer.status_code == 207
    assert [row["statusCode"] for row in rows] == [200, 400, 400, 400, 400]
    assert {row["errors"][0]["errorId"] for row in rows[1:]} == {25718}
    assert six.status_code == 400
    offer_id = rows[0]["inventoryItems"][0]["offerId"]
    offer = client.call("GET", f"{INVENTORY}/offer/{offer_id}").json()
    assert offer["listing"]["listingId"] == good
    assert (offer["listingPolicies"], offer["merchantLocationKey"]) == ({}, "US_77002")
    refused = trading(client, "ReviseInventoryStatus", status_row(good, 9))
    client.server.control("trading_after_migration", mode="stale")
    stale = trading(client, "ReviseInventoryStatus", status_row(good, 9))
    assert codes(refused) == ["21919474"]
    assert stale.findtext("Ack") == "Success"
    item = client.call("GET", f"{INVENTORY}/inventory_item/A-100").json()
    assert item["availability"]["shipToLocationAvailability"]["quantity"] == 2


def report(client: Client, **headers: str) -> httpx.Response:
    return client.call(
        "POST",
        f"{FEED}/inventory_task",
        {"feedType": "LMS_ACTIVE_INVENTORY_REPORT", "schemaVersion": "1.0"},
        headers={"x-ebay-c-marketplace-id": "EBAY_MOTORS_US", **headers},
    )


def test_the_report_lists_what_is_live(client: Client) -> None:
    # given
    item_id = add(client)
    ended = add(client, sku="B-2")
    client.server.control("end_legacy", item_id=ended)

    # when
    made = report(client)
    path = httpx.URL(made.headers["location"]).path
    early = client.call("GET", path).json()["status"]
    task = path.rpartition("/")[2]
    missing = client.call("GET", f"{FEED}/task/{task}/download_result_file")
    client.server.control("clock", advance_seconds=3)
    late = client.call("GET", path).json()["status"]
    raw = client.call("GET", f"{FEED}/task/{task}/download_result_file").content

    # then
    assert made.status_code == 202
    assert (early, late) == ("QUEUED", "COMPLETED")
    assert error_ids(missing) == [160014]
    found = read(gzip.decompress(raw))
    rows = found.findall("ActiveInventoryReport/SKUDetails")
    assert [(row.findtext("ItemID"), row.findtext("Quantity")) for row in rows] == [(item_id, "2")]


def test_reports_are_25_a_day(client: Client) -> None:
    client.server.control("feed", delay=0)

    answers = [report(client) for _ in range(26)]

    assert [row.status_code for row in answers] == [202] * 25 + [409]
    assert error_ids(answers[-1]) == [160025]
    assert error_ids(report(client, **{"x-ebay-c-marketplace-id": ""})) == [160027]


def test_an_upload_is_applied_row_by_row(client: Client) -> None:
    # given
    item_id = add(client)
    body = {"feedType": "LMS_REVISE_INVENTORY_STATUS", "schemaVersion": "1193"}
    path = httpx.URL(client.call("POST", f"{FEED}/task", body).headers["location"]).path
    rows = "".join(
        f'<ReviseInventoryStatusRequest xmlns="{NS}"><MessageID>{name}</MessageID>'
        f"{status_row(number, 7)}</ReviseInventoryStatusRequest>"
        for name, number in (("r1", item_id), ("r2", "1"))
    )
    text = f'<BulkDataExchangeRequests xmlns="{NS}">{rows}</BulkDataExchangeRequests>'

    # when
    sent = client.call(
        "POST", f"{path}/upload_file", files={"file": ("f.xml", text.encode(), "text/xml")}
    )
    client.server.control("clock", advance_seconds=3)
    raw = client.call("GET", f"{path}/download_result_file").content

    # then
    assert sent.status_code == 200
    found = read(gzip.decompress(raw))
    answers = [(row.findtext("CorrelationID"), row.findtext("Ack")) for row in found]
    assert answers == [("r1", "Success"), ("r2", "Failure")]
    stored = client.server.control("legacy", seller=client.server.seller)["listings"][0]
    assert stored["quantity"] - stored["sold"] == 7
