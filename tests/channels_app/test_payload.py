from __future__ import annotations

import json
import uuid
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from channels_app.adapters.base import ListingInput, Option, Payload
from channels_app.adapters.ebay.config import account_settings
from channels_app.adapters.ebay.payload import Surroundings, build
from channels_app.adapters.ebay.prepare import name_key
from channels_app.adapters.ebay.taxonomy import Aspect, Category
from tests.conftest import SHARED


def aspect(name: str, **changes: Any) -> Aspect:
    values = {
        "name": name,
        "required": False,
        "selection_only": False,
        "many": False,
        "max_length": 65,
        "values": (),
    }
    return Aspect(**{**values, **changes})


CATEGORY = Category(
    id="33550",
    is_leaf=True,
    aspects=(
        aspect("Brand", required=True, values=("Toyota", "Unbranded")),
        aspect("Manufacturer Part Number", required=True, values=("Does Not Apply",)),
        aspect("OE/OEM Part Number", many=True),
        aspect("Fuel Type", selection_only=True, values=("Gasoline", "Diesel")),
        aspect("Warranty", max_length=10),
    ),
    conditions=("1000", "3000", "7000"),
    vehicle_properties=("Year", "Make", "Model", "Trim", "Engine"),
)
AROUND = Surroundings(
    account=account_settings({"locationKey": "houston-main"}),
    category=CATEGORY,
    policies={
        "fulfillment": Option(id="6100000001", name="Ground 2 days"),
        "payment": Option(id="6100000002", name="Pay at once"),
        "return": Option(id="6100000003", name="30 days"),
    },
    location=Option(id="houston-main", name="Main yard"),
    image_urls=("https://i.ebayimg.com/1.jpg",),
    vehicles=({"Year": "2018", "Make": "Toyota", "Model": "Camry"},),
)
VALUES: dict[str, Any] = {
    "title": "2018-2020 Toyota Camry 2.5L Alternator 130 Amp OEM Used 27060-F0010",
    "description": "<p>Used alternator taken from a 2019 Camry LE.</p>",
    "start_price": Decimal("129.95"),
    "currency": "USD",
    "category_id": "33550",
    "condition_id": "3000",
    "c_brand": "Toyota",
    "c_manufacturer_part_number": "27060-F0010",
    "c_oe_oem_part_number": "27060-F0010|27060F0010",
    "item_specifics": {},
}


def listing(available: int = 1, **values: Any) -> ListingInput:
    return ListingInput(
        listing_id=uuid.uuid4(),
        version=1,
        sku=values.pop("sku", "ALT-CAMRY-001"),
        values={**VALUES, **values},
        available=available,
        pictures=(),
        vehicles=(),
    )


def built(available: int = 1, **values: Any) -> Payload:
    return build(listing(available, **values), AROUND)


def reasons(payload: Payload) -> dict[str, str]:
    return {one.field: one.reason for one in payload.refusals}


def test_a_whole_part_is_not_refused() -> None:
    assert built().refusals == ()


