"""Two parts made one: what moves, what refuses, and the way back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from channels_app.enums import SyncStatus
from channels_app.models import ChannelListing
from channels_app.selectors.orders import _matched
from fitment.models import FitmentMake, FitmentModel, PartFitment
from ingestion.handlers import listings_merged
from ingestion.models import AiResult, ImageAsset, IngestionJob
from inventory.models import InventoryEvent, InventoryLedger
from inventory.services import Origin, place_set, stock_reserve, stock_sell, stock_set
from listings.models import Listing, ListingMerge, ListingRevision, ListingSearch
from listings.selectors import merged_into
from listings.services import (
    listing_transition,
    listing_update,
    listings_merge,
    merge_preview,
    merge_undo,
)
from orders.models import Order, OrderItem
from realtrack.core import events as core_events
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, IllegalTransition, InvalidInput, VersionConflict
from realtrack.core.models import AuditLog
from settings_app.models import User
from tests.listings.factories import make_listing, make_user
from tests.orders.factories import AT, account, line

pytestmark = pytest.mark.django_db


@pytest.fixture
def user() -> User:
    return make_user()


@pytest.fixture
def actor(user: User) -> Actor:
    return Actor.person(user)


@pytest.fixture
def camry() -> FitmentModel:
    make = FitmentMake.objects.create(name="Testmake", slug="testmake")
    return FitmentModel.objects.create(make=make, name="Testmodel", slug="testmodel")


def photo(listing: Listing, number: int, *, is_primary: bool = False) -> ImageAsset:
    return ImageAsset.objects.create(
        listing=listing,
        s3_bucket="photos",
        s3_key=f"{listing.pk}/{number}",
        mime_type="image/jpeg",
        file_size_bytes=10,
        sort_order=number,
        is_primary=is_primary,
    )


def fits(listing: Listing, model: FitmentModel, year: int, *, verified: bool) -> PartFitment:
    return PartFitment.objects.create(
        listing=listing,
        make=model.make,
        model=model,
        year_start=year,
        year_end=year,
        source="manual",
        verified=verified,
    )


def two(actor: Actor, **gone: Any) -> tuple[Listing, Listing]:
    kept = make_listing(actor=actor, title="Left mirror", custom_label_sku="KEPT", start_price="50")
    other = make_listing(actor=actor, custom_label_sku="GONE", **gone)
    return kept, other


def pieces(listing: Listing) -> int:
    return InventoryLedger.objects.get(listing=listing).quantity_total


def live(listing: Listing, **more: Any) -> ChannelListing:
    values = {
        "connection": account(),
        "site": "EBAY_MOTORS_US",
        "sync_status": SyncStatus.ACTIVE,
        "is_live": True,
        "external_id": f"2060{uuid.uuid4().int % 10**8}",
    }
    return ChannelListing.objects.create(listing=listing, **{**values, **more})


def test_gaps_are_filled_and_what_was_chosen_is_taken(actor: Actor) -> None:
    # given
    kept, gone = two(
        actor,
        title="Mirror LH",
        start_price="40",
        c_brand="Toyota",
        weight="2.5",
        weight_unit="kg",
        c_oe_oem_part_number="B-2",
        item_specifics={"Color": ["Black"], "Material": ["Glass"]},
    )
    listing_update(
        listing_id=kept.pk,
        data={"c_oe_oem_part_number": "A-1", "item_specifics": {"Color": ["Red"]}},
        version=None,
        actor=actor,
    )
    # when
    merge = listings_merge(kept_id=kept.pk, gone_id=gone.pk, take=["start_price"], actor=actor)
    # then: its own words stay, the gaps are filled, a number comes with its unit
    kept.refresh_from_db()
    assert (kept.title, str(kept.start_price), kept.c_brand) == ("Left mirror", "40.00", "Toyota")
    assert (str(kept.weight), kept.weight_unit) == ("2.500", "kg")
    assert kept.c_oe_oem_part_number == "A-1|B-2"
    assert kept.item_specifics == {"Color": ["Red"], "Material": ["Glass"]}
    revision = ListingRevision.objects.get(id=kept.pk, version=kept.version)
    assert (revision.change_reason, revision.history_change_reason) == ("merge", "with GONE")
    # and the other one is in the archive with its history and a pointer
    gone.refresh_from_db()
    assert (gone.status, gone.deleted_at, gone.title) == ("archived", None, "Mirror LH")
    assert ListingRevision.objects.filter(id=gone.pk).count() == 2
    assert merged_into([gone.pk]) == {gone.pk: kept.pk}
    told = AuditLog.objects.get(event="listing.merged")
    assert (told.entity_id, told.metadata["gone_id"]) == (str(kept.pk), str(gone.pk))
    assert told.metadata["merge_id"] == str(merge.pk)


def test_stock_moves_by_the_ledger_and_comes_back(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    stock_set(listing_id=kept.pk, quantity=2, actor=actor)
    stock_set(listing_id=gone.pk, quantity=3, actor=actor)
    place_set(listing_id=gone.pk, bin_code="B-04-2", actor=actor)
    # when
    merge = listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    # then: two rows of the ledger, nothing from nowhere
    assert (pieces(kept), pieces(gone)) == (5, 0)
    reasons = InventoryEvent.objects.filter(reason__startswith="Merged").values_list(
        "reason", "quantity_change"
    )
    assert sorted(reasons) == [("Merged from GONE", 3), ("Merged into KEPT", -3)]
    assert ListingSearch.objects.get(listing=kept).stock_total == 5
    assert ListingSearch.objects.get(listing=kept).bins == ["B-04-2"]
    assert ListingSearch.objects.get(listing=gone).bins == []
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then
    assert (pieces(kept), pieces(gone)) == (2, 3)
    assert ListingSearch.objects.get(listing=gone).bins == ["B-04-2"]
    assert ListingSearch.objects.get(listing=kept).bins == []


def test_photos_come_behind_and_return_in_their_order(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    own = photo(kept, 0, is_primary=True)
    first, second = photo(gone, 0, is_primary=True), photo(gone, 1)
    # when
    merge = listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    # then
    assert list(kept.photos.values_list("pk", flat=True)) == [own.pk, first.pk, second.pk]
    assert list(kept.photos.filter(is_primary=True)) == [own]
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then
    assert list(kept.photos.all()) == [own]
    assert list(gone.photos.all()) == [first, second]
    assert list(gone.photos.filter(is_primary=True)) == [first]


def test_vehicles_come_the_verified_row_wins_and_all_return(
    actor: Actor, camry: FitmentModel
) -> None:
    # given: both say 2015, only the one to go verified it; 2018 is its alone
    kept, gone = two(actor)
    fits(kept, camry, 2015, verified=False)
    fits(gone, camry, 2015, verified=True)
    fits(gone, camry, 2018, verified=False)
    before = sorted(PartFitment.everything.values_list("pk", "listing_id", "verified"))
    # when
    merge = listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    # then
    rows = PartFitment.objects.filter(listing=kept).values_list("year_start", "verified")
    assert sorted(rows) == [(2015, True), (2018, False)]
    assert not PartFitment.everything.filter(listing=gone).exists()
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then
    assert sorted(PartFitment.everything.values_list("pk", "listing_id", "verified")) == before


def test_what_is_live_on_both_is_refused_in_words_and_nothing_changes(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    stock_set(listing_id=gone.pk, quantity=1, actor=actor)
    one, other = live(kept), live(gone)
    # when
    with pytest.raises(Conflict) as refused:
        listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    # then
    names = [f"eBay ({row.connection.marketplace_account_name})" for row in (one, other)]
    assert refused.value.extra["reasons"] == [
        f"Both are on a marketplace: KEPT on {names[0]}, GONE on {names[1]}. End one of the two first."
    ]
    gone.refresh_from_db()
    assert (gone.status, pieces(gone)) == ("draft", 1)
    assert not ListingMerge.objects.exists()
    assert not AuditLog.objects.filter(event="listing.merged").exists()


def test_only_the_one_that_goes_is_live_and_the_other_way_round_is_offered(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    row = live(gone)
    # when
    found = merge_preview(kept_id=kept.pk, gone_id=gone.pk).refusals
    # then
    name = row.connection.marketplace_account_name
    assert found == (f"GONE is on eBay ({name}). Keep that one instead, or end it first.",)
    assert merge_preview(kept_id=gone.pk, gone_id=kept.pk).refusals == ()


def test_held_pieces_and_open_orders_are_refused(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    stock_set(listing_id=gone.pk, quantity=2, actor=actor)
    stock_reserve(listing_id=gone.pk, quantity=1, key="k", origin=Origin(), actor=actor)
    order = Order.objects.create(
        channel="ebay", connection=account(), external_order_id="07-1", ordered_at=AT
    )
    OrderItem.objects.create(
        order=order, external_line_id="1", listing=gone, quantity=1, unit_price=1, total_price=1
    )
    # when, then
    assert merge_preview(kept_id=kept.pk, gone_id=gone.pk).refusals == (
        "Held for orders: 1 piece of GONE. Ship or release them first.",
        "An order waits for GONE: 07-1. Ship or cancel first.",
    )


def test_more_photos_than_a_part_may_have_are_refused(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    for number in range(20):
        photo(kept, number)
    for number in range(5):
        photo(gone, number)
    # when, then
    assert merge_preview(kept_id=kept.pk, gone_id=gone.pk).refusals == (
        "Together they have 25 photos; a part has at most 24.",
    )


@pytest.mark.parametrize("status", ["archived", "currency"])
def test_an_archived_part_or_another_currency_is_refused(actor: Actor, status: str) -> None:
    # given
    kept, gone = two(actor, currency="EUR" if status == "currency" else "USD")
    if status == "archived":
        listing_transition(listing_id=kept.pk, to="archived", actor=actor)
    # when
    with pytest.raises(Conflict) as refused:
        listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    # then
    assert len(refused.value.extra["reasons"]) == 1


def test_a_part_is_not_merged_with_itself_and_a_sku_is_never_taken(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    # when, then
    with pytest.raises(InvalidInput):
        merge_preview(kept_id=kept.pk, gone_id=kept.pk)
    with pytest.raises(InvalidInput) as refused:
        merge_preview(kept_id=kept.pk, gone_id=gone.pk, take=["custom_label_sku"])
    assert list(refused.value.fields) == ["custom_label_sku"]


def test_a_change_since_the_look_stops_the_merge(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    listing_update(listing_id=gone.pk, data={"title": "New"}, version=None, actor=actor)
    # when, then
    with pytest.raises(VersionConflict):
        listings_merge(kept_id=kept.pk, gone_id=gone.pk, gone_version=1, actor=actor)
    assert not ListingMerge.objects.exists()


def test_undo_keeps_what_somebody_changed_since(actor: Actor) -> None:
    # given
    kept, gone = two(actor, c_brand="Toyota", c_type="Mirror")
    merge = listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    listing_update(listing_id=kept.pk, data={"c_brand": "Lexus"}, version=None, actor=actor)
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.c_brand, kept.c_type, gone.status) == ("Lexus", "", "draft")
    assert merged_into([gone.pk]) == {}
    with pytest.raises(Conflict):
        merge_undo(merge_id=merge.pk, actor=actor)


def test_undo_is_refused_whole_when_the_pieces_were_sold(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    stock_set(listing_id=gone.pk, quantity=2, actor=actor)
    merge = listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    stock_sell(listing_id=kept.pk, quantity=1, key="sale", actor=actor)
    # when
    with pytest.raises(Conflict) as refused:
        merge_undo(merge_id=merge.pk, actor=actor)
    # then
    assert refused.value.message == "2 came with the merge and only 1 are free now."
    gone.refresh_from_db()
    assert (gone.status, pieces(kept), pieces(gone)) == ("archived", 1, 0)


def test_a_merged_part_does_not_leave_the_archive_by_hand(actor: Actor) -> None:
    # given
    kept, gone = two(actor)
    listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    # when
    with pytest.raises(Conflict) as refused:
        listing_transition(listing_id=gone.pk, to="draft", actor=actor)
    # then
    assert not isinstance(refused.value, IllegalTransition)
    assert refused.value.message == "GONE was merged into KEPT; take the merge back there."


def test_a_late_order_and_a_waiting_reading_find_the_part_that_was_kept(actor: Actor) -> None:
    # given: GONE was once on the marketplace, and a reading found it
    kept, gone = two(actor)
    row = live(gone, sync_status=SyncStatus.ENDED, is_live=False)
    job = IngestionJob.objects.create(mode="single", source_type="upload")
    reading = AiResult.objects.create(
        job=job, position=0, confidence_overall=0.5, band="review", matched_existing=gone
    )
    # when
    listings_merge(kept_id=kept.pk, gone_id=gone.pk, actor=actor)
    listings_merged(core_events.envelope_of(AuditLog.objects.get(event="listing.merged")))
    # then
    late = line(gone)
    late = type(late)(
        **{
            **{name: getattr(late, name) for name in late.__slots__},
            "external_listing_id": row.external_id,
        }
    )
    assert [one.listing_id for one in _matched([late], row.connection_id)] == [kept.pk]
    reading.refresh_from_db()
    assert reading.matched_existing_id == kept.pk
