"""What any adapter must do. Subclass `AdapterConformance` and give it a `world`.

The tests know no marketplace: they speak to the adapter, and to the marketplace by the `World`
that the subclass brings.
"""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from channels_app.adapters.base import (
    ChannelError,
    FoundContext,
    ListingInput,
    ListingRef,
    Ours,
    SellerMustFix,
    Session,
    SignInAgain,
    SyncItem,
    TryAgain,
)

if TYPE_CHECKING:
    from channels_app.adapters.base import ChannelAdapter


@dataclass
class Journal:
    """Remembers what the adapter told, as the tables would."""

    offers: list[str] = field(default_factory=list)
    live: list[str] = field(default_factory=list)

    def offer_made(self, offer_id: str) -> None:
        self.offers.append(offer_id)

    def went_live(self, external_id: str, url: str) -> None:
        assert url
        self.live.append(external_id)


class World(Protocol):
    """A marketplace as its own side sees it."""

    adapter: ChannelAdapter
    session: Session
    listing: ListingInput

    def live(self, sku: str) -> list[dict[str, Any]]:
        """Live pages of this SKU: `{"id", "quantity", "price"}`."""

    def fail(self, kind: str) -> None:
        """Let the next calls fail: `server`, `limit`, `page`, `cut`, or `grant` for good."""

    def heal(self) -> None:
        """End all failures."""

    def buy(self, sku: str, quantity: int) -> str:
        """Buy as a buyer; returns the order's id."""


