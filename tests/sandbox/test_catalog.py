"""Trees, suggestions, aspects, vehicles, conditions, compatibility, policies, locations."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.sandbox.client import INVENTORY, LOCATION, Client, error_ids

TAXONOMY = "/commerce/taxonomy/v1"
TREE = f"{TAXONOMY}/category_tree/100"
METADATA = "/sell/metadata/v1/marketplace"


def get(client: Client, path: str, **params: str) -> Any:
    """GET with the application's token."""
    return client.http.get(path, params=params, headers=client.app)


def test_trees_by_marketplace(client: Client) -> None:
    found = [
        get(client, f"{TAXONOMY}/get_default_category_tree_id", marketplace_id=name)
        for name in ("EBAY_US", "EBAY_MOTORS_US", "EBAY_MOTORS", "")
    ]

    assert [row.json().get("categoryTreeId") for row in found[:2]] == ["0", "100"]
    assert [error_ids(row) for row in found[2:]] == [[62003], [62002]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("2018 Toyota Camry alternator", "33550"),
        ("Ford F-150 left power mirror", "33649"),
        ("brake caliper rear", "33563"),
        ("Engine Control Module ECU", "33596"),
        ("tail lights", "33716"),
        ("front bumper cover", "33640"),
        ("wheel 17 inch", "43953"),
    ],
)
def test_suggestions_put_the_best_first(client: Client, query: str, expected: str) -> None:
    answer = get(client, f"{TREE}/get_category_suggestions", q=query).json()

    best = answer["categorySuggestions"][0]
    assert best["category"]["categoryId"] == expected
    assert best["categoryTreeNodeAncestors"][-1]["categoryId"] == "6000"


def test_no_suggestion_is_204(client: Client) -> None:
    assert get(client, f"{TREE}/get_category_suggestions", q="zebra").status_code == 204


def test_aspects_are_for_leaves(client: Client) -> None:
    path = f"{TREE}/get_item_aspects_for_category"

    leaf = get(client, path, category_id="33550").json()["aspects"]
    branch = get(client, path, category_id="33541")
    stranger = get(client, path, category_id="109471")
    missing = get(client, path)

    required = [
        row["localizedAspectName"] for row in leaf if row["aspectConstraint"]["aspectRequired"]
    ]
    assert required == ["Brand", "Manufacturer Part Number"]
    assert {row["aspectConstraint"]["aspectMode"] for row in leaf} == {
        "FREE_TEXT",
        "SELECTION_ONLY",
    }
    assert [error_ids(row) for row in (branch, stranger, missing)] == [[62009], [62005], [62006]]


def test_vehicles_narrow_down(client: Client) -> None:
    path = f"{TREE}/get_compatibility_property_values"

    def values(name: str, chosen: str) -> list[str]:
        answer = get(
            client, path, compatibility_property=name, category_id="33550", filter=chosen
        ).json()
        return [row["value"] for row in answer["compatibilityPropertyValues"]]

    names = get(client, f"{TREE}/get_compatibility_properties", category_id="33550").json()
    assert [row["name"] for row in names["compatibilityProperties"]] == [
        "Year",
        "Make",
        "Model",
        "Trim",
        "Engine",
    ]
    assert "Toyota" in values("Make", "Year:2018")
    assert "Camry" in values("Model", "Year:2018,Make:Toyota")
    assert "LE" in values("Trim", "Year:2018,Make:Toyota,Model:Camry")
    wrong = get(client, path, compatibility_property="Colour", category_id="33550")
    assert error_ids(wrong) == [62102]


def test_conditions_and_compatibility_policies(client: Client) -> None:
    asked = {"filter": "categoryIds:{33550|33563}"}

    conditions = get(client, f"{METADATA}/EBAY_MOTORS_US/get_item_condition_policies", **asked)
    fits = get(
        client, f"{METADATA}/EBAY_MOTORS_US/get_automotive_parts_compatibility_policies", **asked
    )
    none = get(
        client,
        f"{METADATA}/EBAY_MOTORS_US/get_item_condition_policies",
        filter="categoryIds:{1}",
    )
    wrong = get(client, f"{METADATA}/EBAY_MOTORS/get_item_condition_policies")

    rows = conditions.json()["itemConditionPolicies"]
    assert [row["categoryId"] for row in rows] == ["33550", "33563"]
    ids = [row["conditionId"] for row in rows[0]["itemConditions"]]
    assert ids == ["1000", "1500", "2500", "3000", "7000"]
    most = fits.json()["automotivePartsCompatibilityPolicies"][0]["maxNumberOfCompatibleVehicles"]
    assert most == 3000
    assert none.status_code == 204
    assert error_ids(wrong) == [46001]


def test_drift_splits_a_leaf(client: Client) -> None:
    # given
    offer_id = client.draft("ALT-1")
    path = f"{TREE}/get_item_aspects_for_category"

    # when
    drift = client.server.control("category_drift", id="33550", split=["Alternators", "Dynamos"])

    # then
    assert drift["version"] == "129"
    assert error_ids(get(client, path, category_id="33550")) == [62009]
    assert error_ids(client.publish(offer_id)) == [25005]
    best = get(client, f"{TREE}/get_category_suggestions", q="alternators").json()
    assert best["categorySuggestions"][0]["category"]["categoryId"] in drift["new"]


