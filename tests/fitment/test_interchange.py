"""Groups of equal numbers: who stands in for whom, what search and fitment make of it, and undo."""

from __future__ import annotations

import uuid

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitment.evidence import numbers_evidence
from fitment.interchange import groups_list, lending_parts, numbers_equal
from fitment.models import FitmentModel, InterchangeChange, InterchangeGroup, InterchangeNumber
from fitment.selectors import equals_count, number_evidence
from fitment.services import fitment_add
from fitment.services.interchange import (
    change_undo,
    group_create,
    group_delete,
    group_split,
    groups_merge,
    number_remove,
    number_replaced,
    numbers_add,
)
from fitment.services.interchange_book import NumberIn, book_load
from fitment.services.interchange_import import interchange_import
from fitment.services.sharing import fitments_take_equals
from listings.selectors.search import SearchRequest, listing_search
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from settings_app.models import User
from tests.fitment.factories import make_listing
from tests.people import api_of, browser_of

pytestmark = pytest.mark.django_db


def group_of(actor: Actor, *numbers: str, side: str = "") -> uuid.UUID:
    given_numbers = [NumberIn(number=one, side=side) for one in numbers]
    change = group_create(numbers=given_numbers, actor=actor)
    assert change.group_id is not None
    return change.group_id


def row(number: str) -> InterchangeNumber:
    return InterchangeNumber.objects.get(number=number)


def now() -> dict[str, object]:
    return book_load(group_ids=set(InterchangeGroup.objects.values_list("pk", flat=True))).as_json()


def found_by(text: str, user: User) -> set[str]:
    page = listing_search(SearchRequest(text=text), user=user)
    return {one.sku_key.upper() for one in page.rows}


def test_field2_09_a_search_by_a_number_finds_its_equals(user: User, actor: Actor) -> None:
    # given three parts, two of one group
    for sku, number in (("P-1", "27060-0H110"), ("P-2", "AL 3345"), ("P-3", "ZZ-9000")):
        make_listing("Alternator", actor=actor, custom_label_sku=sku,
                     c_manufacturer_part_number=number)  # fmt: skip
    assert found_by("270600H110", user) == {"P-1"}
    # when
    group_of(actor, "27060-0H110", "AL-3345")
    # then either number finds both, however it is written
    assert found_by("27060 0H110", user) == {"P-1", "P-2"}
    assert found_by("al3345 alternator", user) == {"P-1", "P-2"}
    assert found_by("ZZ9000", user) == {"P-3"}


def test_field2_09_what_replaces_a_number_is_found_one_way(actor: Actor) -> None:
    # given A, replaced by B, replaced by C, and D, which is equal to C both ways
    group_of(actor, "AA-100", "BB-200", "CC-300", "DD-400")
    number_replaced(number_id=row("AA-100").pk, by_id=row("BB-200").pk, actor=actor)
    # when
    number_replaced(number_id=row("BB-200").pk, by_id=row("CC-300").pk, actor=actor)
    # then who asks for an old one is shown what fits in its place, and not the reverse
    assert numbers_equal("AA100") == ("BB200", "CC300", "DD400")
    assert numbers_equal("BB 200") == ("CC300", "DD400")
    assert numbers_equal("CC300") == ("DD400",)
    assert numbers_equal("nothing") == ()


def test_field2_09_a_ring_of_replacements_is_refused(actor: Actor) -> None:
    group_of(actor, "AA-100", "BB-200")
    number_replaced(number_id=row("AA-100").pk, by_id=row("BB-200").pk, actor=actor)
    before = now()
    with pytest.raises(InvalidInput) as refused:
        number_replaced(number_id=row("BB-200").pk, by_id=row("AA-100").pk, actor=actor)
    assert list(refused.value.fields.values()) == [["AA-100 would replace itself."]]
    with pytest.raises(InvalidInput):
        number_replaced(number_id=row("BB-200").pk, by_id=row("BB-200").pk, actor=actor)
    assert now() == before


def test_field2_09_left_is_never_equal_to_right(actor: Actor) -> None:
    left = group_of(actor, "HL-1", "HL-2", side="left")
    right = group_of(actor, "HR-1", "HR-2", side="right")
    before = now()
    with pytest.raises(InvalidInput) as refused:
        groups_merge(gone_id=right, keep_id=left, actor=actor)
    assert "never equal" in str(refused.value.fields)
    with pytest.raises(InvalidInput):
        numbers_add(group_id=left, numbers=[NumberIn(number="HR-9", side="R")], actor=actor)
    assert now() == before


