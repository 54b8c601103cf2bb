from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from channels_app import services
from channels_app.adapters.ebay import client
from channels_app.enums import SyncStatus
from channels_app.models import ChannelListing, ChannelOwed
from inventory.services import stock_adjust
from listings.services import listing_update
from realtrack.core import http
from realtrack.core.models import Run
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain, make_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from channels_app.models import ChannelConnection
    from listings.models import Listing
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def start(account: ChannelConnection, *parts: Listing) -> Run:
    return services.listing_publish(
        listing_ids=[part.pk for part in parts], connection_ids=[account.pk], actor=person()
    )


def live_on(ebay: SandboxServer, sku: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ebay.control("listings", sku=sku)["listings"]
    return found


def requests(ebay: SandboxServer, route: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ebay.control("requests", route=route)["requests"]
    return found


def test_publish_brings_a_part_live(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    part = make_listing(stock=3)
    # when
    run = start(account, part)
    drain()
    # then
    row = ChannelListing.objects.get(listing=part)
    assert (row.sync_status, row.last_sync_error, row.is_live) == (SyncStatus.ACTIVE, "", True)
    assert (row.confirmed_quantity, str(row.confirmed_price)) == (3, "164.00")
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.created_count, run.total) == ("done", 1, 1)
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert shown["listing_id"] == row.external_id == row.external_key
    assert row.external_url.endswith(f"/itm/{row.external_id}")
    part.refresh_from_db()
    assert part.status == "published"
    part.search.refresh_from_db()
    assert part.search.channel_states == {"ebay": "live"}


def test_the_words_of_a_person_are_sent_as_they_are(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing(title="Odd  one, für Ölkühler \u201cX\u201d")
    # when
    start(account, part)
    drain()
    # then
    (sent,) = requests(ebay, "createOrReplaceInventoryItem")
    body = json.loads(sent["body"])
    assert body["product"]["title"] == part.title
    assert body["condition"] == "USED_EXCELLENT"
    assert body["product"]["aspects"]["Brand"] == ["Toyota"]
    headers = sent["headers"]
    assert (headers["content-language"], headers["accept-language"]) == ("en-US", "en-US")
    (offer,) = requests(ebay, "createOffer")
    assert json.loads(offer["body"])["marketplaceId"] == "EBAY_MOTORS"
    (published,) = requests(ebay, "publishOffer")
    assert published["body"] == "{}"


def test_what_ebay_would_refuse_is_refused_here_before_anything_is_sent(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing(condition_id="5000")
    # when
    run = start(account, part)
    drain()
    # then
    row = ChannelListing.objects.get(listing=part)
    assert (row.sync_status, row.last_error_id, row.last_error_field) == (
        SyncStatus.ERROR,
        "25021",
        "condition_id",
    )
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.refused_count) == ("done", 1)
    assert requests(ebay, "createOrReplaceInventoryItem") == []
    assert ChannelOwed.objects.get().next_attempt is None


def test_publishing_again_without_a_change_makes_no_writing_call(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing()
    start(account, part)
    drain()
    before = len(requests(ebay, "createOrReplaceInventoryItem"))
    # when
    run = start(account, part)
    drain()
    # then
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.same_count) == ("done", 1)
    assert len(requests(ebay, "createOrReplaceInventoryItem")) == before


def test_an_edit_is_sent_to_what_is_live(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    part = make_listing()
    start(account, part)
    drain()
    part.refresh_from_db()
    # when
    listing_update(
        listing_id=part.pk, data={"c_type": "Lamp"}, version=part.version, actor=person()
    )
    make_due()
    drain()
    # then
    sent = json.loads(requests(ebay, "createOrReplaceInventoryItem")[-1]["body"])
    assert sent["product"]["aspects"]["Type"] == ["Lamp"]
    row = ChannelListing.objects.get()
    assert (row.remote_version, row.sync_status) == (part.version + 1, SyncStatus.ACTIVE)


FAULTS: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "429": {"status": 429, "headers": {"retry-after": "1"}},
    "html": {"html": True, "status": 200},
    "drop": {"drop": True},
    "hang": {"delay_ms": 3000},
    "lost answer": {"drop": True, "when": "after"},
}


@pytest.mark.parametrize("route", ["createOffer", "publishOffer"])
@pytest.mark.parametrize("name", FAULTS)
def test_publish_heals_by_itself_and_makes_one_listing(
    account: ChannelConnection,
    ebay: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    route: str,
) -> None:
    # given
    monkeypatch.setattr(client, "TIMEOUT_SECONDS", 1.0)
    part = make_listing()
    ebay.control("fault", route=route, times=1, **FAULTS[name])
    # when
    run = start(account, part)
    drain()
    # then the person's request succeeded, and the row says what happens next
    row = ChannelListing.objects.get()
    assert (row.sync_status, row.last_error_kind) == (SyncStatus.PENDING, "try_again")
    item = Run.objects.get(pk=run.pk).items.get()
    assert item.state == "pending"
    assert "tried again in" in item.reason
    # when its time has come
    ebay.control("clear_faults")
    make_due()
    drain()
    # then
    row.refresh_from_db()
    assert (row.sync_status, row.is_live, row.last_sync_error) == (SyncStatus.ACTIVE, True, "")
    assert len(live_on(ebay, part.custom_label_sku)) == 1
    run = Run.objects.get(pk=run.pk)
    assert run.state == "done"
    assert run.refused_count == 0


@pytest.mark.parametrize("step", ["item", "offer", "publish"])
def test_kill_between_two_calls_goes_on_without_a_second_listing(
    account: ChannelConnection,
    ebay: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
) -> None:
    # given a worker that dies right after a call was answered
    part = make_listing()
    start(account, part)
    real: Callable[..., Any] = client.user_call
    after = {
        "item": ("PUT", "inventory_item"),
        "offer": ("POST", "/offer"),
        "publish": ("POST", "/publish"),
    }[step]

    class Killed(BaseException):
        pass

    def dying(session: Any, api: str, method: str, path: str, **more: Any) -> Any:
        answer = real(session, api, method, path, **more)
        if method == after[0] and after[1] in path and not path.endswith("compatibility"):
            raise Killed
        return answer

    monkeypatch.setattr("channels_app.adapters.ebay.publish.user_call", dying)
    with pytest.raises(Killed):
        services.reconcile_next()
    monkeypatch.setattr("channels_app.adapters.ebay.publish.user_call", real)
    # when nobody else may take it before its lease ends, and then somebody does
    assert services.reconcile_next() is False
    ChannelListing.objects.update(claimed_until=None)
    drain()
    # then
    row = ChannelListing.objects.get()
    assert (row.sync_status, row.is_live) == (SyncStatus.ACTIVE, True)
    assert len(live_on(ebay, part.custom_label_sku)) == 1
    assert len(requests(ebay, "createOffer")) == 1


def test_practice_29_already_live_is_linked_not_failed(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given our row is lost
    part = make_listing()
    start(account, part)
    drain()
    (before,) = live_on(ebay, part.custom_label_sku)
    ChannelListing.objects.all().delete()
    # when
    run = start(account, part)
    drain()
    # then
    row = ChannelListing.objects.get()
    assert row.external_id == before["listing_id"]
    assert len(live_on(ebay, part.custom_label_sku)) == 1
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.same_count, run.refused_count) == ("done", 1, 0)


def test_practice_23_lag_is_waited_out(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    part = make_listing()
    ebay.control("lag", route="publishOffer", seconds=0.5, error=25604)
    # when
    start(account, part)
    drain()
    # then
    assert ChannelListing.objects.get().sync_status == SyncStatus.ACTIVE
    assert len(requests(ebay, "publishOffer")) > 1


def test_practice_24_a_sticky_category_is_healed_by_a_new_offer(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given an unpublished offer that keeps an old verdict on its category
    part = make_listing()
    ebay.control("fault", route="publishOffer", times=1, status=500)
    start(account, part)
    drain()
    offer_id = ChannelListing.objects.get().offer_id
    assert offer_id
    ebay.control("sticky_category", offer_id=offer_id)
    # when
    make_due()
    drain()
    # then
    row = ChannelListing.objects.get()
    assert (row.sync_status, row.is_live) == (SyncStatus.ACTIVE, True)
    assert row.offer_id != offer_id


def test_practice_20_an_unknown_policy_is_refused_by_name(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    known = make_listing(shipping_profile_name="ground\u00a02  DAYS - (ID: 261234567010)")
    unknown = make_listing(shipping_profile_name="Freight")
    settings_before = account.settings
    # when
    start(account, known, unknown)
    drain()
    # then
    assert ChannelListing.objects.get(listing=known).is_live
    row = ChannelListing.objects.get(listing=unknown)
    assert "“Freight”" in row.last_sync_error
    account.refresh_from_db()
    assert account.settings == settings_before


def test_practice_22_the_language_of_an_error_changes_no_verdict(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    ebay.control("language", seller=ebay.seller, language="de-DE")
    part = make_listing()
    ebay.control("fault", route="publishOffer", times=1, status=500)
    start(account, part)
    drain()
    # when the offer exists already
    ChannelListing.objects.update(offer_id="")
    make_due()
    drain()
    # then
    assert ChannelListing.objects.get().sync_status == SyncStatus.ACTIVE


def test_end_takes_it_off_and_delists_the_part(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing()
    start(account, part)
    drain()
    row = ChannelListing.objects.get()
    # when
    run = services.listing_end(channel_listing_ids=[row.pk], actor=person())
    drain()
    # then
    row.refresh_from_db()
    assert (row.sync_status, row.is_live) == (SyncStatus.ENDED, False)
    assert [one["status"] for one in live_on(ebay, part.custom_label_sku)] == ["ENDED"]
    assert Run.objects.get(pk=run.pk).state == "done"
    part.refresh_from_db()
    assert part.status == "delisted"


def test_relisting_keeps_the_old_number(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    part = make_listing()
    start(account, part)
    drain()
    row = ChannelListing.objects.get()
    first = row.external_id
    services.listing_end(channel_listing_ids=[row.pk], actor=person())
    drain()
    # when
    start(account, part)
    drain()
    # then
    row.refresh_from_db()
    assert row.external_id != first
    assert row.former_ids == [first]
    assert row.is_live


def test_sale_during_a_publish_is_sent_on(
    account: ChannelConnection, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a piece goes while the calls are made
    part = make_listing(stock=5)
    real: Callable[..., Any] = client.user_call

    def selling(session: Any, api: str, method: str, path: str, **more: Any) -> Any:
        if path.endswith("/publish"):
            monkeypatch.setattr("channels_app.adapters.ebay.publish.user_call", real)
            stock_adjust(listing_id=part.pk, change=-2, actor=person(), reason="sold at the desk")
        return real(session, api, method, path, **more)

    monkeypatch.setattr("channels_app.adapters.ebay.publish.user_call", selling)
    # when
    start(account, part)
    drain()
    # then
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert shown["quantity"] == 3
    assert ChannelListing.objects.get().confirmed_quantity == 3


def test_draft_that_is_not_complete_is_refused_and_the_rest_goes_on(
    account: ChannelConnection,
) -> None:
    # given
    good, bad = make_listing(), make_listing(start_price=None)
    # when
    run = start(account, good, bad)
    drain()
    # then
    run = Run.objects.get(pk=run.pk)
    assert (run.state, run.created_count, run.refused_count) == ("done", 1, 1)
    assert "Price is missing" in run.items.get(state="refused").reason
    row = ChannelListing.objects.get(listing=bad)
    assert row.sync_status == SyncStatus.ERROR
    assert "Price is missing" in row.last_sync_error


def test_breaker_opens_and_what_waits_goes_on(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    part = make_listing(stock=3)
    start(account, part)
    drain()
    ebay.control("fault", route="*", times=50, status=503)
    stock_adjust(listing_id=part.pk, change=-1, actor=person(), reason="sold at the desk")
    for _ in range(6):
        make_due()
        drain()
    assert http.circuit_state(f"ebay:{account.pk}") > 0
    # when it is back and the breaker lets a trial through
    ebay.control("clear_faults")
    http.circuit_close(f"ebay:{account.pk}")
    make_due()
    drain()
    # then
    (shown,) = live_on(ebay, part.custom_label_sku)
    assert shown["quantity"] == 2
    assert ChannelListing.objects.get().sync_status == SyncStatus.ACTIVE
