"""Bulk edits: set, add percent, find and replace, append; what they refuse; undo."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from listings.models import Listing, ListingRevision, ListingSearch
from listings.services import (
    Append,
    BulkEdit,
    Replace,
    bulk_preview,
    bulk_undo,
    listing_bulk,
    listing_update,
)
from listings.services.history import revision_of
from realtrack.core import registry
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.models import Run
from settings_app.enums import UserRole
from tests.listings.factories import make_listing, make_user, person, signed_in

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def actor() -> Actor:
    """Someone who is stored: a run names its person."""
    return Actor.person(make_user())


def _many(count: int) -> list[uuid.UUID]:
    """Listings with their first revisions and search rows, by three statements."""
    rows = [
        Listing(title=f"Part {n}", custom_label_sku=f"MANY-{n}", start_price=Decimal(10))
        for n in range(count)
    ]
    Listing.objects.bulk_create(rows)
    ListingRevision.objects.bulk_create(
        revision_of(one, status_before="", reason="created", changed=[], actor=person(), kind="+")
        for one in rows
    )
    ListingSearch.objects.bulk_create(
        ListingSearch(
            listing=one, status="draft", created_at=one.created_at, updated_at=one.updated_at
        )
        for one in rows
    )
    return [one.pk for one in rows]


def after(edit: BulkEdit, **data: Any) -> Listing:
    """One listing as it stands after the edit."""
    listing = make_listing(**data)
    listing_bulk(ids=[listing.pk], edit=edit, actor=actor())
    return Listing.objects.get(pk=listing.pk)


@pytest.mark.parametrize(
    ("edit", "before", "then"),
    [
        (Replace(field="title", find="LH", put="Left"), "LH Mirror", "Left Mirror"),
        (Replace(field="title", find="a.b", put="x"), "a.b acb", "x acb"),
        (Replace(field="title", find="lh", put="\\1", match_case=False), "LH lh", "\\1 \\1"),
        (Replace(field="title", find="lh", put="Left"), "LH Mirror", "LH Mirror"),
        (Append(field="title", text="Used"), "Mirror", "Mirror Used"),
        (Append(field="title", text="Used"), "Mirror Used", "Mirror Used"),
        (Append(field="title", text=", tested"), "Mirror", "Mirror, tested"),
        (Append(field="title", text="OEM", in_front=True), "Mirror", "OEM Mirror"),
        (Append(field="title", text="Used"), "", "Used"),
    ],
)
def test_texts_are_replaced_and_appended(edit: Replace | Append, before: str, then: str) -> None:
    # given
    texts = {"replaces": [edit]} if isinstance(edit, Replace) else {"appends": [edit]}
    # when, then
    assert after(BulkEdit(**texts), title=before).title == then


def test_a_number_is_appended_to_a_list_as_one_more_of_it() -> None:
    # given
    edit = BulkEdit(appends=[Append(field="c_oe_oem_part_number", text="B-2")])
    # when, then
    assert after(edit, c_oe_oem_part_number="A-1").c_oe_oem_part_number == "A-1|B-2"
    assert after(edit, c_oe_oem_part_number="A-1|B-2").c_oe_oem_part_number == "A-1|B-2"


def test_percent_moves_any_amount_and_rounds_half_up() -> None:
    # given
    edit = BulkEdit(percents={"cost": Decimal("2.5")}, price_percent=Decimal(-10))
    # when
    saved = after(edit, start_price="10.05", cost="1.00")
    # then
    assert (str(saved.start_price), str(saved.cost)) == ("9.05", "1.03")


def test_an_aspect_is_set_and_the_others_stay() -> None:
    # given
    edit = BulkEdit(aspects={"Placement on Vehicle": ["Left", "Front"]})
    # when
    saved = after(edit, item_specifics={"Material": ["Steel"], "Placement on Vehicle": ["Right"]})
    # then
    assert saved.item_specifics == {
        "Material": ["Steel"],
        "Placement on Vehicle": ["Left", "Front"],
    }


def test_too_long_is_refused_by_name_and_the_others_are_stored() -> None:
    # given
    long, short = make_listing(title="x" * 79), make_listing(title="Mirror")
    # when
    result = listing_bulk(
        ids=[long.pk, short.pk],
        edit=BulkEdit(appends=[Append(field="title", text="Used")]),
        actor=actor(),
    )
    # then
    assert (result.updated, [one.id for one in result.failed]) == (1, [long.pk])
    assert "At most 80 characters; this has 84." in result.failed[0].reason
    assert Listing.objects.get(pk=long.pk).title == "x" * 79
    run = Run.objects.get(pk=result.run_id)
    counts = run.created_count + run.changed_count + run.same_count + run.refused_count
    assert (run.total, counts, run.changed_count, run.refused_count) == (2, 2, 1, 1)
    assert run.title == 'Add "Used" to title of 2 parts'


@pytest.mark.parametrize(
    "edit",
    [
        BulkEdit(),
        BulkEdit(changes={"custom_label_sku": "X"}),
        BulkEdit(changes={"nonsense": "X"}),
        BulkEdit(percents={"title": Decimal(5)}),
        BulkEdit(percents={"cost": Decimal(-100)}),
        BulkEdit(replaces=[Replace(field="start_price", find="1", put="2")]),
        BulkEdit(replaces=[Replace(field="title", find="", put="2")]),
        BulkEdit(appends=[Append(field="custom_label_sku", text="2")]),
    ],
)
def test_an_edit_that_no_part_could_take_makes_no_run(edit: BulkEdit) -> None:
    # given
    listing = make_listing(title="Mirror", start_price="10")
    # when
    with pytest.raises(InvalidInput):
        listing_bulk(ids=[listing.pk], edit=edit, actor=actor())
    # then
    assert Listing.objects.get(pk=listing.pk).version == 1
    assert not Run.objects.exists()


def test_preview_says_what_the_run_does_and_stores_nothing() -> None:
    # given
    listings = [make_listing(title=title) for title in ("LH Mirror", "RH Mirror", "LH" + "x" * 78)]
    edit = BulkEdit(replaces=[Replace(field="title", find="LH", put="Left")])
    # when
    rows = bulk_preview(ids=[one.pk for one in listings], edit=edit)
    # then
    assert [(row.before, row.after, bool(row.refused)) for row in rows] == [
        ({"title": "LH Mirror"}, {"title": "Left Mirror"}, False),
        ({}, {}, False),
        ({}, {}, True),
    ]
    assert {one.version for one in Listing.objects.all()} == {1}


def test_quantities_set_in_bulk_are_counted_and_undone() -> None:
    # given
    listing = make_listing(title="Mirror", quantity=3)
    # when
    result = listing_bulk(ids=[listing.pk], edit=BulkEdit(changes={"quantity": "7"}), actor=actor())
    # then
    assert (result.updated, Listing.objects.get(pk=listing.pk).quantity) == (1, 7)
    # when
    bulk_undo(run_id=result.run_id, actor=actor())
    # then
    assert Listing.objects.get(pk=listing.pk).quantity == 3


# As it runs outside of tests, with a transaction per chunk: in a single one, thousands of savepoints
# would make each statement slower than the one before.
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [40, pytest.param(500, marks=pytest.mark.drill)])
def test_field_ours_04_undo_of_a_bulk_run_restores_all_but_the_3_that_were_edited_since(
    count: int,
) -> None:
    # given: a price change on all of them
    ids = _many(count)
    owed: list[uuid.UUID] = []

    def write(listing_ids: Any, kind: str) -> None:
        owed.extend(listing_ids if kind == "price" else ())

    result = listing_bulk(ids=ids, edit=BulkEdit(price_percent=Decimal(10)), actor=actor())
    assert (result.updated, result.failed) == (count, ())
    for one in ids[:3]:
        listing_update(listing_id=one, data={"start_price": "99"}, version=None, actor=actor())
    registry.owed_writers.register("test.undo", write)
    # when
    try:
        undone = bulk_undo(run_id=result.run_id, actor=actor())
    finally:
        registry.owed_writers._values.pop("test.undo")
    # then
    prices = dict(Listing.objects.values_list("pk", "start_price"))
    assert undone.updated == count - 3
    assert {one.id for one in undone.failed} == set(ids[:3])
    assert all("was changed since" in one.reason for one in undone.failed)
    assert {prices[one] for one in ids[3:]} == {Decimal("10.00")}
    assert {prices[one] for one in ids[:3]} == {Decimal("99.00")}
    # the marketplaces are owed what changed back, and nothing else
    assert set(owed) == set(ids[3:])
    # a second undo changes nothing
    with pytest.raises(Conflict):
        bulk_undo(run_id=result.run_id, actor=actor())


def test_rows_of_a_chunk_are_locked_in_the_order_of_their_keys() -> None:
    # given
    ids = [make_listing(title=f"Part {n}", start_price="10").pk for n in range(3)]
    # when
    with CaptureQueriesContext(
        connection,
    ) as seen:
        listing_bulk(ids=ids[::-1], edit=BulkEdit(price_percent=Decimal(1)), actor=actor())
    # then: one lock over all of them comes before the first write
    statements = [one["sql"] for one in seen.captured_queries]
    lock = next(
        n for n, sql in enumerate(statements) if "FOR UPDATE" in sql and '"listings"' in sql
    )
    write = next(n for n, sql in enumerate(statements) if sql.startswith('UPDATE "listings" SET'))
    assert 'ORDER BY "listings"."id" ASC' in statements[lock]
    assert lock < write


@pytest.fixture
def staff() -> Client:
    return signed_in(make_user())


def test_page_edits_any_field_with_a_preview_that_counts(staff: Client) -> None:
    # given
    ids = [str(make_listing(title=f"LH Mirror {n}").pk) for n in range(2)]
    ids.append(str(make_listing(title="RH Mirror").pk))
    form = {"ids": ids, "field": "title", "how": "replace", "find": "LH", "value": "Left",
            "match_case": "true"}  # fmt: skip
    # when
    drawer = staff.post("/listings/bulk/edit/", {"ids": ids}, headers=HTMX).content.decode()
    preview = staff.post(
        "/listings/bulk/edit/", {**form, "step": "preview"}, headers=HTMX
    ).content.decode()
    applied = staff.post("/listings/bulk/edit/", {**form, "step": "apply"}, headers=HTMX)
    # then
    assert "Find and replace" in drawer
    assert "2 will change, 1 stays the same" in preview
    assert applied.status_code == 204
    assert Listing.objects.filter(title__startswith="Left Mirror").count() == 2
    reasons = ListingRevision.objects.filter(version=2).values_list("change_reason", flat=True)
    assert list(reasons) == ["bulk_edit", "bulk_edit"]


def test_page_offers_the_ways_and_the_control_of_the_field(staff: Client) -> None:
    # given
    ids = [str(make_listing().pk)]
    # when
    pages = {
        field: staff.post(
            "/listings/bulk/edit/", {"ids": ids, "field": field, "step": "form"}, headers=HTMX
        ).content.decode()
        for field in ("condition_id", "start_price", "quantity", "aspect:Placement on Vehicle")
    }
    # then
    assert '<option value="3000">Used</option>' in pages["condition_id"].replace(" selected", "")
    assert "Add percent" in pages["start_price"]
    assert "Make empty" not in pages["quantity"]
    assert "Find and replace" not in pages["aspect:Placement on Vehicle"]


def test_page_refuses_an_empty_value_but_says_nothing_before_one_types(staff: Client) -> None:
    # given
    form = {"ids": [str(make_listing(title="Mirror").pk)], "field": "title", "how": "set"}
    # when
    silent = staff.post("/listings/bulk/edit/", {**form, "step": "preview"}, headers=HTMX)
    said = staff.post("/listings/bulk/edit/", {**form, "step": "apply"}, headers=HTMX)
    # then
    assert 'role="alert"' not in silent.content.decode()
    assert "Type the value, or choose to make it empty." in said.content.decode()
    assert Listing.objects.get().title == "Mirror"


def test_page_shows_nothing_of_other_teams_parts(staff: Client) -> None:
    # given
    from settings_app.models import Team

    team = Team.objects.create(name="Wheels")
    hidden = make_listing(title="Hidden wheel", team_id=str(team.pk))
    form = {"ids": [str(hidden.pk)], "field": "title", "how": "set", "value": "Mine"}
    # when
    preview = staff.post("/listings/bulk/edit/", {**form, "step": "preview"}, headers=HTMX)
    staff.post("/listings/bulk/edit/", {**form, "step": "apply"}, headers=HTMX)
    # then
    assert "Hidden wheel" not in preview.content.decode()
    assert Listing.objects.get(pk=hidden.pk).title == "Hidden wheel"


def test_another_persons_run_is_undone_by_a_manager_only(staff: Client) -> None:
    # given
    listing = make_listing(title="Mirror", start_price="10")
    result = listing_bulk(ids=[listing.pk], edit=BulkEdit(price_percent=Decimal(10)), actor=actor())
    address = f"/listings/bulk/{result.run_id}/undo/"
    # when
    refused = staff.post(address)
    price = str(Listing.objects.get().start_price)
    allowed = signed_in(make_user(role=UserRole.MANAGER)).post(address)
    # then
    assert (refused.status_code, price) == (403, "11.00")
    assert allowed.status_code == 303
    assert str(Listing.objects.get().start_price) == "10.00"