def test_verified_vehicles_of_equals_are_offered_counted_and_taken(
    actor: Actor, camry: FitmentModel
) -> None:
    # given a verified part of the old number and a new part of the number that replaces it
    old = make_listing("A", actor=actor, c_manufacturer_part_number="OLD-1111")
    new = make_listing("B", actor=actor, c_manufacturer_part_number="NEW-2222")
    fitment_add(listing_id=old.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor)
    group_of(actor, "OLD-1111", "NEW-2222")
    number_replaced(number_id=row("OLD-1111").pk, by_id=row("NEW-2222").pk, actor=actor)
    proposal = fitment_add(
        listing_id=new.pk, model_id=camry.pk, year_start=2008, year_end=2010, source="text",
        actor=Actor.system("test"),
    )  # fmt: skip
    # when / then: the new one fits where the old one did, not the reverse
    assert (equals_count(new), equals_count(old)) == (1, 0)
    found = number_evidence(proposal)
    assert (found.parts, found.agree) == (1, 1)
    assert numbers_evidence(new, [proposal])[proposal.pk] == found
    taken = fitments_take_equals(listing_id=new.pk, actor=actor)
    assert [(one.year_start, one.year_end, one.verified) for one in taken] == [(2007, 2009, True)]


def test_a_number_of_a_brand_lends_that_brands_vehicles_only(actor: Actor) -> None:
    # given the same number of two makers, one of them equal to ours
    ours = make_listing("A", actor=actor, c_manufacturer_part_number="MINE-1", c_brand="Own")
    theirs = make_listing("B", actor=actor, c_manufacturer_part_number="S-77", c_brand="Bosch")
    make_listing("C", actor=actor, c_manufacturer_part_number="S-77", c_brand="Denso")
    numbers = [NumberIn(number="MINE-1"), NumberIn(number="S-77", brand="Bosch")]
    # when
    group_create(numbers=numbers, actor=actor)
    # then
    assert list(lending_parts(ours)) == [theirs]


def test_every_change_is_taken_back_to_what_was(actor: Actor) -> None:
    # given two groups
    one = group_of(actor, "A-1", "A-2", "A-3", "A-4")
    two = group_of(actor, "B-1", "B-2")
    number_replaced(number_id=row("A-1").pk, by_id=row("A-2").pk, actor=actor)
    start = now()
    content = b"number,equal\nA-1,B-1\nN-1,N-2\n"
    changes = (
        lambda: groups_merge(gone_id=two, keep_id=one, actor=actor),
        lambda: group_split(group_id=one, number_ids=[row("A-1").pk, row("A-3").pk], actor=actor),
        lambda: group_delete(group_id=one, actor=actor),
        lambda: number_remove(number_id=row("A-2").pk, actor=actor),
        lambda: number_remove(number_id=row("B-2").pk, actor=actor),
        lambda: numbers_add(group_id=two, numbers=[NumberIn(number="B-3")], actor=actor),
        lambda: interchange_import(name="file.csv", content=content, actor=actor),
    )
    for do in changes:
        # when
        change = do()
        assert now() != start
        change_undo(change_id=change.pk, actor=actor)
        # then
        assert now() == start
        with pytest.raises(Conflict):
            change_undo(change_id=change.pk, actor=actor)


def test_what_changed_since_is_not_overwritten_by_an_undo(actor: Actor) -> None:
    # given a deletion after which a number went into another group
    gone = group_of(actor, "A-1", "A-2")
    deleted = group_delete(group_id=gone, actor=actor)
    other = group_of(actor, "A-1", "C-1")
    added = numbers_add(group_id=other, numbers=[NumberIn(number="C-2")], actor=actor)
    numbers_add(group_id=other, numbers=[NumberIn(number="C-3")], actor=actor)
    before = now()
    # when / then
    with pytest.raises(Conflict, match="in another group now"):
        change_undo(change_id=deleted.pk, actor=actor)
    with pytest.raises(Conflict, match="changed since"):
        change_undo(change_id=added.pk, actor=actor)
    assert now() == before


