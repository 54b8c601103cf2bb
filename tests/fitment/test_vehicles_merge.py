"""Makes and models that are one: what moves, what gives way, and the way back."""

from __future__ import annotations

import uuid

import pytest

from fitment.models import (
    FitmentMake,
    FitmentMerge,
    FitmentModel,
    FitmentModelAlias,
    FitmentModelYear,
    PartFitment,
)
from fitment.selectors import makes_list, models_list
from fitment.services import fitment_add
from fitment.services.vehicles_merge import makes_merge, merge_undo, models_merge
from listings.models import ListingSearch
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput, NotFound
from realtrack.core.models import AuditLog
from tests.fitment.factories import make_listing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


@pytest.fixture
def solara(camry: FitmentModel) -> FitmentModel:
    """A model that the staff added by another name of the Camry."""
    del camry
    toyota = FitmentMake.objects.get(slug="toyota")
    model = FitmentModel.objects.create(make=toyota, name="Camry XV", slug="camry-xv")
    for year in (1975, 2008):
        FitmentModelYear.objects.create(model=model, year=year)
    return model


def state() -> list[tuple[object, ...]]:
    return list(
        PartFitment.everything.order_by("pk").values_list(
            "pk", "make_id", "model_id", "submodel_id", "year_start", "year_end", "verified"
        )
    )


def add(listing_id: uuid.UUID, model: FitmentModel, actor: Actor, **more: object) -> PartFitment:
    return fitment_add(
        listing_id=listing_id, model_id=model.pk, year_start=2007, year_end=2009, actor=actor,
        **more,  # type: ignore[arg-type]  # source only
    )  # fmt: skip


def test_models_become_one_and_two_again(
    actor: Actor, camry: FitmentModel, solara: FitmentModel
) -> None:
    # given: one listing has only the doubtful model, one has both
    only = make_listing("A", actor=actor)
    both = make_listing("B", actor=actor)
    add(only.pk, solara, actor)
    verified = add(both.pk, solara, actor)
    proposal = add(both.pk, camry, Actor.system("test"), source="text")
    before = state()

    # when
    merge = models_merge(gone_id=solara.pk, keep_id=camry.pk, actor=actor)

    # then: the verified row stays, the years and the name are the Camry's
    assert [row[2] for row in state()] == [camry.pk, camry.pk]
    assert not PartFitment.everything.filter(pk=proposal.pk).exists()
    assert PartFitment.objects.get(listing=both).pk == verified.pk
    assert ListingSearch.objects.get(listing=both).vehicle_count == 1
    assert camry.years.filter(year=1975).exists()
    assert FitmentModelAlias.objects.get(alias="Camry XV").model_id == camry.pk
    assert solara.pk not in models_list(make_id=camry.make_id).values_list("pk", flat=True)
    assert merge.fitment_count == 3
    assert AuditLog.objects.filter(event="fitment.vehicles_merged").count() == 1

    # when
    merge_undo(merge_id=merge.pk, actor=actor)

    # then: byte for byte as it was
    assert state() == before
    assert set(solara.years.values_list("year", flat=True)) == {1975, 2008}
    assert not FitmentModelAlias.objects.filter(alias="Camry XV").exists()
    solara.refresh_from_db()
    assert solara.merged_into_id is None
    with pytest.raises(Conflict):
        merge_undo(merge_id=merge.pk, actor=actor)


def test_makes_become_one_with_their_models(actor: Actor, camry: FitmentModel) -> None:
    # given
    toyoda = FitmentMake.objects.create(name="Toyoda", slug="toyoda")
    twin = FitmentModel.objects.create(make=toyoda, name="Camry", slug="camry")
    own = FitmentModel.objects.create(make=toyoda, name="Corona Mark II", slug="corona-mark-ii")
    listing = make_listing(actor=actor)
    add(listing.pk, twin, actor)
    add(listing.pk, own, actor)
    before = state()

    # when
    merge = makes_merge(gone_id=toyoda.pk, keep_id=camry.make_id, actor=actor)

    # then
    assert {(row[1], row[2]) for row in state()} == {
        (camry.make_id, camry.pk),
        (camry.make_id, own.pk),
    }
    assert toyoda.pk not in makes_list().values_list("pk", flat=True)
    assert list(makes_list(q="Toyoda").values_list("slug", flat=True)) == ["toyota"]

    # when
    merge_undo(merge_id=merge.pk, actor=actor)

    # then
    assert state() == before
    assert set(toyoda.models.filter(merged_into=None).values_list("slug", flat=True)) == {
        "camry",
        "corona-mark-ii",
    }


def test_what_cannot_be_merged(actor: Actor, camry: FitmentModel, solara: FitmentModel) -> None:
    # given / when / then
    with pytest.raises(InvalidInput):
        models_merge(gone_id=camry.pk, keep_id=camry.pk, actor=actor)
    with pytest.raises(NotFound):
        models_merge(gone_id=uuid.uuid4(), keep_id=camry.pk, actor=actor)
    with pytest.raises(InvalidInput):
        models_merge(gone_id=solara.pk, keep_id=camry.pk, actor=Actor.system("test"))
    assert not FitmentMerge.objects.exists()
