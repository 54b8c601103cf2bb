"""Listings made elsewhere: read, adopted on a person's word, served where they stand."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from channels_app import services, tasks
from channels_app.adapters.ebay import foreign as reading
from channels_app.enums import SyncStatus
from channels_app.models import ChannelConnection, ChannelListing, ForeignListing
from channels_app.services import foreign
from inventory import selectors as stock
from inventory.services import stock_adjust
from listings.models import Listing
from realtrack.core.errors import Conflict
from realtrack.core.models import Run
from tests.channels_app.factories import make_listing, person
from tests.channels_app.helpers import drain

if TYPE_CHECKING:
    from tests.sandbox.server import SandboxServer

pytestmark = pytest.mark.django_db


def read(account: ChannelConnection) -> Run:
    """Read the account whole, as the task does."""
    run = services.foreign_read_start(connection_id=account.pk, actor=person())
    services.foreign_read(run_id=run.pk)
    return Run.objects.get(pk=run.pk)


def adopt(account: ChannelConnection, *rows: ForeignListing) -> Run:
    run = services.foreign_adopt(
        connection_id=account.pk,
        actor=person(),
        foreign_ids=[one.pk for one in rows] if rows else None,
    )
    services.adopt_work(run_id=run.pk)
    return Run.objects.get(pk=run.pk)


def add(ebay: SandboxServer, **values: Any) -> str:
    given = {"title": "2015 Camry Alternator", "price": "85.00", "quantity": 3, **values}
    return str(ebay.control("add_legacy", seller=ebay.seller, **given)["item_id"])


def there(ebay: SandboxServer, item_id: str) -> dict[str, Any]:
    rows = ebay.control("legacy", seller=ebay.seller, limit=100)["listings"]
    return next(row for row in rows if row["item_id"] == item_id)


def test_a_whole_reading_keeps_what_is_live_and_leaves_out_what_is_ours(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given one of ours and two made on the web site, of which one piece was sold
    part = make_listing()
    services.listing_publish(listing_ids=[part.pk], connection_ids=[account.pk], actor=person())
    drain()
    first = add(ebay, sku="A-100", quantity=3, sold=1)
    second = add(ebay, title="Mirror without a SKU", price="12.50", quantity=1)
    # when
    run = read(account)
    # then what is left to sell is the total less what was sold
    assert (run.state, run.result) == ("done", {"seen": 2, "ended": 0})
    rows = ForeignListing.objects.order_by("external_id")
    assert [(one.external_id, one.sku, one.quantity, one.price) for one in rows] == [
        (first, "A-100", 2, Decimal("85.00")),
        (second, "", 1, Decimal("12.50")),
    ]


def test_practice_30_a_reading_that_breaks_off_ends_nothing(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    add(ebay, sku="A-100")
    read(account)
    ebay.control("trading_down", http=503)
    # when
    run = read(account)
    # then
    assert run.state == "failed"
    assert "Nothing is ended by a reading that is not whole." in run.error
    assert ForeignListing.objects.filter(is_live=True).count() == 1


def test_practice_30_a_reading_with_far_fewer_is_not_believed(
    account: ChannelConnection, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given forty are known, and eBay's list holds ten without saying that the others ended
    ebay.control("seed_legacy", seller=ebay.seller, n=40, seed=7)
    read(account)
    whole = reading.read_all
    monkeypatch.setattr(reading, "read_all", lambda session: islice(whole(session), 10))
    # when
    run = read(account)
    # then
    assert run.state == "failed"
    assert run.error == "eBay told of 10 listings where 40 were live; nothing is ended by that."
    assert ForeignListing.objects.filter(is_live=True).count() == 40


def test_practice_31_a_poorer_answer_overwrites_nothing(account: ChannelConnection) -> None:
    # given
    from channels_app.adapters.base import ForeignItem

    rich = ForeignItem(
        external_id="1100",
        title="Alternator",
        picture_urls=[f"https://i.ebayimg.com/{number}.jpg" for number in range(24)],
        quantity=2,
    )
    foreign.foreign_store(account, [rich], reading=None)
    # when a list call brings a thumbnail and no words
    poor = ForeignItem(external_id="1100", picture_urls=["https://i.ebayimg.com/thumb.jpg"])
    foreign.foreign_store(account, [poor], reading=None)
    # then
    row = ForeignListing.objects.get()
    assert (row.title, row.quantity, len(row.picture_urls)) == ("Alternator", 2, 24)


def test_adopting_makes_a_part_with_its_words_price_and_first_stock(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    item = add(ebay, sku="WEB-7", quantity=4, sold=1, category_id="33550")
    read(account)
    # when
    run = adopt(account)
    # then
    assert (run.state, run.created_count, run.refused_count) == ("done", 1, 0)
    part = Listing.objects.get(custom_label_sku="WEB-7")
    assert (part.title, part.start_price) == ("2015 Camry Alternator", Decimal("85.00"))
    assert (part.ebay_listing_id, part.status) == (item, "published")
    assert stock.available([part.pk])[part.pk] == 3
    row = ChannelListing.objects.get(listing=part)
    assert (row.managed_by, row.is_live, row.sync_status) == ("trading", True, SyncStatus.ACTIVE)
    # when it is adopted again
    ForeignListing.objects.update(channel_listing=None)
    again = adopt(account)
    # then nothing is made twice
    assert again.refused_count == 1
    assert Listing.objects.filter(title="2015 Camry Alternator").count() == 1


def test_a_sale_here_lowers_the_quantity_of_what_was_made_elsewhere(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given nine listings, so that three calls of four rows are needed
    items = [add(ebay, sku=f"WEB-{number}", quantity=5, sold=2) for number in range(9)]
    read(account)
    adopt(account)
    for part in Listing.objects.filter(custom_label_sku__startswith="WEB-"):
        stock_adjust(listing_id=part.pk, change=-1, actor=person(), reason="sold at the desk")
    # when
    drain()
    # then
    assert {there(ebay, item)["quantity"] - there(ebay, item)["sold"] for item in items} == {2}
    rows = ChannelListing.objects.all()
    assert {(row.confirmed_quantity, row.sync_status) for row in rows} == {(2, "active")}
    calls = ebay.control("requests", route="trading")["requests"]
    names = [one["headers"]["x-ebay-api-call-name"] for one in calls]
    assert names.count("ReviseInventoryStatus") == 3


def test_zero_without_out_of_stock_control_ends_it(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    ebay.control("out_of_stock", seller=ebay.seller, on=False)
    item = add(ebay, sku="WEB-1", quantity=1)
    read(account)
    adopt(account)
    part = Listing.objects.get(custom_label_sku="WEB-1")
    # when
    stock_adjust(listing_id=part.pk, change=-1, actor=person(), reason="sold at the desk")
    drain()
    # then
    assert there(ebay, item)["status"] != "Active"
    row = ChannelListing.objects.get()
    assert (row.is_live, row.sync_status) == (False, SyncStatus.ENDED)


def test_zero_with_out_of_stock_control_stays_hidden(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    ebay.control("out_of_stock", seller=ebay.seller, on=True)
    item = add(ebay, sku="WEB-1", quantity=1)
    read(account)
    adopt(account)
    part = Listing.objects.get(custom_label_sku="WEB-1")
    # when
    stock_adjust(listing_id=part.pk, change=-1, actor=person(), reason="sold at the desk")
    drain()
    # then
    found = there(ebay, item)
    assert (found["status"], found["quantity"] - found["sold"]) == ("Active", 0)
    assert ChannelListing.objects.get().confirmed_quantity == 0


def test_linking_never_sends_a_zero_that_nobody_counted(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given a part with the same SKU that was never counted
    make_listing(stock=0, custom_label_sku="WEB-9")
    item = add(ebay, sku="WEB-9", quantity=2)
    read(account)
    # when
    run = adopt(account)
    # then
    assert run.refused_count == 1
    assert "count it first" in run.items.get().reason
    assert there(ebay, item)["quantity"] == 2


def test_field_19_a_persons_unlink_is_remembered_and_no_title_links(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given a part with the same title and another SKU
    part = make_listing(title="2015 Camry Alternator", custom_label_sku="OTHER-1")
    add(ebay, sku="WEB-3")
    read(account)
    adopt(account)
    linked = ForeignListing.objects.get()
    assert linked.channel_listing is not None
    assert linked.channel_listing.listing_id != part.pk
    # when a person unlinks it and everything is read and adopted again
    services.foreign_dismiss(foreign_id=linked.pk, actor=person())
    read(account)
    # then
    linked.refresh_from_db()
    assert (linked.is_dismissed, linked.channel_listing_id) == (True, None)
    assert not ChannelListing.objects.filter(is_live=True).exists()


def test_an_order_of_it_finds_its_part(account: ChannelConnection, ebay: SandboxServer) -> None:
    # given
    item = add(ebay, title="Mirror without a SKU", quantity=2)
    read(account)
    adopt(account)
    row = ChannelListing.objects.get()
    # when
    ebay.control("buy", listing_id=item, quantity=1)
    services.orders_poll(connection_id=account.pk)
    # then
    from channels_app.models import ChannelOrder
    from channels_app.selectors import channel_order_get

    (line,) = channel_order_get(ChannelOrder.objects.get().pk).lines
    assert (line.listing_id, line.channel_listing_id) == (row.listing_id, row.pk)


def test_what_changes_there_is_read_between_whole_readings(
    account: ChannelConnection, ebay: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    item = add(ebay, sku="WEB-1", quantity=2)
    read(account)
    adopt(account)
    # when it is ended on the web site
    ebay.control("end_legacy", item_id=item)
    minute = datetime.timedelta(minutes=1)
    ChannelConnection.objects.update(foreign_cursor=account.created_at - 5 * minute)
    monkeypatch.setattr(reading, "EVENTS_LATE", -minute)
    count = services.foreign_changes_read(connection_id=account.pk)
    # then
    assert count >= 1
    assert ForeignListing.objects.get().is_live is False
    assert ChannelListing.objects.get().sync_status == SyncStatus.ENDED


def test_two_readings_at_once_are_refused_and_a_killed_one_gives_way(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    run = services.foreign_read_start(connection_id=account.pk, actor=person())
    with pytest.raises(Conflict):
        services.foreign_read_start(connection_id=account.pk, actor=person())
    # when its worker was killed long ago
    Run.objects.filter(pk=run.pk).update(
        heartbeat_at="2020-01-01T00:00:00Z", created_at="2020-01-01T00:00:00Z"
    )
    account.foreign_cursor = account.created_at
    account.save()
    tasks.read_elsewhere_nightly()
    # then
    assert Run.objects.get(pk=run.pk).state == "failed"
    assert Run.objects.filter(kind=foreign.RUN_REPORT, state="pending").count() == 1


def test_words_of_it_are_not_revised_from_here(
    account: ChannelConnection, ebay: SandboxServer
) -> None:
    # given
    add(ebay, sku="WEB-1")
    read(account)
    adopt(account)
    part = Listing.objects.get(custom_label_sku="WEB-1")
    before = len(ebay.control("requests", route="trading")["requests"])
    # when its title is edited here
    from listings.services import listing_update

    listing_update(
        listing_id=part.pk, data={"title": "Other words"}, version=part.version, actor=person()
    )
    drain()
    # then nothing is sent, and what is owed is nothing
    assert len(ebay.control("requests", route="trading")["requests"]) == before
    assert json.dumps(list(ChannelListing.objects.get().owed.values_list("kind"))) == "[]"
