from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from rest_framework.test import APIClient

from channels_app import services
from channels_app.management.commands.connect_sandbox import consent
from channels_app.models import ChannelConnection, ChannelListing
from realtrack.core.models import Run
from tests.channels_app.factories import make_listing, make_user, person
from tests.channels_app.helpers import drain

if TYPE_CHECKING:
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def api(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user=user)
    return client


def test_channels_lists_accounts_and_what_is_not_there_yet(
    account: ChannelConnection, manager: User
) -> None:
    # when
    body = api(manager).get("/api/channels").json()
    # then
    (row,) = body["channels"]
    assert row["id"] == str(account.pk)
    assert (row["channel"], row["accountName"], row["status"]) == (
        "ebay",
        "mhn-auto-parts",
        "active",
    )
    assert row["missing"] == []
    assert set(row["policies"]) == {"fulfillment", "payment", "return"}
    assert not [name for name in row if "oken" in name and "Expires" not in name]
    available = {one["channel"]: one["isAvailable"] for one in body["available"]}
    assert available == {"ebay": True, "shopify": False, "amazon": False, "walmart": False}


def test_the_whole_way_in_over_the_api_alone(ebay: SandboxServer, manager: User) -> None:
    # given
    client = api(manager)
    begun = client.get("/api/channels/ebay/auth-url").json()
    code, state = consent(begun["authUrl"], ebay.seller)
    client.force_authenticate(user=manager, token="bearer")  # type: ignore[arg-type]  # any token
    # when
    answer = client.get("/api/channels/ebay/callback", {"code": code, "state": state})
    # then
    assert answer.status_code == 200, answer.json()
    channel = answer.json()["channel"]
    assert channel["missing"] == ["location"]
    # when
    made = client.post(
        f"/api/channels/{channel['id']}/locations",
        {"key": "yard", "name": "Yard", "postalCode": "77002", "country": "US"},
        format="json",
    )
    # then
    assert made.status_code == 201, made.json()
    assert made.json()["channel"]["missing"] == []
    # when
    part = make_listing()
    started = client.post(
        "/api/channels/publish",
        {"listingIds": [str(part.pk)], "connectionId": channel["id"]},
        format="json",
    )
    drain()
    # then
    assert started.status_code == 202
    assert Run.objects.get(pk=started.json()["jobId"]).state == "done"
    listed = client.get(f"/api/channels/{channel['id']}/listings").json()
    assert (listed["total"], listed["listings"][0]["syncStatus"]) == (1, "active")
    assert listed["listings"][0]["price"] == "164.00"
    # when
    ended = client.post(
        "/api/channels/end",
        {"channelListingIds": [listed["listings"][0]["id"]]},
        format="json",
    )
    drain()
    # then
    assert ended.status_code == 202
    assert ChannelListing.objects.get().sync_status == "ended"


def test_publish_with_the_same_key_is_one_run(account: ChannelConnection, manager: User) -> None:
    # given
    part = make_listing()
    body = {"listingIds": [str(part.pk)], "connectionId": str(account.pk)}
    headers = {"Idempotency-Key": "abc"}
    # when
    first = api(manager).post("/api/channels/publish", body, format="json", headers=headers)
    second = api(manager).post("/api/channels/publish", body, format="json", headers=headers)
    # then
    assert first.json() == second.json()
    assert Run.objects.filter(kind="channels.publish").count() == 1


@pytest.mark.parametrize(
    ("body", "attr"),
    [
        ({}, "listingIds"),
        ({"listingIds": []}, "listingIds"),
        ({"listingIds": ["x"]}, "listingIds.0"),
        ({"listingIds": ["00000000-0000-4000-8000-000000000000"]}, "connectionId"),
        ({"listingIds": ["00000000-0000-4000-8000-000000000000"], "colour": 1}, "colour"),
    ],
)
def test_publish_names_what_is_wrong(
    account: ChannelConnection, manager: User, body: dict[str, Any], attr: str
) -> None:
    # when
    answer = api(manager).post("/api/channels/publish", body, format="json")
    # then
    assert answer.status_code == 400
    assert attr in {one["attr"] for one in answer.json()["errors"]}
    assert not Run.objects.exists()


def test_test_endpoint_says_each_check(account: ChannelConnection, manager: User) -> None:
    # when
    body = api(manager).post(f"/api/channels/{account.pk}/test").json()
    # then
    assert body["ok"] is True
    assert {one["name"] for one in body["checks"]} == {"Sign-in", "Account", "Listings", "Orders"}


def test_only_what_the_account_offers_is_chosen(account: ChannelConnection, manager: User) -> None:
    # when
    answer = api(manager).patch(
        f"/api/channels/{account.pk}", {"policies": {"return": "1"}}, format="json"
    )
    # then
    assert answer.status_code == 400
    account.refresh_from_db()
    assert account.settings["policies"]["return"] != "1"


def test_options_are_read_anew(account: ChannelConnection, manager: User) -> None:
    # when
    body = api(manager).get(f"/api/channels/{account.pk}/options").json()
    # then
    assert {one["kind"] for one in body["options"]} == {
        "fulfillment",
        "payment",
        "return",
        "location",
    }
    assert body["problems"] == []


def test_disconnect_and_what_is_gone(account: ChannelConnection, manager: User) -> None:
    # when
    first = api(manager).delete(f"/api/channels/{account.pk}")
    second = api(manager).get(f"/api/channels/{account.pk}")
    # then
    assert (first.status_code, second.status_code) == (204, 404)
    assert ChannelConnection.objects.get().access_token == ""


def test_sync_owes_everything_live_again(account: ChannelConnection, manager: User) -> None:
    # given
    part = make_listing()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    drain()
    # when
    answer = api(manager).post("/api/channels/sync", {}, format="json")
    # then
    assert (answer.status_code, answer.json()) == (202, {"listings": 1})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/channels", 200),
        ("get", "/api/channels/ebay/auth-url", 403),
        ("post", "/api/channels/publish", 403),
        ("post", "/api/channels/sync", 403),
    ],
)
def test_users_look_and_managers_act(
    account: ChannelConnection, method: str, path: str, status: int
) -> None:
    # when
    answer = getattr(api(make_user("user")), method)(path)
    # then
    assert answer.status_code == status


def test_marketplaces_of_later_say_so(manager: User) -> None:
    # when
    later = api(manager).get("/api/channels/amazon/auth-url")
    unknown = api(manager).get("/api/channels/etsy/auth-url")
    # then
    assert later.status_code == 400
    assert later.json()["errors"][0]["code"] == "channel_not_available"
    assert unknown.status_code == 404
