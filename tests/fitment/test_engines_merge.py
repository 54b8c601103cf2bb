"""Engines and submodels that are one: what moves, what gives way, and the way back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from fitment import vehicle_lookup
from fitment.matching.lookup import Model
from fitment.models import (
    FitmentEngine,
    FitmentModel,
    FitmentModelYear,
    FitmentModelYearEngine,
    FitmentSubmodel,
    FitmentSubmodelYear,
    PartFitment,
)
from fitment.selectors import engines_list, submodels_list
from fitment.services import fitment_add
from fitment.services.engines_merge import engines_merge, submodels_merge
from fitment.services.vehicles_merge import merge_undo
from fitment.vehicle_lookup import lookup_current
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput, NotFound
from tests.fitment.factories import make_listing
from tests.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


@pytest.fixture(autouse=True)
def _no_copy_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    # A version that was rolled back is given out again.
    monkeypatch.setattr(vehicle_lookup, "_kept", None)


@pytest.fixture
def twin(camry: FitmentModel) -> FitmentEngine:
    """An engine of 2008 that the staff added by another name of the 2.4."""
    made = FitmentEngine.objects.create(code="2.4 liter four")
    year = FitmentModelYear.objects.get(model=camry, year=2008)
    FitmentModelYearEngine.objects.create(model_year=year, engine=made)
    return made


def known_model(model: FitmentModel) -> Model:
    """The model as the reader of words knows it now."""
    return next(one for one in lookup_current().models_of[model.make_id] if one.id == model.pk)


def rows() -> list[tuple[object, ...]]:
    return list(
        PartFitment.everything.order_by("pk").values_list(
            "pk", "engine_id", "submodel_id", "year_start", "year_end", "verified"
        )
    )


def test_engines_become_one_and_two_again(
    actor: Actor, camry: FitmentModel, twin: FitmentEngine
) -> None:
    # given: one part has only the twin, one has both, verified by the twin's name
    keep = FitmentEngine.objects.get(code="2.4L I4")
    only, both = make_listing("A", actor=actor), make_listing("B", actor=actor)
    for part in (only, both):
        fitment_add(
            listing_id=part.pk, model_id=camry.pk, year_start=2008, year_end=2008,
            engine_id=twin.pk, actor=actor,
        )  # fmt: skip
    fitment_add(
        listing_id=both.pk, model_id=camry.pk, year_start=2008, year_end=2008, engine_id=keep.pk,
        source="text", actor=Actor.system("test"),
    )  # fmt: skip
    before = rows()
    offered = engines_list(model_id=camry.pk, year_start=2008, year_end=2008)
    assert twin in offered
    # when
    merge = engines_merge(gone_id=twin.pk, keep_id=keep.pk, actor=actor)
    # then every row names the kept one, once, and the verified one stayed
    found = PartFitment.objects.filter(listing__in=[only, both])
    assert list(found.values_list("engine__code", "verified")) == [("2.4L I4", True)] * 2
    assert twin not in engines_list(model_id=camry.pk)
    names = [one.code for one in known_model(camry).engines[2008]]
    assert names.count("2.4L I4") == 1
    assert "2.4 liter four" not in names
    # and who still names the old one gets the kept one
    late = fitment_add(
        listing_id=only.pk, model_id=camry.pk, year_start=2009, year_end=2009, engine_id=twin.pk,
        actor=actor,
    )  # fmt: skip
    assert late.engine == keep
    late.delete()
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then
    assert rows() == before
    assert twin in engines_list(model_id=camry.pk, year_start=2008, year_end=2008)


def test_an_undo_leaves_what_was_corrected_since(
    actor: Actor, camry: FitmentModel, twin: FitmentEngine
) -> None:
    # given a row whose years a person changed after the merge
    keep = FitmentEngine.objects.get(code="2.4L I4")
    part = make_listing("A", actor=actor)
    row = fitment_add(
        listing_id=part.pk, model_id=camry.pk, year_start=2008, year_end=2008, engine_id=twin.pk,
        actor=actor,
    )  # fmt: skip
    merge = engines_merge(gone_id=twin.pk, keep_id=keep.pk, actor=actor)
    PartFitment.objects.filter(pk=row.pk).update(year_end=2009)
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then the engine is as it was, the years as they became
    row.refresh_from_db()
    assert (row.engine, row.year_end) == (twin, 2009)


def test_submodels_become_one_and_two_again(actor: Actor, camry: FitmentModel) -> None:
    # given
    keep = FitmentSubmodel.objects.get(model=camry, name="LE")
    gone = FitmentSubmodel.objects.create(model=camry, name="L.E. Sedan")
    FitmentSubmodelYear.objects.create(submodel=gone, year=2008)
    part = make_listing("A", actor=actor)
    fitment_add(
        listing_id=part.pk, model_id=camry.pk, year_start=2008, year_end=2008,
        submodel_id=gone.pk, actor=actor,
    )  # fmt: skip
    before = rows()
    # when
    merge = submodels_merge(gone_id=gone.pk, keep_id=keep.pk, actor=actor)
    # then
    assert PartFitment.objects.get(listing=part).submodel == keep
    assert gone not in submodels_list(model_id=camry.pk)
    known = known_model(camry).submodels
    assert known["lesedan"] == (keep.pk, "LE")
    # when
    merge_undo(merge_id=merge.pk, actor=actor)
    # then
    assert rows() == before
    assert gone in submodels_list(model_id=camry.pk)


def test_what_cannot_be_merged_is_refused(
    actor: Actor, camry: FitmentModel, twin: FitmentEngine
) -> None:
    civic = FitmentModel.objects.get(make__slug="honda", slug="civic")
    here = FitmentSubmodel.objects.create(model=camry, name="X1")
    there = FitmentSubmodel.objects.create(model=civic, name="X1")
    keep = FitmentEngine.objects.get(code="2.4L I4")
    with pytest.raises(InvalidInput):
        submodels_merge(gone_id=here.pk, keep_id=there.pk, actor=actor)
    with pytest.raises(InvalidInput):
        engines_merge(gone_id=twin.pk, keep_id=twin.pk, actor=actor)
    with pytest.raises(InvalidInput):
        engines_merge(gone_id=twin.pk, keep_id=keep.pk, actor=Actor.system("test"))
    engines_merge(gone_id=twin.pk, keep_id=keep.pk, actor=actor)
    with pytest.raises(NotFound):
        engines_merge(gone_id=twin.pk, keep_id=keep.pk, actor=actor)


def test_the_page_of_a_model_merges_and_takes_back(
    camry: FitmentModel, twin: FitmentEngine
) -> None:
    # given
    browser = browser_of("admin")
    keep = FitmentEngine.objects.get(code="2.4L I4")
    page = reverse("fitment:model", args=[camry.pk])
    assert "2.4 liter four" in browser.get(page).content.decode()
    merge = reverse("fitment:model-merge", args=[camry.pk])
    # when / then
    refused = browser.post(merge, {"of": "engine", "engine-gone": str(twin.pk)})
    assert refused.status_code == 422
    assert "Choose the wrong one and the right one." in refused.content.decode()
    sent = {"of": "engine", "engine-gone": str(twin.pk), "engine-into": str(keep.pk)}
    assert browser.post(merge, sent)["Location"] == page
    assert "2.4 liter four is 2.4L I4" in browser.get(page).content.decode()
    twin.refresh_from_db()
    assert twin.merged_into == keep
