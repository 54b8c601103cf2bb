from __future__ import annotations

import pytest

from inventory.services import listing_status_follow, stock_adjust, stock_cancel_sale, stock_sell
from listings.enums import ListingStatus
from listings.models import Listing
from listings.services import listing_transition
from realtrack.core import dispatcher
from tests.inventory.factories import SYSTEM
from tests.listings.factories import make_listing

pytestmark = pytest.mark.django_db(transaction=True)


def _published(stock: int) -> Listing:
    listing = make_listing(complete=True, quantity=stock)
    for to in (ListingStatus.READY, ListingStatus.PUBLISHED):
        listing_transition(listing_id=listing.pk, to=to, actor=SYSTEM)
    return listing


def _status(listing: Listing) -> str:
    while dispatcher.dispatch_due():
        pass
    return str(Listing.objects.get(pk=listing.pk).status)


def _sell(listing: Listing, order: str) -> None:
    stock_sell(listing_id=listing.pk, quantity=1, key=f"sale:yard:{order}:1", actor=SYSTEM)


def test_the_last_piece_sold_makes_it_sold_and_a_cancelled_sale_brings_it_back() -> None:
    listing = _published(2)
    _sell(listing, "1")
    assert _status(listing) == ListingStatus.PUBLISHED
    _sell(listing, "2")
    assert _status(listing) == ListingStatus.SOLD
    stock_cancel_sale(key="sale:yard:2:1", actor=SYSTEM)
    assert _status(listing) == ListingStatus.PUBLISHED


def test_a_part_that_was_thrown_away_is_not_sold() -> None:
    listing = _published(1)
    stock_adjust(
        listing_id=listing.pk, change=-1, reason="broken", idempotency_key="b", actor=SYSTEM
    )
    assert _status(listing) == ListingStatus.PUBLISHED


def test_a_draft_sold_elsewhere_stays_a_draft() -> None:
    listing = make_listing(complete=True, quantity=1)
    _sell(listing, "1")
    assert _status(listing) == ListingStatus.DRAFT
    assert listing_status_follow(listing_id=listing.pk, actor=SYSTEM) == ListingStatus.DRAFT
