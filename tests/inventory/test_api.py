from __future__ import annotations

import uuid

import pytest

from inventory.models import InventoryEvent, InventoryLedger
from tests.inventory.factories import part
from tests.people import api_of

pytestmark = pytest.mark.django_db


def test_stock_of_a_part() -> None:
    # given
    listing = part(quantity=3)
    # when
    answer = api_of("viewer").get(f"/api/inventory/{listing.pk}")
    # then
    body = answer.json()
    assert answer.status_code == 200
    assert body["ledger"]["quantityTotal"] == 3
    assert body["ledger"]["quantityAvailable"] == 3
    assert [event["eventType"] for event in body["recentEvents"]] == ["initial_stock"]
    assert body["binCode"] == ""


def test_a_part_without_stock_has_zeros_and_an_unknown_one_is_404() -> None:
    # given
    client = api_of("user")
    # when / then
    assert client.get(f"/api/inventory/{part().pk}").json()["ledger"]["quantityTotal"] == 0
    assert client.get(f"/api/inventory/{uuid.uuid4()}").status_code == 404


def test_adjust_answers_ledger_and_event_and_counts_once() -> None:
    # given
    listing = part(quantity=1)
    client = api_of("user")
    body = {"change": 2, "reason": "Found two", "idempotencyKey": "k-1"}
    # when
    first = client.post(f"/api/inventory/{listing.pk}/adjust", body)
    second = client.post(f"/api/inventory/{listing.pk}/adjust", body)
    # then
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["event"]["id"] == second.json()["event"]["id"]
    event = first.json()["event"]
    assert (event["quantityBefore"], event["quantityChange"], event["quantityAfter"]) == (1, 2, 3)
    assert second.json()["ledger"]["quantityTotal"] == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"change": 0}, 400),
        ({"change": "x"}, 400),
        ({"change": 10**12}, 400),
        ({}, 400),
        ({"change": 1, "colour": "red"}, 400),
        ({"change": -5}, 409),
    ],
)
def test_adjust_refuses_with_a_reason(body: dict[str, object], status: int) -> None:
    # given
    listing = part(quantity=1)
    # when
    answer = api_of("user").post(f"/api/inventory/{listing.pk}/adjust", body)
    # then
    assert answer.status_code == status
    assert answer.json()["errors"][0]["detail"]
    assert InventoryLedger.objects.get(listing=listing).quantity_total == 1
    assert InventoryEvent.objects.count() == 1


def test_viewers_may_not_adjust() -> None:
    # given
    listing = part(quantity=1)
    # when
    answer = api_of("viewer").post(f"/api/inventory/{listing.pk}/adjust", {"change": 1})
    # then
    assert answer.status_code == 403
    assert InventoryEvent.objects.count() == 1


def test_reserve_and_release_for_an_order() -> None:
    # given
    listing = part(quantity=3)
    client = api_of("user")
    body = {"quantity": 2, "orderId": "A-1"}
    # when
    held = client.post(f"/api/inventory/{listing.pk}/reserve", body)
    again = client.post(f"/api/inventory/{listing.pk}/reserve", body)
    too_many = client.post(
        f"/api/inventory/{listing.pk}/reserve", {"quantity": 2, "orderId": "A-2"}
    )
    # then
    assert held.json()["ledger"]["quantityReserved"] == 2
    assert again.json()["ledger"]["quantityAvailable"] == 1
    assert too_many.status_code == 409
    assert too_many.json()["errors"][0]["code"] == "insufficient_stock"
    # when
    let_go = client.post(f"/api/inventory/{listing.pk}/release", body)
    nothing = client.post(
        f"/api/inventory/{listing.pk}/release", {"quantity": 1, "orderId": "none"}
    )
    # then
    assert let_go.json()["ledger"]["quantityReserved"] == 0
    assert nothing.status_code == 404


def test_low_stock_and_events_and_place() -> None:
    # given
    low, high = part(quantity=1), part(quantity=9)
    client = api_of("user")
    # when
    items = client.get("/api/inventory/low-stock?threshold=5&limit=50").json()["items"]
    events = client.get(f"/api/inventory/events?listingId={high.pk}&type=initial_stock").json()
    placed = client.put(f"/api/inventory/{low.pk}/place", {"binCode": "b-04-2"})
    threshold = client.put(f"/api/inventory/{high.pk}/threshold", {"lowStockThreshold": 9})
    # then
    assert [item["listingId"] for item in items] == [str(low.pk)]
    assert (events["total"], len(events["events"])) == (1, 1)
    assert placed.json() == {"binCode": "B-04-2"}
    assert threshold.json()["ledger"]["lowStockThreshold"] == 9
    own = client.get("/api/inventory/low-stock").json()["items"]
    assert {item["listingId"] for item in own} == {str(low.pk), str(high.pk)}


def test_reconcile_answers_per_part() -> None:
    # given
    listing, missing = part(quantity=1), uuid.uuid4()
    # when
    answer = api_of("user").post(
        "/api/inventory/reconcile", {"listingIds": [str(listing.pk), str(missing)]}
    )
    # then
    first, second = answer.json()["results"]
    assert (first["ok"], first["problems"], first["error"]) == (True, [], None)
    assert (second["ok"], second["error"]) == (False, "This part does not exist.")


def test_duplicates_by_number_and_by_title() -> None:
    # given
    first = part(
        c_brand="Denso", c_manufacturer_part_number="210-0580", title="Alternator for a Camry"
    )
    second = part(c_brand="Denso", c_manufacturer_part_number="210 0580", title="Generator, used")
    part(c_brand="Bosch", c_manufacturer_part_number="210-0580", title="Something else")
    # when
    pairs = api_of("viewer").get("/api/inventory/duplicates?confidence=0.8").json()
    # then
    assert [{pair["idA"], pair["idB"]} for pair in pairs["duplicatePairs"]] == [
        {str(first.pk), str(second.pk)}
    ]
    assert pairs["duplicatePairs"][0]["confidence"] == 0.95
