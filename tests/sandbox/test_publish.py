"""Item, offer, publish, revise, withdraw: states and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import INVENTORY, Client, error_ids, make_item

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer


def test_item_becomes_offer_becomes_listing(client: Client) -> None:
    # given
    offer_id = client.draft("ALT-1", quantity=2)

    # when
    answer = client.publish(offer_id)

    # then
    assert answer.status_code == 200
    listing_id = answer.json()["listingId"]
    assert answer.json() == {"listingId": listing_id, "warnings": []}
    assert len(listing_id) == 12
    offer = client.call("GET", f"{INVENTORY}/offer/{offer_id}").json()
    assert offer["status"] == "PUBLISHED"
    assert offer["listing"] == {
        "listingId": listing_id,
        "listingStatus": "ACTIVE",
        "soldQuantity": 0,
    }
    found = client.call("GET", f"{INVENTORY}/offer", params={"sku": "ALT-1"}).json()
    assert (found["total"], found["size"], found["limit"]) == (1, 1, 100)


def test_publishing_twice_gives_the_same_listing_and_a_warning(client: Client) -> None:
    offer_id, listing_id = client.live("ALT-1")

    again = client.publish(offer_id)

    assert again.status_code == 200
    assert again.json()["listingId"] == listing_id
    assert [row["errorId"] for row in again.json()["warnings"]] == [25402]


def test_withdraw_and_publish_gives_a_new_listing(client: Client) -> None:
    # given
    offer_id, first = client.live("ALT-1")

    # when
    withdrawn = client.call("POST", f"{INVENTORY}/offer/{offer_id}/withdraw", {})
    second = client.publish(offer_id).json()["listingId"]

    # then
    assert withdrawn.json() == {"listingId": first}
    assert second != first


def test_publish_without_a_body_is_411(client: Client) -> None:
    offer_id = client.draft("ALT-1")

    answer = client.http.post(f"{INVENTORY}/offer/{offer_id}/publish", headers=client.headers)

    assert answer.status_code == 411


def test_a_second_offer_names_the_first(client: Client) -> None:
    offer_id = client.draft("ALT-1")

    answer = client.call("POST", f"{INVENTORY}/offer", client.offer_body("ALT-1"))

    assert answer.status_code == 400
    row = answer.json()["errors"][0]
    assert row["errorId"] == 25002
    assert row["parameters"] == [{"name": "offerId", "value": offer_id}]


REFUSALS: list[tuple[dict[str, Any], dict[str, Any], list[int]]] = [
    ({}, {"categoryId": "33541"}, [25005]),
    ({}, {"marketplaceId": "EBAY_US"}, [25005]),
    ({"condition": "USED_GOOD"}, {}, [25021]),
    ({"quantity": 0}, {}, [25004]),
    ({}, {"pricingSummary": {"price": {"value": "0.0", "currency": "USD"}}}, [25003]),
    ({}, {"pricingSummary": {"price": {"value": "9.999", "currency": "USD"}}}, [25003]),
    ({}, {"merchantLocationKey": "nowhere"}, [25002]),
    ({"aspects": {"Brand": ["Toyota"]}}, {}, [25002]),
    ({"aspects": {"Brand": ["T" * 66], "Manufacturer Part Number": ["1"]}}, {}, [25002]),
    (
        {"aspects": {"Brand": ["A"], "Manufacturer Part Number": ["1"], "Fuel Type": ["Wood"]}},
        {},
        [25002],
    ),
    ({"imageUrls": ["http://img.example.com/1.jpg"]}, {}, [25015]),
    ({"imageUrls": ["https://img.example.com/1.jpg"] * 25}, {}, [25014]),
    ({}, {"listingPolicies": {}}, [25007, 25008, 25009]),
    ({}, {"listingDuration": "DAYS_7"}, [25016]),
    ({"description": None}, {}, [25002]),
    (
        {"quantity": 0},
        {"categoryId": "1", "listingPolicies": {}},
        [25004, 25005, 25007, 25008, 25009],
    ),
]


@pytest.mark.parametrize(("item", "offer", "expected"), REFUSALS)
def test_publish_refuses(
    client: Client, item: dict[str, Any], offer: dict[str, Any], expected: list[int]
) -> None:
    # given
    client.prepare()
    client.put_item("ALT-1", **item)
    made = client.call("POST", f"{INVENTORY}/offer", client.offer_body("ALT-1", **offer))

    # when
    answer = client.publish(made.json()["offerId"])

    # then
    assert answer.status_code == 400
    assert error_ids(answer) == expected
    assert client.server.control("listings")["listings"] == []


def test_missing_aspect_is_named_in_the_last_parameter(client: Client) -> None:
    client.prepare()
    client.put_item("ALT-1", aspects={"Manufacturer Part Number": ["1"]})
    made = client.call("POST", f"{INVENTORY}/offer", client.offer_body("ALT-1")).json()

    row = client.publish(made["offerId"]).json()["errors"][0]

    assert [part["name"] for part in row["parameters"]] == ["0", "1", "2"]
    assert row["parameters"][2]["value"] == "Brand"


def test_put_replaces_and_never_merges(client: Client) -> None:
    client.put_item("ALT-1")

    client.call("PUT", f"{INVENTORY}/inventory_item/ALT-1", {"condition": "NEW"})

    item = client.call("GET", f"{INVENTORY}/inventory_item/ALT-1").json()
    assert item == {"condition": "NEW", "sku": "ALT-1", "locale": "en_US"}


def test_quantity_zero_is_out_of_stock_and_comes_back(client: Client) -> None:
    # given
    offer_id, _ = client.live("ALT-1", quantity=3)

    def push(quantity: int) -> dict[str, Any]:
        body = {
            "requests": [
                {
                    "sku": "ALT-1",
                    "shipToLocationAvailability": {"quantity": quantity},
                    "offers": [{"offerId": offer_id, "availableQuantity": quantity}],
                }
            ]
        }
        answer = client.call("POST", f"{INVENTORY}/bulk_update_price_quantity", body)
        assert answer.status_code == 200, answer.text
        offer = client.call("GET", f"{INVENTORY}/offer/{offer_id}").json()
        return {"status": offer["listing"]["listingStatus"], "rows": answer.json()["responses"]}

    # when
    gone, back = push(0), push(5)

    # then
    assert gone["status"] == "OUT_OF_STOCK"
    assert back["status"] == "ACTIVE"
    assert [(row["offerId"], row["statusCode"]) for row in back["rows"]] == [(offer_id, 200)]
    assert client.server.control("listings")["listings"][0]["quantity"] == 5


def test_price_quantity_answers_row_by_row(client: Client) -> None:
    client.live("ALT-1")
    rows = [
        {"sku": "ALT-1", "shipToLocationAvailability": {"quantity": 2}},
        {"sku": "ALT-1", "offers": [{"offerId": "9999999999", "availableQuantity": 2}]},
        {"sku": "NOPE", "shipToLocationAvailability": {"quantity": 2}},
    ]

    answer = client.call("POST", f"{INVENTORY}/bulk_update_price_quantity", {"requests": rows})

    assert answer.status_code == 207
    found = [
        (row["sku"], row["statusCode"], [error["errorId"] for error in row["errors"]])
        for row in answer.json()["responses"]
    ]
    assert found == [("ALT-1", 200, []), ("ALT-1", 404, [25713]), ("NOPE", 400, [25604])]


def test_price_quantity_takes_25_rows(client: Client) -> None:
    rows = [{"sku": f"A-{n}", "shipToLocationAvailability": {"quantity": 1}} for n in range(26)]

    answer = client.call("POST", f"{INVENTORY}/bulk_update_price_quantity", {"requests": rows})

    assert (answer.status_code, error_ids(answer)) == (400, [25712])


def test_partial_apply_says_no_and_does_it(client: Client) -> None:
    client.live("ALT-1", quantity=2)
    client.server.control("partial_apply", on=True)
    body = {"requests": [{"sku": "ALT-1", "shipToLocationAvailability": {"quantity": 0}}]}

    answer = client.call("POST", f"{INVENTORY}/bulk_update_price_quantity", body)

    assert answer.json()["responses"][0]["errors"][0]["errorId"] == 25004
    assert client.server.control("listings")["listings"][0]["quantity"] == 0


def test_bulk_calls_answer_each_row(client: Client) -> None:
    # given
    client.prepare()
    items = [
        {"sku": "B-1", "locale": "en_US", **make_item()},
        {"sku": "B-2", "locale": "en_US", **make_item(title="x" * 81)},
    ]

    # when
    put = client.call(
        "POST", f"{INVENTORY}/bulk_create_or_replace_inventory_item", {"requests": items}
    )
    made = client.call(
        "POST",
        f"{INVENTORY}/bulk_create_offer",
        {"requests": [client.offer_body("B-1"), client.offer_body("B-2")]},
    )
    ids = [row.get("offerId") for row in made.json()["responses"]]
    out = client.call(
        "POST",
        f"{INVENTORY}/bulk_publish_offer",
        {"requests": [{"offerId": ids[0]}, {"offerId": "1"}]},
    )

    # then
    assert put.status_code == 207
    assert [row["statusCode"] for row in put.json()["responses"]] == [201, 400]
    assert put.json()["responses"][1]["errors"][0]["errorId"] == 25709
    assert [row["statusCode"] for row in made.json()["responses"]] == [200, 400]
    assert [row["statusCode"] for row in out.json()["responses"]] == [200, 404]
    assert len(client.server.control("listings")["listings"]) == 1


def test_deleting_the_item_ends_the_listing(client: Client) -> None:
    client.live("ALT-1")

    answer = client.call("DELETE", f"{INVENTORY}/inventory_item/ALT-1")

    assert answer.status_code == 204
    assert [row["status"] for row in client.server.control("listings")["listings"]] == ["ENDED"]
    gone = client.call("GET", f"{INVENTORY}/offer", params={"sku": "ALT-1"})
    assert (gone.status_code, error_ids(gone)) == (404, [25713])


def test_lag_after_a_write_ends_with_the_clock(client: Client) -> None:
    # given
    server: SandboxServer = client.server
    server.control("lag", route="publishOffer", seconds=5, error=25604)
    server.control("lag", route="getInventoryItem", seconds=5)
    offer_id = client.draft("ALT-1")
    client.put_item("ALT-1", quantity=4)

    # when
    early = client.publish(offer_id)
    stale = client.call("GET", f"{INVENTORY}/inventory_item/ALT-1").json()
    server.control("clock", advance_seconds=6)
    late = client.publish(offer_id)

    # then
    assert error_ids(early) == [25604]
    assert stale["availability"]["shipToLocationAvailability"]["quantity"] == 1
    assert late.status_code == 200


def test_a_sticky_category_heals_by_delete_and_create(client: Client) -> None:
    offer_id = client.draft("ALT-1")
    client.server.control("sticky_category", offerId=offer_id)

    refused = client.publish(offer_id)
    client.call("DELETE", f"{INVENTORY}/offer/{offer_id}")
    healed = client.publish(client.draft("ALT-1"))

    assert error_ids(refused) == [25005]
    assert healed.status_code == 200
