"""The life of a listing: create, change, move, trash, restore."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from listings.errors import NotReady, SkuTaken
from listings.models import Listing, ListingRevision, ListingSearch, ListingText
from listings.services import (
    listing_create,
    listing_delete,
    listing_restore,
    listing_revision_restore,
    listing_stock_copy_set,
    listing_transition,
    listing_update,
)
from realtrack.core.actors import ActorKind
from realtrack.core.errors import IllegalTransition, InvalidInput, NotFound, VersionConflict
from realtrack.core.models import AuditLog
from tests.listings.factories import machine, make_listing, person

pytestmark = pytest.mark.django_db


def events_of(listing: Listing) -> list[str]:
    rows = AuditLog.objects.filter(entity_id=str(listing.pk)).order_by("created_at", "id")
    return list(rows.values_list("event", flat=True))


def test_listing_create_writes_row_revision_search_and_event() -> None:
    # when
    listing = listing_create(
        data={"title": "Alternator", "start_price": "$89.90", "description": "<p>Good</p>"},
        actor=person(),
    )
    # then
    stored = Listing.objects.get(pk=listing.pk)
    assert stored.status == "draft"
    assert stored.version == 1
    assert stored.start_price == Decimal("89.90")
    assert stored.person_fields == ["description", "start_price", "title"]
    revision = ListingRevision.objects.get(id=listing.pk)
    assert (revision.version, revision.change_reason, revision.status) == (1, "created", "draft")
    assert ListingText.objects.get(pk=revision.description_hash).content == "<p>Good</p>"
    assert ListingSearch.objects.get(pk=listing.pk).price == Decimal("89.90")
    assert events_of(listing) == ["listing.created"]


def test_listing_create_names_every_field_in_fault_and_stores_nothing() -> None:
    # when
    with pytest.raises(InvalidInput) as caught:
        listing_create(
            data={"start_price": "-1", "title": "x" * 81, "colour": "red", "format": "Lottery"},
            actor=person(),
        )
    # then
    assert sorted(caught.value.fields) == ["colour", "format", "start_price", "title"]
    assert caught.value.fields["title"] == ["At most 80 characters; this has 81."]
    assert not Listing.all_objects.exists()
    assert not AuditLog.objects.filter(event="listing.created").exists()


def test_listing_update_bumps_the_version_and_tells_old_and_new() -> None:
    # given
    listing = make_listing(title="Old", start_price="10")
    # when
    saved = listing_update(
        listing_id=listing.pk, data={"title": "New"}, version=1, actor=person("Marek")
    )
    # then
    assert (saved.title, saved.version) == ("New", 2)
    revision = ListingRevision.objects.get(id=listing.pk, version=2)
    assert revision.changed_fields == ["title"]
    assert revision.actor_label == "Marek"
    row = AuditLog.objects.get(event="listing.updated")
    assert row.changes == {"title": ["Old", "New"]}


def test_listing_update_without_a_difference_makes_no_version() -> None:
    # given
    listing = make_listing(title="Same")
    # when
    saved = listing_update(listing_id=listing.pk, data={"title": "Same"}, version=1, actor=person())
    # then
    assert saved.version == 1
    assert ListingRevision.objects.filter(id=listing.pk).count() == 1
    assert events_of(listing) == ["listing.created"]


def test_listing_update_with_a_stale_version_tells_three_sides_and_stores_nothing() -> None:
    # given
    listing = make_listing(title="Base", start_price="78.00")
    listing_update(
        listing_id=listing.pk,
        data={"title": "Theirs", "c_brand": "Bosch"},
        version=1,
        actor=person("Marek"),
    )
    # when
    with pytest.raises(VersionConflict) as caught:
        listing_update(
            listing_id=listing.pk,
            data={"title": "Yours", "start_price": "70"},
            version=1,
            actor=person("Ana"),
        )
    # then
    extra = caught.value.extra
    assert (extra["current_version"], extra["your_version"]) == (2, 1)
    assert extra["changes"]["title"] == {"base": "Base", "theirs": "Theirs", "yours": "Yours"}
    assert extra["changes"]["startPrice"] == {"base": "78.00", "theirs": "78.00", "yours": "70.00"}
    assert extra["changes"]["cBrand"] == {"base": None, "theirs": "Bosch", "yours": None}
    assert extra["collisions"] == ["title"]
    assert extra["current_data"]["title"] == "Theirs"
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, stored.start_price, stored.version) == ("Theirs", Decimal("78.00"), 2)


@pytest.mark.parametrize(
    ("path", "last"),
    [
        (["ready", "draft"], "draft"),
        (["ready", "published", "sold", "archived", "draft"], "draft"),
        (["ready", "published", "delisted", "ready"], "ready"),
        (["archived", "ready"], "ready"),
        (["ready", "published", "sold", "published"], "published"),
    ],
)
def test_listing_transition_goes_along_the_table(path: list[str], last: str) -> None:
    # given
    listing = make_listing(complete=True)
    # when
    for step in path:
        listing = listing_transition(listing_id=listing.pk, to=step, actor=person())
    # then
    assert Listing.objects.get(pk=listing.pk).status == last
    assert listing.version == 1 + len(path)


def test_listing_transition_refuses_an_illegal_move_and_lists_the_allowed() -> None:
    # given
    listing = make_listing(complete=True)
    # when
    with pytest.raises(IllegalTransition) as caught:
        listing_transition(listing_id=listing.pk, to="sold", actor=person())
    # then
    assert caught.value.extra == {"from": "draft", "to": "sold", "allowed": ["ready", "archived"]}
    assert Listing.objects.get(pk=listing.pk).version == 1
    assert "listing.transitioned" not in events_of(listing)


def test_listing_transition_to_ready_names_what_is_missing() -> None:
    # given
    listing = make_listing(title="Alternator")
    # when
    with pytest.raises(NotReady) as caught:
        listing_transition(listing_id=listing.pk, to="ready", actor=person())
    # then
    assert [one["code"] for one in caught.value.extra["missing"]] == [
        "price_missing",
        "quantity_missing",
        "category_missing",
        "condition_missing",
        "photo_missing",
        "brand_missing",
        "mpn_missing",
    ]


def test_listing_transition_to_the_same_status_is_no_move() -> None:
    # given
    listing = make_listing()
    # when
    saved = listing_transition(listing_id=listing.pk, to="draft", actor=person())
    # then
    assert saved.version == 1


def test_listing_transition_to_published_notes_when() -> None:
    # given
    listing = make_listing(complete=True)
    listing_transition(listing_id=listing.pk, to="ready", actor=person())
    # when
    saved = listing_transition(
        listing_id=listing.pk, to="published", actor=machine(ActorKind.MARKETPLACE)
    )
    # then
    assert saved.published_at is not None
    revision = ListingRevision.objects.get(id=listing.pk, version=3)
    assert (revision.status_before, revision.status) == ("ready", "published")


def test_listing_delete_frees_the_sku_and_restore_respects_the_new_owner() -> None:
    # given
    listing = make_listing(custom_label_sku="AB-1")
    listing_delete(listing_id=listing.pk, actor=person())
    assert not Listing.objects.filter(pk=listing.pk).exists()
    assert Listing.all_objects.filter(pk=listing.pk).exists()
    make_listing(custom_label_sku="ab-1")
    # when
    with pytest.raises(SkuTaken):
        listing_restore(listing_id=listing.pk, actor=person())
    # then
    assert Listing.all_objects.get(pk=listing.pk).deleted_at is not None


def test_listing_restore_brings_a_published_one_back_delisted() -> None:
    # given
    listing = make_listing(complete=True)
    for step in ("ready", "published"):
        listing_transition(listing_id=listing.pk, to=step, actor=person())
    listing_delete(listing_id=listing.pk, actor=person())
    # when
    restored = listing_restore(listing_id=listing.pk, actor=person())
    # then
    assert restored.status == "delisted"
    assert ListingSearch.objects.get(pk=listing.pk).is_live


def test_listing_update_of_a_deleted_or_unknown_listing_is_not_found() -> None:
    # given
    listing = make_listing()
    listing_delete(listing_id=listing.pk, actor=person())
    # when, then
    for listing_id in (listing.pk, uuid.uuid4()):
        with pytest.raises(NotFound):
            listing_update(listing_id=listing_id, data={"title": "x"}, version=2, actor=person())


def test_listing_sku_is_unique_whatever_its_case_among_live_ones() -> None:
    # given
    make_listing(custom_label_sku="Ab-1")
    # when, then
    with pytest.raises(SkuTaken):
        make_listing(custom_label_sku="AB-1")


def test_listing_revision_restore_brings_back_all_but_stock_and_status() -> None:
    # given
    listing = make_listing(title="First", description="one", start_price="1")
    listing_stock_copy_set(listing_id=listing.pk, quantity=5)
    listing_update(
        listing_id=listing.pk,
        data={"title": "Second", "description": "two", "start_price": None},
        version=1,
        actor=person(),
    )
    # when
    saved = listing_revision_restore(
        listing_id=listing.pk, revision_version=1, version=2, actor=person()
    )
    # then
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, stored.description, stored.start_price) == ("First", "one", Decimal(1))
    assert (stored.quantity, saved.version) == (5, 3)


def test_listing_stock_copy_set_makes_no_version_and_no_revision() -> None:
    # given
    listing = make_listing(complete=True)
    # when
    listing_stock_copy_set(listing_id=listing.pk, quantity=7, free=6)
    # then
    stored = Listing.objects.select_related("search").get(pk=listing.pk)
    assert (stored.quantity, stored.version) == (7, 1)
    assert (stored.search.stock_total, stored.search.stock_free) == (7, 6)
    assert ListingRevision.objects.filter(id=listing.pk).count() == 1
