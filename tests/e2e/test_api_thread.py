"""From a photo to a sale over the API alone, with the processes that `make run` starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.system import Api, System, wait_for
from tests.e2e.thread import (
    COMPLETE,
    draft_from_photo,
    order_of,
    publish,
    quantities,
    stock,
)

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]


def test_a_photo_becomes_a_sale_and_stock_falls_everywhere(system: System, photo: Path) -> None:
    api = Api(system)
    system.manage("connect_sandbox", "--seller", "mhn-outlet")
    connections = [row["id"] for row in api.get("/api/channels")["channels"]]
    assert len(connections) == 2
    unread = api.get("/api/notifications/unread-count")["count"]

    # photo → draft, with the reading's photo and what a person put right
    part = draft_from_photo(api, photo, corrections=COMPLETE)
    listing = api.get(f"/api/listings/{part.listing_id}")["listing"]
    assert listing["status"] == "draft"
    assert (listing["title"], listing["startPrice"]) == (COMPLETE["title"], "89.90")
    assert stock(api, part) == (1, 1)
    photos = api.get(f"/api/storage/listing/{part.listing_id}")["images"]
    assert len(photos) == 1

    # the vehicles that the title names are found, unverified
    def fitments() -> object:
        return api.get(f"/api/fitment/listing/{part.listing_id}")["fitments"]

    found = wait_for("the vehicles in the title", fitments, seconds=30)
    assert isinstance(found, list)
    assert {(one["make"]["name"], one["model"]["name"]) for one in found} == {("Toyota", "Camry")}

    # ready → published on both accounts
    answer = api.call("PATCH", f"/api/listings/{part.listing_id}/status", json={"status": "ready"})
    assert answer["listing"]["status"] == "ready"
    run = publish(api, part, connections)
    assert (run["state"], run["refused"], run["done"]) == ("done", 0, 2), run
    assert quantities(system, part) == [1, 1]

    # a buyer buys it on one of them
    bought = system.control("buy", sku=part.sku, quantity=1, seller="mhn-auto-parts")
    number = bought["orderId"]

    # the order arrives by itself, stock falls everywhere, the bell counts it
    order = wait_for("the order", lambda: order_of(api, number), seconds=60)
    assert order["paymentState"] == "paid"
    assert stock(api, part) == (0, 0)
    wait_for("quantity 0 on both", lambda: quantities(system, part) == [0, 0], seconds=60)
    wait_for(
        "the bell to count it",
        lambda: api.get("/api/notifications/unread-count")["count"] > unread,
        seconds=30,
    )
    titles = [row["title"] for row in api.get("/api/notifications")["notifications"]]
    assert f"New order {number}" in titles
    assert api.get("/api/dashboard/summary")["totalListings"] > 0


def test_the_same_order_delivered_twenty_times_is_one_sale(system: System, photo: Path) -> None:
    api = Api(system)
    part = draft_from_photo(
        api,
        photo,
        corrections={**COMPLETE, "c_manufacturer_part_number": "27060-0V211", "quantity": 3},
    )
    api.call("PATCH", f"/api/listings/{part.listing_id}/status", json={"status": "ready"})
    connection = api.get("/api/channels")["channels"][0]["id"]
    run = publish(api, part, [connection])
    assert run["state"] == "done", run
    number = system.control("buy", sku=part.sku, quantity=1)["orderId"]
    for _ in range(20):
        system.control(
            "send_notification", topic="ORDER_CONFIRMATION", order_id=number,
            seller="mhn-auto-parts", duplicate=True,
        )  # fmt: skip
    wait_for("the order", lambda: order_of(api, number), seconds=60)
    wait_for("quantity 2 there", lambda: quantities(system, part) == [2], seconds=60)
    assert stock(api, part) == (2, 2)


def test_a_marketplace_that_is_down_heals_by_itself(system: System, photo: Path) -> None:
    api = Api(system)
    part = draft_from_photo(
        api,
        photo,
        corrections={**COMPLETE, "c_manufacturer_part_number": "27060-0V212", "quantity": 5},
    )
    api.call("PATCH", f"/api/listings/{part.listing_id}/status", json={"status": "ready"})
    connection = api.get("/api/channels")["channels"][0]["id"]
    assert publish(api, part, [connection])["state"] == "done"
    # given answers of 500, of HTML, and none at all
    system.control("fault", route="bulkUpdatePriceQuantity", times=2, status=500)
    system.control("fault", route="bulkUpdatePriceQuantity", times=1, html=True)
    system.control("fault", route="bulkUpdatePriceQuantity", times=1, drop=True)
    # when a person changes the stock, it is done at once
    api.post(
        f"/api/inventory/{part.listing_id}/adjust",
        {"change": -2, "reason": "Broken", "idempotencyKey": f"e2e-{part.sku}"},
    )
    assert stock(api, part) == (3, 3)
    # then the marketplace is told as soon as it answers again
    wait_for("quantity 3 there", lambda: quantities(system, part) == [3], seconds=120)
