"""Adding, verifying, removing, correcting and reading fitments out of a listing's words."""

from __future__ import annotations

import uuid

import pytest

from fitment.errors import FitmentExists
from fitment.models import FitmentEngine, FitmentModel, PartFitment
from fitment.services import (
    fitment_add,
    fitment_correct,
    fitment_remove,
    fitment_verify,
    fitments_copy,
    fitments_detect,
    fitments_merge,
    fitments_verify,
)
from listings.models import ListingSearch
from listings.services import listing_update
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from realtrack.core.models import AuditLog
from tests.fitment.factories import make_listing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
MACHINE = Actor.system("fitment.detect")


def rows_of(listing_id: uuid.UUID) -> list[tuple[str, str, int, int, bool]]:
    return [
        (row.make.name, row.model.name, row.year_start, row.year_end, row.verified)
        for row in PartFitment.objects.filter(listing_id=listing_id).select_related("make", "model")
    ]


def test_a_person_adds_a_verified_vehicle(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)

    # when
    row = fitment_add(
        listing_id=listing.pk,
        model_id=camry.pk,
        year_start=2007,
        year_end=2011,
        actor=actor,
    )

    # then
    assert (row.verified, row.verified_by_id, row.source) == (
        True,
        actor.user_id,
        "person",
    )
    assert ListingSearch.objects.get(listing=listing).vehicle_count == 1
    event = AuditLog.objects.get(event="fitment.added")
    assert event.metadata["vehicle"] == "2007-2011 Toyota Camry"


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [(2011, 2007, "year_end"), (1950, 2001, "year_end"), (1200, 2001, "year_start")],
)
def test_years_that_cannot_be_are_refused_by_field(
    actor: Actor, camry: FitmentModel, start: int, end: int, field: str
) -> None:
    # given
    listing = make_listing(actor=actor)

    # when
    with pytest.raises(InvalidInput) as raised:
        fitment_add(
            listing_id=listing.pk,
            model_id=camry.pk,
            year_start=start,
            year_end=end,
            actor=actor,
        )

    # then
    assert list(raised.value.fields) == [field]
    assert not PartFitment.everything.exists()