def test_the_bytes_have_the_shape_of_the_contract() -> None:
    # given
    path = SHARED / "contracts" / "ebay"
    if not path.exists():
        pytest.skip("the contract is not here")
    item = json.loads((path / "inventory_item.json").read_text())["request"]
    offer = json.loads((path / "offer_create.json").read_text())["request"]
    # when
    documents = built(
        best_offer_enabled=True,
        best_offer_auto_accept_price=Decimal("120.00"),
        minimum_best_offer_price=Decimal("95.00"),
        weight=Decimal("14.5"),
        weight_unit="lb",
        package_length=Decimal(12),
        package_width=Decimal(10),
        package_height=Decimal(9),
        size_unit="in",
    ).documents
    # then
    assert documents["offer"] == offer
    made = dict(documents["item"])
    assert set(made) <= set(item)
    assert made["availability"] == item["availability"]
    assert made["packageWeightAndSize"]["dimensions"] == item["packageWeightAndSize"]["dimensions"]
    assert set(made["product"]) <= set(item["product"])
    for name in ("title", "brand", "mpn"):
        assert made["product"][name] == item["product"][name]
    assert documents["compatibility"]["compatibleProducts"][0]["compatibilityProperties"][0] == {
        "name": "Year",
        "value": "2018",
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 81}, "title"),
        ({"start_price": None}, "start_price"),
        ({"start_price": Decimal(0)}, "start_price"),
        ({"currency": "EUR"}, "currency"),
        ({"category_id": ""}, "category_id"),
        ({"condition_id": ""}, "condition_id"),
        ({"condition_id": "5000"}, "condition_id"),
        ({"c_brand": ""}, "c_brand"),
        ({"c_brand": "B" * 66}, "c_brand"),
        ({"c_manufacturer_part_number": ""}, "c_manufacturer_part_number"),
        ({"c_fuel_type": "Coal"}, "c_fuel_type"),
        ({"item_specifics": {"Warranty": ["for ever and ever"]}}, "aspect:Warranty"),
        ({"item_specifics": {"Warranty": ["1", "2"]}}, "aspect:Warranty"),
        ({"item_specifics": {"N" * 41: ["1"]}}, f"aspect:{'N' * 41}"),
        ({"description": "<p>x</p><script>alert(1)</script>"}, "description"),
        ({"description": "x" * 500_001}, "description"),
        ({"sku": "A B"}, "custom_label_sku"),
        ({"sku": "A" * 51}, "custom_label_sku"),
        ({"format": "Auction"}, "format"),
        ({"duration": "7"}, "duration"),
        ({"available": 0}, "quantity"),
    ],
)
def test_what_ebay_would_refuse_is_named_by_field(values: dict[str, Any], field: str) -> None:
    assert field in reasons(built(**values))


@pytest.mark.parametrize("title", ["Odd  one", "Ölkühler “X”", "a" * 80, "ends with a blank "])
def test_practice_01_words_are_sent_as_they_are(title: str) -> None:
    # when
    payload = built(title=title)
    # then
    assert payload.documents["item"]["product"]["title"] == title
    assert payload.refusals == ()


def test_long_descriptions_go_with_the_offer_alone() -> None:
    # when
    documents = built(description="x" * 4_001).documents
    # then
    assert "description" not in documents["item"]["product"]
    assert len(documents["offer"]["listingDescription"]) == 4_001


def test_a_live_part_may_stand_at_zero() -> None:
    # when
    payload = build(listing(0), replace(AROUND, is_live=True))
    # then
    assert payload.refusals == ()
    assert payload.documents["offer"]["availableQuantity"] == 0


def test_photos_are_1_to_24() -> None:
    # given
    urls = tuple(f"https://i.ebayimg.com/{number}.jpg" for number in range(25))
    # then
    assert "item_photo_url" in reasons(build(listing(), replace(AROUND, image_urls=())))
    assert "item_photo_url" in reasons(build(listing(), replace(AROUND, image_urls=urls)))
    assert build(listing(), replace(AROUND, image_urls=urls[:24])).refusals == ()


def test_a_branch_of_the_tree_is_refused() -> None:
    # when
    payload = build(listing(), replace(AROUND, category=Category(id="33541", is_leaf=False)))
    # then
    assert list(reasons(payload)) == ["category_id"]


def test_categories_without_vehicles_get_none() -> None:
    # when
    plain = replace(CATEGORY, vehicle_properties=())
    payload = build(listing(), replace(AROUND, category=plain))
    # then
    assert "compatibility" not in payload.documents


def test_the_hash_is_of_content_alone() -> None:
    # given
    base = built().content_hash
    # then
    assert built(available=3).content_hash == base
    assert built(start_price=Decimal("99.00")).content_hash == base
    assert built(title="Another").content_hash != base
    other_policy = {**AROUND.policies, "return": Option(id="7", name="60 days")}
    assert build(listing(), replace(AROUND, policies=other_policy)).content_hash != base


def test_an_obvious_value_is_offered() -> None:
    # when
    found = {one.field: one.fix for one in built(c_manufacturer_part_number="").refusals}
    # then
    assert found["c_manufacturer_part_number"] == (
        "Does Not Apply",
        "c_manufacturer_part_number",
        "Does Not Apply",
    )


@pytest.mark.parametrize(
    "name", ["Ground 2 days", "ground  2 DAYS", "Ground\xa02 days - (ID: 6100000001)"]
)
def test_practice_20_policy_names_are_compared_as_people_read_them(name: str) -> None:
    assert name_key(name) == name_key("Ground 2 days")
