"""What practice demands of the catalog (points 1, 3, 4 and 6 of the list of that name)."""

from __future__ import annotations

import datetime
import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from listings import fields
from listings.columns import Column, Kind, columns
from listings.models import Listing, ListingProposal, ListingRevision
from listings.services import (
    listing_create,
    listing_update,
    listing_update_merged,
    proposal_drop,
    proposal_take,
)
from listings.services.history import revision_write
from listings.sku import sku_clean
from realtrack.core.actors import ActorKind
from realtrack.core.errors import Conflict, InvalidInput, VersionConflict
from tests.listings.factories import machine, make_listing, person

MACHINES = [ActorKind.AI, ActorKind.RULE, ActorKind.IMPORT, ActorKind.MARKETPLACE]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", MACHINES)
def test_practice_01_a_machine_never_overwrites_what_a_person_wrote(kind: ActorKind) -> None:
    # given
    listing = make_listing(title="Odd one", c_brand="Denso")
    # when
    saved = listing_update(
        listing_id=listing.pk,
        data={"title": "Composed title", "c_type": "Alternator"},
        version=None,
        actor=machine(kind),
        confidences={"title": 0.94},
    )
    # then
    assert (saved.title, saved.c_type) == ("Odd one", "Alternator")
    proposal = ListingProposal.objects.get()
    assert (proposal.field, proposal.value, proposal.source) == ("title", "Composed title", kind)
    assert proposal.confidence == Decimal("0.94")


@pytest.mark.django_db
def test_practice_01_a_persons_title_survives_edits_of_other_fields() -> None:
    # given
    listing = make_listing(title="Odd one")
    # when
    for data in ({"c_brand": "Bosch"}, {"item_photo_url": "https://a.test/1.jpg"}):
        version = Listing.objects.get(pk=listing.pk).version
        listing_update(listing_id=listing.pk, data=data, version=version, actor=person())
    # then
    assert Listing.objects.get(pk=listing.pk).title == "Odd one"


@pytest.mark.django_db
def test_practice_01_what_no_person_owns_machines_may_change() -> None:
    # given
    listing = listing_create(data={"title": "Read by AI"}, actor=machine())
    # when
    saved = listing_update(
        listing_id=listing.pk, data={"title": "Read better"}, version=None, actor=machine()
    )
    # then
    assert saved.title == "Read better"
    assert saved.person_fields == []


@pytest.mark.django_db
def test_practice_01_an_approved_field_is_the_persons_even_unchanged() -> None:
    # given
    listing = listing_create(
        data={"title": "Read by AI"}, actor=machine(), person_fields=["title", "c_brand"]
    )
    # when
    listing_update(listing_id=listing.pk, data={"title": "New"}, version=None, actor=machine())
    # then
    assert Listing.objects.get(pk=listing.pk).title == "Read by AI"
    assert Listing.objects.get(pk=listing.pk).person_fields == ["c_brand", "title"]


@pytest.mark.django_db
def test_practice_01_a_taken_proposal_becomes_the_persons_and_a_dropped_one_stays_away() -> None:
    # given
    listing = make_listing(title="Odd one", start_price="10")
    for data in ({"title": "Better"}, {"start_price": "12"}):
        listing_update(listing_id=listing.pk, data=data, version=None, actor=machine())
    by_field = {one.field: one for one in ListingProposal.objects.all()}
    # when
    proposal_drop(proposal_id=by_field["title"].pk, actor=person())
    saved = proposal_take(proposal_id=by_field["start_price"].pk, actor=person())
    listing_update(listing_id=listing.pk, data={"title": "Better"}, version=None, actor=machine())
    # then
    assert (saved.start_price, saved.version) == (Decimal("12.00"), 2)
    assert ListingProposal.objects.filter(state="open").count() == 0
    with pytest.raises(Conflict):
        proposal_take(proposal_id=by_field["title"].pk, actor=person())


@pytest.mark.django_db
def test_practice_01_a_title_that_is_too_long_is_refused_not_cut() -> None:
    # given
    listing = make_listing(title="Odd one")
    # when
    with pytest.raises(InvalidInput):
        listing_update(listing_id=listing.pk, data={"title": "x" * 81}, version=1, actor=person())
    # then
    assert Listing.objects.get(pk=listing.pk).title == "Odd one"


def _sample(column: Column, *, other: bool = False) -> Any:
    if column.name == "custom_label_sku":
        return "OTHER-1" if other else "SKU-1"
    if column.allowed:
        value = column.allowed[1 if other and len(column.allowed) > 1 else 0]
        if column.kind is Kind.BOOLEAN:
            return value == "1"
        return int(value) if column.kind is Kind.INTEGER else value
    match column.kind:
        case Kind.TEXT:
            return ("other" if other else "some")[: column.max_length]
        case Kind.INTEGER:
            return 4 if other else 3
        case Kind.DECIMAL:
            return Decimal("12.50") if other else Decimal("9.90")
        case Kind.TIMESTAMP:
            return datetime.datetime(2026, 11, 24 if other else 23, 18, 30, tzinfo=datetime.UTC)
        case _:
            return None


_WRITTEN = [column for column in columns() if column.name != fields.QUANTITY]


