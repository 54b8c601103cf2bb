"""What practice and the field demand of fitment, by their numbers."""

from __future__ import annotations

import json
import uuid

import pytest

from channels_app.services.inputs import listing_input
from fitment.checking.finding import findings_refresh
from fitment.exporting import (
    compatibility_list,
    csv_text,
    ebay_text,
    shopify_metafield,
    shopify_tags,
)
from fitment.matching import detect
from fitment.matching.from_seed import seed_lookup
from fitment.models import FitmentFinding, FitmentModel, FitmentModelYear, PartFitment
from fitment.services import fitment_add, fitment_verify, fitments_detect
from fitment.services.doubting import fitments_doubt
from fitment.services.sharing import (
    fitments_paste,
    fitments_take_equals,
    set_apply,
    set_create,
    set_edit,
)
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.models import AuditLog
from tests.fitment.factories import make_listing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
MACHINE = Actor.system("fitment.detect")


def years_of(listing_id: uuid.UUID) -> list[tuple[str, int, int, bool]]:
    rows = PartFitment.objects.filter(listing_id=listing_id).order_by("model__name", "year_start")
    return list(rows.values_list("model__name", "year_start", "year_end", "verified"))


def test_practice_12_without_a_year_nothing_is_proposed_and_the_reason_given() -> None:
    found = detect("Toyota Camry alternator", seed_lookup())
    assert found.fitments == ()
    assert [(one.label, one.reason) for one in found.unresolved] == [("Toyota Camry", "no_year")]


def test_practice_13_a_badge_is_read_exactly_and_short_names_never_by_likeness() -> None:
    # given / when
    found = detect("2012 Mercedes s C350 mirror", seed_lookup()).fitments
    short = detect("2012 Mercedes C35 mirror", seed_lookup()).fitments

    # then
    assert [(one.model.name, one.submodel) for one in found] == [("C-Class", "C350")]
    assert short == ()


def test_practice_14_a_chassis_code_against_the_years_is_shown() -> None:
    # given / when: the W205 is built from 2015 on
    (found,) = detect("2013 Mercedes C300 W205 mirror", seed_lookup()).fitments

    # then
    assert found.warnings == ("chassis_years_differ",)
    assert found.confidence < 0.7


def test_practice_16_without_vehicle_data_the_check_stops_and_says_why(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing(actor=actor)
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor
    )
    FitmentModelYear.objects.all().delete()

    # when
    with pytest.raises(Conflict, match="no vehicle data"):
        findings_refresh()

    # then
    assert not FitmentFinding.objects.exists()


def test_field_25_qualifiers_and_notes_stand_in_the_marketplaces_notes(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing(actor=actor)
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2007, year_end=2008, actor=actor,
        notes="with A/C only", qualifiers=[{"kind": "not", "text": "Hybrid"}],
    )  # fmt: skip

    # when
    found = compatibility_list(listing.pk)

    # then
    assert found.rows == tuple(
        {"Year": year, "Make": "Toyota", "Model": "Camry", "Notes": "Not Hybrid; with A/C only"}
        for year in ("2007", "2008")
    )
    assert 'Compatibility,"Year=2007|Make=Toyota|Model=Camry' in ebay_text(listing.pk)
    assert shopify_tags(listing.pk) == ["Toyota_Camry_2007", "Toyota_Camry_2008"]
    assert json.dumps(shopify_metafield(listing.pk)).count("with A/C only") == 1
    assert csv_text(listing.pk).splitlines()[1].startswith("Toyota,Camry,2007,2008,")


def test_field_26_over_a_limit_what_is_left_out_is_named(actor: Actor, camry: FitmentModel) -> None:
    # given
    listing = make_listing(actor=actor)
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2002, year_end=2011, actor=actor
    )

    # when
    found = compatibility_list(listing.pk, limit=7)

    # then
    assert [row["Year"] for row in found.rows] == [str(year) for year in range(2005, 2012)]
    assert (found.left, found.left_count) == (("2002 to 2004 Toyota Camry",), 3)


