"""The catalog over HTTP: envelopes, names, versions, refusals."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from listings import columns
from listings.models import Listing
from listings.services import listing_update
from realtrack.core.redis import client as redis_client
from settings_app.enums import UserRole
from settings_app.models import User
from tests.listings.factories import COMPLETE, machine, make_listing, make_user, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle_of_other_tests() -> None:
    redis_client().flushdb()


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_create_answers_listing_and_revision(api: APIClient, user: User) -> None:
    # when
    answer = api.post(
        "/api/listings",
        {
            "title": "Alternator",
            "startPrice": 89.9,
            "shippingService1Option": "UPSGround",
            "responsiblePerson1AddressLine2": "c/o",
            "itemSpecifics": {"Placement on Vehicle": ["Left"], "my_key": "x"},
        },
        format="json",
    )
    # then
    assert answer.status_code == 201, answer.content
    body = answer.json()
    listing = body["listing"]
    assert listing["status"] == "draft"
    assert listing["version"] == 1
    assert listing["startPrice"] == "89.90"
    assert listing["shippingService1Option"] == "UPSGround"
    assert listing["responsiblePerson1AddressLine2"] == "c/o"
    assert listing["itemSpecifics"] == {"Placement on Vehicle": ["Left"], "my_key": ["x"]}
    assert listing["customLabelSku"].startswith("RT-")
    assert listing["description"] is None
    assert {column.api_name for column in columns.columns()} <= set(listing)
    assert body["revision"]["version"] == 1
    assert body["revision"]["changedBy"] == str(user.pk)
    assert body["revision"]["snapshot"]["title"] == "Alternator"
    assert answer["ETag"] == '"1"'


def test_create_names_faults_and_unknown_fields_as_the_wire_does(api: APIClient) -> None:
    answer = api.post("/api/listings", {"startPrice": "much", "colour": 1}, format="json")
    assert answer.status_code == 400
    assert {one["attr"] for one in answer.json()["errors"]} == {"colour"}
    answer = api.post(
        "/api/listings", {"startPrice": "much", "shippingService1Cost": "-2"}, format="json"
    )
    assert answer.status_code == 400
    assert {one["attr"] for one in answer.json()["errors"]} == {
        "startPrice",
        "shippingService1Cost",
    }
    assert answer.json()["requestId"]
    assert not Listing.all_objects.exists()


def test_create_ready_needs_completeness_and_stores_nothing_without(api: APIClient) -> None:
    answer = api.post("/api/listings", {"title": "x", "status": "ready"}, format="json")
    assert answer.status_code == 409
    body = answer.json()
    assert body["errors"][0]["code"] == "not_ready"
    assert "startPrice" in {one["field"] for one in body["missing"]}
    assert not Listing.all_objects.exists()


def test_a_taken_sku_is_a_conflict(api: APIClient) -> None:
    make_listing(custom_label_sku="AB-1")
    answer = api.post("/api/listings", {"customLabelSku": "ab-1"}, format="json")
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "sku_taken"


@pytest.mark.parametrize("way", ["body", "if-match", "version-header"])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_update_takes_the_version_from_body_or_header(
    api: APIClient, way: str, method: str
) -> None:
    # given
    listing = make_listing(title="Old", c_brand="Bosch")
    body: dict[str, Any] = {"title": "New"}
    headers = {}
    if way == "body":
        body["version"] = 1
    elif way == "if-match":
        headers = {"If-Match": '"1"'}
    else:
        headers = {"version": "1"}
    # when
    answer = getattr(api, method)(
        f"/api/listings/{listing.pk}", body, format="json", headers=headers
    )
    # then
    assert answer.status_code == 200, answer.content
    assert answer.json()["listing"]["version"] == 2
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, stored.c_brand) == ("New", "Bosch")


def test_update_without_a_version_is_refused(api: APIClient) -> None:
    listing = make_listing(title="Old")
    answer = api.put(f"/api/listings/{listing.pk}", {"title": "New"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "version"


def test_a_stale_version_is_a_409_with_three_sides(api: APIClient) -> None:
    # given
    listing = make_listing(title="Base", item_specifics={"a_b": ["x"]})
    listing_update(listing_id=listing.pk, data={"title": "Theirs"}, version=1, actor=person())
    # when
    answer = api.put(f"/api/listings/{listing.pk}", {"title": "Yours", "version": 1}, format="json")
    # then
    assert answer.status_code == 409
    body = answer.json()
    assert (body["currentVersion"], body["yourVersion"]) == (2, 1)
    assert body["changes"] == {"title": {"base": "Base", "theirs": "Theirs", "yours": "Yours"}}
    assert body["currentData"]["title"] == "Theirs"
    assert body["currentData"]["itemSpecifics"] == {"a_b": ["x"]}
    assert body["errors"][0]["code"] == "version_conflict"


def test_status_moves_and_refuses_with_the_allowed(api: APIClient) -> None:
    # given
    listing = make_listing(complete=True)
    # when
    moved = api.patch(f"/api/listings/{listing.pk}/status", {"status": "ready"}, format="json")
    refused = api.patch(f"/api/listings/{listing.pk}/status", {"status": "delisted"}, format="json")
    # then
    assert moved.status_code == 200
    assert moved.json()["listing"]["status"] == "ready"
    assert moved.json()["revision"]["statusBefore"] == "draft"
    assert refused.status_code == 409
    assert refused.json()["allowed"] == ["draft", "published", "sold", "archived"]


def test_delete_trash_restore(api: APIClient) -> None:
    listing = make_listing(title="Gone")
    url = f"/api/listings/{listing.pk}"
    assert api.delete(url).json() == {"success": True}
    assert api.get(url).status_code == 404
    assert [one["id"] for one in api.get("/api/listings/trash").json()["listings"]] == [
        str(listing.pk)
    ]
    assert api.post(f"{url}/restore").json()["listing"]["deletedAt"] is None
    assert api.get(url).json()["listing"]["title"] == "Gone"


def test_revisions_page_and_restore(api: APIClient) -> None:
    # given
    listing = make_listing(title="One", description="first")
    listing_update(
        listing_id=listing.pk,
        data={"title": "Two", "description": "second"},
        version=1,
        actor=machine(),
        person_fields=[],
    )
    listing_update(listing_id=listing.pk, data={"title": "Three"}, version=1, actor=person())
    # when
    body = api.get(f"/api/listings/{listing.pk}/revisions?limit=1").json()
    restored = api.post(f"/api/listings/{listing.pk}/revisions/1/restore", format="json")
    missing = api.post(f"/api/listings/{listing.pk}/revisions/99/restore", format="json")
    # then
    assert (body["total"], body["limit"], body["offset"]) == (2, 1, 0)
    assert body["revisions"][0]["changedFields"] == ["title"]
    assert body["revisions"][0]["snapshot"]["description"] == "first"
    assert restored.json()["listing"]["title"] == "One"
    assert missing.status_code == 404


def test_list_and_search_envelopes(api: APIClient) -> None:
    # given
    for n in range(3):
        make_listing(title=f"Headlight {n}", c_brand="Hella", start_price=str(n + 1))
    make_listing(title="Mirror")
    # when
    listed = api.get("/api/listings?limit=2&offset=1").json()
    searched = api.get(
        "/api/listings/search?q=headlight&brand=Hella&sort=price&facets=true&limit=2"
    ).json()
    following = api.get(
        "/api/listings/search",
        {"q": "headlight", "sort": "price", "limit": 2, "cursor": searched["nextCursor"]},
    ).json()
    # then
    assert (listed["total"], listed["limit"], listed["offset"]) == (4, 2, 1)
    assert [one["title"] for one in listed["listings"]] == ["Headlight 2", "Headlight 1"]
    assert (searched["total"], searched["totalIsCapped"]) == (3, False)
    assert [one["title"] for one in searched["listings"]] == ["Headlight 0", "Headlight 1"]
    assert {facet["key"] for facet in searched["facets"]} >= {"status", "brand", "stock"}
    assert [one["title"] for one in following["listings"]] == ["Headlight 2"]
    assert following["nextCursor"] is None


def test_search_refuses_an_unknown_parameter(api: APIClient) -> None:
    answer = api.get("/api/listings/search?colour=red")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "colour"


def test_suggest_and_facets_answer(api: APIClient) -> None:
    make_listing(title="Headlight", c_brand="Hella")
    values = [one["value"] for one in api.get("/api/listings/suggest?q=hea").json()["suggestions"]]
    assert values[0] == "health:"
    assert api.get("/api/listings/facets").json()["facets"][0]["key"] == "status"


def test_bulk_reports_each_failure_and_undo_takes_back_what_nobody_changed(api: APIClient) -> None:
    # given
    good = [make_listing(title=f"Part {n}", start_price="10") for n in range(3)]
    without_price = make_listing(title="No price")
    gone = uuid.uuid4()
    ids = [str(one.pk) for one in (*good, without_price)] + [str(gone)]
    # when
    preview = api.post(
        "/api/listings/bulk/preview", {"ids": ids, "pricePercent": "10"}, format="json"
    )
    answer = api.post("/api/listings/bulk", {"ids": ids, "pricePercent": "10"}, format="json")
    # then
    assert [row["after"] for row in preview.json()["rows"][:3]] == [{"startPrice": "11.00"}] * 3
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert (body["updated"], {one["id"] for one in body["failed"]}) == (
        3,
        {str(without_price.pk), str(gone)},
    )
    run = api.get(f"/api/jobs/{body['runId']}").json()
    assert (run["state"], run["changed"], run["refused"], run["total"]) == ("done", 3, 2, 5)
    # when
    version = Listing.objects.get(pk=good[0].pk).version
    listing_update(listing_id=good[0].pk, data={"title": "Mine"}, version=version, actor=person())
    undone = api.post(f"/api/listings/bulk/{body['runId']}/undo").json()
    again = api.post(f"/api/listings/bulk/{body['runId']}/undo")
    # then
    assert (undone["updated"], [one["id"] for one in undone["failed"]]) == (2, [str(good[0].pk)])
    prices = [str(Listing.objects.get(pk=one.pk).start_price) for one in good]
    assert prices == ["11.00", "10.00", "10.00"]
    assert again.status_code == 409


def test_bulk_sets_fields_and_status(api: APIClient) -> None:
    # given
    listings = [make_listing(complete=True) for _ in range(2)] + [make_listing(title="Poor")]
    # when
    answer = api.post(
        "/api/listings/bulk",
        {
            "ids": [str(one.pk) for one in listings],
            "changes": {"status": "ready", "maxDispatchTime": 2},
        },
        format="json",
    ).json()
    # then
    assert (answer["updated"], len(answer["failed"])) == (2, 1)
    assert answer["failed"][0]["code"] == "not_ready"
    stored = [Listing.objects.get(pk=one.pk) for one in listings]
    assert [(one.status, one.max_dispatch_time) for one in stored] == [
        ("ready", 2),
        ("ready", 2),
        ("draft", None),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"ids": []},
        {"ids": [str(uuid.uuid4())] * 501, "changes": {"title": "x"}},
        {"ids": [str(uuid.uuid4())]},
        {"ids": [str(uuid.uuid4())], "changes": {"colour": "x"}},
        {"ids": [str(uuid.uuid4())], "changes": {"customLabelSku": "x"}},
        {"ids": ["x"], "changes": {"title": "x"}},
    ],
)
def test_bulk_refuses_what_no_listing_could_take(api: APIClient, body: dict[str, Any]) -> None:
    assert api.post("/api/listings/bulk", body, format="json").status_code == 400


def test_health_and_proposals(api: APIClient) -> None:
    # given
    listing = make_listing(title="Odd one")
    listing_update(listing_id=listing.pk, data={"title": "Better"}, version=None, actor=machine())
    # when
    health = api.get(f"/api/listings/{listing.pk}/health").json()
    proposals = api.get(f"/api/listings/{listing.pk}/proposals").json()["proposals"]
    taken = api.post(f"/api/listings/proposals/{proposals[0]['id']}/take").json()
    # then
    assert health["score"] < 60
    assert "price_missing" in {one["code"] for one in health["issues"]}
    assert (proposals[0]["field"], proposals[0]["value"]) == ("title", "Better")
    assert taken["listing"]["title"] == "Better"


@pytest.mark.parametrize(
    ("role", "status"), [(UserRole.VIEWER, 403), (UserRole.USER, 201), (UserRole.ADMIN, 201)]
)
def test_roles(role: UserRole, status: int) -> None:
    client = APIClient()
    client.force_authenticate(make_user(role=role))
    assert client.post("/api/listings", {"title": "x"}, format="json").status_code == status
    assert client.get("/api/listings").status_code == 200


def test_nobody_is_refused() -> None:
    assert APIClient().get("/api/listings").status_code == 401


def test_a_list_asks_a_fixed_number_of_queries(api: APIClient) -> None:
    # given
    for n in range(5):
        make_listing(title=f"Part {n}", **{k: v for k, v in COMPLETE.items() if k != "title"})
    api.get("/api/listings")
    # when
    with CaptureQueriesContext(connection) as few:
        api.get("/api/listings?limit=2")
    with CaptureQueriesContext(connection) as many:
        # A page that holds all there is needs no count; this one does not.
        api.get("/api/listings?limit=4")
    # then
    assert len(few) == len(many) <= 5