def test_compatibility_is_replaced_read_and_dropped(client: Client) -> None:
    # given
    client.put_item("ALT-1")
    path = f"{INVENTORY}/inventory_item/ALT-1/product_compatibility"

    def vehicle(year: str, model: str) -> dict[str, Any]:
        given = {"Year": year, "Make": "Toyota", "Model": model}
        rows = [{"name": name, "value": value} for name, value in given.items()]
        return {"compatibilityProperties": rows}

    # when
    none = client.call("GET", path)
    put = client.call("PUT", path, {"compatibleProducts": [vehicle("2018", "Camry")]})
    odd = client.call("PUT", path, {"compatibleProducts": [vehicle("1901", "Camry")]})
    read = client.call("GET", path).json()
    gone = client.call("DELETE", path)
    client.server.control("strict_compatibility", on=True)
    strict = client.call("PUT", path, {"compatibleProducts": [vehicle("1901", "Camry")]})

    # then
    assert (none.status_code, error_ids(none)) == (404, [25710])
    assert put.status_code == 204
    assert odd.json()["warnings"][0]["errorId"] == 25023
    assert read == {"compatibleProducts": [vehicle("1901", "Camry")], "sku": "ALT-1"}
    assert gone.status_code == 204
    assert (strict.status_code, error_ids(strict)) == (400, [25023])


def test_policy_lists_repeat_page_one_at_the_end(client: Client) -> None:
    def ids(**params: str) -> list[str]:
        answer = client.call(
            "GET",
            "/sell/account/v1/return_policy",
            params={"marketplace_id": "EBAY_MOTORS_US", **params},
        ).json()
        assert answer["total"] == 1
        return [row["returnPolicyId"] for row in answer["returnPolicies"]]

    assert ids() == ids(offset="1") == ids(offset="50")
    client.server.control("page_repeat", lists=[])
    assert ids(offset="1") == []


def test_without_opt_in_there_are_no_policies(client: Client) -> None:
    # given
    server = client.server
    server.control("opted_in", seller=server.seller, on=False)
    params = {"marketplace_id": "EBAY_MOTORS_US"}

    # when
    refused = client.call("GET", "/sell/account/v1/payment_policy", params=params)
    program = {"programType": "SELLING_POLICY_MANAGEMENT"}
    first = client.call("POST", "/sell/account/v1/program/opt_in", program)
    again = client.call("POST", "/sell/account/v1/program/opt_in", program)

    # then
    assert error_ids(refused) == [20403]
    assert (first.status_code, again.status_code) == (200, 409)


def test_locations(client: Client) -> None:
    path = f"{INVENTORY}/location/yard"

    made = client.call("POST", path, LOCATION)
    twice = client.call("POST", path, LOCATION)
    empty = client.call("POST", f"{INVENTORY}/location/x", {"location": {"address": {}}})
    disabled = client.call("POST", f"{path}/disable")
    unknown = client.call("GET", f"{INVENTORY}/location/nowhere")

    assert made.status_code == 204
    assert (twice.status_code, error_ids(twice)) == (409, [25803])
    assert error_ids(empty) == [25801]
    assert disabled.status_code == 200
    assert (unknown.status_code, error_ids(unknown)) == (404, [25805])
    shown = client.call("GET", path).json()
    assert (shown["merchantLocationKey"], shown["merchantLocationStatus"]) == ("yard", "DISABLED")


def test_a_subtree_tells_name_and_leaf(client: Client) -> None:
    path = "/commerce/taxonomy/v1/category_tree/100/get_category_subtree"

    leaf = client.call("GET", path, params={"category_id": "33550"}).json()
    branch = client.call("GET", path, params={"category_id": "33541"}).json()
    root = client.call("GET", path, params={"category_id": "6000"})
    unknown = client.call("GET", path, params={"category_id": "1"})

    node = leaf["categorySubtreeNode"]
    assert node["category"] == {
        "categoryId": "33550",
        "categoryName": "Alternators & Generators",
    }
    assert node["leafCategoryTreeNode"] is True
    assert "leafCategoryTreeNode" not in branch["categorySubtreeNode"]
    below = branch["categorySubtreeNode"]["childCategoryTreeNodes"]
    assert "33550" in {one["category"]["categoryId"] for one in below}
    assert (error_ids(root), error_ids(unknown)) == ([62008], [62005])


def test_a_bad_day_spoils_its_share_of_calls_and_ends(client: Client) -> None:
    client.server.control("noise", errors=1)
    spoiled = 0
    for _ in range(10):
        try:
            spoiled += client.call("GET", f"{INVENTORY}/location").status_code >= 500
        except httpx.TransportError:
            spoiled += 1
    client.server.control("noise")

    # a page instead of data is answered with 502, every other fault is an error or a lost answer
    assert spoiled == 10
    assert client.call("GET", f"{INVENTORY}/location").status_code == 200
