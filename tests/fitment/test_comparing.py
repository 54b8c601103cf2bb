"""Two lists beside each other, and the same vehicles in fewer rows: services, API and pages."""

from __future__ import annotations

import json
import uuid

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fitment.comparing import Odds, parts_compare, text_compare
from fitment.models import FitmentEngine, FitmentModel, PartFitment
from fitment.services import fitment_add
from fitment.services.compacting import fitments_compact
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import AuditLog
from tests.fitment.factories import make_listing
from tests.people import api_of, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


def years_of(listing_id: uuid.UUID) -> list[tuple[int, int, bool]]:
    rows = PartFitment.objects.filter(listing_id=listing_id).order_by("year_start", "verified")
    return list(rows.values_list("year_start", "year_end", "verified"))


def test_field2_12_two_parts_differ_and_a_planted_conflict_is_found(
    actor: Actor, camry: FitmentModel
) -> None:
    # given: the same model, one part for one engine from 2010 on
    here, there = make_listing("A", actor=actor), make_listing("B", actor=actor)
    engine = FitmentEngine.objects.get(code="2.5L I4")
    fitment_add(listing_id=here.pk, model_id=camry.pk, year_start=2007, year_end=2011, actor=actor)
    fitment_add(listing_id=there.pk, model_id=camry.pk, year_start=2007, year_end=2009, actor=actor)
    fitment_add(
        listing_id=there.pk, model_id=camry.pk, year_start=2010, year_end=2013,
        engine_id=engine.pk, actor=actor,
    )  # fmt: skip
    # when
    found = parts_compare(listing_id=here.pk, other_id=there.pk)
    # then
    assert found.kept == ("2007 to 2009 Toyota Camry",)
    assert found.dropped == ("2010 to 2011 Toyota Camry",)
    assert found.added == ("2010 to 2013 Toyota Camry 2.5L I4",)
    assert found.odds == (
        Odds(make="Toyota", model="Camry", start=2010, end=2011, here="every one", there="2.5L I4"),
    )


def test_field2_12_a_list_in_words_is_compared_by_page_and_api(
    actor: Actor, camry: FitmentModel
) -> None:
    # given
    part = make_listing("A", actor=actor, custom_label_sku="CMP-1")
    fitment_add(listing_id=part.pk, model_id=camry.pk, year_start=2007, year_end=2011, actor=actor)
    text = "2009-2013 Toyota Camry\na chair"
    # when
    answer = api_of("admin").post(
        f"/api/fitment/listing/{part.pk}/compare", {"text": text}, format="json"
    )
    page = browser_of("admin").post(reverse("fitment:compare", args=[part.pk]), {"text": text})
    # then
    assert answer.json() == {
        "added": ["2012 to 2013 Toyota Camry"],
        "dropped": ["2007 to 2008 Toyota Camry"],
        "kept": ["2009 to 2011 Toyota Camry"],
        "odds": [],
        "unread": ["a chair"],
    }
    for one in ("2012 to 2013 Toyota Camry", "2007 to 2008 Toyota Camry", "a chair"):
        assert one in page.content.decode()
    refused = browser_of("admin").post(reverse("fitment:compare", args=[part.pk]), {"with": "NONE"})
    assert refused.status_code == 422
    with pytest.raises(InvalidInput):
        text_compare(listing_id=part.pk, text=" \n")


def test_field2_12_ranges_that_touch_are_joined_and_proposals_never_with_verified(
    actor: Actor, camry: FitmentModel
) -> None:
    # given three verified ranges, of which two touch, and a proposal that touches as well
    part = make_listing("A", actor=actor)
    for start, end in ((2007, 2008), (2009, 2011), (2013, 2014)):
        fitment_add(
            listing_id=part.pk, model_id=camry.pk, year_start=start, year_end=end, actor=actor
        )
    fitment_add(
        listing_id=part.pk, model_id=camry.pk, year_start=2012, year_end=2012, source="text",
        actor=Actor.system("test"),
    )  # fmt: skip
    # when
    answer = api_of("admin").post(f"/api/fitment/listing/{part.pk}/compact")
    # then
    assert answer.json() == {"before": 4, "after": 3}
    assert years_of(part.pk) == [(2007, 2011, True), (2012, 2012, False), (2013, 2014, True)]
    assert AuditLog.objects.filter(event="fitment.compacted").count() == 1
    assert fitments_compact(listing_id=part.pk, actor=actor) == (3, 3)
    assert browser_of("admin").post(reverse("fitment:compact", args=[part.pk])).status_code < 400


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(1990, 2005), st.integers(0, 5), st.booleans()),
        max_size=6,
        unique_by=lambda row: row[:2],
    )
)
def test_field2_12_joining_rows_changes_no_vehicle(
    actor: Actor, camry: FitmentModel, rows: list[tuple[int, int, bool]]
) -> None:
    # given
    part = make_listing("A", actor=actor)
    for start, more, verified in rows:
        PartFitment.objects.create(
            listing=part, make=camry.make, model=camry, year_start=start, year_end=start + more,
            verified=verified, source="person",
        )  # fmt: skip

    def held() -> set[tuple[int, bool]]:
        return {
            (year, verified)
            for start, end, verified in years_of(part.pk)
            for year in range(start, end + 1)
        }

    before = held()
    # when
    fitments_compact(listing_id=part.pk, actor=actor)
    # then
    assert held() == before


def test_shopify_takes_the_metafield_of_a_part(actor: Actor, camry: FitmentModel) -> None:
    # given
    part = make_listing("A", actor=actor, custom_label_sku="SH-1")
    fitment_add(
        listing_id=part.pk, model_id=camry.pk, year_start=2007, year_end=2008, notes="w/ ABS",
        actor=actor,
    )  # fmt: skip
    # when
    answer = browser_of("admin").get(reverse("fitment:export", args=[part.pk, "metafield"]))
    tags = browser_of("admin").get(reverse("fitment:export", args=[part.pk, "tags"]))
    # then
    assert answer["Content-Disposition"] == 'attachment; filename="SH-1-metafield.json"'
    assert json.loads(answer.content) == [
        {"make": "Toyota", "model": "Camry", "yearStart": 2007, "yearEnd": 2008, "trim": "",
         "engine": "", "notes": "w/ ABS"}
    ]  # fmt: skip
    assert tags.content.decode() == "Toyota_Camry_2007, Toyota_Camry_2008\n"
