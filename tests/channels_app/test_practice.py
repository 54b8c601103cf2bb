"""Points 17 to 29 of what practice demands, each as a test of its name."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connections

from channels_app import services
from channels_app.adapters.base import ChannelError, Option
from channels_app.adapters.ebay import client
from channels_app.adapters.ebay.prepare import return_rule
from channels_app.adapters.ebay.taxonomy import Category, Taxonomy
from channels_app.adapters.registry import adapter_for
from channels_app.adapters.store import TableStore
from channels_app.enums import SyncStatus
from channels_app.models import ChannelCache, ChannelCategory, ChannelConnection, ChannelListing
from listings.services import listing_delete
from realtrack.core.errors import InvalidInput
from realtrack.core.models import Run
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain, make_due
from tests.channels_app.test_publish import live_on, requests, start

if TYPE_CHECKING:
    from settings_app.models import User
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def taxonomy(account: ChannelConnection) -> Taxonomy:
    from channels_app.adapters.ebay.config import account_settings

    return Taxonomy(TableStore(), account_settings(account.settings))


def version_seen_late() -> None:
    """The time has come at which the tree's version is looked at again."""
    ChannelCache.objects.filter(key__endswith=":version").delete()


def test_practice_17_a_renamed_and_a_split_leaf_stop_before_publishing(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given both categories were used before
    start(account, make_listing(), make_listing(category_id="33550"))
    drain()
    assert set(ChannelCategory.objects.values_list("category_id", "name")) == {
        ("33710", "Headlight Assemblies"),
        ("33550", "Alternators & Generators"),
    }
    written = len(requests(ebay, "createOrReplaceInventoryItem"))
    # when eBay renames one leaf and splits the other
    ebay.control("category_drift", id="33710", rename="Headlights for Boats")
    ebay.control("category_drift", id="33550", split=["Alternators", "Generators"])
    version_seen_late()
    renamed, split = make_listing(), make_listing(category_id="33550")
    start(account, renamed, split)
    drain()
    # then both are refused with what happened, and nothing was written
    row = ChannelListing.objects.get(listing=renamed)
    assert row.last_sync_error == (
        "eBay's category 33710 was “Headlight Assemblies” and is “Headlights for Boats” now."
        " Look at it."
    )
    row = ChannelListing.objects.get(listing=split)
    assert "33550 is not one that parts can be listed in" in row.last_sync_error
    assert len(requests(ebay, "createOrReplaceInventoryItem")) == written
    # when the nightly check looks, both are shown; a person takes the new name
    assert services.categories_verify() == 2
    assert set(ChannelCategory.objects.values_list("category_id", "drift")) == {
        ("33710", "renamed"),
        ("33550", "branch"),
    }
    one = ChannelCategory.objects.get(category_id="33710")
    services.category_accept(row_id=one.pk, actor=person())
    start(account, renamed)
    drain()
    # then it is published
    assert ChannelListing.objects.get(listing=renamed).is_live


def test_practice_18_a_suggestion_counts_only_inside_the_parts_branch(
    account: ChannelConnection, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given what eBay proposes for an engine: lawn mowers first
    def row(number: str, name: str, *above: str) -> dict[str, Any]:
        ancestors = [{"categoryId": "1", "categoryName": one} for one in above]
        return {
            "category": {"categoryId": number, "categoryName": name},
            "categoryTreeNodeAncestors": ancestors,
        }

    told = [
        row("71", "Engines", "Lawn Mower Parts", "Yard, Garden & Outdoor"),
        row("33615", "Complete Engines", "Engines & Components", "Parts & Accessories"),
    ]
    asked = taxonomy(account)
    asked.version()
    monkeypatch.setattr(
        "channels_app.adapters.ebay.taxonomy.app_call",
        lambda *_, **__: client.Reply(status=200, body={"categorySuggestions": told}),
    )
    # when / then
    assert [one.id for one in asked.suggest("Engine")] == ["33615"]
    # an empty table accepts nothing
    told.clear()
    assert asked.suggest("Motor") == []


def test_practice_19_a_part_type_is_asked_once_and_kept_over_restarts(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given 1,000 parts of 40 types
    types = [f"Alternator {number}" for number in range(40)]
    # when the first answer is a refusal for lack of calls
    ebay.control("fault", route="getCategorySuggestions", times=2, status=429)
    with pytest.raises(ChannelError):
        taxonomy(account).suggest(types[0])
    ebay.control("clear_faults")
    from realtrack.core import redis

    redis.client().flushdb()
    before = len(requests(ebay, "getCategorySuggestions"))
    for number in range(1000):
        taxonomy(account).suggest(types[number % 40])
    # then it was not kept as an answer, and each type is asked once, by whichever process
    assert len(requests(ebay, "getCategorySuggestions")) - before == 40
    from channels_app.adapters import registry

    registry._adapter.cache_clear()
    adapter_for("ebay").category_suggest(services.session_of(account), types[7])
    assert len(requests(ebay, "getCategorySuggestions")) - before == 40


@pytest.mark.django_db(transaction=True)
def test_practice_20_two_accounts_fifty_publishes_each_exact(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given two accounts with a policy of the same name and other ids
    from channels_app.management.commands.connect_sandbox import connect

    other = connect(user=manager, seller=ebay.other_seller)
    before = {one.pk: dict(one.settings) for one in (account, other)}
    parts = [make_listing(shipping_profile_name="Ground 2 days") for _ in range(6)]
    for part in parts:
        services.listing_publish(
            listing_ids=[part.pk], connection_ids=[account.pk, other.pk], actor=person()
        )

    # when several workers publish at once
    def work(_: int) -> None:
        try:
            while services.reconcile_next():
                pass
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(work, range(4)))
    # then each offer has the id of its own account, and no default was written
    ids = {
        one.pk: next(
            row["id"]
            for row in one.options["kinds"]["fulfillment"]
            if row["name"] == "Ground 2 days"
        )
        for one in (account, other)
    }
    assert len(set(ids.values())) == 2
    rows = ChannelListing.objects.select_related("connection")
    sent = {
        (row.connection_id, row.external_data["documents"]["offer"]["listingPolicies"]
         ["fulfillmentPolicyId"])
        for row in rows
    }  # fmt: skip
    assert sent == set(ids.items())
    assert all(row.is_live for row in rows)
    for one in (account, other):
        one.refresh_from_db()
        assert one.settings == before[one.pk]


@pytest.mark.parametrize(
    ("condition", "price", "days", "payer", "is_refused"),
    [
        ("1000", "164.00", 30, "SELLER", False),
        ("1000", "164.00", 14, "SELLER", True),
        ("1500", "164.00", 30, "BUYER", True),
        ("1000", "9.50", 0, "BUYER", False),
        ("3000", "164.00", 0, "BUYER", False),
    ],
)
def test_practice_21_the_return_rule_depends_on_the_condition(
    condition: str, price: str, days: int, payer: str, is_refused: bool
) -> None:
    # given
    policy = Option(id="1", name="Returns", detail={"days": days, "payer": payer})
    values = {"condition_id": condition, "start_price": price}
    # when
    found = return_rule(
        values, policy, Category(id="33550", is_leaf=True, name="Alternators & Generators")
    )
    exempt = return_rule(
        values, policy, Category(id="33615", is_leaf=True, name="Complete Engines")
    )
    # then
    assert [one.field for one in found] == (["return_profile_name"] if is_refused else [])
    assert exempt == []


def test_practice_23_a_title_that_is_really_missing_ends_after_three_more_tries(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given eBay goes on saying that the title is missing
    body = {"errors": [{"errorId": 25016, "domain": "API_INVENTORY", "message": "Title."}]}
    ebay.control("fault", route="publishOffer", times=20, status=400, body=body)
    part = make_listing()
    # when
    start(account, part)
    drain()
    # then one try and three more, then it waits for a person
    assert len(requests(ebay, "publishOffer")) == 4
    row = ChannelListing.objects.get()
    assert (row.sync_status, row.last_error_id) == (SyncStatus.ERROR, "25016")


def test_practice_24_a_live_offer_is_never_deleted_for_its_category(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given a live part, and eBay refuses its category from now on
    part = make_listing()
    start(account, part)
    drain()
    body = {"errors": [{"errorId": 25005, "domain": "API_INVENTORY", "message": "Category."}]}
    ebay.control("fault", route="updateOffer", times=20, status=400, body=body)
    # when it is changed
    part.refresh_from_db()
    from listings.services import listing_update

    listing_update(
        listing_id=part.pk, data={"c_type": "Lamp"}, version=part.version, actor=person()
    )
    make_due()
    drain()
    # then
    assert requests(ebay, "deleteOffer") == []
    assert [one["status"] for one in live_on(ebay, part.custom_label_sku)] == ["ACTIVE"]
    assert ChannelListing.objects.get().last_error_id == "25005"


@pytest.mark.parametrize(
    ("region", "postal_code", "field"),
    [("CA", "77002", "postal_code"), ("XX", "77002", "region"), ("TX", "7700", "postal_code")],
)
def test_practice_25_a_place_whose_parts_do_not_agree_is_not_made(
    account: ChannelConnection, ebay: SandboxServer, region: str, postal_code: str, field: str
) -> None:
    # given
    from channels_app.adapters.base import LocationInput

    before = len(requests(ebay, "createInventoryLocation"))
    place = LocationInput(
        key="yard-2", name="Yard", city="Houston", region=region, postal_code=postal_code,
        country="US",
    )  # fmt: skip
    # when
    with pytest.raises(InvalidInput) as caught:
        services.connection_location_create(
            connection_id=account.pk, location=place, actor=person()
        )
    # then
    assert list(caught.value.fields) == [field]
    assert len(requests(ebay, "createInventoryLocation")) == before


def test_practice_25_without_a_place_publishing_asks_and_makes_none(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    account.settings["locationKey"] = ""
    account.save()
    before = len(requests(ebay, "createInventoryLocation"))
    # when
    start(account, make_listing())
    drain()
    # then
    row = ChannelListing.objects.get()
    assert (row.sync_status, row.last_error_field) == (SyncStatus.ERROR, "location")
    assert len(requests(ebay, "createInventoryLocation")) == before


def test_practice_27_bulk_outlives_browser_and_listing_and_only_the_failed_retry(
    account: ChannelConnection, ebay: SandboxServer, manager: User
) -> None:
    # given one request for four parts on two accounts
    from channels_app.management.commands.connect_sandbox import connect

    other = connect(user=manager, seller=ebay.other_seller)
    parts = [make_listing() for _ in range(3)] + [make_listing(condition_id="5000")]
    run = services.listing_publish(
        listing_ids=[one.pk for one in parts],
        connection_ids=[account.pk, other.pk],
        actor=person(manager),
    )
    assert run.items.count() == 8
    # when one part is deleted meanwhile
    listing_delete(listing_id=parts[0].pk, actor=person())
    drain()
    # then each target has its verdict; the deleted one's row and error remain
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.created_count, run.refused_count) == ("done", 4, 4)
    gone = run.items.filter(label__startswith=parts[0].custom_label_sku)
    assert {one.state for one in gone} == {"refused"}
    assert all(one.reason for one in gone)
    # when the refused part is mended and the run is retried
    from listings.services import listing_update
    from realtrack.core import runs

    bad = parts[-1]
    bad.refresh_from_db()
    listing_update(
        listing_id=bad.pk, data={"condition_id": "3000"}, version=bad.version, actor=person()
    )
    calls = len(requests(ebay, "publishOffer"))
    Run.objects.filter(pk=run.pk).update(state="failed")
    runs.run_retry(run_id=run.pk, actor=person())
    from channels_app.services.publishing import run_resume

    run_resume(run.pk)
    drain()
    # then only what had failed was sent
    assert len(requests(ebay, "publishOffer")) == calls + 2
    assert Run.objects.get(pk=run.pk).created_count == 6


@pytest.mark.django_db(transaction=True)
def test_practice_27_watching_a_run_costs_no_allowance(
    account: ChannelConnection, manager: User
) -> None:
    # given
    run = services.listing_publish(
        listing_ids=[make_listing().pk], connection_ids=[account.pk], actor=person(manager)
    )
    from tests.channels_app.test_pages import browser

    statuses: list[int] = []
    lock = threading.Lock()

    # when five people look at it 20 times each, as fast as they can
    def watch(_: int) -> None:
        client = browser(manager)
        try:
            for _ in range(20):
                status = client.get(f"/api/jobs/{run.pk}").status_code
                with lock:
                    statuses.append(status)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=5) as pool:
        list(pool.map(watch, range(5)))
    # then
    assert statuses == [200] * 100


@pytest.mark.parametrize("count", [20, 40])
def test_practice_28_paging_ends_by_total(
    account: ChannelConnection, ebay: SandboxServer, count: int
) -> None:
    # given a list that gives page 1 again at its end (the sandbox does so for policies)
    session = services.session_of(account)
    for number in range(count - 1):
        client.user_call(
            session,
            "account",
            "POST",
            "/sell/account/v1/payment_policy",
            json={
                "name": f"Pay {number}",
                "marketplaceId": "EBAY_MOTORS_US",
                "categoryTypes": [{"name": "ALL_EXCLUDING_MOTORS_VEHICLES"}],
                "immediatePay": True,
            },
        )
    # when
    found = adapter_for("ebay").account_options(session).options["payment"]
    # then
    assert len(found) == count
    assert len({one.id for one in found}) == count


def test_policies_that_were_just_read_are_not_read_again(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given the account's options were read when it was connected
    before = len(requests(ebay, "getFulfillmentPolicies"))
    # when
    start(account, make_listing(), make_listing())
    drain()
    # then
    assert ChannelListing.objects.filter(is_live=True).count() == 2
    assert len(requests(ebay, "getFulfillmentPolicies")) == before
