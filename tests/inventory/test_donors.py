"""A car comes in, parts are ticked, drafts come out; the numbers of the car add up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fitment.enums import FitmentSource
from fitment.models import PartFitment
from inventory import selectors, services
from inventory.enums import DonorState, PartStage, Side
from inventory.models import DonorCar, InventoryLedger, TeardownTemplate
from inventory.seeds import seed_teardown_templates
from inventory.services import TeardownPart
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.models import Run, RunState
from tests.people import api_of, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
# A 2014 Camry; the check digit (place 9) is right, and wrong in the other.
VIN = "4T1BF1FK7EU123456"
WRONG_VIN = "4T1BF1FK5EU123456"
THREE = (
    TeardownPart(part_type="Alternator", price=Decimal("89.90"), bin_code="b-04-2"),
    TeardownPart(part_type="Headlight Assembly", side=Side.LEFT),
    TeardownPart(part_type="Headlight Assembly", side=Side.RIGHT),
)


def person() -> Actor:
    return Actor.person(user_of("user"))


def car(**data: Any) -> DonorCar:
    return services.donor_create(
        data={"vin": VIN, "cost": Decimal("1000"), "tow_cost": Decimal("75.50")} | data,
        actor=person(),
    )


def test_the_vin_fills_in_the_car() -> None:
    # given / when
    made = car(mileage=112_000)
    # then
    assert (made.year, made.make.name, made.model.name) == (2014, "Toyota", "Camry")  # type: ignore[union-attr]
    assert made.name.startswith("2014 Toyota Camry")
    assert made.stock_number.startswith("D-")
    assert not made.vin_confirmed


def test_a_wrong_check_digit_is_refused_unless_confirmed() -> None:
    # given / when
    with pytest.raises(InvalidInput) as refused:
        car(vin=WRONG_VIN)
    confirmed = services.donor_create(data={"vin": WRONG_VIN}, confirm_vin=True, actor=person())
    # then
    assert "check digit" in refused.value.fields["vin"][0].lower()
    assert confirmed.vin_confirmed
    assert DonorCar.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"vin": "4T1BF1FK7EU12345"}, "vin"),
        ({"vin": "4T1BF1FK7EU12345O"}, "vin"),
        ({"vin": ""}, "vin"),
        ({"cost": Decimal("-1")}, "cost"),
        ({"mileage": 99_000_000}, "mileage"),
        ({"trim": "x" * 81}, "trim"),
    ],
)
def test_what_a_car_may_not_be(data: dict[str, Any], field: str) -> None:
    # given / when
    with pytest.raises(InvalidInput) as refused:
        car(**data)
    # then
    assert field in refused.value.fields
    assert not DonorCar.objects.exists()


def test_the_same_vin_comes_once() -> None:
    # given
    first = car()
    # when
    with pytest.raises(InvalidInput) as refused:
        car()
    # then
    assert refused.value.fields["vin"] == [f"This VIN is {first.stock_number} already."]


def test_ticked_parts_become_drafts_with_the_cars_vehicle() -> None:
    # given
    made = car()
    # when
    result = services.donor_teardown(
        donor_id=made.pk, parts=THREE, idempotency_key="k1", actor=person()
    )
    # then
    alternator, left, _ = result.listings
    assert result.created == 3
    assert [one.custom_label_sku for one in result.listings] == [
        f"{made.stock_number}-{number:03d}" for number in (1, 2, 3)
    ]
    assert alternator.title.startswith("2014 Toyota Camry")
    assert "Left Headlight" in left.title
    assert (alternator.c_brand, alternator.condition_id) == ("Toyota", "3000")
    assert alternator.person_fields == ["start_price"]
    fitment = PartFitment.objects.get(listing=left)
    assert (fitment.year_start, fitment.year_end, fitment.source) == (
        2014,
        2014,
        FitmentSource.DONOR,
    )
    assert fitment.verified
    assert InventoryLedger.objects.get(listing=left).quantity_total == 1
    assert selectors.bins_of([alternator.pk]) == {alternator.pk: "B-04-2"}
    made.refresh_from_db()
    assert made.state == DonorState.DISMANTLING
    run = Run.objects.get(pk=result.run_id)
    assert (run.state, run.created_count, run.total) == (RunState.DONE, 3, 3)


def test_the_same_key_makes_none_again_and_later_parts_join() -> None:
    # given
    made = car()
    first = services.donor_teardown(
        donor_id=made.pk, parts=THREE, idempotency_key="k1", actor=person()
    )
    # when
    again = services.donor_teardown(
        donor_id=made.pk, parts=THREE, idempotency_key="k1", actor=person()
    )
    more = services.donor_teardown(
        donor_id=made.pk,
        parts=[THREE[0], TeardownPart(part_type="Starter Motor")],
        idempotency_key="k2",
        actor=person(),
    )
    # then
    assert again.created == 0
    assert [one.pk for one in again.listings] == [one.pk for one in first.listings]
    assert more.created == 1
    assert more.listings[0].pk == first.listings[0].pk
    assert Listing.objects.count() == 4


def test_a_car_without_a_year_gives_no_fitment() -> None:
    # given
    made = car()
    DonorCar.objects.filter(pk=made.pk).update(year=None)
    # when
    result = services.donor_teardown(
        donor_id=made.pk, parts=THREE[:1], idempotency_key="k", actor=person()
    )
    # then
    assert not PartFitment.objects.exists()
    assert not result.listings[0].title.startswith("20")


def test_a_list_with_a_fault_makes_nothing() -> None:
    # given
    made = car()
    # when
    with pytest.raises(InvalidInput) as refused:
        services.donor_teardown(
            donor_id=made.pk,
            parts=[*THREE, THREE[0], TeardownPart(part_type=" ", quantity=0)],
            idempotency_key="k",
            actor=person(),
        )
    # then
    assert set(refused.value.fields) == {"parts.3", "parts.4.part_type", "parts.4.quantity"}
    assert not Listing.objects.exists()


def test_a_part_goes_from_the_car_to_the_shelf_or_to_scrap() -> None:
    # given
    made = car()
    parts = services.donor_teardown(
        donor_id=made.pk, parts=THREE, idempotency_key="k", actor=person()
    ).listings
    # when
    services.donor_part_pull(listing_id=parts[0].pk, bin_code="C-12", actor=person())
    services.donor_part_scrap(listing_id=parts[1].pk, reason="Broken lens", actor=person())
    services.donor_part_scrap(listing_id=parts[1].pk, reason="Again", actor=person())
    # then
    rows = selectors.car_parts(made, user=user_of("user"))
    assert [row.stage for row in rows] == [
        PartStage.TO_PHOTOGRAPH,
        PartStage.SCRAPPED,
        PartStage.TO_PULL,
    ]
    assert [row.part.listing_id for row in selectors.pull_list(made, user=user_of("user"))] == [
        parts[2].pk
    ]
    assert InventoryLedger.objects.get(listing=parts[1]).quantity_total == 0
    assert rows[1].part.scrap_reason == "Broken lens"
    with pytest.raises(Conflict):
        services.donor_part_pull(listing_id=parts[1].pk, actor=person())


def test_a_changed_car_is_not_overwritten() -> None:
    # given
    made = car()
    services.donor_update(donor_id=made.pk, data={"place": "Row 7"}, version=1, actor=person())
    # when / then
    with pytest.raises(Conflict):
        services.donor_update(donor_id=made.pk, data={"place": "Row 8"}, version=1, actor=person())
    made.refresh_from_db()
    assert (made.place, made.version) == ("Row 7", 2)


def test_the_templates_are_loaded_once_and_what_staff_changed_stays() -> None:
    # given
    seed_teardown_templates()
    sedan = TeardownTemplate.objects.get(name="Sedan")
    sedan.items.exclude(part_type="Alternator").delete()
    # when
    again = seed_teardown_templates()
    # then
    assert TeardownTemplate.objects.count() == 16
    assert (again.created, sedan.items.count()) == (0, 1)
    lines = selectors.template_lines(sedan, car())
    assert [(line.item.part_type, line.is_there) for line in lines] == [("Alternator", False)]


def test_cars_over_the_api() -> None:
    # given
    seed_teardown_templates()
    client = api_of("user")
    # when
    refused = client.post("/api/inventory/donors", {"vin": WRONG_VIN}, format="json")
    made = client.post(
        "/api/inventory/donors", {"vin": VIN, "cost": "1000", "mileage": 112000}, format="json"
    )
    donor = made.json()["donor"]
    body = {
        "parts": [
            {"partType": "Alternator", "bin": "B-1", "price": "89.90"},
            {"partType": "Fender", "side": "front_left"},
        ],
        "idempotencyKey": "k",
    }
    torn = client.post(f"/api/inventory/donors/{donor['id']}/teardown", body, format="json")
    again = client.post(f"/api/inventory/donors/{donor['id']}/teardown", body, format="json")
    found = client.get(f"/api/inventory/donors/{donor['id']}").json()
    listed = client.get("/api/inventory/donors", {"q": "camry 2014"}).json()
    templates = client.get("/api/inventory/teardown-templates").json()["templates"]
    # then
    assert refused.status_code == 400
    assert (made.status_code, donor["cost"], donor["make"]) == (201, "1000.00", "Toyota")
    assert (torn.json()["created"], again.json()["created"]) == (2, 0)
    assert again.json()["listings"] == torn.json()["listings"]
    assert found["sums"]["listedValue"] == "89.90"
    assert found["sums"]["result"] == "-1000.00"
    assert found["sums"]["stages"][0] == {"stage": "to_pull", "count": 2}
    assert sum(one["count"] for one in found["sums"]["stages"]) == 2
    assert [one["stage"] for one in found["parts"]] == ["to_pull", "to_pull"]
    assert listed["total"] == 1
    assert len(templates) == 16
    assert api_of("viewer").post("/api/inventory/donors", {}, format="json").status_code == 403