class AdapterConformance:
    """The suite."""

    def publish(self, world: World, ref: ListingRef | None = None) -> tuple[Any, Journal]:
        journal = Journal()
        ref = ref or ListingRef(sku=world.listing.sku)
        return world.adapter.publish(world.session, world.listing, ref, journal), journal

    def test_names_and_consent(self, world: World) -> None:
        url = world.adapter.auth_url(state="s-1")
        assert "s-1" in url
        assert world.adapter.channel
        assert world.adapter.title
        assert world.adapter.batch_size >= 1
        assert world.adapter.scopes()

    def test_a_wrong_code_is_no_sign_in(self, world: World) -> None:
        with pytest.raises(ChannelError):
            world.adapter.exchange_code(code="no-such-code")

    def test_all_rights_are_tried(self, world: World) -> None:
        checks = world.adapter.test_connection(world.session)
        assert checks
        assert all(check.ok for check in checks), checks

    def test_the_account_offers_what_is_needed(self, world: World) -> None:
        found = world.adapter.account_options(world.session)
        assert found.problems == []
        assert all(found.options.values())

    def test_a_preview_sends_nothing(self, world: World) -> None:
        ref = ListingRef(sku=world.listing.sku)
        payload = world.adapter.build_payload(world.session, world.listing, ref)
        assert payload.refusals == ()
        assert payload.documents
        assert payload.fields["Title"] == world.listing.values["title"]
        assert world.live(world.listing.sku) == []

    def test_published_bytes_are_the_previewed_ones(self, world: World) -> None:
        ref = ListingRef(sku=world.listing.sku)
        before = world.adapter.build_payload(world.session, world.listing, ref)
        result, _ = self.publish(world)
        assert result.payload.content_hash == before.content_hash
        assert result.payload.documents == before.documents

    def test_publish_goes_live_once(self, world: World) -> None:
        result, journal = self.publish(world)
        (page,) = world.live(world.listing.sku)
        assert result.ref.external_id == page["id"] == journal.live[-1]
        assert result.ref.is_live
        assert page["quantity"] == world.listing.available == result.quantity
        assert Decimal(page["price"]) == result.price
        assert world.adapter.listing_url(page["id"]) == result.url

    def test_publishing_again_makes_no_second_page(self, world: World) -> None:
        first, _ = self.publish(world)
        again, _ = self.publish(world, first.ref)
        lost, _ = self.publish(world)
        assert first.ref.external_id == again.ref.external_id == lost.ref.external_id
        assert lost.linked
        assert len(world.live(world.listing.sku)) == 1

    def test_missing_and_too_long_is_refused_by_field(self, world: World) -> None:
        bad = replace(
            world.listing, values={**world.listing.values, "title": "x" * 200, "start_price": None}
        )
        payload = world.adapter.build_payload(world.session, bad, ListingRef(sku=bad.sku))
        assert {"title", "start_price"} <= {one.field for one in payload.refusals}
        with pytest.raises(ChannelError) as caught:
            world.adapter.publish(world.session, bad, ListingRef(sku=bad.sku), Journal())
        assert all(isinstance(one, SellerMustFix) for one in caught.value.failures)
        assert world.live(bad.sku) == []

    def test_quantity_and_price_are_absolute(self, world: World) -> None:
        result, _ = self.publish(world)
        item = SyncItem(ref=result.ref, quantity=7, price=Decimal("12.50"), currency="USD")
        for _ in range(2):
            (outcome,) = world.adapter.sync_inventory(world.session, [item])
            assert outcome.failure is None
        (page,) = world.live(world.listing.sku)
        assert (page["quantity"], Decimal(page["price"])) == (7, Decimal("12.50"))
        (status,) = world.adapter.inventory_status(world.session, [result.ref])
        assert (status.quantity, status.price, status.is_live) == (7, Decimal("12.50"), True)

    def test_zero_is_zero(self, world: World) -> None:
        result, _ = self.publish(world)
        (outcome,) = world.adapter.sync_inventory(
            world.session, [SyncItem(ref=result.ref, quantity=0)]
        )
        assert outcome.failure is None
        assert all(page["quantity"] == 0 for page in world.live(world.listing.sku))

    def test_a_bad_row_spoils_no_other(self, world: World) -> None:
        result, _ = self.publish(world)
        unknown = ListingRef(sku="no-such-sku", offer_id="1", external_id="1", is_live=True)
        good, bad = world.adapter.sync_inventory(
            world.session,
            [SyncItem(ref=result.ref, quantity=2), SyncItem(ref=unknown, quantity=2)],
        )
        assert good.failure is None
        assert bad.ended or bad.failure is not None
        assert world.live(world.listing.sku)[0]["quantity"] == 2

    def test_ending_twice_is_fine(self, world: World) -> None:
        result, _ = self.publish(world)
        world.adapter.end_listing(world.session, result.ref)
        world.adapter.end_listing(world.session, result.ref)
        assert world.live(world.listing.sku) == []

    @pytest.mark.parametrize("kind", ["server", "limit", "page", "cut"])
    def test_what_heals_by_itself_says_when(self, world: World, kind: str) -> None:
        result, _ = self.publish(world)
        world.fail(kind)
        with pytest.raises(ChannelError) as caught:
            world.adapter.sync_inventory(world.session, [SyncItem(ref=result.ref, quantity=1)])
        assert isinstance(caught.value.first, TryAgain)
        assert caught.value.first.after > 0
        world.heal()
        (outcome,) = world.adapter.sync_inventory(
            world.session, [SyncItem(ref=result.ref, quantity=1)]
        )
        assert outcome.failure is None

    def test_an_ended_grant_asks_for_a_sign_in(self, world: World) -> None:
        world.fail("grant")
        with pytest.raises(ChannelError) as caught:
            list(world.adapter.fetch_orders(world.session, since=_ago(hours=1)))
        assert isinstance(caught.value.first, SignInAgain)

    def test_orders_are_found_and_read(self, world: World) -> None:
        self.publish(world)
        order_id = world.buy(world.listing.sku, 1)
        listed = list(world.adapter.fetch_orders(world.session, since=_ago(hours=1)))
        assert [one.external_order_id for one in listed] == [order_id]
        single = world.adapter.fetch_order(world.session, order_id)
        assert single.modified_at == listed[0].modified_at
        context = FoundContext(
            inbox_id=uuid.uuid4(),
            connection_id=world.session.connection_id,
            channel=world.adapter.channel,
            site=world.session.site,
            account_name="account",
        )
        found = world.adapter.read_order(single.body, context)
        assert found.is_paid
        assert found.external_order_id == order_id
        (line,) = found.lines
        assert (line.sku, line.quantity) == (world.listing.sku, 1)
        assert line.unit_price * line.quantity == line.total
        assert found.total == found.subtotal - found.discount + found.shipping + found.tax

    def test_an_unknown_order_is_no_retry(self, world: World) -> None:
        with pytest.raises(ChannelError) as caught:
            world.adapter.fetch_order(world.session, "00-00000-00000")
        assert isinstance(caught.value.first, (SellerMustFix, Ours))

    def test_nonsense_is_no_order(self, world: World) -> None:
        context = FoundContext(
            inbox_id=uuid.uuid4(),
            connection_id=world.session.connection_id,
            channel=world.adapter.channel,
            site="",
            account_name="",
        )
        with pytest.raises((ValueError, KeyError, TypeError)):
            world.adapter.read_order({"orderId": "1"}, context)

    def test_nonsense_is_no_notification(self, world: World) -> None:
        for body in (b"", b"[]", b"{}", b"not json"):
            with pytest.raises((ValueError, TypeError)):
                world.adapter.read_notification(body)

    def test_limits_tell_what_is_used_left_and_until_when(self, world: World) -> None:
        # when
        before = world.adapter.call_budgets(ask=False)
        told = world.adapter.call_budgets(ask=True)
        # then
        assert {one.api for one in before} == {one.api for one in told}
        assert told
        for one in told:
            assert one.used + one.left <= one.limit
            assert one.resets_at.tzinfo is not None

    def test_listings_made_elsewhere_are_read_whole(self, world: World) -> None:
        # when
        found = list(world.adapter.foreign_listings(world.session))
        # then an account without any has none, and asking changes nothing
        assert all(one.external_id for one in found)
        assert list(world.adapter.foreign_listings(world.session)) == found

    def test_a_category_that_is_not_there_is_none(self, world: World) -> None:
        # when
        category_id = str(world.listing.values["category_id"])
        node = world.adapter.category(world.session, category_id)
        # then
        assert node is not None
        assert node.is_leaf
        assert node.name
        assert world.adapter.category(world.session, "999999999") is None

    def test_words_that_mean_nothing_propose_no_category(self, world: World) -> None:
        assert world.adapter.category_suggest(world.session, "zzqqxx") == []


def _ago(**parts: float) -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(**parts)
