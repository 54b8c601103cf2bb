"""The pages of cars: by VIN, tear-down, pull list, labels."""

from __future__ import annotations

from decimal import Decimal

import pytest
import pyvips
import typst
import zxingcpp
from django.test import Client

from inventory import labels, selectors, services
from inventory.models import DonorCar, DonorPart, TeardownTemplate
from inventory.seeds import seed_teardown_templates
from listings.models import Listing
from tests.inventory.test_donors import THREE, VIN, WRONG_VIN, car, person
from tests.people import browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]


@pytest.fixture
def browser() -> Client:
    return browser_of("user")


def test_a_car_comes_in_by_its_vin(browser: Client) -> None:
    # given
    seed_teardown_templates()
    # when
    reading = browser.get("/inventory/donors/vin/", {"vin": VIN.lower()}).content.decode()
    answer = browser.post(
        "/inventory/donors/new/", {"vin": VIN, "cost": "1200", "mileage": "112000"}
    )
    # then
    made = DonorCar.objects.get()
    assert "2014 Toyota Camry" in reading
    assert answer.status_code == 303
    assert answer["Location"] == f"/inventory/donors/{made.pk}/teardown/"
    assert made.cost == Decimal("1200.00")
    listed = browser.get("/inventory/donors/").content.decode()
    assert made.stock_number in listed
    assert "2014 Toyota Camry" in listed


def test_a_wrong_vin_keeps_what_was_typed_and_says_why(browser: Client) -> None:
    # given / when
    answer = browser.post("/inventory/donors/new/", {"vin": WRONG_VIN, "place": "Row 7"})
    page = answer.content.decode()
    # then
    assert answer.status_code == 422
    assert "check digit" in page.lower()
    assert 'value="Row 7"' in page
    assert (
        'name="confirm_vin"'
        in browser.get("/inventory/donors/vin/", {"vin": WRONG_VIN}).content.decode()
    )
    assert not DonorCar.objects.exists()


def test_a_car_without_a_vin_is_named_by_hand(browser: Client) -> None:
    # given / when
    unknown = browser.post(
        "/inventory/donors/new/", {"year": "1979", "make": "Toyota", "model": "Nothing"}
    )
    browser.post("/inventory/donors/new/", {"year": "1994", "make": "toyota", "model": "camry"})
    # then
    assert unknown.status_code == 422
    made = DonorCar.objects.get()
    assert (made.year, made.model.name, made.vin) == (1994, "Camry", "")  # type: ignore[union-attr]


def test_ticking_makes_drafts_once_however_often_it_is_sent(browser: Client) -> None:
    # given
    seed_teardown_templates()
    made = car()
    page = browser.get(f"/inventory/donors/{made.pk}/teardown/").content.decode()
    typed = {
        "key": "once",
        "template": str(TeardownTemplate.objects.get(name="Sedan").pk),
        "part": ["left:Headlight", "none:Alternator"],
        "price-none:Alternator": "$1,089.90",
        "bin-left:Headlight": "a-1",
        "bin": "c-12",
        "more": "Ash tray\n\n",
    }
    # when
    first = browser.post(f"/inventory/donors/{made.pk}/teardown/", typed)
    second = browser.post(f"/inventory/donors/{made.pk}/teardown/", typed)
    # then
    assert 'value="left:Headlight"' in page
    assert (first.status_code, second.status_code) == (303, 303)
    parts = {part.part_type: part.listing for part in DonorPart.objects.select_related("listing")}
    assert set(parts) == {"Headlight", "Alternator", "Ash tray"}
    assert parts["Alternator"].start_price == Decimal("1089.90")
    shown = browser.get(f"/inventory/donors/{made.pk}/").content.decode()
    assert "A-1" in shown
    assert "C-12" in shown


def test_a_price_that_is_none_makes_nothing_and_keeps_the_ticks(browser: Client) -> None:
    # given
    seed_teardown_templates()
    made = car()
    # when
    answer = browser.post(
        f"/inventory/donors/{made.pk}/teardown/",
        {"key": "k", "part": ["none:Alternator"], "price-none:Alternator": "cheap"},
    )
    # then
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "cheap is no price" in page
    assert 'value="none:Alternator" id="p' in page
    assert "checked" in page.split('value="none:Alternator"', 1)[1][:120]
    assert not Listing.objects.exists()


def test_the_pull_list_by_thumb(browser: Client) -> None:
    # given
    made = car()
    parts = services.donor_teardown(
        donor_id=made.pk, parts=THREE, idempotency_key="k", actor=person()
    ).listings
    base = f"/inventory/donors/{made.pk}/parts/{parts[1].pk}"
    # when
    before = browser.get(f"/inventory/donors/{made.pk}/pull/").content.decode()
    browser.post(f"{base}/pull/", {"bin": "d-3"})
    after = browser.get(f"/inventory/donors/{made.pk}/pull/").content.decode()
    browser.post(f"{base}/scrap/", {"reason": ""})
    kept = DonorPart.objects.get(listing=parts[1])
    browser.post(f"{base}/scrap/", {"reason": "Cracked"})
    # then
    assert "3 to pull" in before
    assert "2 to pull, 1 to photograph" in after
    assert kept.scrapped_at is None
    assert DonorPart.objects.get(listing=parts[1]).scrap_reason == "Cracked"