def test_field_27_only_verified_vehicles_reach_a_marketplace(actor: Actor) -> None:
    # given: the words of the title, and what an AI read of a photo
    listing = make_listing("2007-2011 Toyota Camry alternator", actor=actor)
    fitments_detect(listing_id=listing.pk, hint="fits 2008-2012 Honda Accord", actor=MACHINE)
    assert len(years_of(listing.pk)) == 2
    assert list(listing_input(listing).vehicles) == []
    assert compatibility_list(listing.pk).rows == ()

    # when
    row = PartFitment.objects.get(source="ai")
    fitment_verify(fitment_id=row.pk, actor=actor)

    # then
    (sent,) = listing_input(listing).vehicles
    assert (sent.make, sent.model, sent.year_start, sent.year_end) == (
        "Honda",
        "Accord",
        2008,
        2012,
    )


def test_field2_11_a_return_of_that_car_sets_it_back_to_review(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    listing = make_listing(actor=actor)
    fitment_add(
        listing_id=listing.pk, model_id=camry.pk, year_start=2007, year_end=2011, actor=actor
    )

    # when
    other = fitments_doubt(listing_id=listing.pk, vehicle="2013 Toyota Camry", actor=actor)
    rows = fitments_doubt(listing_id=listing.pk, vehicle="2009 Toyota Camry LE", actor=actor)

    # then
    assert other == []
    assert [(row.verified, row.confidence) for row in rows] == [(False, 0.3)]
    assert list(listing_input(listing).vehicles) == []
    assert AuditLog.objects.filter(event="fitment.doubted").count() == 1


def test_field2_13_a_set_is_edited_once_and_applied_to_many(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    first = make_listing("A", actor=actor)
    others = [make_listing(f"B{number}", actor=actor) for number in range(3)]
    fitment_add(listing_id=first.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor)
    made = set_create(name="Camry", listing_id=first.pk, actor=actor)
    own = others[0]
    civic = FitmentModel.objects.get(make__slug="honda", slug="civic")
    fitment_add(listing_id=own.pk, model_id=civic.pk, year_start=2001, year_end=2002, actor=actor)

    # when
    set_apply(set_id=made.pk, listing_ids=[one.pk for one in others], actor=actor)
    vehicle = made.vehicles.get()
    done = set_edit(
        set_id=made.pk, add_text="2010-2011 Toyota Camry", remove_ids=[vehicle.pk], actor=actor
    )

    # then: every part has the new one, and its own
    assert done == (4, 4)
    assert years_of(first.pk) == [("Camry", 2010, 2011, True)]
    assert years_of(own.pk) == [("Camry", 2010, 2011, True), ("Civic", 2001, 2002, True)]
    with pytest.raises(InvalidInput):
        set_edit(set_id=made.pk, add_text="a chair", actor=actor)


def test_a_pasted_list_waits_for_a_person_and_names_what_it_does_not_know(actor: Actor) -> None:
    # given
    listing = make_listing(actor=actor)

    # when
    text = "2007-2011 Toyota Camry\n2008\tHonda\tAccord\na chair\n2007-2011 Toyota Camry"
    result = fitments_paste(listing_id=listing.pk, text=text, actor=actor)

    # then
    assert (result.added, result.known, result.unread) == (2, 1, ("a chair",))
    assert years_of(listing.pk) == [("Accord", 2008, 2008, False), ("Camry", 2007, 2011, False)]


def test_equals_of_a_number_lend_their_verified_vehicles(actor: Actor, camry: FitmentModel) -> None:
    # given
    number = {"c_manufacturer_part_number": "27060-0H110"}
    known = make_listing("A", actor=actor, **number)
    new = make_listing("B", actor=actor, c_manufacturer_part_number="270600H110")
    fitment_add(listing_id=known.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor)
    fitment_add(
        listing_id=known.pk, model_id=camry.pk, year_start=2010, year_end=2011,
        source="text", actor=MACHINE,
    )  # fmt: skip

    # when
    rows = fitments_take_equals(listing_id=new.pk, actor=actor)

    # then: only what a person verified
    assert len(rows) == 1
    assert years_of(new.pk) == [("Camry", 2007, 2009, True)]


def test_an_engine_that_one_text_names_is_not_widened_by_the_other(actor: Actor) -> None:
    # given
    listing = make_listing(
        "2008-2012 Honda Accord 2.4L alternator", actor=actor,
        description="Fits 2008-2012 Honda Accord.",
    )  # fmt: skip

    # when
    fitments_detect(listing_id=listing.pk, actor=MACHINE)

    # then
    (row,) = PartFitment.objects.filter(listing=listing).select_related("engine")
    assert row.engine is not None
    assert row.engine.code == "2.4L I4"