@pytest.mark.django_db
@pytest.mark.parametrize("column", _WRITTEN, ids=lambda column: column.name)
def test_practice_03_a_patch_writes_only_what_was_sent(column: Column) -> None:
    # given
    listing = make_listing(**{one.name: _sample(one) for one in _WRITTEN})
    before = {one.name: getattr(listing, one.name) for one in columns()}
    # when
    listing_update(
        listing_id=listing.pk,
        data={column.name: _sample(column, other=True)},
        version=1,
        actor=person(),
    )
    # then
    stored = Listing.objects.get(pk=listing.pk)
    after = {one.name: getattr(stored, one.name) for one in columns()}
    assert {name for name in after if after[name] != before[name]} <= {column.name}
    assert after[column.name] == _sample(column, other=True)


@pytest.mark.django_db
@pytest.mark.parametrize("column", _WRITTEN, ids=lambda column: column.name)
def test_practice_03_null_clears_one_field_alone(column: Column) -> None:
    # given
    listing = make_listing(**{one.name: _sample(one) for one in _WRITTEN})
    before = {one.name: getattr(listing, one.name) for one in columns()}
    # when
    listing_update(listing_id=listing.pk, data={column.name: None}, version=1, actor=person())
    # then
    stored = Listing.objects.get(pk=listing.pk)
    after = {one.name: getattr(stored, one.name) for one in columns()}
    assert {name for name in after if after[name] != before[name]} == {column.name}
    if column.name == "custom_label_sku":  # an empty SKU comes from the sequence
        assert after[column.name].startswith("RT-")
    else:
        assert after[column.name] in (None, "")


@pytest.mark.django_db
def test_practice_04_a_revision_that_cannot_be_written_fails_the_save() -> None:
    # given
    listing = make_listing(title="Before")
    planted = Listing.objects.get(pk=listing.pk)
    planted.version = 2
    revision_write(planted, status_before="", reason="import", changed=[], actor=person())
    # when
    with pytest.raises(IntegrityError):
        listing_update(listing_id=listing.pk, data={"title": "After"}, version=1, actor=person())
    # then
    stored = Listing.objects.get(pk=listing.pk)
    assert (stored.title, stored.version) == ("Before", 1)


@pytest.mark.parametrize(
    ("raw", "clean", "said"),
    [
        ('"AB-1\n"', "AB-1", True),
        ("AB-1", "AB-1", False),
        ("\u00a0AB-1 ", "AB-1", True),
        ("“AB-1”", "AB-1", True),
        ("AB  1", "AB 1", True),
        ("'AB\t1'\r\n", "AB 1", True),
        ("\u200bAB-1", "AB-1", True),
    ],
)
def test_practice_06_a_sku_is_cleaned_aloud(raw: str, clean: str, *, said: bool) -> None:
    cleaned = sku_clean(raw)
    assert cleaned.value == clean
    assert bool(cleaned.messages) is said


@pytest.mark.django_db(transaction=True)
def test_practice_06_a_hundred_creates_at_once_get_a_hundred_numbers() -> None:
    # when
    def create(_: int) -> str:
        try:
            return listing_create(data={"title": "Part"}, actor=person()).custom_label_sku
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=10) as pool:
        skus = list(pool.map(create, range(100)))
    # then
    assert len(set(skus)) == 100
    assert all(sku.startswith("RT-") for sku in skus)


@pytest.mark.django_db
def test_practice_06_the_sequence_goes_round_a_number_that_was_typed() -> None:
    # given
    first = make_listing().custom_label_sku
    following = f"RT-{int(first.removeprefix('RT-')) + 1:06d}"
    make_listing(custom_label_sku=following)
    # when
    third = make_listing().custom_label_sku
    # then
    assert third not in {first, following}


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_at_once_one_wins_each_version() -> None:
    # given
    listing = make_listing(title="Start")
    barrier = threading.Barrier(20)

    def write(number: int) -> int | None:
        try:
            barrier.wait(timeout=30)
            saved = listing_update(
                listing_id=listing.pk,
                data={"title": f"Writer {number}"},
                version=1,
                actor=person(f"Writer {number}"),
            )
        except VersionConflict:
            return None
        else:
            return saved.version
        finally:
            connections.close_all()

    # when
    with ThreadPoolExecutor(max_workers=20) as pool:
        outcomes = list(pool.map(write, range(20)))
    # then
    assert [one for one in outcomes if one is not None] == [2]
    assert Listing.objects.get(pk=listing.pk).version == 2
    assert ListingRevision.objects.filter(id=listing.pk).count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_writers_of_different_fields_all_are_merged() -> None:
    # given
    listing = make_listing()
    names = [one.name for one in _WRITTEN if one.kind is Kind.TEXT and not one.allowed][5:13]

    def write(name: str) -> None:
        try:
            for _ in range(20):  # a merge gives up after five others came between
                try:
                    listing_update_merged(
                        listing_id=listing.pk, data={name: "x"}, version=1, actor=person(name)
                    )
                except VersionConflict:
                    continue
                return
        finally:
            connections.close_all()

    # when
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(write, names))
    # then
    stored = Listing.objects.get(pk=listing.pk)
    assert {name: getattr(stored, name) for name in names} == dict.fromkeys(names, "x")
    assert stored.version == 1 + len(names)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE listing_revisions SET change_reason = 'import'",
        "DELETE FROM listing_revisions",
    ],
)
def test_revisions_are_append_only(statement: str) -> None:
    # given
    make_listing()
    # when, then
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_revisions_are_guarded_against_truncate() -> None:
    # The trigger lets test databases by, so that what is tested is that it stands and is armed.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'listing_revisions'::regclass"
            " AND NOT tgisinternal AND tgenabled = 'O' AND (tgtype & 32) > 0"
        )
        assert cursor.fetchone() == (1,)