def test_each_code_of_the_labels_opens_its_part() -> None:
    # given
    wanted = [
        labels.Label(
            url=f"https://parts.example/listings/{number}/edit/",
            code=f"D-00001-{number:03d}",
            text='2014 Toyota Camry #sys.inputs *Left* $x$ "Headlight" Assembly Used',
            place="B-04-2",
        )
        for number in range(30)
    ]
    # when
    pages = typst.compile(
        labels.label_source(), format="png", ppi=200, sys_inputs=labels.label_inputs(wanted)
    )
    assert isinstance(pages, list)
    found = [
        code.text
        for page in pages
        if page
        for code in zxingcpp.read_barcodes(
            pyvips.Image.new_from_buffer(page, "").flatten(background=255).numpy()
        )
    ]
    # then
    assert sorted(found) == sorted(label.url for label in wanted)
    assert len(pages) == 2
    assert labels.part_labels(wanted, on_roll=True).startswith(b"%PDF")


def test_labels_of_a_car_are_for_those_who_see_it(browser: Client) -> None:
    # given
    made = car()
    none_yet = browser.get(f"/inventory/donors/{made.pk}/labels.pdf")
    services.donor_teardown(donor_id=made.pk, parts=THREE, idempotency_key="k", actor=person())
    # when
    answer = browser.get(f"/inventory/donors/{made.pk}/labels.pdf")
    # then
    assert none_yet.status_code == 303
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert Client().get(f"/inventory/donors/{made.pk}/labels.pdf").status_code == 302


def test_a_car_of_another_team_is_not_there() -> None:
    # given
    from settings_app.models import Team

    made = car()
    DonorCar.objects.filter(pk=made.pk).update(team=Team.objects.create(name="North"))
    # when / then
    assert browser_of("user").get(f"/inventory/donors/{made.pk}/").status_code == 404
    assert browser_of("admin").get(f"/inventory/donors/{made.pk}/").status_code == 200


def test_the_finishing_line_goes_on_by_itself(browser: Client) -> None:
    # given
    made = car()
    parts = services.donor_teardown(
        donor_id=made.pk, parts=THREE, idempotency_key="k", actor=person()
    ).listings
    Listing.objects.update(item_photo_url="https://photos.example/1.jpg")
    line = f"/inventory/donors/{made.pk}/finish/"
    full = {
        "start_price": "89.90",
        "category_id": "33550",
        "condition_id": "3000",
        "c_brand": "Toyota",
        "c_manufacturer_part_number": "27060-0V210",
        "weight": "12.5",
        "bin": "d-4",
    }
    first = browser.get(line).content.decode()
    # when
    done = browser.post(line, {"id": parts[0].pk, "version": "1", "title": parts[0].title} | full)
    refused = browser.post(
        line, {"id": parts[1].pk, "version": "1", "title": "Left headlight", "start_price": "x"}
    )
    skipped = browser.get(f"{line}?after={parts[1].pk}").content.decode()
    # then
    assert parts[0].custom_label_sku in first
    assert "Category is missing" in first
    assert "data-finish-take" in first
    assert done.status_code == 303
    parts[0].refresh_from_db()
    assert (parts[0].status, parts[0].weight) == ("ready", Decimal("12.500"))
    assert refused.status_code == 400
    assert 'value="Left headlight"' in refused.content.decode()
    assert Listing.objects.get(pk=parts[1].pk).status == "draft"
    assert parts[2].custom_label_sku in skipped
    assert "2 left" in skipped


def test_one_answer_for_all_that_are_left(browser: Client) -> None:
    # given
    made = car()
    services.donor_teardown(donor_id=made.pk, parts=THREE, idempotency_key="k", actor=person())
    everything = f"/inventory/donors/{made.pk}/finish/all/"
    # when
    browser.post(everything, {"field": "category_id", "value": "33710"})
    browser.post(everything, {"field": "bin", "value": "c-12"})
    browser.post(everything, {"field": "title", "value": "All the same"})
    browser.post(everything, {"field": "start_price", "value": "many"})
    # then
    assert set(Listing.objects.values_list("category_id", flat=True)) == {"33710"}
    assert set(selectors.bins_of([one.pk for one in Listing.objects.all()]).values()) == {"C-12"}
    assert Listing.objects.filter(title="All the same").count() == 0
    assert Listing.objects.filter(start_price=Decimal("89.90")).count() == 1
