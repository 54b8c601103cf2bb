"""Parts by number, the photo library, and their pages and API."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from fitment.models import PartFitment
from ingestion import services
from ingestion.enums import RowState, WaitsFor
from ingestion.models import ImageAsset, IntakeRow, LibraryPhoto
from inventory.models import DonorCar, DonorPart
from inventory.services import donor_create
from listings.models import Listing
from realtrack.core.actors import Actor
from realtrack.core.errors import InvalidInput
from realtrack.core.models import Run
from settings_app.services import setting_set
from tests.ingestion import pictures
from tests.ingestion.factories import processed
from tests.ingestion.sheet_files import csv_file
from tests.inventory.conftest import _vehicles_loaded, vehicles  # noqa: F401  # shared fixtures
from tests.inventory.factories import part
from tests.people import api_of, browser_of, user_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("vehicles")]
VIN = "4T1BF1FK7EU123456"


def person() -> Actor:
    return Actor.person(user_of("user"))


def camry() -> DonorCar:
    return donor_create(data={"vin": VIN}, actor=person())


def taken(number: str, *, donor_id: uuid.UUID | None = None, **data: str) -> IntakeRow:
    return services.number_take(
        data={"number": number, **data}, donor_id=donor_id, user=user_of("user"), actor=person()
    )


def in_library(name: str, folder: str = "", shade: int = 0) -> ImageAsset:
    photo = processed(pictures.encoded(seed=shade + 1), filename=name)
    services.library_add(asset_ids=[photo.pk], folder=folder, actor=person())
    return photo


def listing_of(row: IntakeRow) -> Listing:
    assert row.listing_id is not None
    return Listing.objects.get(pk=row.listing_id)


def test_a_known_number_of_a_car_is_a_draft_that_waits_for_its_photo() -> None:
    # given
    part(c_manufacturer_part_number="27060-0V010", c_type="Alternator", category_id="177697")
    car = camry()
    # when
    row = taken("270600V010", donor_id=car.pk, bin="c-12")
    # then
    assert (row.state, row.waits_for) == (RowState.DRAFT, WaitsFor.PHOTO)
    listing = listing_of(row)
    assert listing.title == "2014 Toyota Camry 2.5L Alternator 270600V010 Used"
    assert (listing.category_id, listing.c_brand) == ("177697", "Denso")
    assert listing.place.bin_code == "C-12"
    assert listing.custom_label_sku == f"{car.stock_number}-001"


def test_each_missing_thing_lets_the_row_go_on_when_it_comes() -> None:
    # given a number that nobody knows
    row = taken("55-44-33")
    assert (row.state, row.waits_for, row.listing_id) == (RowState.WAITING, WaitsFor.NAME, None)
    assert services.rows_resume() == 0
    # when its name comes
    part(c_oe_oem_part_number="554433", c_type="Fuse Box", title="A box")
    assert services.rows_resume() == 1
    row.refresh_from_db()
    assert (row.state, row.waits_for) == (RowState.DRAFT, WaitsFor.VEHICLE)
    # when its vehicle comes
    car = camry()
    services.row_donor_set(row_id=row.pk, donor_id=car.pk, user=user_of("user"), actor=person())
    row.refresh_from_db()
    assert row.waits_for == WaitsFor.PHOTO
    listing = listing_of(row)
    assert listing.title == "2014 Toyota Camry Fuse Box 55-44-33 Used"
    assert PartFitment.objects.get(listing=listing).verified
    assert DonorPart.objects.get(listing=listing).donor_id == car.pk
    # when its photo comes, named by the number
    photo = in_library("55 44 33_1.jpg")
    assert services.rows_resume() == 1
    # then
    row.refresh_from_db()
    photo.refresh_from_db()
    assert (row.waits_for, photo.listing_id, photo.is_primary) == ("", listing.pk, True)
    assert services.rows_resume() == 0
    assert Listing.objects.filter(custom_label_sku__startswith="D-").count() <= 1


def test_a_photo_put_on_the_part_itself_counts_too() -> None:
    # given
    row = taken("1234", name="Hood", donor_id=camry().pk)
    assert row.waits_for == WaitsFor.PHOTO
    photo = processed(filename="x.jpg")
    # when
    assert row.listing_id is not None
    services.assets_attach(asset_ids=[photo.pk], listing_id=row.listing_id, actor=person())
    # then
    assert services.rows_resume() == 1
    row.refresh_from_db()
    assert row.waits_for == ""


def test_the_same_number_twice_is_two_pieces() -> None:
    # given
    car = camry()
    # when
    rows = [taken("1234", name="Hood", donor_id=car.pk) for _ in range(2)]
    # then
    assert len({row.listing_id for row in rows}) == 2


@pytest.mark.parametrize("number", ["", "n/a", VIN])
def test_what_is_no_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        taken(number)
    assert "number" in refused.value.fields
    assert not IntakeRow.objects.exists()


def test_library_photos_find_their_part_with_other_separators() -> None:
    # given
    from ingestion.row_selectors import library_matches

    wanted = part(c_manufacturer_part_number="234-4209")
    fitting = [in_library("234 4209_1.jpg"), in_library("1.jpg", "Camry/2344209", shade=40)]
    other = in_library("IMG_0001.jpg", shade=80)
    # when
    matched, rest = library_matches(user=user_of("user"))
    # then
    assert [(one.listing, {p.asset_id for p in one.photos}) for one in matched] == [
        (wanted, {one.pk for one in fitting})
    ]
    assert [photo.asset_id for one in rest for photo in one.photos] == [other.pk]
    # when
    count = services.library_attach(
        matches={wanted.pk: [one.pk for one in fitting]}, actor=person()
    )
    # then
    assert count == 2
    assert wanted.photos.count() == 2
    assert library_matches(user=user_of("user"))[0] == []


def test_a_sheet_takes_photos_of_the_library_by_number_and_by_file_name() -> None:
    # given
    by_number = in_library("27060-0V010 (1).jpg")
    by_name = in_library("IMG_0007.JPG", shade=50)
    rows = [("270600V010", "Alternator", ""), ("9-9", "Hood", "img_0007.jpg")]
    # when
    run = services.sheet_start(
        name="p.csv", content=csv_file(("Number", "Name", "Photos"), rows), donor_id=camry().pk,
        actor=person(), user=user_of("user"),
    )  # fmt: skip
    services.sheet_run(run_id=run.pk)
    # then
    by_number.refresh_from_db()
    by_name.refresh_from_db()
    assert by_number.listing == Listing.objects.get(c_type="Alternator")
    assert by_name.listing == Listing.objects.get(c_type="Hood")
    run.refresh_from_db()
    assert run.result["stages"]["photos"]["count"] == 2


def test_library_photos_outlive_the_clean_up() -> None:
    # given
    kept, orphan = in_library("a-1234.jpg"), processed(filename="b.jpg")
    ImageAsset.objects.update(updated_at="2020-01-01T00:00:00Z")
    # when
    services.orphans_clean()
    # then
    assert list(ImageAsset.objects.values_list("pk", flat=True)) == [kept.pk]
    assert orphan.pk != kept.pk


def test_the_pattern_of_a_cars_skus_is_a_setting(
    django_capture_on_commit_callbacks: Any,
) -> None:
    # given
    admin = Actor.person(user_of("admin"))
    with django_capture_on_commit_callbacks(execute=True):
        setting_set(
            category="inventory", key="part_sku_pattern", value="Y{car}/{number:05d}", actor=admin
        )
    with pytest.raises(InvalidInput):
        setting_set(
            category="inventory", key="part_sku_pattern", value="{car.__class__}", actor=admin
        )
    car = camry()
    # when
    row = taken("1234", name="Hood", donor_id=car.pk)
    # then
    assert listing_of(row).custom_label_sku == f"Y{car.stock_number}/00001"


def test_over_the_api() -> None:
    # given
    car, api = camry(), api_of("user")
    content = csv_file(("Number", "Name"), [("1-1", "Hood"), ("2-2", "")])
    # when
    sent = api.post(
        "/api/ingestion/sheets",
        {"file": SimpleUploadedFile("p.csv", content), "donorId": str(car.pk)},
        format="multipart",
    )
    assert sent.status_code == 202, sent.content
    services.sheet_run(run_id=uuid.UUID(sent.json()["jobId"]))
    seen = api.get(f"/api/ingestion/sheets/{sent.json()['jobId']}").json()
    # then
    assert (seen["sheet"]["created"], seen["sheet"]["refused"], seen["total"]) == (1, 1, 2)
    assert seen["sheet"]["stages"][0]["name"] == "read"
    waiting = next(one for one in seen["rows"] if one["reasonCode"] == "waits_name")
    # when
    mended = api.patch(
        f"/api/ingestion/rows/{waiting['rowId']}", {"partType": "Grille"}, format="json"
    )
    # then
    assert mended.status_code == 200, mended.content
    assert (mended.json()["row"]["state"], mended.json()["row"]["waitsFor"]) == ("draft", "photo")
    unknown = api.patch(f"/api/ingestion/rows/{waiting['rowId']}", {"vin": "x"}, format="json")
    assert unknown.status_code == 400
    made = api.post("/api/ingestion/numbers", {"number": "9-9", "name": "Hood"}, format="json")
    assert (made.status_code, made.json()["row"]["waitsFor"]) == (201, "vehicle")
    assert api.get("/api/ingestion/numbers").json()["total"] == 1
    photo = processed(filename="99-99_1.jpg")
    kept = api.post("/api/ingestion/library", {"assetIds": [str(photo.pk)]}, format="json")
    assert kept.status_code == 201
    assert LibraryPhoto.objects.get().keys[:2] == ["99991", "9999"]


def test_pages_from_the_car_to_a_mended_row() -> None:
    # given
    car, client = camry(), browser_of("user")
    upload = SimpleUploadedFile(
        "p.csv", csv_file(("Number", "Name"), [("1-1", "Hood"), ("2-2", "")])
    )
    assert "Sheet" in client.get(f"/inventory/donors/{car.pk}/").content.decode()
    # when
    answer = client.post("/ingestion/sheets/new/", {"file": upload, "car": str(car.pk)})
    run = Run.objects.get(kind="ingestion.sheet")
    assert answer["Location"].endswith(f"/sheets/{run.pk}/")
    services.sheet_run(run_id=run.pk)
    page = client.get(answer["Location"]).content.decode()
    # then
    assert "Rows read" in page
    assert "waits" in page
    row = IntakeRow.objects.get(run=run, position=2)
    url = f"/ingestion/rows/{row.pk}/"
    assert "2-2" in client.get(url).content.decode()
    client.post(url, {"name": "Grille", "number": "2-2"})
    row.refresh_from_db()
    assert row.state == RowState.DRAFT
    assert "composed of the car" in client.get(url).content.decode()
    taken_page = client.post("/ingestion/numbers/", {"number": "7-7", "name": "Hood", "bin": "A-1"})
    assert taken_page.status_code == 303
    assert "A-1" in client.get(taken_page["Location"]).content.decode()
    assert client.post("/ingestion/numbers/", {"number": ""}).status_code == 422
    assert client.get("/ingestion/library/").status_code == 200


def test_an_equal_number_tells_what_a_part_is(monkeypatch: pytest.MonkeyPatch) -> None:
    # given ours has one number, and whoever knows equal numbers says that another stands for it
    from realtrack.core import registry

    part(c_manufacturer_part_number="27060-0V010", c_type="Alternator", start_price="99")
    equals = {"1042102700": ("27060-0V010",)}
    values = {"test": lambda number: equals.get(number, ())}
    monkeypatch.setattr(registry.number_equals, "_values", values)
    # when
    row = taken("104210-2700", donor_id=camry().pk)
    # then
    assert (row.state, listing_of(row).c_type) == (RowState.DRAFT, "Alternator")
    assert listing_of(row).start_price is None
    told = next(one for one in row.evidence if one["field"] == "part type")
    assert "equal number 270600V010" in told["why"]
