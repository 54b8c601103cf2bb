"""Bulk edits over the API: the verbs, what they refuse by name, who may undo."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient

from listings.models import Listing
from realtrack.core.redis import client as redis_client
from settings_app.enums import UserRole
from settings_app.models import Team, User
from tests.listings.factories import make_listing, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_throttle_of_other_tests() -> None:
    redis_client().flushdb()


def client_of(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


@pytest.fixture
def api() -> APIClient:
    return client_of(make_user())


def test_each_verb_does_what_the_page_does_in_a_set_order(api: APIClient) -> None:
    # given
    listing = make_listing(
        title="LH Mirror",
        start_price="10.05",
        cost="1",
        c_oe_oem_part_number="A-1",
        item_specifics={"Material": ["Steel"]},
    )
    edits = [
        {"verb": "append", "field": "title", "value": "Used"},
        {"verb": "prepend", "field": "cOeOemPartNumber", "value": "B-2"},
        {"verb": "replace", "field": "title", "find": "lh", "value": "Left", "matchCase": False},
        {"verb": "percent", "field": "startPrice", "value": -10},
        {"verb": "percent", "field": "cost", "value": "2.5"},
        {"verb": "set", "field": "cBrand", "value": "Denso"},
        {"verb": "set", "field": "C:Color", "value": ["Red", "Black"]},
    ]
    body = {"ids": [str(listing.pk)], "edits": edits}
    # when
    looked = api.post("/api/listings/bulk/preview", body, format="json")
    done = api.post("/api/listings/bulk", body, format="json")
    # then
    assert looked.status_code == 200, looked.content
    assert looked.json()["rows"][0]["after"]["title"] == "Left Mirror Used"
    assert done.status_code == 200, done.content
    assert (done.json()["updated"], done.json()["failed"]) == (1, [])
    listing = Listing.objects.get()
    assert (listing.title, listing.c_brand, listing.c_oe_oem_part_number) == (
        "Left Mirror Used",
        "Denso",
        "B-2|A-1",
    )
    assert (str(listing.start_price), str(listing.cost)) == ("9.05", "1.03")
    assert listing.item_specifics == {"Material": ["Steel"], "Color": ["Red", "Black"]}


@pytest.mark.parametrize(
    ("edit", "attr"),
    [
        ({"verb": "multiply", "field": "title", "value": "x"}, "edits.0.verb"),
        ({"verb": "set", "field": "title", "value": "x", "more": 1}, "edits.0.more"),
        ({"verb": "percent", "field": "startPrice", "value": "much"}, "edits.0.value"),
        ({"verb": "percent", "field": "startPrice", "value": None}, "edits.0.value"),
        ({"verb": "percent", "field": "title", "value": 1}, "title"),
        ({"verb": "append", "field": "title", "value": 7}, "edits.0.value"),
        ({"verb": "replace", "field": "title", "value": "x"}, "title"),
        ({"verb": "set", "field": "noSuch", "value": "x"}, "noSuch"),
        ({"verb": "set", "field": "C:Color", "value": [1]}, "edits.0.value"),
    ],
)
def test_a_verb_in_fault_is_named_and_nothing_is_stored(
    api: APIClient, edit: dict[str, Any], attr: str
) -> None:
    # given
    listing = make_listing(title="Mirror", start_price="10")
    # when
    answer = api.post(
        "/api/listings/bulk", {"ids": [str(listing.pk)], "edits": [edit]}, format="json"
    )
    # then
    assert answer.status_code == 400, answer.content
    assert [one["attr"] for one in answer.json()["errors"]] == [attr]
    assert Listing.objects.get().version == 1


def test_only_who_sees_all_parts_of_a_run_takes_it_back() -> None:
    # given: a run over a part that became a team's since
    starter = make_user()
    listing = make_listing(title="Mirror", start_price="10")
    body = {
        "ids": [str(listing.pk)],
        "edits": [{"verb": "percent", "field": "startPrice", "value": 10}],
    }
    run = client_of(starter).post("/api/listings/bulk", body, format="json").json()["runId"]
    team = Team.objects.create(name="Wheels")
    Listing.objects.filter(pk=listing.pk).update(team=team)
    address = f"/api/listings/bulk/{run}/undo"
    member = make_user(role=UserRole.MANAGER)
    member.teams.add(team)
    # when
    stranger = client_of(make_user()).post(address, {}, format="json")
    outside = client_of(make_user(role=UserRole.MANAGER)).post(address, {}, format="json")
    price = str(Listing.objects.get().start_price)
    inside = client_of(member).post(address, {}, format="json")
    # then
    assert (stranger.status_code, outside.status_code, price) == (403, 403, "11.00")
    assert inside.status_code == 200, inside.content
    assert str(Listing.objects.get().start_price) == "10.00"