def test_a_file_adds_up_names_what_it_refuses_and_changes_nothing_twice(actor: Actor) -> None:
    # given a file with a fault of each kind
    content = (
        b"Number;Brand;Equal;Equal brand;Side;One way\n"
        b"A-1;Acme;A-2;;;\n"
        b"A-2;;A-3;;;yes\n"
        b"A-1;Acme;a 1;ACME;;\n"
        b";;A-9;;;\n"
        b"L-1;;L-2;;left;\n"
        b"L-1;;R-1;;right;\n"
        b"A-3;;A-2;;;yes\n"
        b"A-4;;A-1;Acme;;perhaps\n"
        b"A-2;;A-1;Acme;;\n"
    )
    # when
    change = interchange_import(name="equals.csv", content=content, actor=actor)
    # then
    assert change.counts == {"created": 3, "same": 1, "refused": 5, "total": 9}
    assert [one["row"] for one in change.refused] == [4, 5, 7, 8, 9]
    assert [set(one.numbers.values_list("number", flat=True)) for one in groups_list()] == [
        {"A-1", "A-2", "A-3"},
        {"L-1", "L-2"},
    ]
    assert numbers_equal("A-2") == ("A1", "A3")
    assert numbers_equal("A-3") == ("A1",)
    # when it comes again
    again = interchange_import(name="equals.csv", content=content, actor=actor)
    # then
    assert again.counts == {"created": 0, "same": 4, "refused": 5, "total": 9}
    assert again.before == again.after


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "columns number and equal"),
        (b"number,price\nA,1\n", "columns number and equal"),
        (b"number,equal\n", "no row"),
        (b"number,equal\nA\x00,B\n", "no CSV"),
    ],
    ids=["empty", "other columns", "no rows", "binary"],
)
def test_a_file_that_is_none_is_refused_whole(actor: Actor, content: bytes, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        interchange_import(name="x.csv", content=content, actor=actor)
    assert words in str(refused.value.fields)
    assert InterchangeChange.objects.count() == 0


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12))
def test_pairs_of_a_file_make_the_groups_that_they_connect(
    actor: Actor, pairs: list[tuple[int, int]]
) -> None:
    # given
    InterchangeGroup.objects.all().delete()
    families = [{number} for number in range(10)]
    for first, second in pairs:
        joined = next(one for one in families if first in one) | next(
            one for one in families if second in one
        )
        families = [one for one in families if not one & joined] + [joined]
    content = "number,equal\n" + "".join(f"K{a}-0,K{b}-0\n" for a, b in pairs)
    # when
    if pairs:
        interchange_import(name="x.csv", content=content.encode(), actor=actor)
    # then
    for number in range(10):
        family = next(one for one in families if number in one)
        equal = tuple(sorted(f"K{one}0" for one in family if one != number))
        assert numbers_equal(f"K{number}0") == equal


def test_a_machine_says_nothing_of_equality_and_a_number_is_in_one_group(actor: Actor) -> None:
    group_of(actor, "A-1", "A-2")
    machine = Actor.system("test")
    with pytest.raises(InvalidInput):
        group_create(numbers=[NumberIn(number="X-1"), NumberIn(number="X-2")], actor=machine)
    with pytest.raises(InvalidInput):
        group_create(numbers=[NumberIn(number="a1"), NumberIn(number="X-2")], actor=actor)
    with pytest.raises(InvalidInput):
        group_create(numbers=[NumberIn(number="N/A"), NumberIn(number="X-2")], actor=actor)
    with pytest.raises(NotFound):
        group_delete(group_id=uuid.uuid4(), actor=actor)
    assert InterchangeGroup.objects.count() == 1


def test_the_api_makes_reads_and_takes_back() -> None:
    # given
    api = api_of("admin")
    body = {"label": "Alternators", "numbers": [{"number": "A-1"}, {"number": "A-2"}]}
    # when
    made = api.post("/api/fitment/interchange/groups", body, format="json")
    # then
    assert made.status_code == 201
    group_id = made.json()["groupId"]
    group = api.get(f"/api/fitment/interchange/groups/{group_id}").json()
    assert [one["number"] for one in group["numbers"]] == ["A-1", "A-2"]
    assert api.get("/api/fitment/interchange/equals?number=a1").json() == {"numbers": ["A2"]}
    listed = api.get("/api/fitment/interchange/groups?q=a-2").json()
    assert (listed["total"], listed["groups"][0]["label"]) == (1, "Alternators")
    taken = api.post(f"/api/fitment/interchange/changes/{made.json()['id']}/undo")
    assert taken.status_code == 200
    assert api.get(f"/api/fitment/interchange/groups/{group_id}").status_code == 404
    assert api.get("/api/fitment/interchange/equals?number=a1").json() == {"numbers": []}


def test_the_pages_make_change_and_take_back() -> None:
    # given
    browser = browser_of("admin")
    page = reverse("fitment:interchange")
    sent = {"numbers": "A-1, Acme\nA-2\nA-3", "label": "Pumps"}
    # when / then
    made = browser.post(reverse("fitment:interchange-add"), sent)
    group = InterchangeGroup.objects.get()
    assert made["Location"] == reverse("fitment:interchange-group", args=[group.pk])
    change = reverse("fitment:interchange-change", args=[group.pk])
    assert b"Acme" in browser.get(made["Location"]).content
    todo = {"do": "replace", "ids": [str(row("A-2").pk)], "by": str(row("A-3").pk)}
    assert browser.post(change, todo).status_code == 303
    assert row("A-2").replaced_by == row("A-3")
    refused = browser.post(change, {"do": "merge", "other": "ZZ"})
    assert refused.status_code == 422
    assert "“ZZ” names no other group." in refused.content.decode()
    assert browser.post(change, {"do": "delete"})["Location"] == page
    newest = InterchangeChange.objects.first()
    assert newest is not None
    browser.post(reverse("fitment:interchange-undo", args=[newest.pk]))
    assert "Pumps" in browser.get(page, {"q": "a3"}).content.decode()
