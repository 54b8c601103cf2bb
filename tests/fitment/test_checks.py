"""The checks over fitments: what they find, what mends it, and what a person calls right."""

from __future__ import annotations

import uuid

import pytest

from fitment.checking.finding import findings_counts, findings_refresh
from fitment.checking.mending import finding_answer
from fitment.models import FitmentFinding, FitmentModel, PartFitment
from fitment.services import fitment_add
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from tests.fitment.factories import make_listing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


def rows_of(listing_id: uuid.UUID) -> list[tuple[int, int, bool]]:
    return list(
        PartFitment.objects.filter(listing_id=listing_id)
        .order_by("year_start", "pk")
        .values_list("year_start", "year_end", "verified")
    )


def add(listing_id: uuid.UUID, model: FitmentModel, start: int, end: int, actor: Actor, **details: str) -> PartFitment:  # fmt: skip
    return fitment_add(
        listing_id=listing_id, model_id=model.pk, year_start=start, year_end=end, actor=actor,
        **details,  # type: ignore[arg-type]  # only texts here
    )  # fmt: skip


def test_the_same_car_twice_is_found_and_made_one(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    add(listing.pk, camry, 2007, 2010, actor)
    add(listing.pk, camry, 2009, 2011, actor)

    # when
    counts = findings_refresh()

    # then
    assert counts["duplicate"] == 1
    finding = FitmentFinding.objects.get(kind="duplicate")
    assert (finding.listing_id, finding.detail) == (listing.pk, "2009 to 2010")

    # when
    finding_answer(finding_id=finding.pk, answer="join", actor=actor)

    # then
    assert rows_of(listing.pk) == [(2007, 2011, True)]
    assert findings_counts()["duplicate"] == 0


def test_a_proposal_gives_way_to_what_is_verified(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    add(listing.pk, camry, 2008, 2009, actor)
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2007, year_end=2011,
        source="text", confidence=0.9, actor=Actor.system("test"),
    )  # fmt: skip
    findings_refresh()

    # when
    finding_answer(finding_id=FitmentFinding.objects.get().pk, answer="join", actor=actor)

    # then: the verified row is not widened by it
    assert rows_of(listing.pk) == [(2008, 2009, True)]


def test_a_row_with_and_one_without_a_comment_conflict(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    add(listing.pk, camry, 2007, 2011, actor)
    said = add(listing.pk, camry, 2007, 2009, actor, notes="With tow package only")
    findings_refresh()
    finding = FitmentFinding.objects.get()

    # when
    finding_answer(finding_id=finding.pk, answer="with", actor=actor)

    # then
    assert finding.kind == "comment"
    assert list(PartFitment.objects.values_list("pk", flat=True)) == [said.pk]


def test_years_outside_the_life_are_cut(actor: Actor, vehicles: None) -> None:
    # given: the Solara was built from 1999 to 2008
    solara = FitmentModel.objects.get(make__slug="toyota", slug="solara")
    years = list(solara.years.values_list("year", flat=True))
    listing = make_listing(actor=actor)
    add(listing.pk, solara, max(years) - 2, max(years) + 3, actor)

    # when
    counts = findings_refresh()
    finding_answer(finding_id=FitmentFinding.objects.get().pk, answer="trim", actor=actor)

    # then
    assert counts["life"] == 1
    assert rows_of(listing.pk) == [(max(years) - 2, max(years), True)]


def test_a_title_of_other_cars_is_found_once_and_may_be_called_right(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing("2007-2011 Honda Accord alternator", actor=actor)
    add(listing.pk, camry, 2007, 2011, actor)
    counts = findings_refresh()
    finding = FitmentFinding.objects.get()
    assert (counts["title"], finding.detail) == (1, "Honda Accord")

    # when
    finding_answer(finding_id=finding.pk, answer="right", actor=actor)
    again = findings_refresh()

    # then
    assert again["title"] == 0
    assert FitmentFinding.objects.get().accepted_by_id == actor.user_id


def test_two_numbers_in_one_place_are_shown(actor: Actor, camry: FitmentModel) -> None:
    # given
    one = make_listing("A", actor=actor, c_manufacturer_part_number="27060-0H110")
    two = make_listing("B", actor=actor, c_manufacturer_part_number="27060-28320")
    for listing in (one, two):
        add(listing.pk, camry, 2007, 2009, actor, position="Front left", part_type="Strut")

    # when
    counts = findings_refresh()

    # then
    assert counts == {
        "duplicate": 0, "comment": 0, "life": 0, "title": 0, "overlap": 1, "market": 0,
    }  # fmt: skip


def test_answers_are_checked_and_machines_decide_nothing(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    add(listing.pk, camry, 2007, 2010, actor)
    add(listing.pk, camry, 2009, 2011, actor)
    findings_refresh()
    finding = FitmentFinding.objects.get()

    # when / then
    with pytest.raises(InvalidInput):
        finding_answer(finding_id=finding.pk, answer="trim", actor=actor)
    with pytest.raises(InvalidInput):
        finding_answer(finding_id=finding.pk, answer="join", actor=Actor.system("test"))
    assert rows_of(listing.pk) == [(2007, 2010, True), (2009, 2011, True)]
