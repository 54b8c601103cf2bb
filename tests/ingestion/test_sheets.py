"""A sheet of one car becomes drafts: found car, verdicts, the next sheet, kill and resume."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from fitment.models import PartFitment
from ingestion import services
from ingestion.enums import RowState
from ingestion.models import IntakeRow
from ingestion.services import sheet_running
from inventory.models import DonorCar, DonorPart, InventoryLedger
from inventory.services import TeardownPart, donor_create, donor_teardown
from listings.models import Listing
from listings.services import listing_delete, listing_update
from realtrack.core.actors import Actor
from realtrack.core.errors import Conflict, InvalidInput
from realtrack.core.models import Run, RunItem, RunItemState, RunState
from tests.ingestion.sheet_files import csv_file, xlsx_file
from tests.inventory.conftest import _vehicles_loaded, vehicles  # noqa: F401  # shared fixtures
from tests.people import user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
VIN = "4T1BF1FK7EU123456"  # a 2014 Camry
HEADERS = ("Part Number", "Description", "Price", "Side", "Bin")
ROWS: tuple[tuple[object, ...], ...] = (
    ("27060-0V010", "ALTERNATOR ASSY", "89.90", "", "B-04-2"),
    ("81150-06B40", "HEADLAMP", "$1,145.00", "LH", ""),
    ("81110-06B40", "HEADLAMP", "145", "RH", ""),
    ("", "Steering Wheel black leather", "", "", ""),
)


def person() -> Actor:
    return Actor.person(user_of("user"))


def camry() -> DonorCar:
    return donor_create(data={"vin": VIN}, actor=person())


def sent(content: bytes = b"", *, name: str = "parts.csv", rows: Any = ROWS, **more: Any) -> Run:
    """A sheet that was sent and worked through."""
    run = services.sheet_start(
        name=name,
        content=content or csv_file(HEADERS, rows),
        actor=person(),
        user=user_of("user"),
        **more,
    )
    services.sheet_run(run_id=run.pk)
    run.refresh_from_db()
    return run


def counts(run: Run) -> tuple[int, int, int, int]:
    return run.created_count, run.changed_count, run.same_count, run.refused_count


def test_rows_become_drafts_of_the_car() -> None:
    # given
    car = camry()
    # when
    run = sent(donor_id=car.pk)
    # then
    assert (run.state, run.error, counts(run)) == (RunState.DONE, "", (4, 0, 0, 0))
    alternator = Listing.objects.get(mpn_normalised="270600V010")
    assert alternator.title == "2014 Toyota Camry 2.5L Alternator 27060-0V010 Used"
    assert (alternator.c_type, alternator.c_brand) == ("Alternator", "Toyota")
    assert alternator.start_price == Decimal("89.90")
    assert alternator.custom_label_sku == f"{car.stock_number}-001"
    assert alternator.place.bin_code == "B-04-2"
    assert alternator.person_fields == []
    light = Listing.objects.get(mpn_normalised="8115006B40")
    assert light.title == "2014 Toyota Camry Left Headlight 81150-06B40 Used"
    assert light.item_specifics == {"Placement on Vehicle": ["Left"]}
    assert light.start_price == Decimal("1145.00")
    fitted = PartFitment.objects.filter(listing__donor_part__donor=car)
    assert {(one.year_start, one.year_end, one.model_id) for one in fitted} == {
        (2014, 2014, car.model_id)
    }
    assert fitted.filter(verified=True).count() == 4
    assert (
        InventoryLedger.objects.filter(listing__donor_part__donor=car, quantity_total=1).count()
        == 4
    )
    stages = run.result["stages"]
    assert (stages["read"]["count"], stages["types"]["count"], stages["drafts"]["count"]) == (
        4,
        4,
        4,
    )
    assert all(one["seconds"] >= 0 for one in stages.values())


def test_the_next_sheet_of_the_car_updates_and_makes_none_twice() -> None:
    # given
    car = camry()
    sent(donor_id=car.pk)
    wheel = Listing.objects.get(c_type="Steering Wheel")
    listing_update(listing_id=wheel.pk, data={"title": "Odd one"}, version=None, actor=person())
    # when
    again = sent(donor_id=car.pk)
    rows = [
        *ROWS[:1],
        ("81150-06B40", "HEADLAMP", "99", "LH", "C-1"),
        *ROWS[2:],
        ("1", "Hood", "5", "", ""),
    ]
    third = sent(donor_id=car.pk, rows=rows)
    # then
    assert counts(again) == (0, 0, 4, 0)  # the person's title is proposed against, not written
    assert counts(third) == (1, 1, 3, 0)
    wheel.refresh_from_db()
    assert wheel.title == "Odd one"
    assert Listing.objects.get(mpn_normalised="8115006B40").start_price == Decimal("99.00")
    assert DonorPart.objects.filter(donor=car).count() == 5


@pytest.mark.parametrize("size", [100, pytest.param(300, marks=pytest.mark.drill)])
def test_a_killed_run_goes_on_and_makes_none_twice(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    # given a sheet and a worker that dies in its third batch
    car = camry()
    rows = [(f"90915-{n:05d}", "Oil Filter Housing", "12.50", "", "") for n in range(size)]
    run = services.sheet_start(
        name="parts.csv", content=csv_file(HEADERS, rows), donor_id=car.pk,
        actor=person(), user=user_of("user"),
    )  # fmt: skip
    real, calls = sheet_running._record, []

    def dying(claim: Any, done: Any) -> None:
        calls.append(len(done))
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(claim, done)

    monkeypatch.setattr(sheet_running, "_record", dying)
    with pytest.raises(KeyboardInterrupt):
        services.sheet_run(run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.done) == (RunState.RUNNING, 80)
    # when its sign of life is old, the sweep's worker takes it up
    services.sheet_run(run_id=run.pk)  # alive still: left alone
    run.refresh_from_db()
    assert run.done == 80
    Run.objects.filter(pk=run.pk).update(heartbeat_at="2020-01-01T00:00:00Z")
    assert services.sheets_sweep() == 1
    services.sheet_run(run_id=run.pk)
    # then
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RunState.DONE, (size, 0, 0, 0))
    assert Listing.objects.count() == DonorPart.objects.filter(donor=car).count() == size
    assert InventoryLedger.objects.filter(quantity_total=1).count() == size
    numbers = set(Listing.objects.values_list("custom_label_sku", flat=True))
    assert len(numbers) == size


@pytest.mark.parametrize(
    "name",
    [
        f"parts of {VIN}.csv",
        "2014 Toyota Camry.csv",
        "Camry_2014_Toyota parts list.csv",
        "Toyota-Camry-2014.csv",
    ],
)
def test_the_file_name_names_the_car_in_any_order(name: str) -> None:
    # given / when
    run = sent(name=name, rows=ROWS[:1])
    # then
    car = DonorCar.objects.get()
    assert (str(car.pk), car.year, str(car.model)) == (run.entity_id, 2014, "Camry")
    assert Listing.objects.get().title.startswith("2014 Toyota Camry")


def test_a_sheet_name_or_a_column_names_the_car_too() -> None:
    # given
    by_sheet = xlsx_file({"2014 Toyota Camry": [HEADERS, *ROWS[:2]]})
    by_column = csv_file(("VIN", "Name"), [(VIN, "Alternator"), (VIN, "Hood")])
    # when
    first = sent(by_sheet, name="list.xlsx")
    second = sent(by_column, name="list.csv")
    # then
    assert (counts(first), counts(second)) == ((2, 0, 0, 0), (2, 0, 0, 0))
    assert set(DonorCar.objects.values_list("year", "vin")) == {(2014, ""), (2014, VIN)}


def test_no_year_no_vehicle_and_the_reason() -> None:
    # given / when
    run = sent(name="Toyota Camry.csv", rows=ROWS[:1])
    # then
    assert DonorCar.objects.get().year is None
    assert counts(run) == (1, 0, 0, 0)
    assert not PartFitment.objects.exists()
    assert Listing.objects.get().title == "Toyota Camry Alternator 27060-0V010 Used"
    told = [one for one in IntakeRow.objects.get().evidence if one["field"] == "vehicle"]
    assert told[0]["doubt"]
    assert "not known" in told[0]["why"]


def test_another_car_in_the_name_asks_and_in_a_row_refuses_the_row() -> None:
    # given
    car = camry()
    # when
    with pytest.raises(InvalidInput) as refused:
        sent(name="2011 Ford Focus.csv", donor_id=car.pk)
    assert not Run.objects.exists()
    confirmed = sent(name="2011 Ford Focus.csv", donor_id=car.pk, confirm_car=True)
    rows = csv_file(("Name", "Car"), [("Hood", "2014 Toyota Camry"), ("Grille", "2011 Ford Focus")])
    mixed = sent(rows, donor_id=car.pk)
    # then
    assert refused.value.reason == "other_car"
    assert "2011 Ford Focus" in refused.value.fields["donor"][0]
    assert counts(confirmed) == (4, 0, 0, 0)
    assert counts(mixed) == (1, 0, 0, 1)
    assert "Another car" in RunItem.objects.get(run=mixed, state="refused").reason


def test_nothing_names_the_car() -> None:
    with pytest.raises(InvalidInput) as refused:
        sent(name="list.csv")
    assert refused.value.reason == "no_car"
    assert not IntakeRow.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (csv_file(("Colour", "Size"), [("red", "1")]), "part number or a name"),
        (csv_file(HEADERS, []), "no rows"),
        (csv_file(("Name", "name"), [("a", "b")]), "twice"),
        (b"\xd0\xcf\x11\xe0rest", "old XLS"),
    ],
    ids=["empty", "no column", "no rows", "same header", "old office"],
)
def test_files_that_cannot_be_read(content: bytes, words: str) -> None:
    # given
    car = camry()
    # when
    with pytest.raises(InvalidInput) as refused:
        services.sheet_start(
            name="x.csv", content=content, donor_id=car.pk, actor=person(), user=user_of("user")
        )
    # then
    assert words in refused.value.fields["file"][0]
    assert not Run.objects.exists()


def test_hidden_rows_are_left_out_and_counted() -> None:
    # given / when
    run = sent(
        xlsx_file({"Parts": [HEADERS, *ROWS]}, hidden=[3]), name="p.xlsx", donor_id=camry().pk
    )
    # then
    assert (run.total, run.params["hidden_rows"]) == (3, 1)
    assert not Listing.objects.filter(mpn_normalised="8115006B40").exists()


def test_a_row_is_mended_and_done_again_alone() -> None:
    # given
    run = sent(rows=[*ROWS[:1], ("12-34", "", "", "", "")], donor_id=camry().pk)
    waiting = IntakeRow.objects.get(run=run, position=2)
    assert (counts(run), waiting.state) == ((1, 0, 0, 1), RowState.WAITING)
    # when
    mended = services.row_mend(
        row_id=waiting.pk, data={"name": "Fuse Box", "price": "20"}, actor=person()
    )
    # then
    run.refresh_from_db()
    assert (run.state, counts(run)) == (RunState.DONE, (2, 0, 0, 0))
    assert mended.listing is not None
    listing = Listing.objects.get(pk=mended.listing.pk)
    assert listing.title == "2014 Toyota Camry Fuse Box 12-34 Used"
    assert (listing.start_price, listing.person_fields) == (Decimal("20.00"), ["start_price"])
    # and again: nothing doubles, the verdict stays "created"
    services.row_again(row_id=waiting.pk, actor=person())
    run.refresh_from_db()
    assert counts(run) == (2, 0, 0, 0)
    assert Listing.objects.count() == 2


def test_a_row_that_waits_goes_on_when_the_catalog_knows_its_number() -> None:
    # given
    run = sent(rows=[("88-77-66", "", "", "", "")], donor_id=camry().pk)
    assert services.rows_resume() == 0
    # when
    from tests.inventory.factories import part

    part(c_manufacturer_part_number="887766", c_type="Alternator", title="An alternator")
    # then
    assert services.rows_resume() == 1
    run.refresh_from_db()
    assert counts(run) == (1, 0, 0, 0)
    row = IntakeRow.objects.get(run=run)
    assert row.listing is not None
    assert row.listing.title == "2014 Toyota Camry 2.5L Alternator 88-77-66 Used"
    assert services.rows_resume() == 0


def test_a_running_sheet_cannot_be_mended() -> None:
    # given
    run = services.sheet_start(
        name="p.csv", content=csv_file(HEADERS, ROWS), donor_id=camry().pk,
        actor=person(), user=user_of("user"),
    )  # fmt: skip
    row = IntakeRow.objects.filter(run=run).first()
    assert row is not None
    # when / then
    with pytest.raises(Conflict):
        services.row_mend(row_id=row.pk, data={"name": "Hood"}, actor=person())
    assert IntakeRow.objects.get(pk=row.pk).mended == {}


def test_a_ticked_part_is_met_and_a_deleted_one_stays_deleted() -> None:
    # given
    car = camry()
    ticked = donor_teardown(
        donor_id=car.pk, parts=[TeardownPart(part_type="Alternator")], idempotency_key="k",
        actor=person(),
    ).listings[0]  # fmt: skip
    # when
    first = sent(rows=ROWS[:2], donor_id=car.pk)
    # then
    assert counts(first) == (1, 1, 0, 0)
    ticked.refresh_from_db()
    assert ticked.mpn_normalised == "270600V010"
    # when
    listing_delete(listing_id=ticked.pk, actor=person())
    second = sent(rows=ROWS[:2], donor_id=car.pk)
    # then
    assert counts(second) == (1, 0, 1, 0)
    assert Listing.objects.filter(mpn_normalised="270600V010").count() == 1
    assert not Listing.objects.filter(pk=ticked.pk).exists()


def test_one_bad_row_takes_no_other_with_it() -> None:
    # given
    car = camry()
    rows = [
        ("1-1", "Hood", "5", "", ""),
        ("2-2", "Grille", "5", "", "***"),
        ("3-3", "Fender", "5", "", ""),
    ]
    # when
    run = sent(rows=rows, donor_id=car.pk)
    # then
    assert counts(run) == (2, 0, 0, 1)
    assert RunItem.objects.get(run=run, state=RunItemState.REFUSED).position == 2
    assert not Listing.objects.filter(c_type__icontains="Grille").exists()


def test_who_may_not_see_the_car_sees_no_sheet_of_it() -> None:
    # given
    from ingestion.row_selectors import sheet_of
    from realtrack.core.errors import NotFound
    from settings_app.models import Team

    run = sent(rows=ROWS[:1], donor_id=camry().pk)
    DonorCar.objects.update(team=Team.objects.create(name="North"))
    # when / then
    assert sheet_of(run.pk, user=user_of("admin"))[0].pk == run.pk
    with pytest.raises(NotFound):
        sheet_of(run.pk, user=user_of("user"))