def test_a_submodel_of_another_model_and_another_make_are_refused(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing(actor=actor)
    civic = FitmentModel.objects.get(make__slug="honda", slug="civic")
    other = civic.submodels.first()
    assert other is not None

    # when / then
    with pytest.raises(InvalidInput, match="not right"):
        fitment_add(
            listing_id=listing.pk, model_id=camry.pk, submodel_id=other.pk,
            year_start=2007, year_end=2011, actor=actor,
        )  # fmt: skip
    with pytest.raises(InvalidInput):
        fitment_add(
            listing_id=listing.pk, model_id=camry.pk, make_id=civic.make_id,
            year_start=2007, year_end=2011, actor=actor,
        )  # fmt: skip


def test_the_same_vehicle_twice_is_a_conflict_also_without_engine(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing(actor=actor)
    fitment_add(
        listing_id=listing.pk,
        model_id=camry.pk,
        year_start=2007,
        year_end=2011,
        actor=actor,
    )

    # when
    with pytest.raises(FitmentExists):
        fitment_add(
            listing_id=listing.pk,
            model_id=camry.pk,
            year_start=2007,
            year_end=2011,
            actor=actor,
        )

    # then: an engine makes it another fitment
    engine = FitmentEngine.objects.get(code="2.4L I4")
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2007, year_end=2011,
        engine_id=engine.pk, actor=actor,
    )  # fmt: skip
    assert PartFitment.objects.count() == 2


def test_words_become_unverified_rows_and_reading_again_changes_nothing(
    actor: Actor,
) -> None:
    # given
    listing = make_listing("Alternator Accord 08-12 CRV 10-12 2.4 OEM Honda", actor=actor)

    # when
    first = fitments_detect(listing_id=listing.pk, actor=MACHINE)
    second = fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then
    assert (first.added, first.removed) == (2, 0)
    assert (second.added, second.removed, second.same) == (0, 0, 2)
    assert rows_of(listing.pk) == [
        ("Honda", "Accord", 2008, 2012, False),
        ("Honda", "CR-V", 2010, 2012, False),
    ]
    row = PartFitment.objects.filter(model__slug="cr-v").get()
    assert row.engine is not None
    assert row.engine.code == "2.4L I4"
    assert row.evidence["words"] == "CRV 10-12"
    assert row.source == "text"
    assert AuditLog.objects.filter(event="fitment.detected").count() == 1


def test_no_year_means_no_fitment(actor: Actor) -> None:
    # given: make and model only (practice, point 12)
    listing = make_listing("Toyota Camry alternator", actor=actor)

    # when
    result = fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then: none proposed, the reason given
    assert rows_of(listing.pk) == []
    assert result.unresolved == ("Toyota Camry: no_year",)


def test_changed_words_take_back_only_what_no_person_touched(actor: Actor) -> None:
    # given: one proposal verified, one left
    listing = make_listing("Accord 2008-2012 Civic 2006-2011 Honda", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    accord = PartFitment.objects.get(model__slug="accord")
    fitment_verify(fitment_id=accord.pk, actor=actor)

    # when
    listing_update(
        listing_id=listing.pk,
        data={"title": "Honda Pilot 2009-2015"},
        version=1,
        actor=actor,
    )
    result = fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then
    assert (result.added, result.removed) == (1, 1)
    assert rows_of(listing.pk) == [
        ("Honda", "Accord", 2008, 2012, True),
        ("Honda", "Pilot", 2009, 2015, False),
    ]


def test_what_a_person_rejected_is_not_proposed_again_but_may_be_added(
    actor: Actor,
) -> None:
    # given
    listing = make_listing("Honda Civic 2006-2011 door", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    row = PartFitment.objects.get()

    # when
    fitment_remove(fitment_id=row.pk, actor=actor)
    result = fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then
    assert (result.added, rows_of(listing.pk)) == (0, [])
    assert ListingSearch.objects.get(listing=listing).vehicle_count == 0
    fitment_add(
        listing_id=listing.pk,
        model_id=row.model_id,
        year_start=2006,
        year_end=2011,
        actor=actor,
    )
    assert rows_of(listing.pk) == [("Honda", "Civic", 2006, 2011, True)]


def test_a_person_s_own_row_is_deleted_when_removed(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    row = fitment_add(
        listing_id=listing.pk,
        model_id=camry.pk,
        year_start=2007,
        year_end=2007,
        actor=actor,
    )

    # when
    fitment_remove(fitment_id=row.pk, actor=actor)

    # then
    assert not PartFitment.everything.exists()
    with pytest.raises(NotFound):
        fitment_remove(fitment_id=row.pk, actor=actor)


def test_a_verified_wider_row_makes_a_narrower_proposal_needless(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing("Toyota Camry LE 2008-2010 2.4L", actor=actor)
    fitment_add(
        listing_id=listing.pk,
        model_id=camry.pk,
        year_start=2007,
        year_end=2011,
        actor=actor,
    )

    # when
    result = fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then
    assert (result.added, result.same) == (0, 1)


def test_machines_verify_nothing(actor: Actor) -> None:
    # given
    listing = make_listing("Honda Civic 2006-2011", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    row = PartFitment.objects.get()

    # when / then
    with pytest.raises(InvalidInput):
        fitments_verify(fitment_ids=[row.pk], actor=MACHINE)
    row.refresh_from_db()
    assert not row.verified


def test_a_correction_verifies(actor: Actor) -> None:
    # given
    listing = make_listing("Honda Civic 2006-2011", actor=actor)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)
    row = PartFitment.objects.get()

    # when
    fitment_correct(fitment_id=row.pk, changes={"year_end": 2010}, actor=actor)

    # then
    assert rows_of(listing.pk) == [("Honda", "Civic", 2006, 2010, True)]
    event = AuditLog.objects.get(event="fitment.verified")
    assert event.changes == {"year_end": [2011, 2010]}


def test_copying_takes_only_verified_rows_that_are_missing(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    source = make_listing("Honda Civic 2006-2011", actor=actor)
    fitments_detect(listing_id=source.pk, actor=MACHINE)
    fitment_add(
        listing_id=source.pk,
        model_id=camry.pk,
        year_start=2007,
        year_end=2011,
        actor=actor,
    )
    target = make_listing(actor=actor)

    # when
    first = fitments_copy(from_listing_id=source.pk, to_listing_id=target.pk, actor=actor)
    second = fitments_copy(from_listing_id=source.pk, to_listing_id=target.pk, actor=actor)

    # then
    assert (len(first), len(second)) == (1, 0)
    assert rows_of(target.pk) == [("Toyota", "Camry", 2007, 2011, True)]


def test_an_ai_s_reading_is_the_ai_s_and_stays_without_it(actor: Actor) -> None:
    # given
    listing = make_listing("Alternator", actor=actor)

    # when
    fitments_detect(listing_id=listing.pk, hint="Fits 2015-2020 Toyota Camry", actor=MACHINE)
    fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then
    row = PartFitment.objects.get()
    assert (row.source, row.verified, row.year_start, row.year_end) == (
        "ai",
        False,
        2015,
        2020,
    )


def test_a_merge_keeps_the_verified_row_of_two(actor: Actor, camry: FitmentModel) -> None:
    # given: both propose the Civic, the one to go verified it and has a Camry too
    keep = make_listing("Honda Civic 2006-2011", actor=actor)
    gone = make_listing("Honda Civic 2006-2011", actor=actor)
    for listing in (keep, gone):
        fitments_detect(listing_id=listing.pk, actor=MACHINE)
    fitment_verify(fitment_id=PartFitment.objects.get(listing=gone).pk, actor=actor)
    fitment_add(listing_id=gone.pk, model_id=camry.pk, year_start=2007, year_end=2011, actor=actor)

    # when
    fitments_merge(keep.pk, gone.pk, actor)

    # then
    assert rows_of(keep.pk) == [
        ("Honda", "Civic", 2006, 2011, True),
        ("Toyota", "Camry", 2007, 2011, True),
    ]
    assert rows_of(gone.pk) == []
    assert ListingSearch.objects.get(listing=keep).vehicle_count == 2
